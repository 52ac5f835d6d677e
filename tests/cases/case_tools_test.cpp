#include "sim/cases/case_tools.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"
#include "sim/cases/policy_case.hpp"
#include "sim/simulation/run/commit.hpp"
#include "tests/support/policies/toy_policies.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

PolicyCase three_workloads() {
  Diagnostics faults;
  auto cases = read_policy_cases_yaml(R"(cases:
  - name: three
    nodes: [{name: n0, gpus: 2}, {name: n1, gpus: 2}]
    departments: [{name: d, quota: {gpu: 4}, projects: [{name: p, quota: {gpu: 4}}]}]
    actions: [allocate]
    workloads:
      - {name: first, project: p, priority: 50, gpu: 1}
      - {name: second, project: p, priority: 50, gpu: 1}
      - {name: third, project: p, priority: 50, gpu: 1}
    expect: {first: pending, second: pending, third: pending}
)",
                                      "three.yaml", faults);
  INFO(faults.to_text());
  REQUIRE(cases.size() == 1);
  return cases[0];
}

bool has(const PolicyCase& c, const std::string& name) {
  return std::any_of(c.workloads.all.begin(), c.workloads.all.end(),
                     [&](const workload::Workload& w) { return w.spec.name == name; });
}

}  // namespace

TEST_CASE("a case is made small while it fails alike, and always to the same line", "[scenario]") {
  const std::string line = print_policy_case(three_workloads());
  const auto alike = [](const PolicyCase& c) { return has(c, "second"); };
  const std::string small = shrink_policy_case(line, alike);
  CHECK(small.size() < line.size());
  CHECK(shrink_policy_case(line, alike) == small);

  Diagnostics faults;
  const auto cases = read_policy_cases(small, "small.jsonl", faults);
  REQUIRE(cases.size() == 1);
  CHECK(has(cases[0], "second"));
  CHECK_FALSE(has(cases[0], "first"));
  CHECK_FALSE(has(cases[0], "third"));
}

TEST_CASE("a case of which nothing may go stays as it is", "[scenario]") {
  const std::string line = print_policy_case(three_workloads());
  CHECK(shrink_policy_case(line, [](const PolicyCase&) { return false; }) == line);
}

TEST_CASE("the pass whose decision the World refused is written as a case", "[scenario]") {
  const std::string text = R"(version: 1
clock: {duration: 1h}
cluster: {node_pools: [{name: a, nodes: [{name: n0, gpus: {model: L40S, count: 1}}]}]}
organization: {departments: [{name: d, projects: [{name: p, quota: {a: {gpu: 1}}}]}]}
workloads:
  - {name: first, project: p, gpu: 1, duration: 30m}
  - {name: second, project: p, submit: 10m, gpu: 1, duration: 10m}
)";
  const auto loaded = load_scenario_text(text, "test.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  // It binds whatever waits to the first device, the second time wrongly.
  const auto careless = [] {
    return std::make_unique<tests::Scripted>([](const policy::Snapshot& s, policy::Transaction& t) {
      for (const WorkloadId id : *s.waiting)
        t.pipeline(s.workloads->all[id].pods.front(), NodeId{0}, {1, {}});
      for (const WorkloadId id : *s.waiting) {
        if (s.cluster->occupancy[NodeId{0}].vacant != 0) {
          t.bind(s.workloads->all[id].pods.front(), NodeId{0}, {1, {}});
        } else {
          t.drop(WorkloadId{99});
        }
      }
      return policy::CycleResult{};
    });
  };
  simulation::NullSink nowhere;
  simulation::Run run(build_input(*loaded.scenario), careless(), nowhere);
  CHECK_THROWS_AS(run.execute(), simulation::PolicyError);
  const PolicyCase one = capture_pass(build_input(*loaded.scenario), careless(), run.progress().cycles);
  CHECK(one.now - run.world().start == minutes(10));
  CHECK(has(one, "first"));
  CHECK(has(one, "second"));
  CHECK(print_policy_case(one).find("\"running\"") != std::string::npos);
  CHECK_THROWS_AS(capture_pass(build_input(*loaded.scenario), std::make_unique<tests::Idle>(), 1000),
                  std::out_of_range);
}

