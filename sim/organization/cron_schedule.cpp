#include <array>

#include "berth/organization/usage_window.hpp"
#include "sim/core/civil_time.hpp"
#include "sim/core/text.hpp"

namespace berth::organization {
namespace {

struct Field {
  int least;
  int most;
  const char* const* names;  // of the values from `least` on; null: numbers only
  int name_count;
};

constexpr std::array<const char*, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                             "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<const char*, 7> weekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<Field, 5> fields{{{0, 59, nullptr, 0},
                                       {0, 23, nullptr, 0},
                                       {1, 31, nullptr, 0},
                                       {1, 12, months.data(), 12},
                                       {0, 6, weekdays.data(), 7}}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<int> value_of(std::string_view text, const Field& field) {
  const std::string name = lower(text);
  for (int i = 0; i < field.name_count; ++i) {
    if (name == field.names[i]) return field.least + i;
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const Parsed<std::int64_t> number = parse_integer(text, field.least, field.most);
  return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

// One entry of a list: "*", "5", "1-5", each with "/step". A single value with a step runs to the end.
bool add_entry(std::string_view entry, const Field& field, std::uint64_t& bits, bool& any) {
  int step = 1;
  const std::size_t slash = entry.find('/');
  const bool stepped = slash != std::string_view::npos;
  if (stepped) {
    const std::string_view text = entry.substr(slash + 1);
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
    const Parsed<std::int64_t> parsed = parse_integer(text, 1, 1000);
    if (!parsed) return false;
    step = static_cast<int>(*parsed);
    entry = entry.substr(0, slash);
  }
  int from = field.least;
  int to = field.most;
  if (entry == "*" || entry == "?") {
    if (step == 1) any = true;
  } else {
    const std::size_t dash = entry.find('-');
    const std::optional<int> first = value_of(entry.substr(0, dash), field);
    if (!first) return false;
    from = *first;
    if (dash != std::string_view::npos) {
      const std::optional<int> last = value_of(entry.substr(dash + 1), field);
      if (!last || *last < from) return false;
      to = *last;
    } else if (!stepped) {
      to = from;
    }
  }
  for (int v = from; v <= to; v += step) bits |= std::uint64_t{1} << v;
  return true;
}

bool add_list(std::string_view list, const Field& field, std::uint64_t& bits, bool& any) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (!add_entry(list.substr(0, comma), field, bits, any)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

std::string_view spelled_out(std::string_view descriptor) {
  if (descriptor == "@yearly" || descriptor == "@annually") return "0 0 1 1 *";
  if (descriptor == "@monthly") return "0 0 1 * *";
  if (descriptor == "@weekly") return "0 0 * * 0";
  if (descriptor == "@daily" || descriptor == "@midnight") return "0 0 * * *";
  if (descriptor == "@hourly") return "0 * * * *";
  return descriptor;
}

bool has(std::uint64_t bits, std::int64_t value) {
  return ((bits >> value) & 1) != 0;
}

}  // namespace

std::optional<CronSchedule> CronSchedule::parse(std::string_view text) {
  if (text.size() > 1000) return std::nullopt;
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  for (std::string_view rest = spelled_out(text); !rest.empty();) {
    const std::size_t begin = rest.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    if (count == parts.size()) return std::nullopt;
    parts[count++] = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (count != parts.size()) return std::nullopt;
  CronSchedule schedule;
  const std::array<std::uint64_t*, 5> bits{&schedule.minutes_, &schedule.hours_, &schedule.days_,
                                           &schedule.months_, &schedule.weekdays_};
  bool ignored = false;
  const std::array<bool*, 5> any{&ignored, &ignored, &schedule.any_day_, &ignored, &schedule.any_weekday_};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!add_list(parts[i], fields[i], *bits[i], *any[i])) return std::nullopt;
  }
  return schedule;
}

bool CronSchedule::day_matches(std::int64_t days_since_epoch) const {
  const CivilDate date = civil_from_days(days_since_epoch);
  if (!has(months_, date.month)) return false;
  const bool day = has(days_, date.day);
  const bool weekday = has(weekdays_, (static_cast<int>(weekday_of_days(days_since_epoch)) + 1) % 7);
  return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

Instant CronSchedule::next(Instant after) const {
  constexpr std::int64_t minute = 60'000'000;
  constexpr std::int64_t minutes_a_day = 24 * 60;
  std::int64_t at = after.micros / minute - (after.micros % minute < 0 ? 1 : 0) + 1;  // in minutes since 1970
  const std::int64_t end = at + (5 * 366 + 1) * minutes_a_day;
  while (at < end) {
    const std::int64_t day = at / minutes_a_day - (at % minutes_a_day < 0 ? 1 : 0);
    const std::int64_t of_day = at - day * minutes_a_day;
    if (!day_matches(day)) {
      at = (day + 1) * minutes_a_day;
    } else if (!has(hours_, of_day / 60)) {
      at += 60 - of_day % 60;
    } else if (!has(minutes_, of_day % 60)) {
      ++at;
    } else {
      return {at * minute};
    }
  }
  return Instant::never();
}

}  // namespace berth::organization
