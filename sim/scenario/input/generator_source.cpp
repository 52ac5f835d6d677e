// Submissions drawn from a generator, one ahead of the clock.
//
// Arrivals are a Poisson process whose rate changes with the local hour, drawn by thinning: candidates come at the highest
// rate of the week, and one at an hour of lower rate is kept with the ratio of the two (exactly, in integers). Candidate k
// draws from (seed, "arrivals", generator, k), the n-th arrival's values from streams of their own, so that a change to one
// distribution leaves the other draws where they were.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "berth/core/int128.hpp"
#include "berth/core/invariant.hpp"
#include "sim/core/civil_time.hpp"
#include "sim/core/random.hpp"
#include "sim/scenario/input/submission_builder.hpp"
#include "sim/scenario/text/limits.hpp"
#include "sim/scenario/text/zone.hpp"

namespace berth::scenario {

namespace {

constexpr std::uint64_t main_branch = 0;

template <class T>
std::vector<std::int64_t> weights_of(const Choice<T>& choice) {
  std::vector<std::int64_t> weights;
  for (const auto& [value, weight] : choice.options) weights.push_back(weight);
  return weights;
}

class GeneratorSource : public simulation::SubmissionSource {
 public:
  GeneratorSource(const Scenario& scenario, const GeneratorSpec& generator, const Ids& ids)
      : generator_(generator),
        zone_(*Zone::find(scenario.clock.zone)),
        arrivals_(scenario.seed, main_branch, "arrivals"),
        projects_(scenario.seed, main_branch, "projects"),
        gpus_(scenario.seed, main_branch, "gpus"),
        pods_(scenario.seed, main_branch, "pods"),
        durations_(scenario.seed, main_branch, "durations"),
        outcomes_(scenario.seed, main_branch, "outcomes"),
        at_(generator.arrivals.from.from(scenario.start())),
        end_(Instant::never()) {
    if (generator.arrivals.until) end_ = generator.arrivals.until->from(scenario.start());
    if (const auto end = scenario.end()) end_ = std::min(end_, *end);
    set_rate();
    for (const auto& [gpu, weight] : generator.gpu.options) {
      PodAsk ask = generator.ask;
      ask.gpu = gpu;
      patterns_.push_back(submission_of(generator, ask, ids));
    }
    for (const auto& [project, weight] : generator.project.options) {
      project_ids_.push_back(ids.projects.find(project.value)->second);
      project_pools_.push_back(ids.default_pools.find(project.value)->second);
    }
  }

  std::optional<simulation::Submission> next() override {
    if (generator_.arrivals.count && static_cast<std::int64_t>(drawn_) >= *generator_.arrivals.count)
      return std::nullopt;
    if (!advance()) return std::nullopt;
    const std::uint64_t n = drawn_++;
    const std::string& name = generator_.name.value;
    Random gpu = gpus_.at(name, n);
    simulation::Submission out = patterns_[gpu.weighted_choice(weights_of(generator_.gpu))];
    workload::WorkloadSpec& spec = out.spec;
    spec.name = name + "-" + std::to_string(n);
    spec.submit = at_;
    if (generator_.drawn_pods) set_pods(spec, draw_pods(n));
    Random project = projects_.at(name, n);
    const std::size_t p = project.weighted_choice(weights_of(generator_.project));
    spec.project = project_ids_[p];
    if (spec.node_pools.empty()) spec.node_pools = project_pools_[p];
    spec.duration = draw_duration(n);
    spec.estimate = spec.duration;
    if (spec.duration != Duration::max()) {
      const Int128 estimate = Int128{spec.duration.micros} * generator_.estimate_percent / 100;
      spec.estimate = std::max(seconds(1), Duration{static_cast<std::int64_t>(estimate)});
    }
    Random outcome = outcomes_.at(name, n);
    spec.outcome = generator_.outcome.options[outcome.weighted_choice(weights_of(generator_.outcome))].first;
    spec.outcome_final = spec.outcome == workload::Outcome::failed && !generator_.backoff_limit;
    return out;
  }

 private:
  // The highest rate of the week, and each hour's share of it as a fraction of `full_`.
  void set_rate() {
    const Arrivals& a = generator_.arrivals;
    std::int64_t sum = 0, most = 0;
    for (const std::int32_t factor : a.by_hour_milli) {
      sum += factor;
      most = std::max<std::int64_t>(most, factor);
    }
    const std::int64_t day = std::max<std::int64_t>(1000, a.weekend_milli);
    full_ = most * day;
    // per_hour is the mean of a weekday: factors are taken relative to their own mean.
    const Int128 rate =
        Int128{a.per_hour_micro} * most * 24 * day / (Int128{sum} * 1000);  // millionths an hour
    if (rate <= 0) {
      exhausted_ = true;
      return;
    }
    const Int128 gap = (Int128{hours(1).micros} * 1'000'000 + rate / 2) / rate;
    mean_gap_ = Duration{static_cast<std::int64_t>(std::clamp<Int128>(gap, 1, days(1'000'000).micros))};
  }

