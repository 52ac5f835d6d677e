#include "sim/core/random.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "berth/core/int128.hpp"
#include "berth/core/invariant.hpp"
#include "sim/core/math.hpp"
#include "sim/core/sha256.hpp"

namespace berth {

namespace {

constexpr std::uint32_t block_words = 4;
// A counter is the entity (64 bits), the ordinal (40) and the number of the block (24).
constexpr std::uint32_t max_blocks = 1U << 24;

// Quantile 0.95 of the standard normal distribution.
constexpr double normal_95 = 1.6448536269514722;

constexpr Duration longest = days(1'000'000);

std::uint64_t first_64_bits(const Sha256::Digest& digest) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8 | digest[i];
  return word;
}

Duration to_duration(double micros) {
  if (micros >= static_cast<double>(longest.micros)) return longest;
  return Duration{static_cast<std::int64_t>(micros + 0.5)};
}

}  // namespace

std::uint32_t Random::bits32() {
  if (used_ == block_words) {
    BERTH_INVARIANT(next_block_ < max_blocks, "more than 2^26 words drawn for one key");
    block_ = philox(
        {next_block_ | static_cast<std::uint32_t>(ordinal_ >> 32) << 24, static_cast<std::uint32_t>(ordinal_),
         static_cast<std::uint32_t>(entity_), static_cast<std::uint32_t>(entity_ >> 32)},
        key_);
    ++next_block_;
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t Random::bits64() {
  const std::uint64_t low = bits32();
  return low | std::uint64_t{bits32()} << 32;
}

// Lemire 2019, "Fast random integer generation in an interval": the high half of a product, with the few products that
// would favour some results drawn again.
std::uint64_t Random::below(std::uint64_t n) {
  BERTH_INVARIANT(n > 0, "a draw below 0");
  UInt128 product = static_cast<UInt128>(bits64()) * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t surplus = (std::uint64_t{0} - n) % n;  // 2^64 mod n
    while (static_cast<std::uint64_t>(product) < surplus) product = static_cast<UInt128>(bits64()) * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::int64_t Random::between(std::int64_t least, std::int64_t most) {
  BERTH_INVARIANT(least <= most, "a draw between " + std::to_string(least) + " and " + std::to_string(most));
  // In unsigned arithmetic, since the span of signed numbers may exceed them.
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const std::uint64_t offset = span == std::numeric_limits<std::uint64_t>::max() ? bits64() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + offset);
}

double Random::unit() {
  return static_cast<double>(bits64() >> 11) * 0x1p-53;
}

bool Random::chance(std::int64_t millionths) {
  return static_cast<std::int64_t>(below(1'000'000)) < millionths;
}

double Random::exponential() {
  return -math::log(1 - unit());
}

Duration Random::exponential(Duration mean) {
  return to_duration(static_cast<double>(mean.micros) * exponential());
}

// The middle of the interval that unit() stands for, so that neither end, where the quantile is infinite, can occur.
double Random::normal() {
  return math::normal_quantile((static_cast<double>(bits64() >> 12) + 0.5) * 0x1p-52);
}

double Random::lognormal(double median, double p95) {
  BERTH_INVARIANT(median > 0 && median <= p95,
                  "a lognormal distribution whose 95th percentile is below its median");
  const double deviation = math::log(p95 / median) / normal_95;
  return median * math::exp(deviation * normal());
}

Duration Random::lognormal(Duration median, Duration p95) {
  return to_duration(lognormal(static_cast<double>(median.micros), static_cast<double>(p95.micros)));
}

std::size_t Random::weighted_choice(const std::vector<std::int64_t>& weights) {
  return WeightedTable(weights).draw(*this);
}

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t branch, std::string_view name) {
  const std::string text = std::to_string(seed) + "/" + std::to_string(branch) + "/" + std::string(name);
  const std::uint64_t word = first_64_bits(sha256(text));
  key_ = {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}

Random RandomStream::at(std::uint64_t entity, std::uint64_t ordinal) const {
  BERTH_INVARIANT(ordinal <= max_ordinal, "ordinal " + std::to_string(ordinal) + " of a random stream");
  return {key_, entity, ordinal};
}

Random RandomStream::at(std::string_view entity, std::uint64_t ordinal) const {
  return at(first_64_bits(sha256(entity)), ordinal);
}

WeightedTable::WeightedTable(const std::vector<std::int64_t>& weights) {
  ends_.reserve(weights.size());
  std::uint64_t sum = 0;
  for (const std::int64_t weight : weights) {
    BERTH_INVARIANT(weight >= 0, "weight " + std::to_string(weight));
    sum += static_cast<std::uint64_t>(weight);
    BERTH_INVARIANT(sum <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()),
                    "a sum of weights of 2^63");
    ends_.push_back(sum);
  }
  BERTH_INVARIANT(sum > 0, "a choice among no weight");
}

std::size_t WeightedTable::draw(Random& random) const {
  const std::uint64_t drawn = random.below(ends_.back());
  return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), drawn) - ends_.begin());
}

}  // namespace berth
