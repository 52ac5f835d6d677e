#include "berth/cluster/occupancy.hpp"

#include <catch2/catch.hpp>

#include "berth/cluster/cluster.hpp"
#include "berth/core/invariant.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::cluster;
using berth::tests::node_spec;
using berth::tests::shape;
using berth::workload::GpuRequest;

TEST_CASE("whole GPUs, fractions and memory hold and release devices", "[cluster]") {
  Cluster c = tests::empty_cluster();
  const NodeId n = c.add_node(node_spec("a", 4));
  const NodeSpec& spec = c.nodes[n];
  CHECK(c.occupancy[n].gpu_free == whole_gpus(4));

  const auto two = shape(GpuRequest::whole(2));
  c.occupancy.hold(n, spec, two, {0b0011, {}});
  CHECK(c.occupancy[n].gpu_free == whole_gpus(2));
  CHECK(c.occupancy[n].vacant == 0b1100);
  CHECK(c.occupancy[n].cpu_free == CpuMilli(63'000));

  const auto half = shape(GpuRequest::fraction(GpuMilli(500)));
  c.occupancy.hold(n, spec, half, {0b0100, {}});
  c.occupancy.hold(n, spec, half, {0b0100, {}});
  CHECK(c.occupancy[n].devices[2].used == whole_gpus(1));
  CHECK(c.occupancy[n].devices[2].memory_used == mebibytes(80'000));
  CHECK_THROWS_AS(c.occupancy.hold(n, spec, half, {0b0100, {}}), InvariantError);
}

TEST_CASE("a memory request is rounded up to hundredths of the floored device", "[cluster]") {
  // kai-semantics.md section 6: 81,559 MiB count as 81,500; 20 GiB are 20,480 MiB: 25.13 % -> 26 %.
  CHECK(portion_of_memory(mebibytes(20'480), mebibytes(81'559)) == GpuMilli(260));
  CHECK(portion_of_memory(mebibytes(815), mebibytes(81'559)) == GpuMilli(10));
  CHECK(portion_of_memory(mebibytes(816), mebibytes(81'559)) == GpuMilli(20));
  CHECK(portion_of_memory(mebibytes(81'500), mebibytes(81'559)) == GpuMilli(1000));
}

TEST_CASE("a failed device fits nothing and comes back as it was", "[cluster]") {
  Cluster c = tests::empty_cluster();
  const NodeId n = c.add_node(node_spec("a", 2));
  const NodeOccupancy before = c.occupancy[n];
  c.occupancy.set_device_failed(n, 0, true);
  CHECK(c.occupancy[n].gpu_free == whole_gpus(1));
  CHECK(c.occupancy[n].vacant == 0b10);
  c.occupancy.set_device_failed(n, 0, false);
  CHECK(c.occupancy[n] == before);
}

TEST_CASE("changes are told since a mark, and a mark that is too old says so", "[cluster]") {
  Cluster c = tests::empty_cluster();
  const NodeId a = c.add_node(node_spec("a", 1));
  const NodeId b = c.add_node(node_spec("b", 1));
  const auto mark = c.occupancy.mark();
  c.occupancy.set_cordoned(b, true);
  const auto changes = c.occupancy.changes_since(mark);
  REQUIRE(changes);
  CHECK(std::vector<NodeId>(changes->begin(), changes->end()) == std::vector<NodeId>{b});
  for (int i = 0; i < 1000; ++i) c.occupancy.set_cordoned(a, i % 2 == 0);
  CHECK_FALSE(c.occupancy.changes_since(mark));
  CHECK(c.occupancy.changes_since(c.occupancy.mark()));
}
