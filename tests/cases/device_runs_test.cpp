// Devices from the scenario's text to the end of a run: MIG instances cut on demand, strategies, gangs across a topology.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"

using namespace berth;

namespace {

// Seconds from the start of the run to each workload's first full start and to its end; -1: never.
struct Times {
  double start = -1, end = -1;
  std::size_t instances = 0;  // MIG instances that its pods hold or held
};

std::map<std::string, Times> run(const std::string& text) {
  const auto loaded = scenario::load_scenario_text(text, "scenario.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  const Instant start = input.start;
  auto policy = policy::make_policy(input.policy);
  simulation::NullSink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  std::map<std::string, Times> times;
  for (const workload::Workload& w : run.world().workloads.all) {
    Times& t = times[w.spec.name];
    if (w.first_full_start) t.start = double((*w.first_full_start - start).micros) / 1e6;
    if (w.completed_at) t.end = double((*w.completed_at - start).micros) / 1e6;
    for (const PodId pod : w.pods) t.instances += run.world().workloads.pods[pod].devices.slots.size();
  }
  return times;
}

std::string faults(const std::string& text) {
  return scenario::load_scenario_text(text, "scenario.yaml").diagnostics.to_text();
}

std::string with_mig(const std::string& mig, const std::string& workloads, const std::string& more = "") {
  return R"(version: 1
policy: {name: fifo-skip}
)" + more +
         R"(
cluster:
  node_pools:
    - name: h100
      nodes:
        - {name: "n{index}", count: 1, gpus: {model: H100-SXM5-80GB, count: 1}, mig: )" +
         mig + R"(}
organization:
  departments: [{name: d, projects: [{name: p, quota: {h100: {gpu: 8}}}]}]
workloads:
)" + workloads;
}

}  // namespace

