#include "sim/core/decimal.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <string>

namespace berth {
namespace {

// What is left, and the number times the scale, as one text.
std::string taken(std::string_view text, std::uint64_t scale = 1000, Excess excess = Excess::refuse) {
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number) return "none";
  const auto value = scaled(*number, scale, excess);
  return (value ? std::to_string(*value) : "no") + "|" + std::string(rest);
}

TEST_CASE("a decimal is taken off the front") {
  CHECK(taken("2") == "2000|");
  CHECK(taken("0.25Gi") == "250|Gi");
  CHECK(taken("-1.5h") == "-1500|h");
  CHECK(taken("+.5") == "500|");
  CHECK(taken("5.") == "5000|");
  CHECK(taken("1e3") == "1000000|");
  CHECK(taken("1E-3x") == "1|x");
  CHECK(taken("1E") == "1000|E");
  CHECK(taken("1e+") == "1000|e+");
  CHECK(taken("1.2.3") == "1200|.3");
  CHECK(taken("0.000") == "0|");
  CHECK(taken("100.10") == "100100|");
  CHECK(taken("") == "none");
  CHECK(taken(".") == "none");
  CHECK(taken("-") == "none");
  CHECK(taken("e3") == "none");
}

TEST_CASE("excess digits are refused or rounded away from zero") {
  CHECK(taken("0.0001") == "no|");
  CHECK(taken("0.0001", 1000, Excess::round_up) == "1|");
  CHECK(taken("-0.0011", 1000, Excess::round_up) == "-2|");
  CHECK(taken("1e-400", 1000, Excess::round_up) == "1|");
  CHECK(taken("0.001000000") == "1|");
}

TEST_CASE("what does not fit 64 bits is refused, however it is written") {
  CHECK(taken("9223372036854775807", 1) == "9223372036854775807|");
  CHECK(taken("9223372036854775808", 1) == "no|");
  CHECK(taken("1e999999999999") == "no|");
  CHECK(taken("0e999999999999") == "0|");
  CHECK(taken("1e-999999999999") == "no|");
  const std::string zeros(100'000, '0');
  CHECK(taken(zeros + "7") == "7000|");
  CHECK(taken("7" + zeros) == "no|");
  CHECK(taken("0." + zeros + "7") == "no|");
  CHECK(taken("1." + zeros) == "1000|");
  CHECK(taken("12345678901234567890", 1) == "no|");  // more than 2^63, one trailing zero
  CHECK(taken("1234567890.12345678912") == "none");  // 21 significant digits
}

TEST_CASE("any fixed-point number reads back") {
  CHECK(rc::check([](std::int32_t whole, std::uint32_t fraction) {
    fraction %= 1000;
    const std::string digits = std::to_string(1000 + fraction).substr(1);
    const std::string text = std::to_string(whole) + "." + digits;
    const std::int64_t magnitude = std::abs(std::int64_t{whole}) * 1000 + fraction;
    const bool negative = text[0] == '-';
    RC_ASSERT(taken(text) == std::to_string(negative ? -magnitude : magnitude) + "|");
  }));
}

}  // namespace
}  // namespace berth
