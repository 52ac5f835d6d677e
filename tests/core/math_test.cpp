#include "sim/core/math.hpp"

#include <rapidcheck.h>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "sim/core/checksum.hpp"

namespace berth {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double smallest_normal = std::numeric_limits<double>::min();

// The C library's functions of long double are the judge: their errors are far below a double's last place.
double relative_error(double ours, long double exact) {
  if (static_cast<double>(exact) == ours) return 0;
  return static_cast<double>(std::fabs((static_cast<long double>(ours) - exact) / exact));
}

// The greatest relative error of `ours` against `exact` over a grid of `steps` points that no period of either hits.
template <class Ours, class Exact>
double worst(double from, double to, int steps, Ours ours, Exact exact) {
  double greatest = 0;
  for (int i = 0; i < steps; ++i) {
    const double x = from + (to - from) * ((i + 0.4142135623730951) / steps);
    greatest = std::max(greatest, relative_error(ours(x), exact(static_cast<long double>(x))));
  }
  return greatest;
}

constexpr double a_few_last_places = 4.5e-16;

TEST_CASE("exp") {
  const auto exact = [](long double x) { return std::exp(x); };
  CHECK(worst(-1, 1, 20000, math::exp, exact) < a_few_last_places);
  CHECK(worst(-708, 709.7, 20000, math::exp, exact) < a_few_last_places);
  CHECK(worst(-1e-8, 1e-8, 1000, math::exp, exact) < a_few_last_places);
  CHECK(math::exp(0) == 1);
  CHECK(math::exp(710) == infinity);
  CHECK(math::exp(infinity) == infinity);
  CHECK(math::exp(-infinity) == 0);
  CHECK(math::exp(-746) == 0);
  CHECK(math::exp(-740) == std::exp(-740.0));  // subnormal
  CHECK(std::isnan(math::exp(std::nan(""))));
}

TEST_CASE("log") {
  const auto exact = [](long double x) { return std::log(x); };
  CHECK(worst(1e-6, 2, 20000, math::log, exact) < a_few_last_places);
  CHECK(worst(0.9999, 1.0001, 20000, math::log, exact) < a_few_last_places);
  CHECK(worst(1, 1e12, 20000, math::log, exact) < a_few_last_places);
  CHECK(relative_error(math::log(5e-324), std::log(static_cast<long double>(5e-324))) < a_few_last_places);
  CHECK(relative_error(math::log(1e-310), std::log(static_cast<long double>(1e-310))) < a_few_last_places);
  CHECK(relative_error(math::log(1.7e308), std::log(static_cast<long double>(1.7e308))) < a_few_last_places);
  CHECK(math::log(1) == 0);
  CHECK(math::log(0) == -infinity);
  CHECK(math::log(infinity) == infinity);
  CHECK(std::isnan(math::log(-1)));
}

TEST_CASE("pow") {
  CHECK(worst(
            -300, 300, 20000, [](double y) { return math::pow(10, y); },
            [](long double y) { return std::pow(10.0L, y); }) < a_few_last_places);
  CHECK(worst(
            0.1, 30, 20000, [](double x) { return math::pow(x, 17.3); },
            [](long double x) { return std::pow(x, 17.3 + 0.0L); }) < a_few_last_places);
  CHECK(worst(
            0.999, 1.001, 2000, [](double x) { return math::pow(x, 1e5); },
            [](long double x) { return std::pow(x, 1e5L); }) < a_few_last_places);
  CHECK(math::pow(2, 10) == 1024);
  CHECK(math::pow(0.5, 3) == 0.125);
  CHECK(math::pow(2, -1074) == 5e-324);
  CHECK(math::pow(7, 0) == 1);
  CHECK(math::pow(0, 2) == 0);
  CHECK(math::pow(0, -2) == infinity);
  CHECK(math::pow(1, infinity) == 1);
  CHECK(math::pow(2, infinity) == infinity);
  CHECK(math::pow(0.5, infinity) == 0);
  CHECK(math::pow(infinity, -1) == 0);
  CHECK(math::pow(10, 400) == infinity);
  CHECK(math::pow(10, -400) == 0);
  CHECK(math::pow(std::nextafter(1.0, 2.0), 1e300) == infinity);
  CHECK(std::isnan(math::pow(-2, 2)));
}

TEST_CASE("sigmoid") {
  CHECK(math::sigmoid(0) == 0.5);
  CHECK(math::sigmoid(800) == 1);
  CHECK(math::sigmoid(-800) == 0);
  CHECK(worst(-30, 30, 20000, math::sigmoid, [](long double x) { return 1 / (1 + std::exp(-x)); }) <
        2 * a_few_last_places);
}

TEST_CASE("sine and cosine") {
  CHECK(worst(-3.1, 3.1, 20000, math::sin, [](long double x) { return std::sin(x); }) < a_few_last_places);
  CHECK(worst(-1.5, 1.5, 20000, math::cos, [](long double x) { return std::cos(x); }) < a_few_last_places);
  CHECK(worst(-1e5, 1e5, 20000, math::sin, [](long double x) { return std::sin(x); }) < 1e-14);
  CHECK(worst(-1e5, 1e5, 20000, math::cos, [](long double x) { return std::cos(x); }) < 1e-14);
  CHECK(math::sin(0) == 0);
  CHECK(math::cos(0) == 1);
}

TEST_CASE("sine and cosine of turns are exact at the quarters, however many turns") {
  for (const double whole : {0.0, 1.0, -1.0, 365.0, -1e9}) {
    CHECK(math::sin_turns(whole) == 0);
    CHECK(math::sin_turns(whole + 0.25) == 1);
    CHECK(math::sin_turns(whole + 0.5) == 0);
    CHECK(math::sin_turns(whole + 0.75) == -1);
    CHECK(math::cos_turns(whole) == 1);
    CHECK(math::cos_turns(whole + 0.25) == 0);
    CHECK(math::cos_turns(whole + 0.5) == -1);
    CHECK(math::sin_turns(whole + 0.125) == math::sin_turns(0.125));
  }
  const long double full = 2 * std::acos(-1.0L);
  CHECK(worst(-0.49, 0.49, 20000, math::sin_turns, [&](long double t) { return std::sin(full * t); }) <
        a_few_last_places);
  CHECK(worst(-0.24, 0.24, 20000, math::cos_turns, [&](long double t) { return std::cos(full * t); }) <
        a_few_last_places);
}

TEST_CASE("the normal quantile inverts the normal distribution") {
  const auto below = [](double x) { return std::erfc(-static_cast<long double>(x) / std::sqrt(2.0L)) / 2; };
  // An error dx moves the probability by about x * dx relatively in the tail, so the bound widens with x.
  for (const double p :
       {1e-300, 1e-100, 1e-16, 1e-9, 1e-6, 0.001, 0.05, 0.075, 0.0751, 0.2, 0.5, 0.7, 0.925, 0.95}) {
    INFO(p);
    const double x = math::normal_quantile(p);
    CHECK(relative_error(p, below(x)) < 1e-15 * (4 + x * x));
  }
  CHECK(math::normal_quantile(0.5) == 0);
  CHECK(math::normal_quantile(0.95) == Approx(1.6448536269514722).epsilon(1e-15));
  CHECK(math::normal_quantile(0.25) == -math::normal_quantile(0.75));
  CHECK(math::normal_quantile(0) == -infinity);
  CHECK(math::normal_quantile(1) == infinity);
  CHECK(std::isnan(math::normal_quantile(-0.1)));
}

TEST_CASE("the quantile never falls as the probability grows") {
  CHECK(rc::check([](std::uint32_t a, std::uint32_t b) {
    const double p = a / 4294967296.0, q = b / 4294967296.0;
    if (p <= q) RC_ASSERT(math::normal_quantile(p) <= math::normal_quantile(q));
  }));
}

TEST_CASE("square roots are rounded correctly") {
  CHECK(math::sqrt(2) == 1.4142135623730951);
  CHECK(math::sqrt(smallest_normal) == 0x1p-511);
}

// The same bits from every compiler and optimisation level: a checksum over ten thousand results.
TEST_CASE("the bits of the results never change") {
  std::string bits;
  const auto take = [&](double result) {
    const auto word = std::bit_cast<std::uint64_t>(result);
    for (int i = 0; i < 8; ++i) bits += static_cast<char>(word >> (8 * i) & 0xff);
  };
  for (int i = 1; i <= 1000; ++i) {
    const double x = i * 0.0371;
    take(math::exp(x));
    take(math::exp(-x));
    take(math::log(x));
    take(math::pow(x, 1.7));
    take(math::sigmoid(x / 8));
    take(math::sin(x));
    take(math::cos(x));
    take(math::sin_turns(x));
    take(math::cos_turns(x));
    take(math::normal_quantile(i / 1001.0));
  }
  CHECK(crc32c(bits) == 0xa2e31a1bU);
}

}  // namespace
}  // namespace berth
