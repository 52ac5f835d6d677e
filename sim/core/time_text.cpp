#include "berth/core/time_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/core/civil_time.hpp"
#include "sim/core/decimal.hpp"
#include "sim/core/text.hpp"

namespace berth {

namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<DurationUnit, 7> duration_units = {{{"w", days(7).micros},
                                                         {"d", days(1).micros},
                                                         {"h", hours(1).micros},
                                                         {"m", minutes(1).micros},
                                                         {"s", seconds(1).micros},
                                                         {"ms", milliseconds(1).micros},
                                                         {"us", 1}}};
constexpr Duration longest_duration = days(1'000'000);

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Parsed<Duration> not_a_duration(std::string_view text, const std::string& reason) {
  return Parsed<Duration>::failure(quoted(text) +
                                   " is not a duration such as 90s, 5m, 2h, 3d or 1h30m: " + reason);
}

// Takes `width` digits off the front of `rest`.
std::optional<int> take_digits(std::string_view& rest, std::size_t width) {
  if (rest.size() < width) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (!is_digit(rest[i])) return std::nullopt;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(width);
  return value;
}

bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

void append_digits(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> digits{};
  int n = 0;
  for (; value > 0 || n < width; value /= 10)
    digits[static_cast<std::size_t>(n++)] = static_cast<char>('0' + value % 10);
  while (n > 0) out += digits[static_cast<std::size_t>(--n)];
}

Parsed<Instant> not_an_instant(std::string_view text, const std::string& reason) {
  return Parsed<Instant>::failure(quoted(text) +
                                  " is not an instant such as 2026-01-05T08:00:00Z: " + reason);
}

// Microseconds of ".123456789" or ",5"; digits beyond the sixth are dropped. Nothing: a point without digits.
std::optional<std::int64_t> take_fraction(std::string_view& rest) {
  if (!take(rest, '.') && !take(rest, ',')) return 0;
  std::int64_t micros = 0, weight = 100'000;
  std::size_t n = 0;
  for (; n < rest.size() && is_digit(rest[n]); ++n, weight /= 10) micros += (rest[n] - '0') * weight;
  rest.remove_prefix(n);
  if (n == 0) return std::nullopt;
  return micros;
}

// "Z", "+01:00", "-0530", "+02"; nothing left to read means UTC.
std::optional<Duration> take_zone(std::string_view& rest) {
  if (rest.empty() || take(rest, 'Z') || take(rest, 'z')) return Duration{};
  const bool west = rest.front() == '-';
  if (!take(rest, '+') && !take(rest, '-')) return std::nullopt;
  const auto hour = take_digits(rest, 2);
  if (!hour || *hour > 23) return std::nullopt;
  int minute = 0;
  if (!rest.empty()) {
    take(rest, ':');
    const auto digits = take_digits(rest, 2);
    if (!digits || *digits > 59) return std::nullopt;
    minute = *digits;
  }
  const Duration offset = hours(*hour) + minutes(minute);
  return west ? Duration{} - offset : offset;
}

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{};
  std::string_view rest = text;
  if (rest.empty()) return not_a_duration(text, "it is empty");
  Duration sum;
  std::size_t next_unit = 0;  // larger units come first
  while (!rest.empty()) {
    const std::string_view from_here = rest;
    const auto number = take_decimal(rest);
    if (!number || number->negative) return not_a_duration(text, "expected a number at " + quoted(from_here));
    std::size_t letters = 0;
    while (letters < rest.size() && is_letter(rest[letters])) ++letters;
    const std::string_view name = rest.substr(0, letters);
    rest.remove_prefix(letters);
    if (name.empty()) return not_a_duration(text, "a number lacks its unit (us, ms, s, m, h, d or w)");
    std::size_t unit = 0;
    while (unit < duration_units.size() && duration_units[unit].name != name) ++unit;
    if (unit == duration_units.size()) {
      return not_a_duration(text, "unknown unit " + quoted(name) + " (expected us, ms, s, m, h, d or w)");
    }
    if (unit < next_unit)
      return not_a_duration(text, "units must go from larger to smaller, each at most once");
    next_unit = unit + 1;
    const auto scale = static_cast<UInt128>(duration_units[unit].micros);
    const auto micros = scaled(*number, scale, Excess::refuse);
    if (!micros) {
      const bool fine = scaled(*number, scale, Excess::round_up).has_value();
      return not_a_duration(text,
                            fine ? "it is finer than a microsecond" : "it is longer than a million days");
    }
    if (*micros > longest_duration.micros || sum.micros > longest_duration.micros - *micros) {
      return not_a_duration(text, "it is longer than a million days");
    }
    sum += Duration{*micros};
  }
  return sum;
}

