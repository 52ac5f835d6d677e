#include "berth/cluster/cluster.hpp"

#include <utility>

namespace berth::cluster {

NodeId Cluster::add_node(NodeSpec spec) {
  const NodeId id = occupancy.add(spec);
  pools[spec.pool].nodes.push_back(id);
  pools[spec.pool].membership += 1;
  nodes.push_back(std::move(spec));
  return id;
}

void Cluster::set_present(NodeId id, bool present) {
  occupancy.set_present(id, present);
  pools[nodes[id].pool].membership += 1;
}

std::optional<PoolId> Cluster::find_pool(std::string_view pool) const {
  for (std::size_t i = 0; i < pools.size(); ++i) {
    if (pools[id_of<PoolId>(i)].name == pool) return id_of<PoolId>(i);
  }
  return std::nullopt;
}

std::optional<NodeId> Cluster::find_node(std::string_view node) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[id_of<NodeId>(i)].name == node) return id_of<NodeId>(i);
  }
  return std::nullopt;
}

}  // namespace berth::cluster
