#include "berth/workload/workloads.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>

#include "berth/workload/phase.hpp"
#include "berth/workload/request.hpp"
#include "berth/workload/spec.hpp"
#include "berth/workload/waiting_list.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::workload;

TEST_CASE("equal shapes are one shape, also in a copied table", "[workload]") {
  Workloads w;
  const ShapeId a = w.intern(tests::shape(GpuRequest::whole(1)));
  const ShapeId b = w.intern(tests::shape(GpuRequest::whole(2)));
  CHECK(a != b);
  CHECK(w.intern(tests::shape(GpuRequest::whole(1))) == a);
  Workloads rebuilt;
  rebuilt.shapes = w.shapes;
  CHECK(rebuilt.intern(tests::shape(GpuRequest::whole(2))) == b);
  CHECK(rebuilt.shapes.size() == 2);
}

TEST_CASE("what a request amounts to in quotas", "[workload]") {
  CHECK(GpuRequest::whole(8).quota_amount() == whole_gpus(8));
  CHECK(GpuRequest::whole(0).kind == GpuRequestKind::none);
  CHECK(GpuRequest::fraction(GpuMilli(250), 2).quota_amount() == GpuMilli(500));
  CHECK(GpuRequest::memory_of(mebibytes(100)).quota_amount() == GpuMilli(0));
  GpuRequest mig;
  mig.kind = GpuRequestKind::mig;
  mig.mig = {{"1g.10gb", 2}, {"3g.40gb", 1}};
  CHECK(mig.quota_amount() == whole_gpus(5));
  CHECK(compute_slices_in("7g.80gb") == 7);
  CHECK(compute_slices_in("gpu") == 0);
  CHECK(compute_slices_in("99999999999g") == 0);
}

TEST_CASE("preemptible by priority unless said", "[workload]") {
  WorkloadSpec spec;
  spec.priority = 99;
  CHECK(spec.preemptible());
  spec.priority = 100;
  CHECK_FALSE(spec.preemptible());
  spec.preemptibility = Preemptibility::preemptible;
  CHECK(spec.preemptible());
}

TEST_CASE("pods and minimum over the leaves of the pod group", "[workload]") {
  WorkloadSpec spec;
  spec.sub_groups = {{"", -1, 1, {}}, {"a", 0, 2, {}}, {"b", 0, 3, {}}};
  spec.templates = {{ShapeId{0}, 4, 1, "", {}}, {ShapeId{0}, 3, 2, "", {}}};
  CHECK(spec.pod_count() == 7);
  CHECK(spec.min_pods() == 5);
}

TEST_CASE("phases and statuses are spelled as the API and the reference spell them", "[workload]") {
  CHECK(name_of(Phase::creating) == "Creating");
  CHECK(name_of(Phase::unknown) == "Unknown");
  CHECK(name_of(PodStatus::pending) == "pending");
  CHECK(name_of(PodStatus::pipelined) == "pipelined");
}

TEST_CASE("a follower of the waiting list's changes has the same list", "[workload][property]") {
  REQUIRE(rc::check("waiting list", [] {
    WaitingList list;
    std::set<WorkloadId> truth, follower;
    std::uint64_t mark = 0;
    const int steps = *rc::gen::inRange(1, 800);
    for (int s = 0; s < steps; ++s) {
      const auto id = id_of<WorkloadId>(*rc::gen::inRange<std::size_t>(0, 40));
      if (*rc::gen::inRange(0, 2) == 0) {
        list.insert(id);
        truth.insert(id);
      } else {
        list.erase(id);
        truth.erase(id);
      }
      if (*rc::gen::inRange(0, 5) != 0) continue;
      if (const auto changes = list.changes_since(mark)) {
        for (const auto& c : *changes) {
          if (c.added) {
            follower.insert(c.id);
          } else {
            follower.erase(c.id);
          }
        }
      } else {
        follower = std::set<WorkloadId>(list.begin(), list.end());
      }
      mark = list.mark();
      RC_ASSERT(follower == truth);
      RC_ASSERT(std::vector<WorkloadId>(list.begin(), list.end()) ==
                std::vector<WorkloadId>(truth.begin(), truth.end()));
    }
  }));
}
