#include "sim/core/math.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace berth::math {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// ln 2 in two parts: the first has 21 trailing zero bits, so its product with an exponent (11 bits) is exact.
constexpr double ln2_high = 0x1.62e42fee00000p-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;

// pi / 2 in three parts of 33 bits or less, the first two exact when multiplied by up to 2^20.
constexpr double half_pi_1 = 0x1.921fb544p+0;
constexpr double half_pi_2 = 0x1.0b4611a6p-34;
constexpr double half_pi_3 = 0x1.3198a2e037073p-69;

// Round to the nearest integer, halves to even, for |x| < 2^51: adding this number leaves no fraction bits.
constexpr double rounder = 0x1.8p52;

// 2^k for the exponents of normal doubles.
double power_of_two(int k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

// x * 2^k, rounded once for results that are subnormal.
double scale_by_power(double x, int k) {
  if (k > 1023) return x * 0x1p1023 * power_of_two(k - 1023);
  if (k < -1022) return x * power_of_two(k + 100) * 0x1p-100;
  return x * power_of_two(k);
}

// A sum of two doubles that is more precise than one.
struct Pair {
  double high;
  double low;
};

// a + b exactly, for |a| >= |b| (Dekker 1971).
Pair fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// a + b exactly (Knuth).
Pair two_sum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  const double a_part = sum - b_part;
  return {sum, (a - a_part) + (b - b_part)};
}

// a * b exactly, for magnitudes far from overflow (Veltkamp's splitting, Dekker's product).
Pair two_product(double a, double b) {
  constexpr double splitter = 134217729.0;  // 2^27 + 1
  const double product = a * b;
  const double a_big = splitter * a;
  const double a_high = a_big - (a_big - a);
  const double a_low = a - a_high;
  const double b_big = splitter * b;
  const double b_high = b_big - (b_big - b);
  const double b_low = b - b_high;
  return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

// A positive finite number as mantissa * 2^exponent, the mantissa in [sqrt(1/2), sqrt(2)).
struct Parts {
  double mantissa;
  int exponent;
};

Parts parts_of(double x) {
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (mantissa >= 1.4142135623730951) {
    mantissa /= 2;
    ++exponent;
  }
  return {mantissa, exponent};
}

// With f = (m - 1) / (m + 1), ln m = 2 f + 2 f^3 / 3 + 2 f^5 / 5 + ...; this is what follows 2 f, over f. |f| < 0.172, so
// that the terms left out are below 2^-60 of the sum.
double log_tail(double f) {
  const double s = f * f;
  double sum = 2.0 / 23;
  sum = sum * s + 2.0 / 21;
  sum = sum * s + 2.0 / 19;
  sum = sum * s + 2.0 / 17;
  sum = sum * s + 2.0 / 15;
  sum = sum * s + 2.0 / 13;
  sum = sum * s + 2.0 / 11;
  sum = sum * s + 2.0 / 9;
  sum = sum * s + 2.0 / 7;
  sum = sum * s + 2.0 / 5;
  sum = sum * s + 2.0 / 3;
  return sum * s;
}

// ln x to about 70 bits, for positive finite x.
Pair precise_log(double x) {
  const Parts parts = parts_of(x);
  const double numerator = parts.mantissa - 1;  // exact
  const Pair denominator = two_sum(parts.mantissa, 1);
  const double f = numerator / denominator.high;
  // What the division left over, divided again.
  const Pair product = two_product(f, denominator.high);
  const double f_low = ((numerator - product.high) - product.low - f * denominator.low) / denominator.high;
  const double k = parts.exponent;
  const Pair sum = two_sum(k * ln2_high, 2 * f);
  return fast_two_sum(sum.high, sum.low + (k * ln2_low + (2 * f_low + f * log_tail(f))));
}

// e^(x + low), |low| small against x.
double exp_of_pair(double x, double low) {
  if (std::isnan(x)) return x;
  if (x > 710) return infinity;
  if (x < -746) return 0;
  const double k = (x * (1 / ln2) + rounder) - rounder;
  // x - k ln 2, as a pair: the first part is exact, |r| < 0.347.
  const double r_high = x - k * ln2_high;
  const double r_low = low - k * ln2_low;
  const double r = r_high + r_low;
  const double lost = (r_high - r) + r_low;
  // Taylor: 1 + r + r^2 (1/2! + r/3! + ... + r^12/14!); the next term is below 2^-63.
  double sum = 1.0 / 87178291200;
  sum = sum * r + 1.0 / 6227020800;
  sum = sum * r + 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  return scale_by_power(1 + (r + (lost + r * r * sum)), static_cast<int>(k));
}

// Of an angle within an eighth of a turn of 0, by Taylor; what is left out is below 2^-58 of the result.
double sin_near_zero(double x, double low) {
  const double s = x * x;
  double sum = 1.0 / 355687428096000;
  sum = sum * s - 1.0 / 1307674368000;
  sum = sum * s + 1.0 / 6227020800;
  sum = sum * s - 1.0 / 39916800;
  sum = sum * s + 1.0 / 362880;
  sum = sum * s - 1.0 / 5040;
  sum = sum * s + 1.0 / 120;
  sum = sum * s - 1.0 / 6;
  return x + (low * (1 - s / 2) + x * s * sum);
}

double cos_near_zero(double x, double low) {
  const double s = x * x;
  double sum = 1.0 / 6402373705728000;
  sum = 1.0 / 20922789888000 - sum * s;
  sum = 1.0 / 87178291200 - sum * s;
  sum = 1.0 / 479001600 - sum * s;
  sum = 1.0 / 3628800 - sum * s;
  sum = 1.0 / 40320 - sum * s;
  sum = 1.0 / 720 - sum * s;
  sum = 1.0 / 24 - sum * s;
  // 1 - s/2 is rounded; what the rounding took is given back.
  const double half = s / 2;
  const double rest = 1 - half;
  return rest + (((1 - rest) - half) + (s * s * sum - x * low));
}

// An angle as a number of quarter turns and the rest.
struct Angle {
  int quarter;
  Pair rest;
};

Angle reduce_radians(double x) {
  const double k = (x * (2 / pi) + rounder) - rounder;
  const double first = x - k * half_pi_1;
  const Pair second = two_sum(first, -(k * half_pi_2));
  const Pair rest = fast_two_sum(second.high, second.low - k * half_pi_3);
  return {static_cast<int>(static_cast<std::int64_t>(k) & 3), rest};
}

Angle reduce_turns(double turns) {
  const double fraction = turns - std::trunc(turns);  // exact, and so is all up to the product with pi
  const double k = (fraction * 4 + rounder) - rounder;
  const double rest = fraction - k / 4;
  constexpr double two_pi_low = 2.4492935982947064e-16;  // what 2 * pi lacks
  const Pair angle = two_product(rest, 2 * pi);
  return {static_cast<int>(static_cast<std::int64_t>(k) & 3),
          fast_two_sum(angle.high, angle.low + rest * two_pi_low)};
}

double sin_of(const Angle& angle, int more_quarters) {
  const auto [x, low] = angle.rest;
  switch ((angle.quarter + more_quarters) & 3) {
    case 0:
      return sin_near_zero(x, low);
    case 1:
      return cos_near_zero(x, low);
    case 2:
      return -sin_near_zero(x, low);
    default:
      return -cos_near_zero(x, low);
  }
}

}  // namespace

