// Kubernetes events and the history of one workload, read off its transitions (contract/NOTES.md sections 1 and 4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/simulation/journal.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

struct Event {
  Instant at;
  std::uint64_t number = 0;  // among the workload's events: its id is made from it
  bool warning = false;
  std::string reason;  // "Scheduled", "Unschedulable", ...
  std::string message;
  std::string_view source;
  bool about_pod = false;
  std::int32_t pod_index = 0;
};

struct PhaseUpdate {
  Instant at;
  workload::Phase phase{};
  std::string message;
};

// One entry of the history, oldest first: an event or a phase update.
struct HistoryEntry {
  Instant at;
  std::variant<Event, PhaseUpdate> what;
};

// Up to and including the view's instant, oldest first. The view's World serves for names.
std::vector<Event> events_of(const View& view, const simulation::JournalReader& journal, WorkloadId workload);
// Events and phase updates, oldest first. Costs a replay of the journal from the workload's submission.
std::vector<HistoryEntry> history_of(const View& view, const simulation::JournalReader& journal,
                                     WorkloadId workload);

void write_event(JsonWriter& out, const View& view, WorkloadId workload, const Event& event);
void write_history(JsonWriter& out, const View& view, WorkloadId workload, const HistoryEntry& entry);

}  // namespace berth::records
