#include "sim/cluster/topology.hpp"

#include <algorithm>

namespace berth::cluster {

namespace {

bool has_all_labels(const Topology& topology, const NodeSpec& node) {
  return std::all_of(topology.levels.begin(), topology.levels.end(),
                     [&](const std::string& level) { return find_label(node.labels, level) != nullptr; });
}

}  // namespace

const Topology* find_topology(const Cluster& cluster, std::string_view name) {
  for (const Topology& topology : cluster.topologies) {
    if (name.empty() || topology.name == name) return &topology;
  }
  return nullptr;
}

int shared_levels(const Topology& topology, const NodeSpec& a, const NodeSpec& b) {
  if (!has_all_labels(topology, a) || !has_all_labels(topology, b)) return 0;
  int shared = 0;
  for (const std::string& level : topology.levels) {
    if (*find_label(a.labels, level) != *find_label(b.labels, level)) break;
    ++shared;
  }
  return shared;
}

int distance(const Topology& topology, const IdVector<NodeId, NodeSpec>& nodes, NodeId a, NodeId b) {
  if (a == b) return 0;
  return static_cast<int>(topology.levels.size()) - shared_levels(topology, nodes[a], nodes[b]) + 1;
}

int gang_distance(const Topology& topology, const IdVector<NodeId, NodeSpec>& nodes,
                  const std::vector<NodeId>& gang) {
  int largest = 0;
  for (const NodeId node : gang) largest = std::max(largest, distance(topology, nodes, gang.front(), node));
  return largest;
}

std::int32_t gang_speed(int distance, int levels, std::int32_t widest_milli) {
  if (levels < 1 || distance <= 1) return 1000;
  // distance 1 is full speed, distance levels + 1 is across the widest level.
  const std::int64_t lost = std::int64_t{1000 - widest_milli} * (std::min(distance, levels + 1) - 1);
  return static_cast<std::int32_t>(1000 - (2 * lost + levels) / (2 * levels));
}

}  // namespace berth::cluster
