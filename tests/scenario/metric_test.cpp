#include "sim/scenario/metric.hpp"

#include <catch2/catch.hpp>

#include "sim/scenario/text/limits.hpp"

using namespace berth;
using namespace berth::scenario;

TEST_CASE("metrics are read with what narrows them", "[scenario]") {
  const ParsedMetric over = parse_metric("wait_over{30m,project=vision,priority=50}");
  REQUIRE(over.metric);
  CHECK(over.metric->kind == MetricKind::wait_over);
  CHECK(over.metric->over == minutes(30));
  CHECK(over.metric->project == "vision");
  CHECK(over.metric->priority == 50);
  CHECK(over.metric->unit() == MetricUnit::share);
  CHECK(over.metric->narrowed_to_workloads());

  const ParsedMetric mean = parse_metric("wait_mean");
  REQUIRE(mean.metric);
  CHECK(mean.metric->unit() == MetricUnit::duration);
  CHECK_FALSE(mean.metric->narrowed_to_workloads());

  for (const char* bad :
       {"", "wait_men", "wait_over", "wait_mean{", "wait_mean{project}", "wait_mean{priority=x}"}) {
    INFO(bad);
    const ParsedMetric parsed = parse_metric(bad);
    CHECK_FALSE(parsed.metric);
    CHECK_FALSE(parsed.fault.empty());
  }
}

TEST_CASE("bounds are read and printed in their unit", "[scenario]") {
  CHECK(parse_bound("30m", MetricUnit::duration) == minutes(30).micros);
  CHECK(parse_bound("60%", MetricUnit::share) == 600'000);
  CHECK(parse_bound("0.6", MetricUnit::share) == 600'000);
  CHECK_FALSE(parse_bound("60%", MetricUnit::duration));
  CHECK_FALSE(parse_bound("soon", MetricUnit::duration));
  for (const MetricUnit unit :
       {MetricUnit::duration, MetricUnit::share, MetricUnit::number, MetricUnit::rate}) {
    const std::int64_t value = 90'000'000;
    CHECK(parse_bound(print_bound(value, unit), unit) == value);
    CHECK_FALSE(bound_form(unit).empty());
  }
}

TEST_CASE("what a scenario may say keeps the sums over a cluster below 2^62", "[scenario]") {
  CHECK(max_memory.value <= (std::int64_t{1} << 62) / max_nodes);
  CHECK(max_cpu.value <= (std::int64_t{1} << 62) / max_nodes);
  CHECK(max_total_memory.value < std::int64_t{1} << 62);
}
