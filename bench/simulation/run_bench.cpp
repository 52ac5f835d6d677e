// A whole run beside its floor: the same World changes without policy, queue and journal; and a cycle that decides nothing.
#include <benchmark/benchmark.h>

#include "bench/support/synthetic_load.hpp"
#include "berth/simulation/run.hpp"

namespace berth::bench {
namespace {

void whole_run(benchmark::State& state) {
  std::int64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    simulation::Input input = crowded_input(static_cast<int>(state.range(0)));
    simulation::NullSink sink;
    state.ResumeTiming();
    simulation::Run run(std::move(input), fifo_skip(), sink);
    events += static_cast<std::int64_t>(run.execute().events);
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(whole_run)->Arg(8'000)->Arg(40'000)->Unit(benchmark::kMillisecond);

// The floor of a run: its transitions applied one after the other.
void whole_run_floor(benchmark::State& state) {
  simulation::MemorySink sink;
  simulation::Run run(crowded_input(static_cast<int>(state.range(0))), fifo_skip(), sink);
  const auto events = static_cast<std::int64_t>(run.execute().events);
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader reader(source);
  std::vector<simulation::Record> all;
  reader.each(0, [&](const simulation::Record& record) {
    all.push_back(record);
    return true;
  });
  const simulation::Input input = crowded_input(1);
  for (auto _ : state) {
    simulation::World world(input.cluster, input.organization, input.start);
    for (const simulation::Record& record : all) world.apply(record.transition, record.at);
    benchmark::DoNotOptimize(world.totals.completed);
  }
  state.SetItemsProcessed(events * state.iterations());
}
BENCHMARK(whole_run_floor)->Arg(8'000)->Arg(40'000)->Unit(benchmark::kMillisecond);

// A policy that asks to look again every second and has nothing to decide: what an empty cycle costs over so many nodes
// and waiting workloads.
class Looker final : public policy::Policy {
 public:
  std::string_view name() const override { return "looker"; }
  policy::CycleResult cycle(const policy::Snapshot& snapshot, policy::Transaction&) override {
    return {snapshot.now + seconds(1)};
  }
};

void empty_cycle(benchmark::State& state) {
  const std::int64_t cycles = 100'000;
  for (auto _ : state) {
    state.PauseTiming();
    simulation::Input input = crowded_input(1'000, static_cast<int>(state.range(0)));
    input.end = input.start + seconds(cycles);
    input.cycle_period = seconds(1);
    simulation::NullSink sink;
    simulation::Run run(std::move(input), std::make_unique<Looker>(), sink);
    run.advance(Instant{0} + seconds(1'100));
    state.ResumeTiming();
    run.advance(Instant{0} + seconds(cycles));
  }
  state.SetItemsProcessed((cycles - 1'100) * state.iterations());
}
BENCHMARK(empty_cycle)->Arg(100)->Arg(5'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace berth::bench
