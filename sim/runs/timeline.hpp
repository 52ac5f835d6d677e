// A run in columns of equal time: what each node pool had on average, and each workload's phase.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/simulation/journal.hpp"
#include "berth/workload/phase.hpp"

namespace berth::runs {

// Averages of one pool over one column, in thousandths.
struct PoolColumn {
  std::int64_t allocated_milli = 0, capacity_milli = 0, waiting_milli = 0, running_milli = 0;
};

struct Timeline {
  Instant start, end;                          // a second at least
  std::vector<std::vector<PoolColumn>> pools;  // by pool, column
  // By workload, in order of submission: a letter a column (phase_letter), its phase in the column's middle. An end is shown once,
  // where it falls; blank before the submission.
  std::vector<std::string> workloads;
};

// One replay of the journal. `columns`: at least 1.
Timeline timeline_of(const simulation::JournalReader& journal, std::size_t columns);

// One letter for a phase, and what the letters say.
char phase_letter(workload::Phase phase);
inline constexpr std::string_view phase_legend =
    ". waiting  i starting  # running  x being evicted  s stopped  ? degraded  ! failed";

}  // namespace berth::runs
