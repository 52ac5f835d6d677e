#include "berth/policy/transaction.hpp"

#include <catch2/catch.hpp>

#include "berth/core/invariant.hpp"
#include "tests/support/scene.hpp"

using namespace berth;
using namespace berth::policy;
using workload::GpuRequest;

TEST_CASE("rolling back restores the working copy and the decisions", "[policy]") {
  tests::Scene scene;
  const NodeId a = scene.cluster.add_node(tests::node_spec("a", 4));
  scene.submit(tests::shape(GpuRequest::whole(2)));
  scene.submit(tests::shape(GpuRequest::fraction(GpuMilli(300))));
  const Snapshot s = scene.snapshot();

  WorkingCluster working;
  {
    Transaction t(s, working);
    t.bind(PodId{0}, a, {0b0011, {}});
    const auto mark = t.checkpoint();
    const cluster::Occupancy then = t.occupancy();
    t.bind(PodId{1}, a, {0b0100, {}});
    t.drop(WorkloadId{1});
    CHECK(t.decisions().size() == 3);
    t.roll_back(mark);
    CHECK(t.decisions().size() == 1);
    CHECK(t.occupancy() == then);
    CHECK_THROWS_AS(t.roll_back({5, 5}), InvariantError);
  }
  CHECK(working.occupancy() == scene.cluster.occupancy);
}

TEST_CASE("an eviction frees devices at once only without a termination grace", "[policy]") {
  tests::Scene scene;
  const NodeId a = scene.cluster.add_node(tests::node_spec("a", 1));
  const WorkloadId id = scene.submit(tests::shape(GpuRequest::whole(1)));
  scene.start(PodId{0}, a, {0b1, {}});
  const Snapshot s = scene.snapshot();
  WorkingCluster working;
  {
    Transaction t(s, working);
    t.evict(PodId{0}, EvictionCause::preempt, none<WorkloadId>());
    CHECK(t.occupancy()[a].vacant == 0b1);
  }
  scene.workloads.all[id].spec.termination_grace = seconds(30);
  Transaction t(s, working);
  t.evict(PodId{0}, EvictionCause::preempt, none<WorkloadId>());
  CHECK(t.occupancy()[a].vacant == 0);
}

TEST_CASE("a working copy that starts anew makes old marks too old", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  c.add_node(tests::node_spec("a", 1));
  WorkingCluster working;
  working.follow(c.occupancy);
  const auto mark = working.occupancy().mark();
  c.add_node(tests::node_spec("b", 1));
  working.follow(c.occupancy);
  CHECK(working.occupancy() == c.occupancy);
  CHECK_FALSE(working.occupancy().changes_since(mark));
}
