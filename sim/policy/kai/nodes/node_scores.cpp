#include "sim/policy/kai/nodes/node_scores.hpp"

#include <algorithm>

#include "sim/policy/kai/nodes/pod_affinity.hpp"

namespace berth::policy::kai {

bool placed_by_gpu(const Shape& shape) {
  return !shape.cpu_only();
}

namespace {

std::int64_t allocatable_of(const NodeInfo& node, bool gpu) {
  return gpu ? node.allocatable.gpus : node.allocatable.cpu;
}
// Whole idle and releasing GPUs: slack in shared devices does not count (10.7).
std::int64_t free_of(const NodeInfo& node, bool gpu) {
  return gpu ? node.idle.gpus + node.releasing.gpus : node.idle.cpu + node.releasing.cpu;
}

}  // namespace

FreeRange free_range(const Session& session, const Shape& shape, const NodeList& candidates) {
  const bool gpu = placed_by_gpu(shape);
  FreeRange range;
  for (const NodeIx ix : candidates) {
    const NodeInfo& node = session.nodes[ix];
    if (allocatable_of(node, gpu) == 0) continue;
    const std::int64_t free = free_of(node, gpu);
    range.least = range.any ? std::min(range.least, free) : free;
    range.most = range.any ? std::max(range.most, free) : free;
    range.any = true;
  }
  return range;
}

double node_placement_score(const NodeInfo& node, const Shape& shape, cluster::Packing packing,
                            const FreeRange& range) {
  const bool gpu = placed_by_gpu(shape);
  const std::int64_t allocatable = allocatable_of(node, gpu);
  if (allocatable == 0) return 0;
  const double free = static_cast<double>(free_of(node, gpu));
  if (packing == cluster::Packing::spread) return free / static_cast<double>(allocatable);
  if (range.most == 0) return 0;
  if (range.least == range.most) return most_packed;
  const double least = static_cast<double>(range.least);
  return most_packed * (1 - (free - least) / (static_cast<double>(range.most) - least));
}

double resource_type_score(const NodeInfo& node, const Shape& shape) {
  const bool plain = node.allocatable.gpus == 0 && !node.mig_enabled;
  return shape.cpu_only() && plain ? resource_type_weight : 0;
}

double node_availability_score(const NodeInfo& node, const Shape& shape) {
  return fits_now(node, shape) ? node_availability_weight : 0;
}

double gpu_sharing_order_score(const NodeInfo& node, const Shape& shape) {
  return fitting_groups(node, shape, 1) > 0 ? gpu_sharing_order_weight : 0;
}

NodeScorer::NodeScorer(const Session& session, TaskIx task, const NodeList& candidates,
                       const IdVector<NodeIx, double>* topology)
    : session_(session),
      shape_(session.shape_of(task)),
      topology_(session.options.plugins.topology ? topology : nullptr),
      packing_(placed_by_gpu(shape_) ? session.options.gpu_placement : session.options.cpu_placement) {
  const Plugins& plugins = session.options.plugins;
  if (plugins.node_placement && packing_ == cluster::Packing::binpack) {
    range_ = free_range(session, shape_, candidates);
  }
  if (plugins.pod_affinity) pod_affinity_ = pod_affinity_scores(session, task, candidates);
}

std::optional<double> NodeScorer::score(NodeIx ix) const {
  const Plugins& plugins = session_.options.plugins;
  const NodeInfo& node = session_.nodes[ix];
  double whole = 0;  // the whole numbers first: their sum is exact
  if (topology_ != nullptr) {
    const double by_domain = (*topology_)[ix];
    if (by_domain < 0) return std::nullopt;
    whole += by_domain;
  }
  if (!pod_affinity_.empty()) whole += pod_affinity_weight * pod_affinity_[index_of(ix)];
  if (plugins.gpu_sharing_order) whole += gpu_sharing_order_score(node, shape_);
  if (plugins.node_availability) whole += node_availability_score(node, shape_);
  if (plugins.resource_type) whole += resource_type_score(node, shape_);
  if (!plugins.node_placement) return whole;
  return whole + node_placement_score(node, shape_, packing_, range_);
}

}  // namespace berth::policy::kai
