#include "berth/core/integral.hpp"

#include <algorithm>
#include <cstddef>

namespace berth {

namespace {

// To the nearest, halves away from zero; the divisor is positive.
Int128 divide_rounded(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  const Int128 remainder = dividend % divisor;
  const Int128 magnitude = remainder < 0 ? -remainder : remainder;
  if (magnitude < divisor - magnitude) return quotient;
  return dividend < 0 ? quotient - 1 : quotient + 1;
}

}  // namespace

std::string print_int128(Int128 value) {
  // Negated as unsigned, so that the least value has a magnitude too.
  auto left = static_cast<UInt128>(value);
  if (value < 0) left = UInt128{0} - left;
  std::string reversed;
  do {
    reversed += static_cast<char>('0' + static_cast<int>(left % 10));
    left /= 10;
  } while (left != 0);
  if (value < 0) reversed += '-';
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::string print_ratio(Int128 numerator, Int128 denominator, int places) {
  BERTH_INVARIANT(denominator > 0, "a ratio to " + print_int128(denominator));
  BERTH_INVARIANT(places >= 0 && places <= 18, std::to_string(places) + " decimal places");
  Int128 power = 1;
  for (int i = 0; i < places; ++i) power *= 10;
  // Whole part first: only the remainder is scaled, which keeps large numerators within 128 bits.
  const Int128 whole = numerator / denominator;
  const Int128 scaled = whole * power + divide_rounded(numerator % denominator * power, denominator);
  std::string digits = print_int128(scaled < 0 ? -scaled : scaled);
  const auto needed = static_cast<std::size_t>(places) + 1;
  if (digits.size() < needed) digits.insert(0, needed - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - static_cast<std::size_t>(places), 1, '.');
  return scaled < 0 ? "-" + digits : digits;
}

std::int64_t Integral::mean(Duration over) const {
  if (over.micros == 0) return 0;
  BERTH_INVARIANT(over.micros > 0, "a mean over a negative time");
  return static_cast<std::int64_t>(divide_rounded(sum_, over.micros));
}

std::int64_t Integral::millionths_of(Integral whole) const {
  if (whole.sum_ == 0) return 0;
  BERTH_INVARIANT(whole.sum_ > 0, "a share of a negative whole");
  return static_cast<std::int64_t>(divide_rounded(sum_ * 1'000'000, whole.sum_));
}

std::string Integral::print(std::int64_t scale, Duration per, int places) const {
  return print_ratio(sum_, static_cast<Int128>(scale) * per.micros, places);
}

}  // namespace berth
