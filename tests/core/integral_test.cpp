#include "berth/core/integral.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

namespace berth {
namespace {

constexpr auto most64 = std::numeric_limits<std::int64_t>::max();
constexpr auto least64 = std::numeric_limits<std::int64_t>::min();

TEST_CASE("128-bit integers print") {
  CHECK(print_int128(0) == "0");
  CHECK(print_int128(-7) == "-7");
  CHECK(print_int128(static_cast<Int128>(most64) * most64) == "85070591730234615847396907784232501249");
  CHECK(print_int128(static_cast<Int128>(UInt128{1} << 127)) == "-170141183460469231731687303715884105728");
}

TEST_CASE("ratios print to the nearest, halves away from zero") {
  CHECK(print_ratio(2, 3, 4) == "0.6667");
  CHECK(print_ratio(-2, 3, 4) == "-0.6667");
  CHECK(print_ratio(1, 2, 0) == "1");
  CHECK(print_ratio(-1, 2, 0) == "-1");
  CHECK(print_ratio(1, 8, 2) == "0.13");
  CHECK(print_ratio(999, 1000, 2) == "1.00");
  CHECK(print_ratio(-1, 1000, 2) == "0.00");
  CHECK(print_ratio(12345, 1, 0) == "12345");
  CHECK(print_ratio(static_cast<Int128>(most64) * most64, most64, 2) == "9223372036854775807.00");
  CHECK_THROWS_AS(print_ratio(1, 0, 2), InvariantError);
}

TEST_CASE("a cluster's GPU time over centuries stays exact") {
  // 10^9 GPUs for 1000 years: 1e12 milli x 3.15e16 microseconds, far beyond 64 bits.
  Integral whole;
  const Duration year = days(365);
  for (int i = 0; i < 1000; ++i) whole.add(1'000'000'000'000, year);
  CHECK(whole.mean(year * 1000) == 1'000'000'000'000);
  CHECK(whole.print(1000, hours(1), 1) == "8760000000000000.0");
  Integral third = Integral(333'333'333'333, year * 1000);
  CHECK(third.millionths_of(whole) == 333'333);
  CHECK((whole - third + third) == whole);
  CHECK(third < whole);
}

TEST_CASE("means and shares of nothing are nothing") {
  CHECK(Integral().mean(Duration{}) == 0);
  CHECK(Integral().millionths_of(Integral()) == 0);
  CHECK_THROWS_AS(Integral(1, seconds(1)).mean(Duration{-1}), InvariantError);
}

TEST_CASE("a mean is rounded to the nearest, also below zero") {
  CHECK(Integral(1, Duration{1}).mean(Duration{2}) == 1);
  CHECK(Integral(1, Duration{1}).mean(Duration{3}) == 0);
  CHECK(Integral(-1, Duration{1}).mean(Duration{2}) == -1);
  CHECK(Integral(-1, Duration{1}).mean(Duration{3}) == 0);
  CHECK(Integral(least64, Duration{1}).mean(Duration{1}) == least64);
}

TEST_CASE("a step function's integral is the sum over its steps") {
  CHECK(rc::check([](const std::vector<std::pair<std::uint16_t, std::int32_t>>& steps) {
    StepIntegral steps_so_far(Instant{1000}, 3);
    Instant at{1000};
    Int128 sum = 0;
    std::int64_t value = 3;
    for (const auto& [gap, next] : steps) {
      at = at + Duration{gap};
      sum += static_cast<Int128>(value) * gap;
      value = next;
      steps_so_far.set(at, next);
      RC_ASSERT(steps_so_far.until(at).raw() == sum);
      RC_ASSERT(steps_so_far.until(at + Duration{10}).raw() == sum + static_cast<Int128>(value) * 10);
    }
    RC_ASSERT(steps_so_far.value() == value);
    RC_ASSERT(Integral::of_raw(sum) == steps_so_far.until(at));
  }));
}

TEST_CASE("a step function's mean, and no way back in time") {
  StepIntegral used(Instant{0});
  used.set(Instant{10}, 8);
  used.add(Instant{30}, -4);
  CHECK(used.mean(Instant{40}) == 5);  // (0 * 10 + 8 * 20 + 4 * 10) / 40
  CHECK_THROWS_AS(used.set(Instant{29}, 1), InvariantError);
}

}  // namespace
}  // namespace berth
