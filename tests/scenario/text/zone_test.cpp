#include "sim/scenario/text/zone.hpp"

#include <catch2/catch.hpp>

#include "berth/core/time_text.hpp"

using namespace berth;
using scenario::Zone;

namespace {

Duration offset(const char* zone, const char* at) {
  return Zone::find(zone)->offset_at(*parse_instant(at));
}

}  // namespace

TEST_CASE("zone: summer time begins and ends at its instants") {
  CHECK(offset("UTC", "2026-07-01T00:00:00Z") == Duration{});
  CHECK(offset("Europe/Berlin", "2026-01-05T00:00:00Z") == hours(1));
  CHECK(offset("Europe/Berlin", "2026-03-29T00:59:59Z") == hours(1));
  CHECK(offset("Europe/Berlin", "2026-03-29T01:00:00Z") == hours(2));
  CHECK(offset("Europe/Berlin", "2026-10-25T00:59:59Z") == hours(2));
  CHECK(offset("Europe/Berlin", "2026-10-25T01:00:00Z") == hours(1));
  CHECK(offset("America/New_York", "2026-03-08T06:59:59Z") == Duration{} - hours(5));
  CHECK(offset("America/New_York", "2026-03-08T07:00:00Z") == Duration{} - hours(4));
  CHECK(offset("Asia/Kolkata", "2026-07-01T00:00:00Z") == hours(5) + minutes(30));
  // South of the equator summer spans the new year; Dublin's winter is the exception to its rule.
  CHECK(offset("Australia/Sydney", "2026-01-05T00:00:00Z") == hours(11));
  CHECK(offset("Australia/Sydney", "2026-07-05T00:00:00Z") == hours(10));
  CHECK(offset("Europe/Dublin", "2026-01-05T00:00:00Z") == Duration{});
  CHECK(offset("Europe/Dublin", "2026-07-05T00:00:00Z") == hours(1));
  CHECK(offset("America/St_Johns", "2026-01-05T00:00:00Z") == Duration{} - hours(3) - minutes(30));
}

TEST_CASE("zone: local time") {
  const CivilTime local = Zone::find("America/New_York")->local(*parse_instant("2026-01-05T02:30:00Z"));
  CHECK(local.date == CivilDate{2026, 1, 4});
  CHECK(local.time_of_day == hours(21) + minutes(30));
}

TEST_CASE("zone: every zone that ships can be read, and nonsense cannot") {
  const auto names = Zone::names();
  CHECK(names.size() > 500);
  for (const std::string& name : names) {
    INFO(name);
    CHECK(Zone::find(name).has_value());
  }
  CHECK(!Zone::find("Europe/Atlantis"));
  for (const char* text : {"", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                           "<CET-1", "CET-1CEST,M3.5.0,M10.5.0x", "CET-1CEST,366,1", "CET-200"}) {
    INFO(text);
    CHECK(!Zone::parse(text));
  }
  // Days of the year, with and without leap days.
  const Zone by_day = *Zone::parse("AAA0BBB,J60/0,J300/0");
  CHECK(by_day.offset_at(*parse_instant("2024-02-29T23:59:59Z")) == Duration{});
  CHECK(by_day.offset_at(*parse_instant("2024-03-01T00:00:00Z")) == hours(1));
  CHECK(by_day.offset_at(*parse_instant("2025-03-01T00:00:00Z")) == hours(1));
}
