#include "berth/cluster/cluster.hpp"

#include <catch2/catch.hpp>

#include "berth/cluster/labels.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::cluster;

TEST_CASE("labels stay sorted and are found by key", "[cluster]") {
  Labels labels;
  set_label(labels, "zone", "b");
  set_label(labels, "rack", "r1");
  set_label(labels, "zone", "a");
  CHECK(labels == Labels{{"rack", "r1"}, {"zone", "a"}});
  REQUIRE(find_label(labels, "zone") != nullptr);
  CHECK(*find_label(labels, "zone") == "a");
  CHECK(find_label(labels, "block") == nullptr);
}

TEST_CASE("nodes join their pool in order, and membership tells that they did", "[cluster]") {
  Cluster c = tests::empty_cluster("h100");
  const auto before = c.pools[PoolId{0}].membership;
  const NodeId a = c.add_node(tests::node_spec("a", 8));
  const NodeId b = c.add_node(tests::node_spec("b", 8));
  CHECK(c.pools[PoolId{0}].nodes == std::vector<NodeId>{a, b});
  CHECK(c.pools[PoolId{0}].membership == before + 2);
  c.set_present(a, false);
  CHECK(c.pools[PoolId{0}].membership == before + 3);
  CHECK_FALSE(c.occupancy[a].schedulable());
  CHECK(c.find_pool("h100") == PoolId{0});
  CHECK_FALSE(c.find_pool("a100"));
  CHECK(c.find_node("b") == b);
  CHECK_FALSE(c.find_node("c"));
}
