// The metrics that an expectation may compare, by the names of the table below, and bounds in their units. What each means
// for a run is said and computed in sim/records/series/metric_values.hpp.
//
//   wait_mean, wait_p50, wait_p90, wait_p99, wait_over{30m}, gpu_allocation, gpu_idle, preemptions, lost_gpu_hours,
//   throughput, fairness_jain, fragmentation; narrowed in braces: `wait_p90{project=vision,kind=training}`, `wait_over{30m,priority=50}`
//
// Numbers are held as integers: a duration in microseconds, everything else in millionths (a share of 60% is 600000).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "berth/core/time.hpp"
#include "berth/workload/spec.hpp"

namespace berth::scenario {

enum class MetricKind : std::uint8_t {
  wait_mean,
  wait_p50,
  wait_p90,
  wait_p99,
  wait_over,
  gpu_allocation,
  gpu_idle,
  preemptions,
  lost_gpu_hours,
  throughput,
  fairness_jain,
  fragmentation,
};

enum class MetricUnit : std::uint8_t { duration, share, number, rate };  // rate: per hour

struct Metric {
  MetricKind kind = MetricKind::wait_mean;
  Duration over{};  // wait_over: longer than this
  // Only what is of all that are given.
  std::optional<std::string> project, department, node_pool;
  std::optional<workload::Kind> workload_kind;
  std::optional<std::int32_t> priority;

  MetricUnit unit() const;
  bool narrowed_to_workloads() const { return project || department || workload_kind || priority; }
};

// Either the metric, or a sentence that says what is wrong with the text.
struct ParsedMetric {
  std::optional<Metric> metric;
  std::string fault;
};
ParsedMetric parse_metric(std::string_view text);

// "30m", "60%", "0.6", "12/h": what the unit takes; nothing when the text is no such value.
std::optional<std::int64_t> parse_bound(std::string_view text, MetricUnit unit);
// "a duration such as 30m": what was expected.
std::string_view bound_form(MetricUnit unit);
std::string print_bound(std::int64_t value, MetricUnit unit);

}  // namespace berth::scenario
