// The interconnect as a graph (Boost.Graph): GPUs, the switches and links between them, and the network's levels above
// the nodes. NVLink inside a server is not always a tree: the SXM2 V100 boards are meshes without a switch, and bridges
// join cards in pairs or fours. Above the nodes the topology's labels make a tree of switches.
//
// Built from a cluster as it was bought; small enough to be built anew when nodes join. Not for use in a scheduling pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/graph/adjacency_list.hpp>

#include "berth/cluster/cluster.hpp"

namespace berth::cluster {

struct DeviceRef {
  NodeId node{};
  int device = 0;
  bool operator==(const DeviceRef&) const = default;
};

enum class LinkKind : std::uint8_t { nvlink, pcie, network };

class Interconnect {
 public:
  // `clique_label`: the node label whose equal values join nodes in one NVLink domain (nvidia.com/gpu.clique); empty: none.
  // Only nodes whose model has more GPUs in an NVLink domain than they have themselves are joined so.
  Interconnect(const Cluster& cluster, const Topology* topology, const std::string& clique_label);

  // Links between two GPUs on the shortest way; -1 when there is none.
  int hops(DeviceRef a, DeviceRef b) const;
  // The NVLink domain of each GPU: GPUs that NVLink joins, whatever the number of links between them. Domains are numbered
  // from 0 in order of their first GPU.
  const std::vector<int>& nvlink_domain_of(NodeId node) const { return domains_[node]; }
  int nvlink_domains() const { return domain_count_; }
  bool same_nvlink_domain(DeviceRef a, DeviceRef b) const;

 private:
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, LinkKind>;
  using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

  void join_devices(const Cluster& cluster, NodeId node);
  void join_cliques(const Cluster& cluster, const std::string& clique_label);
  void join_levels(const Cluster& cluster, const Topology* topology);
  void number_domains();

  Graph graph_;
  IdVector<NodeId, std::vector<Vertex>> devices_;
  IdVector<NodeId, Vertex> hosts_;  // the node's PCIe root and network port
  IdVector<NodeId, std::vector<int>> domains_;
  int domain_count_ = 0;
};

}  // namespace berth::cluster
