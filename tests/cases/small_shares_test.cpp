// What the reference policy cannot count is an error under it, at its place, and none under the others; memory is whole MiB.
#include <catch2/catch.hpp>
#include <string>

#include "berth/scenario/load.hpp"
#include "sim/cases/policy_case.hpp"
#include "tests/scenario/texts.hpp"

using namespace berth;
using berth::test::faults_of;

namespace {

std::string with(const std::string& policy, const std::string& rest) {
  return "version: 1\npolicy: {name: " + policy +
         "}\ncluster: {node_pools: [{name: a, nodes: [{name: n0, gpus: {model: L40S, count: 1}}]}]}\n"
         "organization: {departments: [{name: d, projects: [{name: p, quota: {gpu: 1}}]}]}\n" +
         rest;
}

const std::string no_hundredth =
    "error: gpu: the policy kai counts fractions to two decimals, and 0.004 is none "
    "(expected 0.005 or more)\n";

}  // namespace

TEST_CASE("a fraction that is no hundredth is an error under kai alone") {
  const std::string listed = "workloads: [{name: w, project: p, gpu: {fraction: 0.004}, duration: 1h}]\n";
  CHECK(faults_of(with("kai", listed)) == "s.yaml:5:40: " + no_hundredth);
  CHECK(faults_of(with("fifo-skip", listed)).empty());
  const std::string least = "workloads: [{name: w, project: p, gpu: {fraction: 0.005}, duration: 1h}]\n";
  CHECK(faults_of(with("kai", least)).empty());
  const std::string drawn =
      "generators: [{name: g, project: p, gpu: {choice: {0.004: 1, 1: 1}}, duration: 1h, arrivals: "
      "{per_hour: 1, until: 2h}}]\n";
  CHECK(faults_of(with("kai", drawn)).find(no_hundredth) != std::string::npos);
}

TEST_CASE("a case that asks kai for such a fraction is refused with its name") {
  Diagnostics faults;
  const auto cases = scenario::read_policy_cases(
      R"({"id": "tiny", "actions": ["allocate"], "nodes": [{"name": "n0", "gpus": 1}], "departments": [{"name": "d"}], "queues": [{"name": "q", "parent": "d"}], "jobs": [{"name": "j", "queue": "q", "priority": 50, "gpus_per_task": 0.004, "tasks": [{"name": "j-0", "status": "pending"}]}], "expected": {}})"
      "\n",
      "c.jsonl", faults);
  CHECK(cases.empty());
  CHECK(faults.to_text().find("no hundredth of a GPU") != std::string::npos);
}

TEST_CASE("a memory request takes whole MiB, rounded up once, when it is read") {
  const auto loaded = scenario::load_scenario_text(
      with("kai", "workloads: [{name: w, project: p, gpu: {memory: 1025Ki}, duration: 1h}]\n"), "s.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  CHECK(loaded.scenario->workloads[0].ask.gpu.value.memory == mebibytes(2));
}