TEST_CASE("a cycle while MIG instances are being cut is decided by its case as in the run", "[scenario]") {
  const auto loaded = load_scenario_text(R"(version: 1
clock: {duration: 6h}
cluster: {node_pools: [{name: a, nodes: [{name: n0, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, mig: {strategy: mixed, layout: [7g.80gb], repartition: on-demand}}]}]}
organization: {departments: [{name: d, quota: {gpu: 8}, projects: [{name: p, quota: {gpu: 8}}]}]}
workloads:
  - {name: first, project: p, gpu: {mig: 7g.80gb}, duration: 1h}
  - {name: small, project: p, submit: 1m, gpu: {mig: 3g.40gb}, duration: 1h}
  - {name: other, project: p, submit: 2m, gpu: {mig: 7g.80gb}, duration: 1h}
)",
                                         "s.yaml");
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = build_input(*loaded.scenario);
  const Instant start = input.start;
  const policy::PolicySpec policy = input.policy;
  auto made = policy::make_policy(policy);
  simulation::NullSink sink;
  simulation::Run run(std::move(input), std::move(made), sink);
  run.advance(start + hours(1));  // `other` takes the instance as it is
  run.advance(start + hours(2));  // now it is cut for `small`
  REQUIRE(run.world().cuts.size() == 1);
  const simulation::World before = run.world();
  run.advance(start + hours(2) + seconds(1));

  PolicyCase captured = capture_policy_case(before, PoolId{0}, start + hours(2) + seconds(1), policy);
  captured.id = captured.name = "cut";
  captured.expected = outcome_of_policy_case(captured, *policy::make_policy(captured.policy)).expected;
  Diagnostics faults;
  const auto read = read_policy_cases(print_policy_case(captured) + "\n", "captured", faults);
  INFO(faults.to_text());
  REQUIRE(read.size() == 1);
  const auto states = trace_policy_case(read[0], *policy::make_policy(read[0].policy));
  std::string text;
  for (std::size_t i = 0; i < read[0].workloads.pods.size(); ++i)
    text += read[0].pod_names[id_of<PodId>(i)] + " " + states.front()[id_of<PodId>(i)].text() + "\n";
  CHECK(text == "small-0 pipelined on n0\ncut-of-n0-0 releasing on n0\n");
  // As in the run.
  const PodId pod = run.world().workloads.all[*run.world().find_workload("small")].pods.front();
  CHECK(run.world().pipelined.count(pod) == 1);
}

TEST_CASE(
    "a captured cycle keeps nodes that are down, instances that count as GPUs, and where pods have ended",
    "[scenario]") {
  const auto loaded = load_scenario_text(R"(version: 1
clock: {duration: 45s}
policy: {name: kai, cycle: 1s}
cluster:
  node_pools:
    - name: a
      nodes:
        - {name: whole, gpus: {model: H100-SXM5-80GB, count: 3}}
        - {name: "off", gpus: {model: L40S, count: 1}}
        - {name: cut, gpus: {model: H100-SXM5-80GB, count: 1}, mig: {strategy: single, layout: [3g.40gb, 3g.40gb]}}
organization: {departments: [{name: d, quota: {gpu: unlimited}, projects: [{name: p, quota: {gpu: unlimited}}]}]}
workloads: [{name: w, project: p, gpu: 3, pods: 2, duration: 30s}]
events: [{at: 10s, node_down: "off"}]
)",
                                         "test.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = build_input(*loaded.scenario);
  const policy::PolicySpec spec = input.policy;
  simulation::NullSink sink;
  simulation::Run run(std::move(input), policy::make_policy(spec), sink);
  run.execute();
  PolicyCase captured = capture_policy_case(run.world(), PoolId{0}, run.world().start + seconds(45), spec);
  captured.id = "captured";
  Diagnostics faults;
  const auto read = read_policy_cases(print_policy_case(captured) + "\n", "captured", faults);
  INFO(faults.to_text());
  REQUIRE(read.size() == 1);
  const PolicyCase& one = read[0];
  REQUIRE(one.cluster.nodes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const NodeId id = id_of<NodeId>(i);
    const cluster::NodeSpec& node = one.cluster.nodes[id];
    CHECK(one.cluster.occupancy[id].ready == (node.name != "off"));
    CHECK(node.gpus == (node.name == "whole" ? 3 : node.name == "cut" ? 2 : 1));
    CHECK(node.mig_advertised.empty());
  }
  REQUIRE(one.workloads.pods.size() == 2);
  CHECK(one.workloads.pods[PodId{0}].status == workload::PodStatus::succeeded);
  REQUIRE(one.workloads.pods[PodId{0}].node != none<NodeId>());
  CHECK(one.cluster.nodes[one.workloads.pods[PodId{0}].node].name == "whole");
  CHECK(one.workloads.pods[PodId{1}].status == workload::PodStatus::running);
}

TEST_CASE("a pod that asks for nothing takes the slot of a pod that leaves, as the reference grants it",
          "[scenario]") {
  const auto loaded = load_scenario_text(R"(version: 1
clock: {duration: 2m}
policy: {name: kai, cycle: 1s}
cluster: {node_pools: [{name: a, nodes: [{name: n, gpus: {model: L40S, count: 1}, max_pods: 1}]}]}
organization: {departments: [{name: d, quota: {gpu: unlimited}, projects: [{name: p, quota: {gpu: unlimited}}]}]}
workloads:
  - {name: leaves, project: p, gpu: 1, cpu: 1, duration: 10m, termination_grace: 40s}
  - {name: small, project: p, gpu: 0, submit: 20s, duration: 10s}
events: [{at: 10s, delete: leaves}]
)",
                                         "test.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = build_input(*loaded.scenario);
  auto policy = policy::make_policy(input.policy);
  simulation::NullSink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();  // a refusal of the World throws
  const workload::Workload& small = run.world().workloads.all[*run.world().find_workload("small")];
  REQUIRE(small.first_full_start.has_value());
  CHECK(*small.first_full_start - run.world().start < seconds(30));
}
