// What a metric (sim/scenario/metric.hpp) is for a run that is over: a function of the World at its end.
//
//   wait_*          submission to the first full start, as in the summary. A workload that never started counts as at least
//                   (end - submission): a quantile or mean that rests on one is a lower bound and meets no upper one
//   wait_over{X}    share of the workloads whose wait is longer than X
//   gpu_allocation  allocated over present capacity, time average; gpu_idle is the rest of it
//   preemptions     of the workloads, each time one was evicted
//   lost_gpu_hours  GPU time whose work was thrown away by evictions and nodes that went away
//   throughput      completed workloads per hour of the run
//   fairness_jain   as in the summary: over projects, of the share of the wanted GPU time that each got
//   fragmentation   of the free GPUs, what typical pods could not use, time average (records/fragmentation.hpp); it needs
//                   the journal
#pragma once

#include <optional>

#include "berth/simulation/journal.hpp"
#include "berth/simulation/world.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/scenario/metric.hpp"

namespace berth::records {

struct MetricValue {
  std::int64_t value = 0;  // in the metric's unit
  bool at_least = false;   // the true one is not known, and not less
};

// Nothing: there is none to tell (no workload counts, or no capacity).
// Not for fragmentation.
std::optional<MetricValue> metric_value(const scenario::Metric& metric, const simulation::World& world,
                                        Instant end);

// The same for any metric of the run up to `end`; `world` is of that instant.
std::optional<MetricValue> metric_value(const scenario::Metric& metric, const simulation::World& world,
                                        const simulation::JournalReader& journal, Instant end);

}  // namespace berth::records
