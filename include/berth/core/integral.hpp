// Sums of value x duration, exact in 128 bits: GPU time of a large cluster over years does not fit 64. Values are plain
// 64-bit integers (the `value` of a quantity, a queue's length); the caller knows their unit.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "berth/core/int128.hpp"
#include "berth/core/invariant.hpp"
#include "berth/core/time.hpp"

namespace berth {

std::string print_int128(Int128 value);

// numerator / denominator to the nearest 1/10^places (halves away from zero): print_ratio(2, 3, 4) is "0.6667".
// The denominator is positive; places at most 18; the numerator's magnitude below 2^127 / 10^places.
std::string print_ratio(Int128 numerator, Int128 denominator, int places);

class Integral {
 public:
  constexpr Integral() = default;
  constexpr Integral(std::int64_t value, Duration during)
      : sum_(static_cast<Int128>(value) * during.micros) {}

  constexpr Integral& operator+=(Integral o) {
    sum_ += o.sum_;
    return *this;
  }
  constexpr Integral& operator-=(Integral o) {
    sum_ -= o.sum_;
    return *this;
  }
  constexpr Integral operator+(Integral o) const { return Integral(*this) += o; }
  constexpr Integral operator-(Integral o) const { return Integral(*this) -= o; }
  constexpr bool operator==(const Integral& o) const { return sum_ == o.sum_; }
  constexpr auto operator<=>(const Integral& o) const { return sum_ <=> o.sum_; }

  constexpr void add(std::int64_t value, Duration during) { *this += Integral(value, during); }

  // In units of value x microsecond.
  constexpr Int128 raw() const { return sum_; }
  static constexpr Integral of_raw(Int128 raw) {
    Integral integral;
    integral.sum_ = raw;
    return integral;
  }

  // The average value over a span, to the nearest integer (halves away from zero); 0 over no time.
  std::int64_t mean(Duration over) const;
  // The share that this is of `whole`, in millionths, to the nearest; 0 of nothing.
  std::int64_t millionths_of(Integral whole) const;
  // In units of `scale` values for `per`: GPU milli as GPU hours with two places is print(1000, hours(1), 2).
  std::string print(std::int64_t scale, Duration per, int places) const;

 private:
  Int128 sum_ = 0;
};

// The integral of a value that changes in steps.
class StepIntegral {
 public:
  explicit StepIntegral(Instant since, std::int64_t value = 0) : since_(since), last_(since), value_(value) {}

  Instant since() const { return since_; }
  std::int64_t value() const { return value_; }
  // From `at` on. Instants never go back.
  void set(Instant at, std::int64_t value) {
    settled_ = until(at);
    last_ = at;
    value_ = value;
  }
  void add(Instant at, std::int64_t difference) { set(at, value_ + difference); }
  // From the beginning to `at`, which is not before the last change.
  Integral until(Instant at) const {
    BERTH_INVARIANT(at >= last_, "an integral up to an instant before its last step");
    return settled_ + Integral(value_, at - last_);
  }
  std::int64_t mean(Instant at) const { return until(at).mean(at - since_); }

  bool operator==(const StepIntegral&) const = default;

 private:
  Instant since_;
  Instant last_;
  std::int64_t value_ = 0;
  Integral settled_;
};

}  // namespace berth
