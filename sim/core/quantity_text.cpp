#include "berth/core/quantity_text.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "berth/core/int128.hpp"
#include "sim/core/decimal.hpp"
#include "sim/core/text.hpp"

namespace berth {

namespace {

struct Suffix {
  std::string_view name;
  int decimal_exponent;
  int binary_exponent;
};
constexpr std::array<Suffix, 16> suffixes = {{{"", 0, 0},
                                              {"n", -9, 0},
                                              {"u", -6, 0},
                                              {"m", -3, 0},
                                              {"k", 3, 0},
                                              {"M", 6, 0},
                                              {"G", 9, 0},
                                              {"T", 12, 0},
                                              {"P", 15, 0},
                                              {"E", 18, 0},
                                              {"Ki", 0, 10},
                                              {"Mi", 0, 20},
                                              {"Gi", 0, 30},
                                              {"Ti", 0, 40},
                                              {"Pi", 0, 50},
                                              {"Ei", 0, 60}}};

struct RateUnit {
  std::string_view name;
  Duration per;
};
constexpr std::array<RateUnit, 6> rate_units = {{{"s", seconds(1)},
                                                 {"m", minutes(1)},
                                                 {"min", minutes(1)},
                                                 {"h", hours(1)},
                                                 {"d", days(1)},
                                                 {"w", days(7)}}};

constexpr int million_places = 6;

}  // namespace

Parsed<std::int64_t> parse_quantity(std::string_view text, std::int64_t scale, std::int64_t most) {
  using Result = Parsed<std::int64_t>;
  std::string_view rest = text;
  auto number = take_decimal(rest);
  if (!number) return Result::failure(quoted(text) + " is not a quantity such as 500m, 192, 20Gi or 2T");
  if (number->negative && !number->is_zero()) return Result::failure(quoted(text) + " is negative");
  std::size_t suffix = 0;
  while (suffix < suffixes.size() && suffixes[suffix].name != rest) ++suffix;
  if (suffix == suffixes.size()) {
    return Result::failure(quoted(text) + " has the unknown suffix " + quoted(rest) +
                           " (expected none, n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi or Ei)");
  }
  number->exponent += suffixes[suffix].decimal_exponent;
  const UInt128 multiplier = static_cast<UInt128>(scale) << suffixes[suffix].binary_exponent;
  const auto value = scaled(*number, multiplier, Excess::round_up);
  if (!value || *value > most) return Result::failure(quoted(text) + " is too large");
  return *value;
}

Parsed<CpuMilli> parse_cpu(std::string_view text) {
  const auto milli = parse_quantity(text, 1000);
  if (!milli) return Parsed<CpuMilli>::failure(milli.error());
  return CpuMilli(*milli);
}

Parsed<Bytes> parse_bytes(std::string_view text) {
  const auto bytes = parse_quantity(text, 1);
  if (!bytes) return Parsed<Bytes>::failure(bytes.error());
  return Bytes(*bytes);
}

std::string print_cpu(CpuMilli cpu) {
  if (cpu.value % 1000 == 0) return std::to_string(cpu.value / 1000);
  return std::to_string(cpu.value) + "m";
}

std::string print_bytes(Bytes bytes) {
  static constexpr std::array<std::string_view, 7> names = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  std::int64_t value = bytes.value;
  std::size_t name = 0;
  while (value != 0 && value % 1024 == 0 && name + 1 < names.size()) {
    value /= 1024;
    ++name;
  }
  return std::to_string(value) + std::string(names[name]);
}

Duration Rate::mean_gap() const {
  if (millionths == 0) return Duration::max();
  const Int128 gap = (static_cast<Int128>(per.micros) * 1'000'000 + millionths / 2) / millionths;
  return gap > Duration::max().micros ? Duration::max() : Duration{static_cast<std::int64_t>(gap)};
}

Parsed<Rate> parse_rate(std::string_view text) {
  const auto slash = text.find('/');
  std::string_view rest = text.substr(0, slash);
  const auto number = take_decimal(rest);
  if (slash == std::string_view::npos || !number || !rest.empty()) {
    return Parsed<Rate>::failure(quoted(text) + " is not a rate such as 12/h or 30/s");
  }
  if (number->negative && !number->is_zero()) return Parsed<Rate>::failure(quoted(text) + " is negative");
  const std::string_view name = text.substr(slash + 1);
  for (const RateUnit& unit : rate_units) {
    if (unit.name != name) continue;
    const auto millionths = scaled(*number, 1'000'000, Excess::refuse);
    if (!millionths) {
      return Parsed<Rate>::failure(quoted(text) + " is too large or has more than six decimal places");
    }
    return Rate{*millionths, unit.per};
  }
  return Parsed<Rate>::failure(quoted(text) + " has the unknown time unit " + quoted(name) +
                               " (expected s, m, min, h, d or w)");
}

std::string print_rate(Rate rate) {
  std::string text = print_decimal(rate.millionths, million_places) + "/";
  for (const RateUnit& unit : rate_units) {
    if (unit.per == rate.per) return text.append(unit.name);
  }
  BERTH_INVARIANT(false, "a rate per " + std::to_string(rate.per.micros) + " microseconds");
  return text;
}

Parsed<std::int64_t> parse_share(std::string_view text, std::int64_t most) {
  using Result = Parsed<std::int64_t>;
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  const bool percent = rest == "%";
  if (!number || !(percent || rest.empty())) {
    return Result::failure(quoted(text) + " is not a share such as 60% or 0.6");
  }
  if (number->negative && !number->is_zero()) return Result::failure(quoted(text) + " is negative");
  const UInt128 scale = percent ? 10'000 : 1'000'000;
  const auto millionths = scaled(*number, scale, Excess::refuse);
  if (!millionths && scaled(*number, scale, Excess::round_up)) {
    return Result::failure(quoted(text) + " has more decimal places than a millionth");
  }
  if (!millionths || *millionths > most) {
    return Result::failure(quoted(text) + " is more than " + print_share(most));
  }
  return *millionths;
}

std::string print_share(std::int64_t millionths) {
  return print_decimal(millionths, 4) + "%";
}

}  // namespace berth
