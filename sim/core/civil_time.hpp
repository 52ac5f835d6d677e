// Dates of the proleptic Gregorian calendar. Algorithms: Howard Hinnant, "chrono-compatible low-level date
// algorithms" (eras of 400 years, years that begin in March).
#pragma once

#include <cstdint>

#include "berth/core/time.hpp"

namespace berth {

struct CivilDate {
  std::int64_t year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;    // 1 to 31

  bool operator==(const CivilDate&) const = default;
};

enum class Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

// Days since 1970-01-01; negative before. The date must exist.
std::int64_t days_from_civil(CivilDate date);
CivilDate civil_from_days(std::int64_t days);
Weekday weekday_of_days(std::int64_t days);
int days_in_month(std::int64_t year, int month);

// An instant as UTC date and time of day.
struct CivilTime {
  CivilDate date;
  Duration time_of_day;  // 0 up to a day

  bool operator==(const CivilTime&) const = default;
};
CivilTime civil_time_of(Instant at);
Instant instant_of(CivilTime time);

}  // namespace berth
