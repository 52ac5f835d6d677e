#include "sim/policy/placement/node_table.hpp"

#include <algorithm>

namespace berth::policy {

void NodeTable::follow(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                       const Fragmentation* measure) {
  const cluster::NodePool& pool = snapshot.cluster->pools[snapshot.pool];
  const bool same_nodes =
      followed_ == &occupancy && membership_ == pool.membership && entries_.size() == pool.nodes.size();
  const auto changes = same_nodes ? occupancy.changes_since(mark_) : std::nullopt;
  if (!changes) {
    rebuild(snapshot, occupancy, measure);
  } else {
    for (const NodeId node : *changes) {
      const std::uint32_t position = position_of_.contains(node) ? position_of_[node] : none_;
      if (position == none_) continue;
      ++turn_;
      refresh(position, snapshot.cluster->nodes[node], occupancy[node], measure);
      move_to_front(position);
    }
  }
  followed_ = &occupancy;
  membership_ = pool.membership;
  mark_ = occupancy.mark();
}

void NodeTable::rebuild(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                        const Fragmentation* measure) {
  const std::vector<NodeId>& nodes = snapshot.cluster->pools[snapshot.pool].nodes;
  entries_.assign(nodes.size(), NodeEntry{});
  links_.assign(nodes.size(), Link{});
  position_of_.assign(occupancy.size(), none_);
  latest_ = none_;
  ++generation_;
  instances_as_gpus_ = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    entries_[i].id = nodes[i];
    position_of_[nodes[i]] = static_cast<std::uint32_t>(i);
    const cluster::NodeSpec& spec = snapshot.cluster->nodes[nodes[i]];
    instances_as_gpus_ |= spec.mig_enabled && spec.mig_strategy == cluster::MigStrategy::single;
    refresh(i, spec, occupancy[nodes[i]], measure);
    ++turn_;
    move_to_front(static_cast<std::uint32_t>(i));
  }
}

void NodeTable::refresh(std::size_t position, const cluster::NodeSpec& spec,
                        const cluster::NodeOccupancy& node, const Fragmentation* measure) {
  NodeEntry& entry = entries_[position];
  entry.memory = node.memory_free.value;
  entry.pods = node.schedulable() ? spec.max_pods - node.pods : 0;
  entry.left.cpu = node.cpu_free.value;
  entry.left.model = spec.gpu_model;
  entry.left.devices = static_cast<int>(node.devices.size());
  entry.vacant = cluster::device_count(node.vacant);
  entry.gpu = 0;
  entry.largest = 0;
  entry.tags = 0;
  for (std::size_t d = 0; d < node.devices.size(); ++d) {
    const cluster::DeviceState& device = node.devices[d];
    const bool vacant = (node.vacant >> d & 1U) != 0;
    const bool offered = device.holders > 0 ? !device.failed : vacant;
    const auto left = offered ? static_cast<std::int16_t>(1000 - device.used.value) : std::int16_t{0};
    entry.left.milli[d] = left;
    entry.gpu += left;
    entry.largest = std::max<std::int32_t>(entry.largest, left);
    if (device.holders > 0) entry.tags |= device.whole() ? std::uint64_t{1} << (device.whole_of & 63U) : 1U;
  }
  if (measure != nullptr) entry.fragmentation = measure->of(entry.left);
}

void NodeTable::move_to_front(std::uint32_t position) {
  Link& link = links_[position];
  link.turn = turn_;
  if (latest_ == position) return;
  if (link.later != none_) links_[link.later].earlier = link.earlier;
  if (link.earlier != none_) links_[link.earlier].later = link.later;
  link.later = none_;
  link.earlier = latest_;
  if (latest_ != none_) links_[latest_].later = position;
  latest_ = position;
}

}  // namespace berth::policy
