#include "berth/organization/organization.hpp"

#include <utility>

namespace berth::organization {

QueueId Organization::add(Queue queue) {
  const QueueId parent = queue.parent;
  const QueueId id = queues.push_back(std::move(queue));
  if (parent != none<QueueId>()) queues[parent].children.push_back(id);
  return id;
}

std::optional<QueueId> Organization::find(std::string_view name) const {
  for (std::size_t i = 0; i < queues.size(); ++i) {
    if (queues[id_of<QueueId>(i)].name == name) return id_of<QueueId>(i);
  }
  return std::nullopt;
}

QueueId Organization::top_of(QueueId id) const {
  while (queues[id].parent != none<QueueId>()) id = queues[id].parent;
  return id;
}

}  // namespace berth::organization
