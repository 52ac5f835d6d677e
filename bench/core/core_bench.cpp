// What a run pays for checksums, draws and printed instants.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "berth/core/time_text.hpp"
#include "sim/core/checksum.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/core/sha256.hpp"

namespace berth {
namespace {

void checksum_of_a_block(benchmark::State& state) {
  const std::string block(64 * 1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(block));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(block.size()));
}
BENCHMARK(checksum_of_a_block);

void sha256_of_a_block(benchmark::State& state) {
  const std::string block(64 * 1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256(block));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(block.size()));
}
BENCHMARK(sha256_of_a_block);

void lognormal_draw(benchmark::State& state) {
  const RandomStream stream(1, 0, "durations");
  std::uint64_t ordinal = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(stream.at(std::uint64_t{0}, ordinal++).lognormal(hours(2), hours(10)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(lognormal_draw);

template <double (*function)(double)>
void elementary(benchmark::State& state) {
  double x = 0.5;
  for (auto _ : state) {
    benchmark::DoNotOptimize(function(x));
    x = x < 3 ? x + 0.001 : 0.5;
  }
}
BENCHMARK(elementary<math::exp>)->Name("exp/ours");
BENCHMARK(elementary<std::exp>)->Name("exp/library");
BENCHMARK(elementary<math::log>)->Name("log/ours");
BENCHMARK(elementary<std::log>)->Name("log/library");

void printed_instant(benchmark::State& state) {
  std::string text;
  std::int64_t micros = 1'767'571'200'000'000;
  for (auto _ : state) {
    text.clear();
    append_instant(text, Instant{micros += 1'234'567});
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(printed_instant);

}  // namespace
}  // namespace berth
