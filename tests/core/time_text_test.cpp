#include "berth/core/time_text.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "sim/core/text.hpp"

namespace berth {
namespace {

TEST_CASE("durations") {
  CHECK(*parse_duration("90s") == seconds(90));
  CHECK(*parse_duration("5m") == minutes(5));
  CHECK(*parse_duration("2h") == hours(2));
  CHECK(*parse_duration("3d") == days(3));
  CHECK(*parse_duration("2w") == days(14));
  CHECK(*parse_duration("1h30m") == minutes(90));
  CHECK(*parse_duration("250ms") == milliseconds(250));
  CHECK(*parse_duration("1d2h3m4s5ms6us") ==
        days(1) + hours(2) + minutes(3) + seconds(4) + milliseconds(5) + microseconds(6));
  CHECK(*parse_duration("1.5h") == minutes(90));
  CHECK(*parse_duration("0") == Duration{});
  CHECK(*parse_duration("0s") == Duration{});
  CHECK(*parse_duration("1000000d") == days(1'000'000));
}

TEST_CASE("what is no duration says why") {
  const auto reason = [](std::string_view text) {
    const std::string error = parse_duration(text).error();
    const std::string start = quoted(text) + " is not a duration such as 90s, 5m, 2h, 3d or 1h30m: ";
    return error.substr(0, start.size()) == start ? error.substr(start.size()) : "??? " + error;
  };
  CHECK(reason("") == "it is empty");
  CHECK(reason("90") == "a number lacks its unit (us, ms, s, m, h, d or w)");
  CHECK(reason("1h30") == "a number lacks its unit (us, ms, s, m, h, d or w)");
  CHECK(reason("5x") == "unknown unit 'x' (expected us, ms, s, m, h, d or w)");
  CHECK(reason("5M") == "unknown unit 'M' (expected us, ms, s, m, h, d or w)");
  CHECK(reason("30m1h") == "units must go from larger to smaller, each at most once");
  CHECK(reason("1h1h") == "units must go from larger to smaller, each at most once");
  CHECK(reason("-5s") == "expected a number at '-5s'");
  CHECK(reason("1h 30m") == "expected a number at ' 30m'");
  CHECK(reason("h") == "expected a number at 'h'");
  CHECK(reason("0.5us") == "it is finer than a microsecond");
  CHECK(reason("1000001d") == "it is longer than a million days");
  CHECK(reason("1000000d1us") == "it is longer than a million days");
  CHECK(reason("1e300w") == "it is longer than a million days");
}

TEST_CASE("durations print in the fewest units and read back") {
  CHECK(print_duration(Duration{}) == "0s");
  CHECK(print_duration(minutes(90)) == "1h30m");
  CHECK(print_duration(days(14)) == "14d");
  CHECK(print_duration(seconds(90)) == "1m30s");
  CHECK(print_duration(microseconds(1)) == "1us");
  CHECK(print_duration(Duration{} - seconds(5)) == "-5s");
  CHECK(print_duration(Duration{std::numeric_limits<std::int64_t>::min()}) == "-106751991d4h54s775ms808us");
  CHECK(rc::check([] {
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, days(1'000'000).micros)};
    RC_ASSERT(*parse_duration(print_duration(duration)) == duration);
  }));
}

TEST_CASE("instants print with milliseconds, in UTC") {
  CHECK(print_instant(Instant{}) == "1970-01-01T00:00:00.000Z");
  CHECK(print_instant(Instant{1'767'571'200'123'999}) == "2026-01-05T00:00:00.123Z");
  CHECK(print_instant(Instant{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(print_instant_exactly(Instant{-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(print_instant_exactly(Instant{1'767'571'200'123'999}) == "2026-01-05T00:00:00.123999Z");
}

TEST_CASE("instants are read in all the forms that people send") {
  const Instant noon = *parse_instant("2026-01-05T12:00:00Z");
  CHECK(noon == Instant{1'767'614'400'000'000});
  for (const char* same : {"2026-01-05T12:00:00.000Z", "2026-01-05T12:00:00", "2026-01-05 12:00:00",
                           "2026-01-05t12:00:00z", "2026-01-05T13:00:00+01:00", "2026-01-05T06:30:00-0530",
                           "2026-01-05T14:00:00+02", "2026-01-05T12:00Z", "2026-01-06T11:59:00+23:59",
                           "2026-01-05T12:00:00.0000000001Z", "2026-01-05 12:00:00,0+00:00"}) {
    INFO(same);
    const auto parsed = parse_instant(same);
    REQUIRE(parsed.error() == "");
    CHECK(*parsed == noon);
  }
  CHECK(*parse_instant("2026-01-05") + hours(12) == noon);
  CHECK(*parse_instant("2026-01-05T12:00:00.123456789Z") == noon + microseconds(123'456));
  CHECK(*parse_instant("2026-01-05T12:00:00.5") == noon + milliseconds(500));
}

TEST_CASE("what is no instant says why") {
  const auto error = [](std::string_view text) { return parse_instant(text).error(); };
  const std::string start = " is not an instant such as 2026-01-05T08:00:00Z: ";
  CHECK(error("") == "''" + start + "expected YYYY-MM-DD first");
  CHECK(error("5.1.2026") == "'5.1.2026'" + start + "expected YYYY-MM-DD first");
  CHECK(error("2026-02-30T00:00:00Z") == "'2026-02-30T00:00:00Z'" + start + "there is no such date");
  CHECK(error("0000-01-01") == "'0000-01-01'" + start + "there is no such date");
  CHECK(error("2026-01-05x") == "'2026-01-05x'" + start + "expected T between date and time");
  CHECK(error("2026-01-05T12") == "'2026-01-05T12'" + start + "expected hh:mm:ss after the date");
  CHECK(error("2026-01-05T12:00:00.Z") ==
        "'2026-01-05T12:00:00.Z'" + start + "expected hh:mm:ss after the date");
  CHECK(error("2026-01-05T24:00:00Z") == "'2026-01-05T24:00:00Z'" + start + "there is no such time of day");
  CHECK(error("2026-01-05T12:00:00CET") ==
        "'2026-01-05T12:00:00CET'" + start + "expected Z or an offset such as +01:00 at the end");
  CHECK_FALSE(parse_instant("2026-01-05T12:00:00Z "));
  CHECK_FALSE(parse_instant("2026-01-05T12:00:00+24:00"));
  CHECK_FALSE(parse_instant("2026-01-05T12:00:00+"));
  CHECK_FALSE(parse_instant("2026-01-05T12:00:00+1"));
}

TEST_CASE("every instant of the years 1 to 9999 reads back") {
  CHECK(rc::check([] {
    const Instant at{*rc::gen::inRange<std::int64_t>(parse_instant("0001-01-01")->micros,
                                                     parse_instant("9999-12-31T23:59:59.999999Z")->micros)};
    RC_ASSERT(*parse_instant(print_instant_exactly(at)) == at);
    const Duration dropped = at - *parse_instant(print_instant(at));
    RC_ASSERT(dropped >= Duration{} && dropped < milliseconds(1));
  }));
}

TEST_CASE("no text makes a parser of times fail otherwise than with a sentence") {
  CHECK(rc::check([] {
    const std::string letters("0123456789-:.+TZ hmsdw\0e", 24);
    auto text = *rc::gen::container<std::string>(rc::gen::elementOf(letters));
    if (!parse_duration(text)) RC_ASSERT(!parse_duration(text).error().empty());
    if (const auto at = parse_instant("2026-01-05T12:" + text)) RC_ASSERT(print_instant(*at).size() == 24U);
  }));
}

}  // namespace
}  // namespace berth
