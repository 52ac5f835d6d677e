// What queues have used of a pool: exact integrals of their allocations per stretch of time, and from them the part of past
// capacity that time-based fair share weighs (kai-semantics.md section 2).
//
// Time is cut into buckets of one length on a grid from 1970 on: the resolution, or longer where the window would need more
// than `usage_buckets` of them. Readings are taken at multiples of `fetch` rounded up to whole buckets, so that what a policy
// sees changes at known instants only. The bucket that the window's beginning cuts through counts in proportion.
//
// Changes come in order of time. Reading changes nothing: a meter is a function of its changes.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/int128.hpp"
#include "berth/core/time.hpp"
#include "berth/organization/organization.hpp"
#include "berth/organization/usage_window.hpp"

namespace berth::organization {

// At most so many buckets are kept: a week in steps of five minutes.
inline constexpr std::int64_t usage_buckets = 2016;

using UsageShares = IdVector<QueueId, std::array<double, resource_count>>;

class UsageMeter {
 public:
  UsageMeter() = default;
  // A meter of one pool whose queues hold nothing at `start`.
  UsageMeter(const UsageOptions& options, Instant start, std::size_t queues);

  // From `at` on the pool's capacity is `capacity`.
  void set_capacity(const Amounts& capacity, Instant at);
  // From `at` on the queue and all its ancestors hold so much more (or less). Queues added later are met here.
  void change(const Organization& organization, QueueId queue, const Amounts& difference, Instant at);

  const UsageOptions& options() const { return options_; }
  // The part of the window's capacity that each queue has had, per resource, at the last reading before or at `now`. The
  // older part of the window weighs less where there is a half-life. 0 of no capacity.
  UsageShares shares(Instant now) const;
  // The last reading before or at `now`, and the next after it.
  Instant reading_at(Instant now) const;
  Instant next_reading(Instant now) const;
  Duration bucket_length() const { return bucket_; }
  Duration reading_interval() const { return interval_; }

  bool operator==(const UsageMeter&) const = default;

  // All fields in one order, for who stores a meter; and whether what was read back is one.
  template <class Archive, class Meter>
  static void each_field(Archive& a, Meter& m) {
    a(m.options_, m.bucket_, m.interval_, m.kept_, m.start_, m.capacity_, m.queues_);
  }
  bool sound() const;

  // One amount over time: what it is now, and its integrals over the buckets up to `settled`.
  struct Series {
    std::int64_t value = 0;
    Instant settled;
    std::vector<Int128> integrals;  // by bucket number modulo its size
    bool operator==(const Series&) const = default;
  };

 private:
  void settle(Series& series, Instant at) const;
  // Sum of weights x integrals over the buckets from `first` on.
  double weighted(const Series& series, std::int64_t first, const std::vector<double>& weights) const;
  std::int64_t bucket_of(Instant at) const;

  UsageOptions options_;
  Duration bucket_ = minutes(1);
  Duration interval_ = minutes(1);
  std::uint64_t kept_ = 1;
  Instant start_;
  std::array<Series, resource_count> capacity_;
  std::vector<std::array<Series, resource_count>> queues_;
};

}  // namespace berth::organization
