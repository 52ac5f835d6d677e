#include "berth/scenario/case_tools.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "berth/scenario/policy_case.hpp"

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
