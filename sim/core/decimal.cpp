#include "sim/core/decimal.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace berth {

namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::uint64_t largest_digits = 999'999'999'999'999'999;  // one more digit still fits

// Beyond this every number is zero or out of range whatever its scale.
constexpr int largest_exponent = 1000;

}  // namespace

std::optional<Decimal> take_decimal(std::string_view& rest) {
  Decimal number;
  std::size_t at = 0;
  if (at < rest.size() && (rest[at] == '-' || rest[at] == '+')) number.negative = rest[at++] == '-';

  bool any = false, after_point = false;
  int pending_zeros = 0;  // zeros that count only if another digit follows them
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(c)) break;
    any = true;
    if (after_point && number.exponent > -largest_exponent) --number.exponent;
    if (c == '0') {
      if (number.digits != 0) pending_zeros = std::min(pending_zeros + 1, largest_exponent);
      continue;
    }
    for (; pending_zeros > 0; --pending_zeros) {
      if (number.digits > largest_digits) return std::nullopt;
      number.digits *= 10;
    }
    if (number.digits > largest_digits) return std::nullopt;
    number.digits = number.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (!any) return std::nullopt;
  number.exponent += pending_zeros;

  if (at < rest.size() && (rest[at] == 'e' || rest[at] == 'E')) {
    std::size_t digit = at + 1;
    bool minus = false;
    if (digit < rest.size() && (rest[digit] == '-' || rest[digit] == '+')) minus = rest[digit++] == '-';
    if (digit < rest.size() && is_digit(rest[digit])) {
      int exponent = 0;
      for (; digit < rest.size() && is_digit(rest[digit]); ++digit) {
        exponent = std::min(exponent * 10 + (rest[digit] - '0'), largest_exponent);
      }
      number.exponent += minus ? -exponent : exponent;
      at = digit;
    }
  }
  if (number.is_zero()) number.exponent = 0;
  rest.remove_prefix(at);
  return number;
}

std::optional<std::int64_t> scaled(const Decimal& number, UInt128 scale, Excess excess) {
  if (number.is_zero()) return 0;
  constexpr UInt128 most = ~UInt128{0};
  if (scale > most / number.digits) return std::nullopt;
  UInt128 value = number.digits * scale;
  for (int i = 0; i < number.exponent; ++i) {
    if (value > most / 10) return std::nullopt;
    value *= 10;
  }
  bool cut = false;
  for (int i = number.exponent; i < 0 && value != 0; ++i) {
    cut = cut || value % 10 != 0;
    value /= 10;
  }
  if (cut) {
    if (excess == Excess::refuse) return std::nullopt;
    ++value;
  }
  // Symmetric: the least 64-bit integer is nobody's quantity.
  if (value > static_cast<UInt128>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(value);
  return number.negative ? -magnitude : magnitude;
}

}  // namespace berth
