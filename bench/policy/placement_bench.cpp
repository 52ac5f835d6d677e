// The study's placements against their slow twin on one input of the study's size: 1,213 nodes, 10,866 arrivals, nothing
// departs. The nodes have the published mix; the pods are drawn from 91 classes of a similar mix.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/core/random.hpp"
#include "sim/policy/study_placement.hpp"
#include "tests/support/slow/study_placement.hpp"

namespace berth {
namespace {

struct Input {
  cluster::Cluster cluster;
  workload::Workloads workloads;
  std::vector<ShapeId> arrivals;
  std::vector<policy::PodClass> typical;
  policy::Snapshot snapshot;

  Input() {
    struct Kind {
      const char* model;
      int nodes, gpus, cores, gib;
    };
    const Kind kinds[] = {{"G2", 549, 8, 96, 384},     {"T4", 404, 2, 104, 512}, {"P100", 134, 2, 16, 120},
                          {"V100M16", 57, 4, 32, 256}, {"G3", 39, 8, 128, 768},  {"V100M32", 30, 8, 96, 512}};
    cluster.pools.push_back({});
    for (const Kind& kind : kinds) {
      for (int i = 0; i < kind.nodes; ++i) {
        cluster::NodeSpec spec;
        spec.name = kind.model + std::to_string(i);
        spec.gpus = kind.gpus;
        spec.cpu = CpuMilli(kind.cores * 1000);
        spec.memory = mebibytes(kind.gib * 1024);
        spec.gpu_model = cluster.models.intern_opaque(kind.model);
        spec.max_pods = 1001;
        cluster.add_node(spec);
      }
    }
    const RandomStream stream(1, 0, "placement-bench");
    std::vector<ShapeId> classes;
    for (std::uint64_t i = 0; i < 91; ++i) {
      Random random = stream.at(i);
      workload::PodShape shape;
      shape.cpu = CpuMilli(random.between(2, 16) * 1000);
      shape.memory = mebibytes(random.between(4, 64) * 1024);
      const auto kind = random.below(100);
      if (kind >= 13 && kind < 51)
        shape.gpu = workload::GpuRequest::fraction(GpuMilli(random.between(5, 95) * 10));
      if (kind >= 51) shape.gpu = workload::GpuRequest::whole(kind < 98 ? 1 : 8);
      classes.push_back(workloads.intern(shape));
    }
    for (std::uint64_t i = 0; i < 10'866; ++i) {
      arrivals.push_back(classes[stream.at(1000 + i).below(classes.size())]);
      typical.push_back(policy::class_of(workloads.shapes[arrivals.back()], Bytes(0)));
    }
    snapshot.cluster = &cluster;
    snapshot.workloads = &workloads;
  }
};

const Input& input() {
  static const Input one;
  return one;
}

std::int64_t place_all(policy::Placement& placement) {
  const Input& in = input();
  cluster::Occupancy occupancy = in.cluster.occupancy;
  std::int64_t placed = 0;
  for (std::size_t i = 0; i < in.arrivals.size(); ++i) {
    const auto place = placement.place(in.snapshot, occupancy, in.arrivals[i], id_of<PodId>(i));
    if (!place) continue;
    occupancy.hold(place->node, in.cluster.nodes[place->node], in.workloads.shapes[in.arrivals[i]],
                   place->devices);
    ++placed;
  }
  return placed;
}

policy::PolicySpec spec_of() {
  policy::PolicySpec spec;
  spec.typical = input().typical;
  return spec;
}

void fast(benchmark::State& state, policy::StudyScore score) {
  const policy::PolicySpec spec = spec_of();
  std::int64_t placed = 0;
  for (auto _ : state) placed = place_all(*policy::make_study_placement(score, spec));
  state.counters["placed"] = static_cast<double>(placed);
}

void slow(benchmark::State& state, policy::StudyScore score) {
  const policy::PolicySpec spec = spec_of();
  std::int64_t placed = 0;
  for (auto _ : state) {
    slow::StudyPlacement twin(score, spec);
    placed = place_all(twin);
  }
  state.counters["placed"] = static_cast<double>(placed);
}

BENCHMARK_CAPTURE(fast, fgd, policy::StudyScore::fgd)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast, best_fit, policy::StudyScore::best_fit)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast, dot_product, policy::StudyScore::dot_product)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast, gpu_packing, policy::StudyScore::gpu_packing)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast, gpu_clustering, policy::StudyScore::gpu_clustering)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast, random, policy::StudyScore::random)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(slow, best_fit, policy::StudyScore::best_fit)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(slow, gpu_packing, policy::StudyScore::gpu_packing)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(slow, fgd, policy::StudyScore::fgd)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace berth
