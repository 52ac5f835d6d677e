#include "sim/core/text.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

namespace berth {
namespace {

constexpr auto least64 = std::numeric_limits<std::int64_t>::min();
constexpr auto most64 = std::numeric_limits<std::int64_t>::max();

TEST_CASE("integers") {
  CHECK(*parse_integer("0") == 0);
  CHECK(*parse_integer("-12") == -12);
  CHECK(*parse_integer("+7") == 7);
  CHECK(*parse_integer("007") == 7);
  CHECK(*parse_integer("-9223372036854775808") == least64);
  CHECK(*parse_integer("5", 1, 5) == 5);
  for (const char* bad : {"", "+", "-", "+-5", "--5", " 5", "5 ", "5.0", "0x10", "1e3", "five", "1,000"}) {
    INFO(bad);
    CHECK(parse_integer(bad).error() == quoted(bad) + " is not a whole number");
  }
  CHECK(parse_integer("6", 1, 5).error() == "'6' is out of range (expected 1 to 5)");
  CHECK(parse_integer("99999999999999999999", 0, 5).error() ==
        "'99999999999999999999' is out of range (expected 0 to 5)");
}

TEST_CASE("decimals") {
  CHECK(*parse_decimal("0.25", 1000) == 250);
  CHECK(*parse_decimal("1e3", 1) == 1000);
  CHECK(*parse_decimal("0.0001", 1000, Excess::round_up) == 1);
  CHECK(parse_decimal("0.0001", 1000).error() ==
        "'0.0001' has too many decimal places (the smallest step is 1/1000)");
  CHECK(parse_decimal("1e30", 1000).error() == "'1e30' is too large");
  CHECK(parse_decimal("1.5x", 1000).error() == "'1.5x' is not a decimal number of at most 19 digits");
  CHECK_FALSE(parse_decimal("", 1000));
}

TEST_CASE("fixed point prints with all or only the needed places") {
  CHECK(print_decimal(2500, 3) == "2.5");
  CHECK(print_decimal(2000, 3) == "2");
  CHECK(print_decimal(-5, 3) == "-0.005");
  CHECK(print_decimal(0, 3) == "0");
  CHECK(print_decimal(1200, 0) == "1200");
  CHECK(print_fixed(2500, 3) == "2.500");
  CHECK(print_fixed(-5, 3) == "-0.005");
  CHECK(print_fixed(7, 0) == "7");
  CHECK(print_fixed(least64, 2) == "-92233720368547758.08");
}

TEST_CASE("fixed point reads back") {
  CHECK(rc::check([](std::int32_t value) {
    RC_ASSERT(*parse_decimal(print_decimal(value, 3), 1000) == value);
    RC_ASSERT(*parse_decimal(print_fixed(value, 6), 1'000'000) == value);
    RC_ASSERT(*parse_integer(std::to_string(value)) == value);
  }));
}

TEST_CASE("doubles print as browsers print them") {
  CHECK(print_double(0) == "0");
  CHECK(print_double(0.1) == "0.1");
  CHECK(print_double(100000) == "100000");
  CHECK(print_double(1e20) == "100000000000000000000");
  CHECK(print_double(1e21) == "1e+21");
  CHECK(print_double(1e-7) == "0.0000001");
  CHECK(print_double(1.5e-9) == "1.5e-09");
  CHECK(print_double(-2.5) == "-2.5");
  CHECK_THROWS_AS(print_double(std::nan("")), InvariantError);
  CHECK_THROWS_AS(print_double(std::numeric_limits<double>::infinity()), InvariantError);
}

TEST_CASE("every double reads back bit for bit") {
  CHECK(rc::check([](std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    RC_PRE(std::isfinite(value));
    const double back = *parse_double(print_double(value));
    RC_ASSERT(std::memcmp(&back, &value, sizeof value) == 0);
  }));
}

TEST_CASE("what is no finite number is no double") {
  CHECK(*parse_double("+1.5") == 1.5);
  CHECK(*parse_double("-1e-3") == -1e-3);
  for (const char* bad : {"", "nan", "inf", "-inf", "1.5 ", "1,5", "0x1p3", "+-1", "1e"}) {
    INFO(bad);
    CHECK_FALSE(parse_double(bad));
  }
  CHECK(parse_double("1e999").error() == "'1e999' is out of range for a number");
}

TEST_CASE("a quotation is cut short, not within a character") {
  CHECK(quoted("abc") == "'abc'");
  CHECK(quoted(std::string(1'000'000, 'x')) == "'" + std::string(60, 'x') + "...'");
  CHECK(quoted(std::string(59, 'x') + "\xc3\xa4" + std::string(50, 'y')) ==
        "'" + std::string(59, 'x') + "...'");
}

TEST_CASE("no text makes a parser of numbers fail otherwise than with a sentence") {
  CHECK(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.-+eE \0x", 17)));
    if (const auto parsed = parse_integer(text)) RC_ASSERT(parse_decimal(text, 1) || text.size() > 19);
    if (!parse_decimal(text, 1000)) RC_ASSERT(!parse_decimal(text, 1000).error().empty());
    if (!parse_double(text)) RC_ASSERT(!parse_double(text).error().empty());
  }));
}

}  // namespace
}  // namespace berth
