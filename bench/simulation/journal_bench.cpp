// What recording costs: a transition appended to a journal, beside one that is only applied to a World.
#include <benchmark/benchmark.h>

#include "bench/support/synthetic_load.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/run.hpp"

namespace berth::bench {
namespace {

std::vector<simulation::Record> records() {
  simulation::MemorySink sink;
  simulation::Run run(crowded_input(20'000), fifo_skip(), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  std::vector<simulation::Record> all;
  simulation::JournalReader(source).each(0, [&](const simulation::Record& record) {
    all.push_back(record);
    return true;
  });
  return all;
}

void journal_append(benchmark::State& state) {
  const auto all = records();
  const simulation::Input input = crowded_input(1);
  const simulation::World world(input.cluster, input.organization, input.start);
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    simulation::NullSink sink;
    simulation::JournalWriter writer(sink, {}, world);
    for (const simulation::Record& record : all) writer.append(record.transition, record.at, world);
    writer.seal();
    bytes = writer.bytes();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
  state.counters["bytes_each"] = static_cast<double>(bytes) / static_cast<double>(all.size());
}
BENCHMARK(journal_append)->Unit(benchmark::kMillisecond);

void world_apply(benchmark::State& state) {
  const auto all = records();
  const simulation::Input input = crowded_input(1);
  for (auto _ : state) {
    simulation::World world(input.cluster, input.organization, input.start);
    for (const simulation::Record& record : all) world.apply(record.transition, record.at);
    benchmark::DoNotOptimize(world.totals.completed);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
}
BENCHMARK(world_apply)->Unit(benchmark::kMillisecond);

void journal_replay(benchmark::State& state) {
  simulation::MemorySink sink;
  simulation::Run run(crowded_input(20'000), fifo_skip(), sink);
  const auto transitions = static_cast<std::int64_t>(run.execute().transitions);
  const simulation::MemorySource source(sink.bytes());
  for (auto _ : state) {
    const simulation::JournalReader reader(source);
    benchmark::DoNotOptimize(reader.world_before(reader.size()).totals.completed);
  }
  state.SetItemsProcessed(transitions * state.iterations());
}
BENCHMARK(journal_replay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace berth::bench
