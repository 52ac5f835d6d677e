// Windows of time-based fair share: which past counts as a queue's usage (kai-semantics.md section 2, kValue).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "berth/core/time.hpp"

namespace berth::organization {

// A five-field cron schedule (minute, hour, day of month, month, day of week), UTC: lists, ranges, steps, names of months
// and days, `?` as `*`, and the descriptors @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly. When both day
// fields are restricted, a day counts if either holds.
class CronSchedule {
 public:
  static std::optional<CronSchedule> parse(std::string_view text);
  // The first hit after `after`; never when there is none within five years (30 February).
  Instant next(Instant after) const;
  bool operator==(const CronSchedule&) const = default;

  // All fields in one order, for who stores a schedule.
  template <class Archive, class Schedule>
  static void each_field(Archive& a, Schedule& s) {
    a(s.minutes_, s.hours_, s.days_, s.months_, s.weekdays_, s.any_day_, s.any_weekday_);
  }

 private:
  bool day_matches(std::int64_t days_since_epoch) const;

  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;  // bit i: value i
  bool any_day_ = false, any_weekday_ = false;                                    // written as `*`
};

enum class UsageWindow : std::uint8_t {
  sliding,   // the last `window`
  tumbling,  // since the last boundary start + n x window
  cron,      // since the last hit of a schedule
};
std::string_view name_of(UsageWindow type);
std::optional<UsageWindow> usage_window_named(
    std::string_view name);  // exactly "sliding", "tumbling" or "cron"

// What was given; absent: the default.
struct UsageSettings {
  std::optional<UsageWindow> type;
  std::optional<Duration> window;
  std::optional<Duration> half_life;
  std::optional<Duration> fetch;
  std::optional<Duration> staleness;
  std::optional<Duration> resolution;
  Instant window_start;  // tumbling
  std::optional<CronSchedule> cron;
};

// Settings in force.
struct UsageOptions {
  UsageWindow type = UsageWindow::sliding;
  Duration window = days(7);
  std::optional<Duration> half_life;  // absent: all of the window weighs the same
  Duration fetch = minutes(1);        // how often the policy learns of it
  Duration staleness = minutes(5);    // never below `fetch`
  Duration resolution = minutes(1);
  Instant window_start;
  std::optional<CronSchedule> cron;
  bool operator==(const UsageOptions&) const = default;
};
// Half-lives, windows and intervals of 0 or less count as not given.
UsageOptions in_force(const UsageSettings& given);

// A cron window needs a schedule that can be read; other windows do not look at it.
bool valid_usage_config(UsageWindow type, std::string_view cron);

// Where the window that counts at `now` begins. Boundaries count when they are strictly before `now`: on a boundary the
// window before it still counts.
Instant usage_window_start(const UsageOptions& options, Instant now);

// Is there usage to use, and is it to be warned of? Old data is warned of and used all the same.
struct Freshness {
  bool data = false;
  bool warning = false;
};
Freshness usage_freshness(Duration staleness, std::optional<Duration> data_age);

// The scenario's policy options `time_based_fair_share.{window, window_type, window_start, cron, half_life, fetch,
// resolution}`; nothing when none of them says more than its default ("off" for the window). Throws std::invalid_argument
// with a sentence that names option and value.
std::optional<UsageOptions> read_usage_options(const std::map<std::string, std::string>& policy_options);

}  // namespace berth::organization
