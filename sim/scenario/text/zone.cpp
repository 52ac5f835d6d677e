#include "sim/scenario/text/zone.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::scenario {

namespace {

constexpr std::pair<const char*, const char*> zones[] = {
#include "sim/scenario/text/zones.inc"
};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> number(std::string_view& text, int least, int most) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 4 && is_digit(text[digits]))
    value = value * 10 + (text[digits++] - '0');
  if (digits == 0 || value < least || value > most) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// "CET" or "<+0330>".
bool skip_abbreviation(std::string_view& text) {
  if (skip(text, '<')) {
    const std::size_t end = text.find('>');
    if (end == std::string_view::npos || end == 0) return false;
    text.remove_prefix(end + 1);
    return true;
  }
  std::size_t n = 0;
  while (n < text.size() && is_letter(text[n])) ++n;
  text.remove_prefix(n);
  return n >= 3;
}

// "[+-]hh[:mm[:ss]]".
std::optional<Duration> clock_time(std::string_view& text) {
  const bool negative = skip(text, '-');
  if (!negative) skip(text, '+');
  const auto hour = number(text, 0, 167);
  if (!hour) return std::nullopt;
  Duration time = hours(*hour);
  if (skip(text, ':')) {
    const auto minute = number(text, 0, 59);
    if (!minute) return std::nullopt;
    time += minutes(*minute);
    if (skip(text, ':')) {
      const auto second = number(text, 0, 59);
      if (!second) return std::nullopt;
      time += seconds(*second);
    }
  }
  return negative ? Duration{} - time : time;
}

bool is_leap(std::int64_t year) {
  return days_in_month(year, 2) == 29;
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(zones), std::end(zones), name,
                       [](const auto& zone, std::string_view n) { return std::string_view(zone.first) < n; });
  if (found == std::end(zones) || found->first != name) return std::nullopt;
  return parse(found->second);
}

std::vector<std::string> Zone::names() {
  std::vector<std::string> all;
  for (const auto& zone : zones) all.emplace_back(zone.first);
  return all;
}

std::optional<Zone::Change> Zone::parse_change(std::string_view& text) {
  Change change;
  if (skip(text, 'M')) {
    const auto month = number(text, 1, 12);
    if (!month || !skip(text, '.')) return std::nullopt;
    const auto week = number(text, 1, 5);
    if (!week || !skip(text, '.')) return std::nullopt;
    const auto weekday = number(text, 0, 6);
    if (!weekday) return std::nullopt;
    change.month = *month;
    change.week = *week;
    change.weekday = *weekday;
  } else {
    change.by_month = false;
    change.without_leap = skip(text, 'J');
    const auto day = number(text, change.without_leap ? 1 : 0, 365);
    if (!day) return std::nullopt;
    change.day = *day;
  }
  if (skip(text, '/')) {
    const auto time = clock_time(text);
    if (!time) return std::nullopt;
    change.time = *time;
  }
  return change;
}

std::optional<Zone> Zone::parse(std::string_view text) {
  Zone zone;
  if (!skip_abbreviation(text)) return std::nullopt;
  const auto west = clock_time(text);  // POSIX counts west of Greenwich
  if (!west) return std::nullopt;
  zone.standard_ = Duration{} - *west;
  if (text.empty()) return zone;
  if (!skip_abbreviation(text)) return std::nullopt;
  zone.summer_ = zone.standard_ + hours(1);
  if (!text.empty() && text.front() != ',') {
    const auto summer_west = clock_time(text);
    if (!summer_west) return std::nullopt;
    zone.summer_ = Duration{} - *summer_west;
  }
  if (!skip(text, ',')) return std::nullopt;
  zone.begin_ = parse_change(text);
  if (!zone.begin_ || !skip(text, ',')) return std::nullopt;
  zone.end_ = parse_change(text);
  if (!zone.end_ || !text.empty()) return std::nullopt;
  return zone;
}

// The instant that reads as the change's wall-clock time, taken as if it were UTC.
Instant Zone::local_change(const Change& change, std::int64_t year) {
  std::int64_t day = 0;
  if (change.by_month) {
    const std::int64_t first = days_from_civil({year, change.month, 1});
    const int first_weekday = (static_cast<int>(weekday_of_days(first)) + 1) % 7;  // 0: Sunday
    day = first + (change.weekday - first_weekday + 7) % 7 + 7 * (change.week - 1);
    while (day >= first + days_in_month(year, change.month)) day -= 7;
  } else {
    day = days_from_civil({year, 1, 1}) + change.day;
    if (change.without_leap) day += is_leap(year) && change.day >= 60 ? 0 : -1;
  }
  return Instant{} + days(day) + change.time;
}

Duration Zone::offset_at(Instant at) const {
  if (!begin_) return standard_;
  const std::int64_t year = civil_time_of(at + standard_).date.year;
  const Instant begin = local_change(*begin_, year) - standard_;
  const Instant end = local_change(*end_, year) - summer_;
  const bool summer = begin < end ? at >= begin && at < end : at >= begin || at < end;
  return summer ? summer_ : standard_;
}

}  // namespace berth::scenario
