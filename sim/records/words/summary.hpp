// What came of a run, in numbers: summary.json, and the same for a person to read.
//
// Everything is a function of the World at the end. Times are seconds with up to six decimals, shares are percentages;
// all are computed in integers.
//
//   wait      submission to the first full start. A workload that never started counts as at least (end - submission):
//             a mean or quantile that rests on one is a lower bound, printed "> X". Quantiles are the nearest rank.
//   lost      GPU time whose work was thrown away by evictions, failures and stops
//   fairness  Jain's index over the projects that asked for GPUs, of the share of the GPU time that each wanted
//             (waiting and running) and got: (sum x)^2 / (n sum x^2), from 1/n to 1. A single project: 1.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/simulation/journal.hpp"
#include "berth/simulation/run.hpp"
#include "berth/simulation/world.hpp"
#include "sim/records/json_writer.hpp"

namespace berth::records {

struct Wait {
  Duration length{};
  bool at_least = false;  // never started: the wait is longer
};

// Waits of a set of workloads.
class Waits {
 public:
  void add(Wait wait) { waits_.push_back(wait); }
  void sort();  // by (length, what is known before what is a bound); before any of the below

  std::size_t count() const { return waits_.size(); }
  // Nearest rank: the value at place ceil(percent / 100 x count). Not of an empty set.
  Wait quantile(int percent) const;
  Wait mean() const;  // rounded to the microsecond

 private:
  std::vector<Wait> waits_;
};

struct NamedWaits {
  std::string name;
  Waits waits;
};

// Counts of a trace that the summary repeats (interface.md, Traces). Names and numbers, in order.
using TraceNotes = std::vector<std::pair<std::string, std::int64_t>>;

struct Summary {
  std::string name, policy, placement;
  std::uint64_t seed = 1;
  Instant start, end;
  std::string ended;  // "drained", "end-reached", "stopped"
  std::int64_t workloads = 0;
  std::map<std::string, std::int64_t> by_phase;  // only phases that occur
  std::int64_t pods = 0, nodes = 0;
  std::uint64_t events = 0, cycles = 0, decisions = 0, transitions = 0;
  GpuMilli gpu_capacity, gpu_allocated;                                 // at the end
  std::int64_t allocation_average_micro = 0, allocation_end_micro = 0;  // percent, in millionths
  std::int64_t scheduled = 0, failed_to_schedule = 0;
  Waits waits;
  std::vector<NamedWaits> by_project, by_pool;  // scenario order; those with workloads
  // `preempted_pods`: all that the scheduler evicted; those of a gang that kept its minimum are in no other count.
  std::int64_t preemptions = 0, preempted_workloads = 0, preempted_pods = 0;
  std::int64_t lost_gpu_micro_hours = 0;  // millionths of a GPU hour
  // GPU seconds, in millionths, that binds were granted beyond what their devices had left, by known bugs of `kai`'s
  // reference.
  std::int64_t overbooked_gpu_micro_seconds = 0;
  std::optional<std::int64_t> fairness_micro;
  TraceNotes trace;
  std::vector<std::string> waiting_for_ever;  // names, queue order
};

Summary summarize(const simulation::World& world, const simulation::RunHeader& header,
                  const simulation::RunResult& result);

// Jain's index in millionths over the projects of the workloads that `counts` takes; nothing when none asked for a GPU.
std::optional<std::int64_t> fairness(const simulation::World& world, Instant end,
                                     const std::function<bool(const workload::Workload&)>& counts);

void write_summary(JsonWriter& out, const Summary& summary);
std::string summary_text(const Summary& summary);

// "1,234,567".
std::string grouped(std::int64_t number);
// At most two units: "3d 4h", "1m 5s", "250ms", "0s".
std::string short_duration(Duration duration);

}  // namespace berth::records
