#include "berth/policy/transaction.hpp"

#include <catch2/catch.hpp>

#include "berth/core/invariant.hpp"
#include "support/small_cluster.hpp"

using namespace berth;
using namespace berth::policy;
using workload::GpuRequest;

TEST_CASE("rolling back restores the working copy and the decisions", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  const NodeId a = c.add_node(tests::node_spec("a", 4));
  workload::Workloads w;
  tests::add_workload(w, tests::shape(GpuRequest::whole(2)));
  tests::add_workload(w, tests::shape(GpuRequest::fraction(GpuMilli(300))));
  organization::Organization o;
  workload::WaitingList waiting;
  std::vector<WorkloadId> members;
  Snapshot s;
  s.cluster = &c;
  s.organization = &o;
  s.workloads = &w;
  s.members = &members;
  s.waiting = &waiting;

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
  CHECK(working.occupancy() == c.occupancy);
}

TEST_CASE("an eviction frees devices at once only without a termination grace", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  const NodeId a = c.add_node(tests::node_spec("a", 1));
  workload::Workloads w;
  tests::add_workload(w, tests::shape(GpuRequest::whole(1)));
  c.occupancy.hold(a, c.nodes[a], w.shapes[ShapeId{0}], {0b1, {}});
  w.pods[PodId{0}].status = workload::PodStatus::running;
  w.pods[PodId{0}].node = a;
  w.pods[PodId{0}].devices = {0b1, {}};
  organization::Organization o;
  workload::WaitingList waiting;
  std::vector<WorkloadId> members;
  Snapshot s;
  s.cluster = &c;
  s.organization = &o;
  s.workloads = &w;
  s.members = &members;
  s.waiting = &waiting;
  WorkingCluster working;
  {
    Transaction t(s, working);
    t.evict(PodId{0}, EvictionCause::preempt, none<WorkloadId>());
    CHECK(t.occupancy()[a].vacant == 0b1);
  }
  w.all[WorkloadId{0}].spec.termination_grace = seconds(30);
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
