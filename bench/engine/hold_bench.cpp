// The hold model (Jones 1986, after Vaucher and Duval 1975): the population of pending events is constant; one operation
// takes the least and schedules it again an exponential gap later. EventQueue against std::priority_queue and
// std::multimap on the same gaps, 10^2 to 10^7 pending events.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <vector>

#include "sim/core/random.hpp"
#include "sim/engine/event_queue.hpp"

namespace berth::engine {
namespace {

class Gaps {
 public:
  Gaps() {
    const RandomStream stream(1, 0, "gaps");
    Random random = stream.at(std::uint64_t{0});
    for (Duration& gap : gaps_) gap = random.exponential(seconds(1000));
  }
  Duration next() { return gaps_[next_++ % gaps_.size()]; }

 private:
  std::vector<Duration> gaps_ = std::vector<Duration>(1 << 16);
  std::size_t next_ = 0;
};

EventKey key_after(Instant now, Gaps& gaps, std::uint64_t sequence) {
  return {now + gaps.next(), EventKind::end, sequence};
}

void populations(benchmark::internal::Benchmark* bench) {
  for (std::int64_t n = 100; n <= 10'000'000; n *= 10) bench->Arg(n);
}

void hold_event_queue(benchmark::State& state) {
  Gaps gaps;
  EventQueue<std::uint64_t> queue;
  std::uint64_t sequence = 0;
  queue.reserve(static_cast<std::size_t>(state.range(0)));
  for (std::int64_t i = 0; i < state.range(0); ++i, ++sequence)
    queue.push(key_after({}, gaps, sequence), sequence);
  for (auto _ : state) {
    const auto event = queue.pop();
    queue.push(key_after(event.key.at(), gaps, sequence), event.payload);
    ++sequence;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold_event_queue)->Apply(populations);

struct Pending {
  EventKey key;
  std::uint64_t payload;
  bool operator>(const Pending& o) const { return key > o.key; }
};

void hold_priority_queue(benchmark::State& state) {
  Gaps gaps;
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> queue;
  std::uint64_t sequence = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i, ++sequence)
    queue.push({key_after({}, gaps, sequence), sequence});
  for (auto _ : state) {
    const Pending event = queue.top();
    queue.pop();
    queue.push({key_after(event.key.at(), gaps, sequence), event.payload});
    ++sequence;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold_priority_queue)->Apply(populations);

// The rival that can cancel.
void hold_multimap(benchmark::State& state) {
  Gaps gaps;
  std::multimap<EventKey, std::uint64_t> queue;
  std::uint64_t sequence = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i, ++sequence)
    queue.emplace(key_after({}, gaps, sequence), sequence);
  for (auto _ : state) {
    const auto [key, payload] = *queue.begin();
    queue.erase(queue.begin());
    queue.emplace(key_after(key.at(), gaps, sequence), payload);
    ++sequence;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold_multimap)->RangeMultiplier(10)->Range(100, 1'000'000);

// A preemptive policy: each operation also cancels one event, not the least, and schedules it anew.
void hold_with_cancel_event_queue(benchmark::State& state) {
  Gaps gaps;
  EventQueue<std::uint64_t> queue;
  std::uint64_t sequence = 0;
  std::vector<EventHandle> handles(static_cast<std::size_t>(state.range(0)));
  for (EventHandle& handle : handles) {
    handle = queue.push(key_after({}, gaps, sequence), sequence);
    ++sequence;
  }
  std::size_t victim = 0;
  for (auto _ : state) {
    const auto event = queue.pop();
    handles[event.payload] = queue.push(key_after(event.key.at(), gaps, sequence++), event.payload);
    victim = (victim + 7919) % handles.size();
    queue.cancel(handles[victim]);
    handles[victim] = queue.push(key_after(event.key.at(), gaps, sequence++), victim);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold_with_cancel_event_queue)->Apply(populations);

void hold_with_cancel_multimap(benchmark::State& state) {
  Gaps gaps;
  using Queue = std::multimap<EventKey, std::uint64_t>;
  Queue queue;
  std::uint64_t sequence = 0;
  std::vector<Queue::iterator> handles(static_cast<std::size_t>(state.range(0)));
  for (auto& handle : handles) {
    handle = queue.emplace(key_after({}, gaps, sequence), sequence);
    ++sequence;
  }
  std::size_t victim = 0;
  for (auto _ : state) {
    const auto [key, payload] = *queue.begin();
    queue.erase(queue.begin());
    handles[payload] = queue.emplace(key_after(key.at(), gaps, sequence++), payload);
    victim = (victim + 7919) % handles.size();
    queue.erase(handles[victim]);
    handles[victim] = queue.emplace(key_after(key.at(), gaps, sequence++), victim);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold_with_cancel_multimap)->RangeMultiplier(10)->Range(100, 1'000'000);

}  // namespace
}  // namespace berth::engine
