#include "berth/organization/usage_window.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::organization {
namespace {

std::optional<Duration> above_zero(std::optional<Duration> d) {
  return d && d->micros > 0 ? d : std::nullopt;
}

Instant tumbling_start(const UsageOptions& options, Instant now) {
  if (now <= options.window_start) return now;
  const std::int64_t passed =
      (now - options.window_start).micros - 1;  // a boundary counts when it is before now
  return options.window_start + options.window * (passed / options.window.micros);
}

Instant cron_start(const CronSchedule& cron, Instant now) {
  // The look-back is as long as the next three hits take.
  Instant third = now;
  for (int i = 0; i < 3 && third != Instant::never(); ++i) third = cron.next(third);
  if (third == Instant::never()) return now;
  const Instant look_back = now - (third - now);
  Instant from = look_back;
  for (Instant hit = cron.next(look_back); hit < now; hit = cron.next(hit)) from = hit;
  return from;
}

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
  throw std::invalid_argument("option 'time_based_fair_share." + option + "': " + why);
}

}  // namespace

std::string_view name_of(UsageWindow type) {
  switch (type) {
    case UsageWindow::sliding:
      return "sliding";
    case UsageWindow::tumbling:
      return "tumbling";
    case UsageWindow::cron:
      return "cron";
  }
  return "";
}

std::optional<UsageWindow> usage_window_named(std::string_view name) {
  for (UsageWindow type : {UsageWindow::sliding, UsageWindow::tumbling, UsageWindow::cron}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

UsageOptions in_force(const UsageSettings& given) {
  UsageOptions options;
  options.type = given.type.value_or(options.type);
  options.window = above_zero(given.window).value_or(options.window);
  options.half_life = above_zero(given.half_life);
  options.fetch = above_zero(given.fetch).value_or(options.fetch);
  options.staleness = std::max(above_zero(given.staleness).value_or(options.staleness), options.fetch);
  options.resolution = above_zero(given.resolution).value_or(options.resolution);
  options.window_start = given.window_start;
  options.cron = given.cron;
  return options;
}

bool valid_usage_config(UsageWindow type, std::string_view cron) {
  return type != UsageWindow::cron || CronSchedule::parse(cron).has_value();
}

Instant usage_window_start(const UsageOptions& options, Instant now) {
  switch (options.type) {
    case UsageWindow::sliding:
      return now - options.window;
    case UsageWindow::tumbling:
      return tumbling_start(options, now);
    case UsageWindow::cron:
      return options.cron ? cron_start(*options.cron, now) : now - options.window;
  }
  return now;
}

Freshness usage_freshness(Duration staleness, std::optional<Duration> data_age) {
  if (!data_age) return {false, true};
  return {true, *data_age > staleness};
}

std::optional<UsageOptions> read_usage_options(const std::map<std::string, std::string>& policy_options) {
  const std::string prefix = "time_based_fair_share.";
  // What a scenario with its defaults spelled out says when nobody asked for anything.
  const std::map<std::string, std::string> at_rest{
      {"window", "off"}, {"window_type", "sliding"}, {"window_start", ""}, {"cron", ""}, {"half_life", "0s"},
      {"fetch", "1m"},   {"resolution", "1m"}};
  UsageSettings given;
  bool any = false;
  for (const auto& [key, text] : policy_options) {
    if (key.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string option = key.substr(prefix.size());
    const auto rest = at_rest.find(option);
    if (rest == at_rest.end()) {
      refuse(
          option,
          "there is no such option; there are window, window_type, window_start, cron, half_life, fetch and "
          "resolution");
    }
    if (text == rest->second) continue;
    const auto duration = [&, &value = text] {
      const Parsed<Duration> parsed = parse_duration(value);
      if (!parsed) refuse(option, parsed.error());
      return *parsed;
    };
    if (option == "half_life") {
      // 0, however it is written, is none, and asks for nothing.
      given.half_life = above_zero(duration());
      any = any || given.half_life.has_value();
      continue;
    }
    any = true;
    if (option == "window") {
      given.window = duration();
    } else if (option == "fetch") {
      given.fetch = duration();
    } else if (option == "resolution") {
      given.resolution = duration();
    } else if (option == "window_type") {
      given.type = usage_window_named(text);
      if (!given.type) refuse(option, quoted(text) + " is none of sliding, tumbling, cron");
    } else if (option == "window_start") {
      const Parsed<Instant> parsed = parse_instant(text);
      if (!parsed) refuse(option, parsed.error());
      given.window_start = *parsed;
    } else {
      given.cron = CronSchedule::parse(text);
      if (!given.cron) refuse(option, quoted(text) + " is no cron schedule of five fields");
    }
  }
  if (!any) return std::nullopt;
  const UsageOptions options = in_force(given);
  if (options.type == UsageWindow::cron && !options.cron) refuse("cron", "a cron window needs a schedule");
  return options;
}

}  // namespace berth::organization
