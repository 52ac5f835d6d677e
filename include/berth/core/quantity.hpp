// Strong integer quantities. Two quantities of different kinds cannot be mixed; a plain number scales one.
// No function here checks for overflow: inputs are bounded where they enter (scenario, importers) so that
// sums over a cluster stay below 2^62. Integrals over time do not fit and use core/integral.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace berth {

template <class Tag>
struct Quantity {
  std::int64_t value = 0;

  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t v) : value(v) {}

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator+(Quantity o) const { return Quantity(value + o.value); }
  constexpr Quantity operator-(Quantity o) const { return Quantity(value - o.value); }
  constexpr Quantity operator-() const { return Quantity(-value); }
  constexpr Quantity& operator+=(Quantity o) {
    value += o.value;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity o) {
    value -= o.value;
    return *this;
  }
  constexpr Quantity operator*(std::int64_t n) const { return Quantity(value * n); }
  // Ratio of two quantities of one kind, rounded towards zero.
  constexpr std::int64_t operator/(Quantity o) const { return value / o.value; }
  constexpr Quantity operator/(std::int64_t n) const { return Quantity(value / n); }

  static constexpr Quantity max() { return Quantity(std::numeric_limits<std::int64_t>::max()); }
};

using GpuMilli = Quantity<struct GpuMilliTag>;  // thousandths of one GPU device
using CpuMilli = Quantity<struct CpuMilliTag>;  // thousandths of one CPU core
using Bytes = Quantity<struct BytesTag>;

constexpr GpuMilli whole_gpus(std::int64_t devices) {
  return GpuMilli(devices * 1000);
}
constexpr Bytes mebibytes(std::int64_t n) {
  return Bytes(n * 1024 * 1024);
}

}  // namespace berth
