// Windows of time-based fair share: the reference's single-rule cases, and what they leave open.
#include "berth/organization/usage_window.hpp"
#include "berth/core/time_text.hpp"
#include "tests/support/rule_cases.hpp"

using namespace berth;
using namespace berth::organization;
using berth::testing::for_each_rule_case;
using berth::testing::Json;

namespace {

const char* const file = "kai-rules-shares.jsonl";

Instant instant(const Json& text) {
  return *parse_instant(text.get<std::string>());
}
Instant at(const char* text) {
  return *parse_instant(text);
}

std::optional<Duration> optional_seconds(const Json& j, const char* key) {
  if (!j.contains(key) || j.at(key).is_null()) return std::nullopt;
  return seconds(j.at(key).get<std::int64_t>());
}

void check_seconds(const Json& expected, const char* key, std::optional<Duration> value) {
  if (!expected.contains(key)) return;
  CHECK(value == optional_seconds(expected, key));
}

}  // namespace

TEST_CASE("where a usage window begins, case by case") {
  for_each_rule_case(file, "usage_window_start", [](const Json& c) {
    UsageOptions options;
    options.type = *usage_window_named(c.at("window_type").get<std::string>());
    if (options.type == UsageWindow::cron) {
      options.cron = CronSchedule::parse(c.at("cron").get<std::string>());
      REQUIRE(options.cron);
    } else {
      options.window_start = instant(c.at("window_start"));
      options.window = seconds(c.at("window_seconds").get<std::int64_t>());
    }
    CHECK(print_instant(usage_window_start(options, instant(c.at("now")))) ==
          print_instant(instant(c.at("expected").at("from"))));
  });
}

TEST_CASE("usage settings in force, case by case") {
  for_each_rule_case(file, "usage_defaults", [](const Json& c) {
    const Json& given = c.at("given");
    UsageSettings settings;
    settings.half_life = optional_seconds(given, "half_life_seconds");
    settings.window = optional_seconds(given, "window_seconds");
    if (given.contains("window_type") && !given.at("window_type").is_null()) {
      settings.type = usage_window_named(given.at("window_type").get<std::string>());
    }
    const UsageOptions options = in_force(settings);
    check_seconds(c.at("expected"), "half_life_seconds", options.half_life);
    check_seconds(c.at("expected"), "window_seconds", options.window);
    if (c.at("expected").contains("window_type")) {
      CHECK(name_of(options.type) == c.at("expected").at("window_type").get<std::string>());
    }
  });
  for_each_rule_case(file, "usage_fetch", [](const Json& c) {
    UsageSettings settings;
    settings.fetch = optional_seconds(c.at("given"), "fetch_seconds");
    settings.staleness = optional_seconds(c.at("given"), "staleness_seconds");
    const UsageOptions options = in_force(settings);
    check_seconds(c.at("expected"), "fetch_seconds", options.fetch);
    check_seconds(c.at("expected"), "staleness_seconds", options.staleness);
  });
}

TEST_CASE("usage freshness and validity, case by case") {
  for_each_rule_case(file, "usage_freshness", [](const Json& c) {
    const Freshness freshness =
        usage_freshness(*optional_seconds(c, "staleness_seconds"), optional_seconds(c, "data_age_seconds"));
    CHECK(freshness.data == c.at("expected").at("data").get<bool>());
    CHECK(freshness.warning == c.at("expected").at("warning").get<bool>());
  });
  for_each_rule_case(file, "usage_window_type_valid", [](const Json& c) {
    CHECK(usage_window_named(c.at("window_type").get<std::string>()).has_value() ==
          c.at("expected").at("valid").get<bool>());
  });
  for_each_rule_case(file, "usage_config_valid", [](const Json& c) {
    const auto type = usage_window_named(c.at("window_type").get<std::string>());
    REQUIRE(type);
    CHECK(valid_usage_config(*type, c.at("cron").get<std::string>()) ==
          c.at("expected").at("valid").get<bool>());
  });
}

TEST_CASE("old usage is warned of and used all the same") {
  CHECK(usage_freshness(minutes(5), minutes(5)).data);
  CHECK_FALSE(usage_freshness(minutes(5), minutes(5)).warning);
  CHECK(usage_freshness(minutes(5), minutes(6)).data);
  CHECK(usage_freshness(minutes(5), minutes(6)).warning);
}

