#include "sim/core/civil_time.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "berth/core/invariant.hpp"

namespace berth {
namespace {

TEST_CASE("days since the epoch of known dates") {
  CHECK(days_from_civil({1970, 1, 1}) == 0);
  CHECK(days_from_civil({1969, 12, 31}) == -1);
  CHECK(days_from_civil({2000, 2, 29}) == 11016);
  CHECK(days_from_civil({2026, 1, 1}) == 20454);
  CHECK(days_from_civil({1, 1, 1}) == -719162);
  CHECK(days_from_civil({9999, 12, 31}) == 2932896);
  CHECK_THROWS_AS(days_from_civil({2023, 2, 29}), InvariantError);
  CHECK_THROWS_AS(days_from_civil({2023, 13, 1}), InvariantError);
}

TEST_CASE("weekdays of known dates") {
  CHECK(weekday_of_days(0) == Weekday::thursday);
  CHECK(weekday_of_days(-1) == Weekday::wednesday);
  CHECK(weekday_of_days(days_from_civil({2026, 1, 5})) == Weekday::monday);
  CHECK(weekday_of_days(days_from_civil({2000, 1, 1})) == Weekday::saturday);
}

// The slow twin counts day by day.
TEST_CASE("a calendar walked day by day agrees for 900 years") {
  CivilDate date{1599, 12, 31};
  bool agrees = true;
  for (std::int64_t day = days_from_civil(date); date.year < 2500; ++day) {
    agrees = agrees && days_from_civil(date) == day && civil_from_days(day) == date;
    if (++date.day > days_in_month(date.year, date.month)) {
      date.day = 1;
      if (++date.month > 12) {
        date.month = 1;
        ++date.year;
      }
    }
  }
  CHECK(agrees);
  CHECK(days_in_month(1900, 2) == 28);
  CHECK(days_in_month(2000, 2) == 29);
}

TEST_CASE("an instant is its date and time of day") {
  CHECK(civil_time_of(Instant{-1}) == CivilTime{{1969, 12, 31}, days(1) - microseconds(1)});
  CHECK(rc::check([] {
    const Instant at{*rc::gen::inRange<std::int64_t>(-100'000'000'000'000'000, 200'000'000'000'000'000)};
    const CivilTime time = civil_time_of(at);
    RC_ASSERT(instant_of(time) == at);
    RC_ASSERT(time.time_of_day >= Duration{} && time.time_of_day < days(1));
  }));
}

}  // namespace
}  // namespace berth
