// Workloads drawn from distributions. Every draw is keyed by (seed, generator, what is drawn, ordinal): an
// added project or generator moves nobody else's draws.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "berth/core/time.hpp"
#include "berth/scenario/workload_spec.hpp"

namespace berth::scenario {

// One of several values, each with a weight in thousandths of a unit; a single one is certain.
template <class T>
struct Choice {
  std::vector<std::pair<T, std::int64_t>> options;
  bool operator==(const Choice&) const = default;
};

struct DurationSpread {
  enum class Kind : std::uint8_t { fixed, lognormal, exponential, choice };
  Kind kind = Kind::fixed;
  Duration value;  // fixed; exponential: the mean; lognormal: the median
  Duration p95;    // lognormal
  Choice<Duration> choice;
  bool operator==(const DurationSpread&) const = default;
};

// How many pods each workload has, where that is drawn: rounded to the nearest whole number, from 1 (or the gang's minimum)
// to the most that a workload may have.
struct PodsSpread {
  enum class Kind : std::uint8_t { choice, lognormal, exponential };
  Kind kind = Kind::choice;
  std::int64_t value_milli = 0;  // thousandths of a pod; exponential: the mean; lognormal: the median
  std::int64_t p95_milli = 0;    // lognormal
  Choice<std::int32_t> choice;
  bool operator==(const PodsSpread&) const = default;
};

struct Arrivals {
  std::int64_t per_hour_micro = 0;  // millionths of an arrival an hour, the mean of a weekday
  std::array<std::int32_t, 24> by_hour_milli = {
      1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000,
      1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000};  // factor of each local hour, thousandths
  std::int32_t weekend_milli = 1000;                                      // factor of Saturdays and Sundays
  When from;                                                              // not said: the start
  std::optional<When> until;                                              // not said: the end of the run
  std::optional<std::int64_t> count;                                      // at most so many
  bool operator==(const Arrivals&) const = default;
};

struct GeneratorSpec : WorkloadCommon {
  Choice<Name> project;
  bool project_said = false;  // if only wrongly
  Arrivals arrivals;
  Choice<workload::GpuRequest> gpu;        // stands for `ask.gpu`
  std::optional<PodsSpread> drawn_pods;    // stands for `pods`, which is then 0
  std::optional<DurationSpread> duration;  // empty: endless
  std::int32_t estimate_percent = 100;     // the user's estimate as a share of the true duration
  Choice<workload::Outcome> outcome;
  Mark mark;
  bool operator==(const GeneratorSpec& o) const {
    return static_cast<const WorkloadCommon&>(*this) == o && project == o.project && arrivals == o.arrivals &&
           gpu == o.gpu && drawn_pods == o.drawn_pods && duration == o.duration &&
           estimate_percent == o.estimate_percent && outcome == o.outcome;
  }
};

}  // namespace berth::scenario
