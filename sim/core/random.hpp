// Random draws that depend on nothing but their key: (seed, branch, stream name, entity, ordinal). A new stream, entity
// or ordinal moves nobody else's draws, and there is no state to store: a fork of a run is another branch number.
//
//   RandomStream arrivals(seed, branch, "arrivals");
//   Duration gap = arrivals.at("notebooks", n).exponential(mean);
//
// The functions are the same for every compiler (core/math, integers elsewhere); tests pin the first draws of each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/core/time.hpp"
#include "sim/core/philox.hpp"

namespace berth {

// The draws of one (stream, entity, ordinal), as many as wanted, one after the other.
class Random {
 public:
  std::uint32_t bits32();
  std::uint64_t bits64();

  // Each of 0 to n - 1 with the same probability, exactly; n > 0.
  std::uint64_t below(std::uint64_t n);
  // Each of `least` to `most`, both included.
  std::int64_t between(std::int64_t least, std::int64_t most);
  // A multiple of 2^-53 in [0, 1).
  double unit();
  // True with probability millionths / 10^6, exactly.
  bool chance(std::int64_t millionths);

  // Of mean 1 and of the given mean. At most 37 times the mean.
  double exponential();
  Duration exponential(Duration mean);
  // Of mean 0 and deviation 1, by inversion: one draw of unit() each.
  double normal();
  // By its median and its 95th percentile, 0 < median <= p95. At most a million days.
  double lognormal(double median, double p95);
  Duration lognormal(Duration median, Duration p95);

  // An index with probability weights[i] / sum, exactly. Weights are not negative, their sum positive and below 2^63.
  std::size_t weighted_choice(const std::vector<std::int64_t>& weights);

  // Every order with the same probability (Fisher and Yates, from the end).
  template <class T>
  void shuffle(std::vector<T>& items) {
    using std::swap;
    for (std::size_t i = items.size(); i > 1; --i) swap(items[i - 1], items[below(i)]);
  }

 private:
  friend class RandomStream;
  Random(PhiloxKey key, std::uint64_t entity, std::uint64_t ordinal)
      : key_(key), entity_(entity), ordinal_(ordinal) {}

  PhiloxKey key_;
  std::uint64_t entity_;
  std::uint64_t ordinal_;
  std::uint32_t next_block_ = 0;
  std::uint32_t used_ = 4;  // words of block_
  PhiloxCounter block_{};
};

class RandomStream {
 public:
  static constexpr std::uint64_t max_ordinal = (std::uint64_t{1} << 40) - 1;

  RandomStream(std::uint64_t seed, std::uint64_t branch, std::string_view name);

  Random at(std::uint64_t entity, std::uint64_t ordinal = 0) const;
  // An entity by its name: what is listed before or after it does not matter.
  Random at(std::string_view entity, std::uint64_t ordinal = 0) const;

 private:
  PhiloxKey key_;
};

// Weighted choice from a table that is used often: O(log n) a draw. The same draws as weighted_choice.
class WeightedTable {
 public:
  explicit WeightedTable(const std::vector<std::int64_t>& weights);
  std::size_t draw(Random& random) const;
  std::size_t size() const { return ends_.size(); }

 private:
  std::vector<std::uint64_t> ends_;  // sums of the weights up to and including each
};

}  // namespace berth