TEST_CASE("a re-cut lets a workload start after the time that it takes") {
  const auto times = run(
      with_mig("{strategy: mixed, layout: [3g.40gb, 3g.40gb], repartition: on-demand}",
               R"(  - {name: first, kind: training, project: p, submit: 0s, gpu: {mig: 3g.40gb}, duration: 1h}
  - {name: second, kind: training, project: p, submit: 10s, gpu: {mig: {1g.20gb: 2}}, duration: 10m}
  - {name: third, kind: training, project: p, submit: 20s, gpu: {mig: 7g.80gb}, duration: 1m}
)"));
  CHECK(times.at("first").start == 0);
  CHECK(times.at("second").start == 130);  // two minutes by default
  CHECK(times.at("second").instances == 2);
  CHECK(times.at("third").start == 3720);  // the first must end, and then the GPU is cut as a whole
  CHECK(times.at("third").end == 3780);

  const auto quick = run(
      with_mig("{strategy: mixed, layout: [7g.80gb], repartition: on-demand}",
               "  - {name: one, kind: training, project: p, submit: 0s, gpu: {mig: 1g.10gb}, duration: 1m}\n",
               "defaults: {repartition: 5s}"));
  CHECK(quick.at("one").start == 5);

  // No time at all is an end too, although nothing else happens at that instant or later.
  const auto at_once = run(
      with_mig("{strategy: mixed, layout: [7g.80gb], repartition: on-demand}",
               "  - {name: one, kind: training, project: p, submit: 0s, gpu: {mig: 1g.10gb}, duration: 1m}\n",
               "defaults: {repartition: 0s}"));
  CHECK(at_once.at("one").start == 0);
}

TEST_CASE("a static layout stays as it was cut") {
  const auto times = run(
      with_mig("{strategy: mixed, layout: [4g.40gb, 3g.40gb]}",
               R"(  - {name: fits, kind: training, project: p, submit: 0s, gpu: {mig: 3g.40gb}, duration: 1m}
  - {name: again, kind: training, project: p, submit: 0s, gpu: {mig: 3g.40gb}, duration: 1m}
)"));
  CHECK(times.at("fits").start == 0);
  CHECK(times.at("again").start == 60);
}

TEST_CASE("with strategy single each instance is one GPU") {
  const auto times =
      run(with_mig("{strategy: single, layout: [2g.20gb, 2g.20gb, 2g.20gb]}",
                   R"(  - {name: two, kind: training, project: p, submit: 0s, gpu: 2, duration: 1m}
  - {name: one, kind: training, project: p, submit: 0s, gpu: 1, duration: 5m}
  - {name: late, kind: training, project: p, submit: 0s, gpu: 2, duration: 1m}
)"));
  CHECK(times.at("two").start == 0);
  CHECK(times.at("two").instances == 2);
  CHECK(times.at("one").start == 0);
  CHECK(times.at("late").start == 60);
}

TEST_CASE("a layout that the model cannot hold is refused at its place") {
  CHECK(faults(with_mig("{strategy: mixed, layout: [4g.40gb, 4g.40gb]}",
                        "  - {name: a, kind: training, project: p, submit: 0s, gpu: 1, duration: 1m}\n"))
            .find("cannot hold the layout 4g.40gb, 4g.40gb: 4g.40gb, which starts at memory slice 0, "
                  "collides with 4g.40gb "
                  "at slices 0-3") != std::string::npos);
}

TEST_CASE("a gang that spans the topology runs slower by what the scenario says") {
  const std::string text = R"(version: 1
policy: {name: fifo-skip, placement: first-fit}
cluster:
  topology: [block, rack]
  node_pools:
    - name: t4
      nodes:
        - {name: "n{index}", count: 4, gpus: {model: T4, count: 1}, labels: {block: "b{index/2}", rack: "r{index}"}}
organization:
  departments: [{name: d, projects: [{name: p, quota: {t4: {gpu: 8}}}]}]
workloads:
  - {name: blocker, kind: training, project: p, submit: 0s, gpu: 1, duration: 1h}
  - {name: near, kind: distributed, project: p, submit: 1h, gpu: 1, gang: {min_pods: 2, max_pods: 2}, duration: 10m, topology_slowdown: 0.5}
  - {name: far, kind: distributed, project: p, submit: 2h, gpu: 1, gang: {min_pods: 4, max_pods: 4}, duration: 10m, topology_slowdown: 0.5}
  - {name: free, kind: distributed, project: p, submit: 4h, gpu: 1, gang: {min_pods: 4, max_pods: 4}, duration: 10m}
)";
  const auto times = run(text);
  // Two racks of one block are half way from full speed to 0.5; two blocks are 0.5.
  CHECK(times.at("near").end - times.at("near").start == Approx(800).margin(0.01));
  CHECK(times.at("far").end - times.at("far").start == Approx(1200).margin(0.01));
  CHECK(times.at("free").end - times.at("free").start == Approx(600).margin(0.01));
}

TEST_CASE("under kai too idle instances are cut anew, when those in use let a larger one in") {
  // Three small ones hold the first, second and sixth slice; the large one needs four in a row from 0 or 4.
  const std::string text = R"(version: 1
clock: {duration: 6h}
cluster: {node_pools: [{name: a, nodes: [{name: n0, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, mig: {strategy: mixed, layout: [1g.10gb@0, 1g.10gb@1, 1g.10gb@5], repartition: REPARTITION}}]}]}
organization: {departments: [{name: d, quota: {gpu: 8}, projects: [{name: p, quota: {gpu: 8}}]}]}
workloads:
  - {name: ends-first, project: p, gpu: {mig: 1g.10gb}, duration: 1h}
  - {name: stays, project: p, gpu: {mig: 1g.10gb}, duration: 10h}
  - {name: ends-next, project: p, gpu: {mig: 1g.10gb}, duration: 2h}
  - {name: large, project: p, submit: 1m, gpu: {mig: 3g.40gb}, duration: 1h}
)";
  const auto with = [&](const std::string& word) {
    std::string scenario = text;
    return run(scenario.replace(scenario.find("REPARTITION"), 11, word));
  };
  const auto times = with("on-demand");
  CHECK(times.at("large").start == 2 * 3600 + 120);
  CHECK(times.at("large").end == 3 * 3600 + 120);
  CHECK(times.at("stays").start == 0);
  CHECK(times.at("stays").end == -1);
  CHECK(with("never").at("large").start == -1);
}
