// Elementary functions whose results can be seen in a run. The C library's differ from version to version in the last
// bit; these are plain IEEE double operations in a fixed order (with -ffp-contract=off), so their bits are the same
// everywhere. tests/core/math_test.cpp holds them to within a few units in the last place of the C library's.
#pragma once

namespace berth::math {

inline constexpr double pi = 3.141592653589793;
inline constexpr double ln2 = 0.6931471805599453;

// e^x. Infinity above 709.78; gradually 0 below -708.4.
double exp(double x);
// Natural logarithm. -infinity at 0, NaN below.
double log(double x);
// base^exponent for base >= 0 (NaN below; what grows or decays here is never negative). pow(x, 0) is 1 for every x.
double pow(double base, double exponent);
// The non-negative square root, which IEEE 754 itself rounds correctly.
double sqrt(double x);

// 1 / (1 + e^-x), computed just so (fgd.md section 4 truncates multiples of it).
double sigmoid(double x);

// The sine of a number of full turns: sin(2 pi turns). The reduction is exact, so a phase of many days loses nothing.
double sin_turns(double turns);
double cos_turns(double turns);
// Of radians up to 10^5 or so in magnitude; beyond, the reduction loses digits.
double sin(double x);
double cos(double x);

// The x below which a standard normal variable falls with probability p, 0 < p < 1 (-infinity and infinity at the ends).
double normal_quantile(double p);

}  // namespace berth::math