std::string print_duration(Duration duration) {
  if (duration.micros == 0) return "0s";
  std::string text;
  // Magnitudes are unsigned, so that the least duration has one.
  auto left = static_cast<std::uint64_t>(duration.micros);
  if (duration.micros < 0) {
    text += '-';
    left = std::uint64_t{0} - left;
  }
  // Weeks are understood but not written: people count runs in days.
  for (std::size_t unit = 1; unit < duration_units.size(); ++unit) {
    const auto micros = static_cast<std::uint64_t>(duration_units[unit].micros);
    if (left < micros) continue;
    text += std::to_string(left / micros);
    text += duration_units[unit].name;
    left %= micros;
  }
  return text;
}

Parsed<Instant> parse_instant(std::string_view text) {
  std::string_view rest = text;
  const auto year = take_digits(rest, 4);
  const bool first_dash = take(rest, '-');
  const auto month = take_digits(rest, 2);
  const bool second_dash = take(rest, '-');
  const auto day = take_digits(rest, 2);
  if (!year || !first_dash || !month || !second_dash || !day)
    return not_an_instant(text, "expected YYYY-MM-DD first");
  if (*year < 1 || *month < 1 || *month > 12 || *day < 1 || *day > days_in_month(*year, *month)) {
    return not_an_instant(text, "there is no such date");
  }
  CivilTime time{{*year, *month, *day}, {}};
  Duration zone;
  if (!rest.empty()) {
    if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) {
      return not_an_instant(text, "expected T between date and time");
    }
    const auto hour = take_digits(rest, 2);
    const bool first_colon = take(rest, ':');
    const auto minute = take_digits(rest, 2);
    if (!hour || !first_colon || !minute) return not_an_instant(text, "expected hh:mm:ss after the date");
    int second = 0;
    std::int64_t micros = 0;
    if (take(rest, ':')) {
      const auto digits = take_digits(rest, 2);
      const auto fraction = digits ? take_fraction(rest) : std::nullopt;
      if (!fraction) return not_an_instant(text, "expected hh:mm:ss after the date");
      second = *digits;
      micros = *fraction;
    }
    if (*hour > 23 || *minute > 59 || second > 59)
      return not_an_instant(text, "there is no such time of day");
    const auto offset = take_zone(rest);
    if (!offset || !rest.empty())
      return not_an_instant(text, "expected Z or an offset such as +01:00 at the end");
    time.time_of_day = hours(*hour) + minutes(*minute) + seconds(second) + microseconds(micros);
    zone = *offset;
  }
  return instant_of(time) - zone;
}

namespace {

void append_instant(std::string& out, Instant at, bool exactly) {
  const CivilTime time = civil_time_of(at);
  const std::int64_t second = time.time_of_day / seconds(1);
  const std::int64_t micros = time.time_of_day.micros % seconds(1).micros;
  append_digits(out, time.date.year, 4);
  out += '-';
  append_digits(out, time.date.month, 2);
  out += '-';
  append_digits(out, time.date.day, 2);
  out += 'T';
  append_digits(out, second / 3600, 2);
  out += ':';
  append_digits(out, second / 60 % 60, 2);
  out += ':';
  append_digits(out, second % 60, 2);
  out += '.';
  append_digits(out, exactly ? micros : micros / 1000, exactly ? 6 : 3);
  out += 'Z';
}

}  // namespace

void append_instant(std::string& out, Instant at) {
  append_instant(out, at, false);
}

std::string print_instant(Instant at) {
  std::string text;
  append_instant(text, at, false);
  return text;
}

std::string print_instant_exactly(Instant at) {
  std::string text;
  append_instant(text, at, true);
  return text;
}

}  // namespace berth
