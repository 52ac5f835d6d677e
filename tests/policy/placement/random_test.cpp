#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "sim/policy/study_placement.hpp"
#include "tests/support/study_trace.hpp"

using namespace berth;
using policy::StudyScore;

namespace {

// Ten nodes of two devices, some too small for the pod.
struct Bench {
  cluster::Cluster cluster;
  workload::Workloads workloads;
  ShapeId share, large;
  policy::Snapshot snapshot;

  Bench() {
    cluster.pools.push_back({});
    for (int i = 0; i < 10; ++i) {
      cluster::NodeSpec spec;
      spec.name = "n" + std::to_string(i);
      spec.gpus = 2;
      spec.cpu = CpuMilli(i < 4 ? 2'000 : 8'000);
      cluster.add_node(spec);
    }
    workload::PodShape shape;
    shape.gpu = workload::GpuRequest::fraction(GpuMilli(300));
    shape.cpu = CpuMilli(4'000);
    share = workloads.intern(shape);
    shape.cpu = CpuMilli(9'000);
    large = workloads.intern(shape);
    snapshot.cluster = &cluster;
    snapshot.workloads = &workloads;
  }

  policy::Place place(std::uint64_t seed, std::size_t pod) const {
    policy::PolicySpec spec;
    spec.seed = seed;
    const auto placement = policy::make_study_placement(StudyScore::random, spec);
    const auto found = placement->place(snapshot, cluster.occupancy, share, id_of<PodId>(pod));
    REQUIRE(found.has_value());
    return *found;
  }
};

}  // namespace

TEST_CASE("random takes every node and device that fits about equally often") {
  const Bench bench;
  std::map<std::pair<std::size_t, cluster::DeviceSet>, int> taken;
  for (std::size_t pod = 0; pod < 2400; ++pod) {
    const auto place = bench.place(7, pod);
    ++taken[{index_of(place.node), place.devices.devices}];
  }
  CHECK(taken.size() == 12);  // six nodes that fit, two devices each; 200 expected
  for (const auto& [where, count] : taken) {
    CHECK(where.first >= 4);
    CHECK(count > 140);
    CHECK(count < 260);
  }
}

TEST_CASE("random draws by seed and pod alone") {
  const Bench bench;
  const auto first = bench.place(7, 3);
  CHECK(bench.place(7, 3).node == first.node);
  CHECK(bench.place(7, 3).devices == first.devices);
  int moved = 0;
  for (std::size_t pod = 0; pod < 50; ++pod)
    moved += bench.place(7, pod).node == bench.place(8, pod).node ? 0 : 1;
  CHECK(moved > 30);
  const auto placement = policy::make_study_placement(StudyScore::random, {});
  CHECK_FALSE(placement->place(bench.snapshot, bench.cluster.occupancy, bench.large, PodId{}).has_value());
}

TEST_CASE("random packs the study's trace worse than any score", "[study]") {
  if (test::StudyTrace::absent()) return;
  const auto trace = test::StudyTrace::load();
  const auto placement = policy::make_study_placement(StudyScore::random, {});
  const auto outcome = test::run_study(trace, *placement);
  // Published: 87.47 % on average over ten seeds, standard deviation 0.32; 6212 GPUs.
  CHECK(outcome.gpu_milli > 6'212 * 860);
  CHECK(outcome.gpu_milli < 6'212 * 890);
  CHECK(outcome.scheduled + outcome.failed == 10'866);
}

TEST_CASE("fgd without typical pods is refused") {
  CHECK_THROWS_WITH(policy::make_study_placement(StudyScore::fgd, {}),
                    "placement 'fgd' needs typical pods: name a pod list as trace.typical");
}