  // Moves to the next arrival; false when there is none.
  bool advance() {
    while (!exhausted_) {
      if (candidates_ == RandomStream::max_ordinal) break;
      Random random = arrivals_.at(generator_.name.value, candidates_++);
      const Duration gap = random.exponential(mean_gap_);
      if (end_ - at_ <= gap || at_ >= end_) break;  // arrivals lie before the end
      at_ = at_ + gap;
      const CivilTime local = zone_.local(at_);
      const auto weekday = weekday_of_days(days_from_civil(local.date));
      const bool weekend = weekday == Weekday::saturday || weekday == Weekday::sunday;
      const auto hour = static_cast<std::size_t>(local.time_of_day / hours(1));
      const std::int64_t share = std::int64_t{generator_.arrivals.by_hour_milli[hour]} *
                                 (weekend ? generator_.arrivals.weekend_milli : 1000);
      if (random.below(static_cast<std::uint64_t>(full_)) < static_cast<std::uint64_t>(share)) return true;
    }
    exhausted_ = true;
    return false;
  }

  // To the nearest whole number.
  std::int32_t draw_pods(std::uint64_t n) const {
    const PodsSpread& spread = *generator_.drawn_pods;
    Random random = pods_.at(generator_.name.value, n);
    // A pod as a second: the draws of durations, which are integers.
    const auto seconds_of = [](std::int64_t milli) { return Duration{milli * 1000}; };
    Duration drawn;
    switch (spread.kind) {
      case PodsSpread::Kind::choice:
        return spread.choice.options[random.weighted_choice(weights_of(spread.choice))].first;
      case PodsSpread::Kind::lognormal:
        drawn = random.lognormal(seconds_of(spread.value_milli), seconds_of(spread.p95_milli));
        break;
      case PodsSpread::Kind::exponential:
        drawn = random.exponential(seconds_of(spread.value_milli));
        break;
    }
    const std::int64_t least = generator_.gang ? std::max(1, generator_.gang->min_pods) : 1;
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>((drawn.micros + 500'000) / 1'000'000, least, max_pods));
  }

  // The last template has the pods beside a master; the gang is all of them unless its minimum is written.
  void set_pods(workload::WorkloadSpec& spec, std::int32_t pods) const {
    spec.templates.back().count = pods;
    std::int32_t minimum = 1;
    if (generator_.gang || generator_.kind == workload::Kind::distributed) minimum = pods;
    if (generator_.gang && generator_.gang->min_pods > 0) minimum = generator_.gang->min_pods;
    spec.sub_groups.front().min_pods = minimum + (generator_.master ? 1 : 0);
  }

  // In whole seconds, at least one.
  Duration draw_duration(std::uint64_t n) const {
    if (!generator_.duration) return Duration::max();
    const DurationSpread& spread = *generator_.duration;
    Random random = durations_.at(generator_.name.value, n);
    Duration drawn;
    switch (spread.kind) {
      case DurationSpread::Kind::fixed:
        return spread.value;
      case DurationSpread::Kind::lognormal:
        drawn = random.lognormal(spread.value, spread.p95);
        break;
      case DurationSpread::Kind::exponential:
        drawn = random.exponential(spread.value);
        break;
      case DurationSpread::Kind::choice:
        return spread.choice.options[random.weighted_choice(weights_of(spread.choice))].first;
    }
    return std::clamp(seconds(drawn / seconds(1)), seconds(1), max_drawn);
  }

  static constexpr Duration max_drawn = days(36'525);

  GeneratorSpec generator_;
  Zone zone_;
  RandomStream arrivals_, projects_, gpus_, pods_, durations_, outcomes_;
  Instant at_, end_;
  Duration mean_gap_;
  std::int64_t full_ = 1;
  bool exhausted_ = false;
  std::uint64_t candidates_ = 0, drawn_ = 0;
  std::vector<simulation::Submission> patterns_;  // one a GPU option
  std::vector<QueueId> project_ids_;
  std::vector<std::vector<PoolId>> project_pools_;
};

}  // namespace

std::unique_ptr<simulation::SubmissionSource> generator_source(const Scenario& scenario,
                                                               const GeneratorSpec& generator,
                                                               const Ids& ids) {
  return std::make_unique<GeneratorSource>(scenario, generator, ids);
}

}  // namespace berth::scenario
