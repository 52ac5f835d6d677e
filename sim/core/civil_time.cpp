#include "sim/core/civil_time.hpp"

#include <string>

#include "berth/core/invariant.hpp"

namespace berth {

namespace {

constexpr std::int64_t days_an_era = 146097;  // 400 years
constexpr std::int64_t micros_a_day = days(1).micros;

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// From 0000-03-01, the first day of an era, to 1970-01-01.
constexpr std::int64_t epoch_offset = 719468;

}  // namespace

int days_in_month(std::int64_t year, int month) {
  static constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  BERTH_INVARIANT(month >= 1 && month <= 12, "month " + std::to_string(month));
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : lengths[month - 1];
}

std::int64_t days_from_civil(CivilDate date) {
  BERTH_INVARIANT(date.day >= 1 && date.day <= days_in_month(date.year, date.month),
                  "day " + std::to_string(date.day));
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;  // 0 to 399
  const int month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_an_era + day_of_era - epoch_offset;
}

CivilDate civil_from_days(std::int64_t since_epoch) {
  const std::int64_t shifted = since_epoch + epoch_offset;
  const std::int64_t era = floor_divide(shifted, days_an_era);
  const std::int64_t day_of_era = shifted - era * days_an_era;  // 0 to 146096
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto month_from_march = static_cast<int>((5 * day_of_year + 2) / 153);
  const int day = static_cast<int>(day_of_year) - (153 * month_from_march + 2) / 5 + 1;
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

Weekday weekday_of_days(std::int64_t since_epoch) {
  // 1970-01-01 was a Thursday.
  const std::int64_t from_monday = since_epoch + 3;
  return static_cast<Weekday>(from_monday - floor_divide(from_monday, 7) * 7);
}

CivilTime civil_time_of(Instant at) {
  const std::int64_t day = floor_divide(at.micros, micros_a_day);
  return {civil_from_days(day), Duration{at.micros - day * micros_a_day}};
}

Instant instant_of(CivilTime time) {
  return Instant{days_from_civil(time.date) * micros_a_day + time.time_of_day.micros};
}

}  // namespace berth
