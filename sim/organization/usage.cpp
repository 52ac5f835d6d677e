#include "berth/organization/usage.hpp"

#include <algorithm>

#include "berth/core/invariant.hpp"
#include "sim/core/math.hpp"

namespace berth::organization {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && a < 0) ? 1 : 0);
}

Duration round_up(Duration d, Duration to) {
  return to * ((d.micros + to.micros - 1) / to.micros);
}

// How far back a window can reach.
Duration reach_of(const UsageOptions& options, Instant start) {
  if (options.type != UsageWindow::cron || !options.cron) return options.window;
  // Three hits bound the look-back (usage_window_start); schedules that leave five years empty have none.
  Instant hit = start;
  for (int i = 0; i < 3; ++i) {
    hit = options.cron->next(hit);
    if (hit == Instant::never()) return options.window;
  }
  return std::max(options.window, hit - start);
}

}  // namespace

UsageMeter::UsageMeter(const UsageOptions& options, Instant start, std::size_t queues)
    : options_(options), start_(start) {
  const Duration reach = reach_of(options, start);
  const Duration longest = std::max(reach, options.fetch);
  const Duration least = round_up({(longest.micros + usage_buckets - 1) / usage_buckets}, options.resolution);
  bucket_ = std::max(options.resolution, least);
  interval_ = round_up(options.fetch, bucket_);
  // One more for the bucket that the window cuts through, one for that which is being filled, and those that are filled
  // between two readings.
  kept_ = static_cast<std::uint64_t>(reach.micros / bucket_.micros + interval_.micros / bucket_.micros) + 3;
  const auto fresh = [&](Series& series) {
    series.settled = start;
    series.integrals.assign(kept_, 0);
  };
  for (Series& series : capacity_) fresh(series);
  queues_.resize(queues);
  for (auto& queue : queues_) {
    for (Series& series : queue) fresh(series);
  }
}

std::int64_t UsageMeter::bucket_of(Instant at) const {
  return floor_div(at.micros, bucket_.micros);
}

void UsageMeter::settle(Series& series, Instant at) const {
  BERTH_INVARIANT(at >= series.settled, "usage changes in order of time");
  const auto kept = static_cast<std::int64_t>(kept_);
  const auto slot = [&](std::int64_t bucket) -> Int128& {
    return series.integrals[static_cast<std::size_t>(((bucket % kept) + kept) % kept)];
  };
  const std::int64_t last = bucket_of(at);
  // What would be overwritten on the way is not written at all.
  if (last - bucket_of(series.settled) > kept) series.settled = {(last - kept) * bucket_.micros};
  while (series.settled < at) {
    const std::int64_t bucket = bucket_of(series.settled);
    const Instant end{(bucket + 1) * bucket_.micros};
    const Instant until = std::min(end, at);
    slot(bucket) += static_cast<Int128>(series.value) * (until - series.settled).micros;
    if (until == end) slot(bucket + 1) = 0;
    series.settled = until;
  }
}

void UsageMeter::set_capacity(const Amounts& capacity, Instant at) {
  for (std::size_t r = 0; r < resource_count; ++r) {
    settle(capacity_[r], at);
    capacity_[r].value = capacity[r];
  }
}

void UsageMeter::change(const Organization& organization, QueueId queue, const Amounts& difference,
                        Instant at) {
  while (queues_.size() < organization.queues.size()) {
    queues_.emplace_back();
    for (Series& series : queues_.back()) {
      series.settled = start_;
      series.integrals.assign(kept_, 0);
    }
  }
  for (QueueId q = queue; q != none<QueueId>(); q = organization.queues[q].parent) {
    for (std::size_t r = 0; r < resource_count; ++r) {
      if (difference[r] == 0) continue;
      Series& series = queues_[index_of(q)][r];
      settle(series, at);
      series.value += difference[r];
    }
  }
}

double UsageMeter::weighted(const Series& series, std::int64_t first,
                            const std::vector<double>& weights) const {
  const auto kept = static_cast<std::int64_t>(kept_);
  const std::int64_t settled = bucket_of(series.settled);
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int64_t bucket = first + static_cast<std::int64_t>(i);
    Int128 integral = 0;
    if (bucket < settled) {
      integral = series.integrals[static_cast<std::size_t>(((bucket % kept) + kept) % kept)];
    } else {
      // Not settled yet: the present value has held since.
      const Instant from = std::max(series.settled, Instant{bucket * bucket_.micros});
      integral = static_cast<Int128>(series.value) * ((bucket + 1) * bucket_.micros - from.micros);
      if (bucket == settled)
        integral += series.integrals[static_cast<std::size_t>(((bucket % kept) + kept) % kept)];
    }
    sum += static_cast<double>(integral) * weights[i];
  }
  return sum;
}

UsageShares UsageMeter::shares(Instant now) const {
  UsageShares result(queues_.size());
  const Instant until = reading_at(now);
  const Instant from = std::max(start_, usage_window_start(options_, until));
  if (from >= until) return result;
  const std::int64_t first =
      std::max(bucket_of(from), bucket_of(until) - static_cast<std::int64_t>(kept_) + 1);
  std::vector<double> weights;
  for (std::int64_t bucket = first; bucket < bucket_of(until); ++bucket) {
    const Instant end{(bucket + 1) * bucket_.micros};
    double weight = 1;
    if (options_.half_life) {
      const double age = static_cast<double>((until - end).micros);
      weight = math::pow(0.5, age / static_cast<double>(options_.half_life->micros));
    }
    // Before the start there was nothing, so that only a window's own beginning cuts a bucket.
    if (bucket == bucket_of(from) && from > start_) {
      weight *= static_cast<double>((end - from).micros) / static_cast<double>(bucket_.micros);
    }
    weights.push_back(weight);
  }
  for (std::size_t r = 0; r < resource_count; ++r) {
    const double capacity = weighted(capacity_[r], first, weights);
    if (capacity <= 0) continue;
    for (std::size_t q = 0; q < queues_.size(); ++q) {
      result[id_of<QueueId>(q)][r] = weighted(queues_[q][r], first, weights) / capacity;
    }
  }
  return result;
}

Instant UsageMeter::reading_at(Instant now) const {
  return {floor_div(now.micros, interval_.micros) * interval_.micros};
}
Instant UsageMeter::next_reading(Instant now) const {
  return reading_at(now) + interval_;
}

bool UsageMeter::sound() const {
  const auto kept_all = [&](const auto& set) {
    return std::all_of(set.begin(), set.end(), [&](const Series& s) { return s.integrals.size() == kept_; });
  };
  return options_.window.micros > 0 && options_.fetch.micros > 0 && options_.resolution.micros > 0 &&
         (!options_.half_life || options_.half_life->micros > 0) && bucket_.micros > 0 &&
         interval_ >= bucket_ && interval_.micros % bucket_.micros == 0 && kept_ > 0 &&
         (options_.type != UsageWindow::cron || options_.cron) && kept_all(capacity_) &&
         std::all_of(queues_.begin(), queues_.end(), kept_all);
}

}  // namespace berth::organization
