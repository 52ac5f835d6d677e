#include "sim/runs/timeline.hpp"

#include <algorithm>

#include "sim/simulation/journal/replay.hpp"

namespace berth::runs {
namespace {

std::int64_t mean(Integral before, Integral after, Duration span) {
  return (after - before).mean(span);
}

// Each workload's phase in the middle of a column; an end is shown once, where it falls.
void note_phases(Timeline& out, simulation::Replay& replay, Instant middle, std::size_t column,
                 Instant& noted) {
  replay.advance_to(middle);
  const auto& all = replay.world().workloads.all;
  out.workloads.resize(all.size(), std::string(column, ' '));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& workload = all[id_of<WorkloadId>(i)];
    const bool over = workload.terminal() && workload.phase_since <= noted;
    out.workloads[i].push_back(over ? ' ' : phase_letter(workload.phase));
  }
  noted = middle;
}

}  // namespace

char phase_letter(workload::Phase phase) {
  switch (phase) {
    case workload::Phase::creating:
    case workload::Phase::pending:
    case workload::Phase::resuming:
      return '.';
    case workload::Phase::initializing:
      return 'i';
    case workload::Phase::running:
    case workload::Phase::updating:
      return '#';
    case workload::Phase::degraded:
    case workload::Phase::unknown:
      return '?';
    case workload::Phase::terminating:
      return 'x';
    case workload::Phase::stopping:
    case workload::Phase::stopped:
      return 's';
    case workload::Phase::failed:
      return '!';
    case workload::Phase::completed:
    case workload::Phase::deleting:
      return ' ';
  }
  return ' ';
}

Timeline timeline_of(const simulation::JournalReader& journal, std::size_t columns) {
  Timeline out;
  out.start = journal.header().start;
  out.end = std::max(journal.last(), out.start + seconds(1));
  const Int128 span = (out.end - out.start).micros;
  simulation::Replay replay(journal);
  std::vector<simulation::PoolSums> before(replay.world().pools.size());
  out.pools.resize(before.size());
  Instant from = out.start, noted = out.start;
  for (std::size_t column = 0; column < columns; ++column) {
    const Instant to =
        out.start + microseconds(static_cast<std::int64_t>(span * static_cast<Int128>(column + 1) /
                                                           static_cast<Int128>(columns)));
    if (to <= from) continue;  // more columns than microseconds
    note_phases(out, replay, from + microseconds((to - from).micros / 2), column, noted);
    replay.advance_to(to);
    const auto& world = replay.world();
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto sums = world.sums_at(id_of<PoolId>(i), to);
      const Duration width = to - from;
      // Workloads are whole numbers: their averages keep three places.
      const auto thousandths = [&](Integral a, Integral b) {
        return Integral::of_raw((b - a).raw() * 1000).mean(width);
      };
      out.pools[i].push_back({mean(before[i].gpu_allocated, sums.gpu_allocated, width),
                              mean(before[i].gpu_capacity, sums.gpu_capacity, width),
                              thousandths(before[i].pending, sums.pending),
                              thousandths(before[i].running, sums.running)});
      before[i] = sums;
    }
    from = to;
  }
  return out;
}

}  // namespace berth::runs