double exp(double x) {
  return exp_of_pair(x, 0);
}

double log(double x) {
  if (std::isnan(x) || x < 0) return not_a_number;
  if (x == 0) return -infinity;
  if (x == infinity) return infinity;
  return precise_log(x).high;
}

double pow(double base, double exponent) {
  if (exponent == 0 || base == 1) return 1;
  if (std::isnan(base) || std::isnan(exponent) || base < 0) return not_a_number;
  if (base == 0) return exponent > 0 ? 0 : infinity;
  if (base == infinity) return exponent > 0 ? infinity : 0;
  if (std::isinf(exponent)) return (base > 1) == (exponent > 0) ? infinity : 0;
  const Pair logarithm = precise_log(base);
  const double rough = exponent * logarithm.high;
  if (rough > 710) return infinity;
  if (rough < -746) return 0;
  const Pair product = two_product(exponent, logarithm.high);
  const Pair sum = fast_two_sum(product.high, product.low + exponent * logarithm.low);
  return exp_of_pair(sum.high, sum.low);
}

double sqrt(double x) {
  return std::sqrt(x);
}

double sigmoid(double x) {
  return 1 / (1 + exp(-x));
}

double sin_turns(double turns) {
  return sin_of(reduce_turns(turns), 0);
}
double cos_turns(double turns) {
  return sin_of(reduce_turns(turns), 1);
}
double sin(double x) {
  return sin_of(reduce_radians(x), 0);
}
double cos(double x) {
  return sin_of(reduce_radians(x), 1);
}

// Wichura 1988, algorithm AS 241 (PPND16): rational approximations around the centre and in two ranges of the tails.
double normal_quantile(double p) {
  if (std::isnan(p) || p < 0 || p > 1) return not_a_number;
  if (p == 0) return -infinity;
  if (p == 1) return infinity;
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    const double numerator =
        (((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4) * r +
             4.5921953931549871457e+4) *
                r +
            1.3731693765509461125e+4) *
               r +
           1.9715909503065514427e+3) *
              r +
          1.3314166789178437745e+2) *
             r +
         3.3871328727963666080e+0);
    const double denominator =
        (((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4) * r +
             2.1213794301586595867e+4) *
                r +
            5.3941960214247511077e+3) *
               r +
           6.8718700749205790830e+2) *
              r +
          4.2313330701600911252e+1) *
             r +
         1.0);
    return q * numerator / denominator;
  }
  double r = math::sqrt(-math::log(q < 0 ? p : 1 - p));
  double numerator = 0, denominator = 0;
  if (r <= 5) {
    r -= 1.6;
    numerator =
        (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) *
                 r +
             1.27045825245236838258e+0) *
                r +
            3.64784832476320460504e+0) *
               r +
           5.76949722146069140550e+0) *
              r +
          4.63033784615654529590e+0) *
             r +
         1.42343711074968357734e+0);
    denominator =
        (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) *
                 r +
             1.48103976427480074590e-1) *
                r +
            6.89767334985100004550e-1) *
               r +
           1.67638483018380384940e+0) *
              r +
          2.05319162663775882187e+0) *
             r +
         1.0);
  } else {
    r -= 5;
    numerator =
        (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) *
                 r +
             2.65321895265761230930e-2) *
                r +
            2.96560571828504891230e-1) *
               r +
           1.78482653991729133580e+0) *
              r +
          5.46378491116411436990e+0) *
             r +
         6.65790464350110377720e+0);
    denominator =
        (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) *
                 r +
             7.86869131145613259100e-4) *
                r +
            1.48753612908506148525e-2) *
               r +
           1.36929880922735805310e-1) *
              r +
          5.99832206555887937690e-1) *
             r +
         1.0);
  }
  const double x = numerator / denominator;
  return q < 0 ? -x : x;
}

}  // namespace berth::math
