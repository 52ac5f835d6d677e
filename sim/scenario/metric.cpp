#include "sim/scenario/metric.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {
namespace {

constexpr std::array<std::pair<const char*, MetricKind>, 12> kinds{{
    {"wait_mean", MetricKind::wait_mean},
    {"wait_p50", MetricKind::wait_p50},
    {"wait_p90", MetricKind::wait_p90},
    {"wait_p99", MetricKind::wait_p99},
    {"wait_over", MetricKind::wait_over},
    {"gpu_allocation", MetricKind::gpu_allocation},
    {"gpu_idle", MetricKind::gpu_idle},
    {"preemptions", MetricKind::preemptions},
    {"lost_gpu_hours", MetricKind::lost_gpu_hours},
    {"throughput", MetricKind::throughput},
    {"fairness_jain", MetricKind::fairness_jain},
    {"fragmentation", MetricKind::fragmentation},
}};
// Names that later versions have a meaning for.
constexpr std::array<const char*, 3> later{"slowdown_mean", "availability", "cost"};

constexpr std::array<std::pair<const char*, workload::Kind>, 4> workload_kinds{{
    {"training", workload::Kind::training},
    {"workspace", workload::Kind::workspace},
    {"distributed", workload::Kind::distributed},
    {"inference", workload::Kind::inference},
}};

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t max_priority = 2'000'000'000;

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  const std::vector<std::string> found = nearest_names(name, known);
  return found.empty() ? "; expected " + joined_by_or(known) : did_you_mean(found);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// One item between the braces; a sentence when it is wrong.
std::string read_item(std::string_view item, Metric& out) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos) {
    const auto length = parse_duration(item);
    if (out.kind != MetricKind::wait_over || !length || length->micros < 0)
      return quoted(item) + " is no condition; expected such as project=vision";
    out.over = *length;
    return {};
  }
  const std::string key(trimmed(item.substr(0, equals)));
  const std::string value(trimmed(item.substr(equals + 1)));
  if (value.empty()) return quoted(key) + " has no value";
  if (key == "project") {
    out.project = value;
  } else if (key == "department") {
    out.department = value;
  } else if (key == "node_pool") {
    out.node_pool = value;
  } else if (key == "kind") {
    std::vector<std::string> known;
    for (const auto& [name, kind] : workload_kinds) {
      known.emplace_back(name);
      if (value == name) out.workload_kind = kind;
    }
    if (!out.workload_kind) return "unknown kind " + quoted(value) + nearest(value, known);
  } else if (key == "priority") {
    for (const auto& one : workload::priority_classes())
      if (value == one.name) out.priority = one.value;
    if (const auto number = parse_integer(value, -max_priority, max_priority))
      out.priority = static_cast<std::int32_t>(*number);
    if (!out.priority) {
      std::vector<std::string> known;
      for (const auto& one : workload::priority_classes()) known.emplace_back(one.name);
      return "unknown priority " + quoted(value) + nearest(value, known);
    }
  } else {
    return "unknown condition " + quoted(key) +
           nearest(key, {"project", "department", "node_pool", "kind", "priority"});
  }
  return {};
}

}  // namespace

MetricUnit Metric::unit() const {
  switch (kind) {
    case MetricKind::wait_mean:
    case MetricKind::wait_p50:
    case MetricKind::wait_p90:
    case MetricKind::wait_p99:
      return MetricUnit::duration;
    case MetricKind::wait_over:
    case MetricKind::gpu_allocation:
    case MetricKind::gpu_idle:
    case MetricKind::fragmentation:
      return MetricUnit::share;
    case MetricKind::preemptions:
    case MetricKind::lost_gpu_hours:
    case MetricKind::fairness_jain:
      return MetricUnit::number;
    case MetricKind::throughput:
      return MetricUnit::rate;
  }
  return MetricUnit::number;
}

ParsedMetric parse_metric(std::string_view text) {
  const std::size_t brace = std::min(text.find('{'), text.size());
  const std::string name(trimmed(text.substr(0, brace)));
  Metric out;
  std::vector<std::string> known;
  bool found = false;
  for (const auto& [known_name, kind] : kinds) {
    known.emplace_back(known_name);
    if (name != known_name) continue;
    out.kind = kind;
    found = true;
  }
  if (!found) {
    if (std::find(later.begin(), later.end(), name) != later.end())
      return {std::nullopt, "the metric " + quoted(name) + " is not supported by this version"};
    return {std::nullopt, "unknown metric " + quoted(name) + nearest(name, known)};
  }
  bool over_said = false;
  if (brace < text.size()) {
    if (text.back() != '}') return {std::nullopt, quoted(text) + " lacks the closing brace"};
    std::string_view rest = text.substr(brace + 1, text.size() - brace - 2);
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view item = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (std::string fault = read_item(item, out); !fault.empty()) return {std::nullopt, std::move(fault)};
      over_said = over_said || item.find('=') == std::string_view::npos;
    }
  }
  if (out.kind == MetricKind::wait_over && !over_said)
    return {std::nullopt, "'wait_over' needs a duration: wait_over{30m}"};
  const bool of_nodes = out.kind == MetricKind::gpu_allocation || out.kind == MetricKind::gpu_idle ||
                        out.kind == MetricKind::fragmentation;
  if (of_nodes && out.narrowed_to_workloads())
    return {std::nullopt, quoted(name) + " can be narrowed to a node_pool only"};
  return {out, {}};
}

std::optional<std::int64_t> parse_bound(std::string_view text, MetricUnit unit) {
  if (unit == MetricUnit::duration) {
    const auto length = parse_duration(text);
    return length ? std::optional(length->micros) : std::nullopt;
  }
  std::int64_t scale = million;
  if (unit == MetricUnit::share && !text.empty() && text.back() == '%') {
    text.remove_suffix(1);
    scale = million / 100;
  } else if (unit == MetricUnit::rate) {
    if (text.size() > 2 && text.substr(text.size() - 2) == "/h") {
      text.remove_suffix(2);
    } else if (text.size() > 2 && text.substr(text.size() - 2) == "/d") {
      text.remove_suffix(2);
      const auto daily = parse_decimal(text, million);
      return daily ? std::optional(*daily / 24) : std::nullopt;
    }
  }
  const auto number = parse_decimal(text, scale);
  return number ? std::optional(*number) : std::nullopt;
}

std::string_view bound_form(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::duration:
      return "a duration such as 30m";
    case MetricUnit::share:
      return "a share such as 60% or 0.6";
    case MetricUnit::number:
      return "a number";
    case MetricUnit::rate:
      return "a rate such as 12/h";
  }
  return "";
}

std::string print_bound(std::int64_t value, MetricUnit unit) {
  switch (unit) {
    case MetricUnit::duration:
      return print_duration(Duration{value});
    case MetricUnit::share:
      return print_decimal(value, 4) + "%";
    case MetricUnit::number:
      return print_decimal(value, 6);
    case MetricUnit::rate:
      return print_decimal(value, 6) + "/h";
  }
  return "";
}

}  // namespace berth::scenario