TEST_CASE("a tumbling window whose start lies ahead is empty") {
  UsageOptions options;
  options.type = UsageWindow::tumbling;
  options.window = hours(1);
  options.window_start = at("2026-01-05T10:00:00Z");
  CHECK(usage_window_start(options, at("2026-01-05T08:00:00Z")) == at("2026-01-05T08:00:00Z"));
  CHECK(usage_window_start(options, at("2026-01-05T10:00:00Z")) == at("2026-01-05T10:00:00Z"));
  CHECK(usage_window_start(options, at("2026-01-05T11:00:00Z")) == at("2026-01-05T10:00:00Z"));
  CHECK(usage_window_start(options, at("2026-01-05T11:00:01Z")) == at("2026-01-05T11:00:00Z"));
}

TEST_CASE("a sliding window is as long as it says") {
  CHECK(usage_window_start(UsageOptions{}, at("2026-01-08T00:00:00Z")) == at("2026-01-01T00:00:00Z"));
}

TEST_CASE("cron schedules find their next hit") {
  const auto next = [](const char* cron, const char* after) {
    const auto schedule = CronSchedule::parse(cron);
    REQUIRE(schedule);
    const Instant hit = schedule->next(at(after));
    return hit == Instant::never() ? std::string("never") : print_instant(hit).substr(0, 16);
  };
  CHECK(next("0 0 * * *", "2026-01-05T10:30:00Z") == "2026-01-06T00:00");
  CHECK(next("0 0 * * *", "2026-01-06T00:00:00Z") == "2026-01-07T00:00");
  CHECK(next("*/15 * * * *", "2026-01-05T10:30:01Z") == "2026-01-05T10:45");
  CHECK(next("5/20 9-17 * * MON-FRI", "2026-01-09T17:46:00Z") == "2026-01-12T09:05");
  CHECK(next("0 12 31 * *", "2026-01-31T12:00:00Z") == "2026-03-31T12:00");
  CHECK(next("0 0 29 feb *", "2026-01-01T00:00:00Z") == "2028-02-29T00:00");
  CHECK(next("0 0 30 2 *", "2026-01-01T00:00:00Z") == "never");
  // Both day fields restricted: either is enough. One of them free: the other decides.
  CHECK(next("0 0 13 * 5", "2026-01-05T00:00:00Z") == "2026-01-09T00:00");
  CHECK(next("0 0 13 * *", "2026-01-05T00:00:00Z") == "2026-01-13T00:00");
  CHECK(next("@weekly", "2026-01-05T00:00:00Z") == "2026-01-11T00:00");
  for (const char* bad :
       {"", "invalid", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 7", "*/0 * * * *", "5-1 * * * *", "1,, * * * *", "-1 * * * *", "+1 * * * *"}) {
    INFO(bad);
    CHECK_FALSE(CronSchedule::parse(bad));
  }
}

TEST_CASE("usage options of a scenario's policy") {
  CHECK_FALSE(read_usage_options({{"k_value", "2"}}));
  CHECK_FALSE(
      read_usage_options({{"time_based_fair_share.window", "off"}, {"time_based_fair_share.fetch", "1m"}}));
  CHECK(read_usage_options({{"time_based_fair_share.window", "7d"}}));
  CHECK(read_usage_options({{"time_based_fair_share.half_life", "1d"}})->window == days(7));
  const auto options =
      read_usage_options({{"time_based_fair_share.window", "2d"}, {"time_based_fair_share.half_life", "6h"}});
  REQUIRE(options);
  CHECK(options->window == days(2));
  CHECK(options->half_life == hours(6));
  CHECK(options->type == UsageWindow::sliding);
  // A half-life of 0 is none, however it is written, and asks for no usage.
  for (const char* none : {"0s", "0h", "0m"}) {
    CHECK_FALSE(read_usage_options({{"time_based_fair_share.half_life", none}}));
    const auto with_window = read_usage_options(
        {{"time_based_fair_share.window", "2d"}, {"time_based_fair_share.half_life", none}});
    REQUIRE(with_window);
    CHECK_FALSE(with_window->half_life);
  }
  CHECK_THROWS_WITH(
      read_usage_options({{"time_based_fair_share.window_type", "Sliding"}}),
      "option \'time_based_fair_share.window_type\': 'Sliding' is none of sliding, tumbling, cron");
  CHECK_THROWS_WITH(read_usage_options({{"time_based_fair_share.window_type", "cron"}}),
                    "option \'time_based_fair_share.cron\': a cron window needs a schedule");
  CHECK_THROWS_WITH(read_usage_options({{"time_based_fair_share.cron", "often"}}),
                    "option \'time_based_fair_share.cron\': 'often' is no cron schedule of five fields");
  CHECK_THROWS_WITH(read_usage_options({{"time_based_fair_share.windw", "1d"}}),
                    Catch::Contains("there is no such option; there are window, window_type"));
}
