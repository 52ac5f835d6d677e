// The cluster: models, pools, nodes and what is left of them. Owns every node; everyone else keeps a NodeId.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/node.hpp"
#include "berth/cluster/occupancy.hpp"
#include "berth/core/ids.hpp"

namespace berth::cluster {

enum class Packing : std::uint8_t { binpack, spread };

struct NodePool {
  std::string name;
  Packing gpu_placement = Packing::binpack;
  Packing cpu_placement = Packing::binpack;
  std::vector<NodeId> nodes;  // ascending: scenario order; those not present included
  std::uint64_t membership =
      0;  // grows whenever a node joins or leaves: what was true of the empty pool is asked anew
};

// A named tree of node-label keys, widest level first.
struct Topology {
  std::string name;
  std::vector<std::string> levels;
};

struct Cluster {
  std::string name;
  ModelTable models;
  std::vector<Topology> topologies;
  IdVector<PoolId, NodePool> pools;
  IdVector<NodeId, NodeSpec> nodes;
  Occupancy occupancy;

  NodeId add_node(NodeSpec spec);  // appended to its pool, present, ready, empty
  // The node joins or leaves (`changes`, failures of the inventory); it must be empty to leave.
  void set_present(NodeId id, bool present);
  std::optional<PoolId> find_pool(std::string_view name) const;
  std::optional<NodeId> find_node(std::string_view name) const;  // O(nodes)
};

}  // namespace berth::cluster
