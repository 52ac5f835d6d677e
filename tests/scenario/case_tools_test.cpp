#include "berth/scenario/case_tools.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "berth/scenario/load.hpp"
#include "berth/scenario/policy_case.hpp"
#include "berth/simulation/run.hpp"

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
