#include "sim/cluster/topology.hpp"

#include <catch2/catch.hpp>

#include "sim/cluster/interconnect.hpp"

using namespace berth;
using namespace berth::cluster;

namespace {

// Two blocks of two racks of two nodes, and a node without labels.
Cluster racks(const char* model, int gpus) {
  Cluster cluster;
  cluster.models = ModelTable::standard();
  cluster.pools.push_back({});
  cluster.topologies.push_back({"default", {"block", "rack"}});
  for (int i = 0; i < 9; ++i) {
    NodeSpec spec;
    spec.name = "n" + std::to_string(i);
    spec.gpus = gpus;
    spec.gpu_model = *cluster.models.find(model);
    if (i < 8) {
      set_label(spec.labels, "block", "b" + std::to_string(i / 4));
      set_label(spec.labels, "rack",
                "r" + std::to_string(i / 2 % 2));  // rack names repeat from block to block
    }
    cluster.add_node(spec);
  }
  return cluster;
}

NodeId node(std::size_t i) {
  return id_of<NodeId>(i);
}

}  // namespace

TEST_CASE("nodes are as far apart as the widest level on which they differ") {
  const Cluster cluster = racks("H100-SXM5-80GB", 8);
  const Topology& topology = *find_topology(cluster, "");
  const auto apart = [&](std::size_t a, std::size_t b) {
    return distance(topology, cluster.nodes, node(a), node(b));
  };
  CHECK(apart(0, 0) == 0);
  CHECK(apart(0, 1) == 1);
  CHECK(apart(0, 2) == 2);
  CHECK(apart(0, 4) == 3);  // rack r0 of another block is another rack
  CHECK(apart(0, 8) == 3);  // outside the topology
  CHECK(apart(8, 8) == 0);
  CHECK(gang_distance(topology, cluster.nodes, {}) == 0);
  CHECK(gang_distance(topology, cluster.nodes, {node(2), node(3), node(2)}) == 1);
  CHECK(gang_distance(topology, cluster.nodes, {node(0), node(1), node(3)}) == 2);
  CHECK(gang_distance(topology, cluster.nodes, {node(0), node(1), node(7)}) == 3);
  CHECK(find_topology(cluster, "other") == nullptr);
  CHECK(find_topology(Cluster{}, "") == nullptr);
}

TEST_CASE("the largest distance of a gang is that of some pair") {
  const Cluster cluster = racks("H100-SXM5-80GB", 8);
  const Topology& topology = *find_topology(cluster, "default");
  for (unsigned set = 1; set < 512; ++set) {
    std::vector<NodeId> gang;
    for (std::size_t i = 0; i < 9; ++i)
      if ((set >> i & 1U) != 0) gang.push_back(node(i));
    int largest = 0;
    for (const NodeId a : gang)
      for (const NodeId b : gang) largest = std::max(largest, distance(topology, cluster.nodes, a, b));
    CHECK(gang_distance(topology, cluster.nodes, gang) == largest);
  }
}

TEST_CASE("a gang slows down evenly from the narrowest to the widest level") {
  // The numbers of sim/cluster/topology.md.
  CHECK(gang_speed(0, 2, 700) == 1000);
  CHECK(gang_speed(1, 2, 700) == 1000);
  CHECK(gang_speed(2, 2, 700) == 850);
  CHECK(gang_speed(3, 2, 700) == 700);
  CHECK(gang_speed(2, 3, 900) == 967);
  CHECK(gang_speed(4, 3, 900) == 900);
  CHECK(gang_speed(2, 0, 700) == 1000);
  CHECK(gang_speed(2, 1, 1000) == 1000);
}

TEST_CASE("the network's graph has two links a level, and so agrees with the distances") {
  const Cluster cluster = racks("T4", 1);
  const Topology& topology = *find_topology(cluster, "");
  const Interconnect graph(cluster, &topology, "");
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < 8; ++b) {
      const int apart = distance(topology, cluster.nodes, node(a), node(b));
      CHECK(graph.hops({node(a), 0}, {node(b), 0}) == (apart == 0 ? 0 : 2 + 2 * apart));
    }
  CHECK(graph.nvlink_domains() == 9);  // no NVLink: each GPU by itself
}

TEST_CASE("NVLink joins boards, pairs, meshes and racks") {
  const auto domains = [](const char* model, int gpus) {
    const Cluster cluster = racks(model, gpus);
    return Interconnect(cluster, nullptr, "").nvlink_domain_of(node(0));
  };
  CHECK(domains("H100-SXM5-80GB", 8) == std::vector<int>(8, 0));
  CHECK(domains("H100-NVL-94GB", 4) == std::vector<int>{0, 0, 1, 1});
  CHECK(domains("T4", 3) == std::vector<int>{0, 1, 2});
  CHECK(domains("V100-SXM2-32GB", 8) == std::vector<int>(8, 0));

  const Cluster mesh = racks("V100-SXM2-32GB", 8);
  const Interconnect v100(mesh, nullptr, "");
  CHECK(v100.hops({node(0), 0}, {node(0), 3}) == 1);
  CHECK(v100.hops({node(0), 0}, {node(0), 4}) == 1);
  CHECK(v100.hops({node(0), 0}, {node(0), 5}) == 2);  // no direct link
  CHECK_FALSE(v100.same_nvlink_domain({node(0), 0}, {node(1), 0}));

  Cluster rack = racks("GB200", 4);
  CHECK(Interconnect(rack, nullptr, "rack").nvlink_domain_of(node(1)) == std::vector<int>(4, 0));
  const Interconnect joined(rack, nullptr, "rack");
  CHECK(joined.same_nvlink_domain({node(0), 0}, {node(1), 3}));
  CHECK_FALSE(joined.same_nvlink_domain({node(0), 0}, {node(2), 0}));
  CHECK_FALSE(joined.same_nvlink_domain({node(0), 0}, {node(8), 0}));
  const Interconnect apart(rack, nullptr, "");
  CHECK_FALSE(apart.same_nvlink_domain({node(0), 0}, {node(1), 0}));
}
