// A decimal number as it was written, exactly, for the parsers of all that people write with a point and a
// unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "berth/core/int128.hpp"

namespace berth {

// (negative ? -1 : 1) * digits * 10^exponent
struct Decimal {
  bool negative = false;
  std::uint64_t digits = 0;  // at most 19 significant ones
  int exponent = 0;

  bool is_zero() const { return digits == 0; }
};

// What to do with digits beyond a scale.
enum class Excess { refuse, round_up };  // round_up: away from zero, as Kubernetes does

// Takes the number at the front of `rest` off it: "2", "-0.5", "+1", ".5", "5.", "1e3" (an e that no digit
// follows stays: it may be a unit). Nothing when there is none, or when it has more than 19 significant
// digits.
std::optional<Decimal> take_decimal(std::string_view& rest);

// number * scale as an integer; nothing when it does not fit 64 bits, or has excess digits that are refused.
std::optional<std::int64_t> scaled(const Decimal& number, UInt128 scale, Excess excess);

}  // namespace berth
