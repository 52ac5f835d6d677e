// How far apart nodes are by the levels of a topology: labels of the nodes, widest level first. Two nodes share a level
// when they agree on it and on every wider one. sim/cluster/topology.md has the rules and an example.
//
//   distance 0      the same node
//   distance 1      different nodes that share the narrowest level
//   ...
//   distance L + 1  nodes that share none of the L levels; also any node that lacks a label of the topology
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/cluster.hpp"

namespace berth::cluster {

// A topology of the cluster by name; the first when the name is empty; nullptr when there is none.
const Topology* find_topology(const Cluster& cluster, std::string_view name);

// Levels that the two nodes share. O(levels x log labels).
int shared_levels(const Topology& topology, const NodeSpec& a, const NodeSpec& b);
// As above, 0 to L + 1.
int distance(const Topology& topology, const IdVector<NodeId, NodeSpec>& nodes, NodeId a, NodeId b);
// The largest distance between any two of the nodes; 0 for one or none. O(nodes x levels): shared levels are a tree, so
// that the distances to the first node suffice.
int gang_distance(const Topology& topology, const IdVector<NodeId, NodeSpec>& nodes,
                  const std::vector<NodeId>& gang);

// The speed of a gang, in thousandths: 1000 within the narrowest level, `widest_milli` across the widest level, and evenly
// between, rounded to the nearest. `levels` is L.
std::int32_t gang_speed(int distance, int levels, std::int32_t widest_milli);

}  // namespace berth::cluster
