#include "sim/records/series/metric_values.hpp"

#include <catch2/catch.hpp>

#include "sim/records/words/expectations.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;

namespace {

const char* const two_projects = R"(
version: 1
clock: {start: 2026-01-05T00:00:00Z, duration: 4h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 4}, cpu: 16, memory: 64Gi}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 2}}}, {name: b, quota: {p: {gpu: 2}}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: w1, kind: training, project: a, submit: 0s, gpu: 2, duration: 2h}
  - {name: w2, kind: training, project: a, submit: 0s, gpu: 2, duration: 5h}
  - {name: w3, kind: training, project: a, submit: 1h, gpu: 2, duration: 30m}
  - {name: w4, kind: training, project: b, submit: 2h, gpu: 4, duration: 1h}
expect:
  - {workload: w1, phase: Completed, by: 2h}
  - {workload: w4, phase: Running}
  - {metric: "wait_p90{project=a}", at_most: 1h}
  - {metric: "wait_p90{project=b}", at_most: 3h}
)";

const tests::FinishedRun& run() {
  static const tests::FinishedRun made(two_projects);
  return made;
}

MetricValue value_of(const std::string& text) {
  const auto parsed = scenario::parse_metric(text);
  INFO(text << ": " << parsed.fault);
  REQUIRE(parsed.metric);
  const auto value = metric_value(*parsed.metric, run().world(), run().result.end);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("metrics by name say what the summary says") {
  const Summary summary = run().summary();
  CHECK(value_of("wait_mean").value == summary.waits.mean().length.micros);
  CHECK(value_of("wait_mean").at_least);
  CHECK(value_of("wait_p90{project=a}").value == hours(1).micros);
  CHECK_FALSE(value_of("wait_p90{project=a}").at_least);
  CHECK(value_of("wait_p50{project=b}").value == hours(2).micros);
  CHECK(value_of("wait_p50{project=b}").at_least);
  CHECK(value_of("wait_over{30m}").value == 500'000);  // w3 and w4 of four
  CHECK(value_of("gpu_allocation").value == 812'500);  // 13 of 16 GPU hours
  CHECK(value_of("gpu_idle").value == 187'500);
  CHECK(value_of("throughput").value == 500'000);  // two in four hours
  CHECK(value_of("fairness_jain").value == summary.fairness_micro);
  CHECK(value_of("preemptions").value == 0);
}

TEST_CASE("an expectation holds or says what came instead; a lower bound meets no upper one") {
  const auto checked = check_expectations(run().scenario, *run().journal);
  REQUIRE(checked.size() == 4);
  CHECK(checked[0].holds);
  CHECK_FALSE(checked[1].holds);
  CHECK(checked[1].difference.find("Pending") != std::string::npos);
  CHECK(checked[2].holds);
  CHECK_FALSE(checked[3].holds);
}
