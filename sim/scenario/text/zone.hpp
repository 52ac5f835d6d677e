// Time zones: local hours and weekdays for office hours. The rules that each zone had when Berth was released are taken to
// hold always (no history), and they ship with Berth: a run must not depend on the machine's zone files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/time.hpp"
#include "sim/core/civil_time.hpp"

namespace berth::scenario {

class Zone {
 public:
  // By IANA name ("Europe/Berlin", "UTC"); nothing when unknown.
  static std::optional<Zone> find(std::string_view name);
  static std::vector<std::string> names();
  // From a POSIX TZ text such as "CET-1CEST,M3.5.0,M10.5.0/3"; nothing when malformed.
  static std::optional<Zone> parse(std::string_view posix);

  // What must be added to UTC to get local time.
  Duration offset_at(Instant at) const;
  CivilTime local(Instant at) const { return civil_time_of(at + offset_at(at)); }

 private:
  // Day `weekday` (0: Sunday) of week `week` (5: the last) of `month`, or a fixed day of the year, at `time` local.
  struct Change {
    bool by_month = true;
    int month = 1, week = 1, weekday = 0;
    int day = 0;  // by day: 0-based, or 1-based without leap days
    bool without_leap = false;
    Duration time = hours(2);
  };
  static std::optional<Change> parse_change(std::string_view& text);
  static Instant local_change(const Change& change, std::int64_t year);

  Duration standard_, summer_;
  std::optional<Change> begin_, end_;  // of summer time
};

}  // namespace berth::scenario
