#include "berth/workload/workloads.hpp"

namespace berth::workload {

ShapeId Workloads::intern(const PodShape& shape) {
  if (index_.size() != shapes.size()) {
    // A copy of the table alone (a World read from an image) carries no index; it is made again here.
    index_.clear();
    for (std::size_t i = 0; i < shapes.size(); ++i)
      index_.emplace(shapes[id_of<ShapeId>(i)], id_of<ShapeId>(i));
  }
  const auto [it, added] = index_.emplace(shape, shapes.end_id());
  if (added) shapes.push_back(shape);
  return it->second;
}

}  // namespace berth::workload
