// Simulated time. An Instant counts microseconds since 1970-01-01T00:00:00Z (proleptic Gregorian, no leap
// seconds), so that a record's timestamp is a formatting of it and nothing else. A Duration is a difference
// of two.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace berth {

struct Duration {
  std::int64_t micros = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration o) const { return {micros + o.micros}; }
  constexpr Duration operator-(Duration o) const { return {micros - o.micros}; }
  constexpr Duration& operator+=(Duration o) {
    micros += o.micros;
    return *this;
  }
  constexpr Duration& operator-=(Duration o) {
    micros -= o.micros;
    return *this;
  }
  constexpr Duration operator*(std::int64_t n) const { return {micros * n}; }
  constexpr std::int64_t operator/(Duration o) const { return micros / o.micros; }

  static constexpr Duration max() { return {std::numeric_limits<std::int64_t>::max()}; }
};

constexpr Duration microseconds(std::int64_t n) {
  return {n};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration minutes(std::int64_t n) {
  return {n * 60'000'000};
}
constexpr Duration hours(std::int64_t n) {
  return {n * 3'600'000'000};
}
constexpr Duration days(std::int64_t n) {
  return {n * 86'400'000'000};
}

struct Instant {
  std::int64_t micros = 0;

  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const { return {micros + d.micros}; }
  constexpr Instant operator-(Duration d) const { return {micros - d.micros}; }
  constexpr Duration operator-(Instant o) const { return {micros - o.micros}; }

  // Later than every instant that a run can reach; "never" where a rule wants a number.
  static constexpr Instant never() { return {std::numeric_limits<std::int64_t>::max()}; }
};

}  // namespace berth
