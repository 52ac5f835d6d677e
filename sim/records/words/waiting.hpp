// Why a workload waits, as far as the World knows it without asking the policy again: one sentence for each way to wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/records/workloads/view.hpp"

namespace berth::records {

// In order: the first that holds.
enum class WaitCause : std::uint8_t {
  awaits,     // workloads that must complete first have not
  leaving,    // its former pods are still being deleted, and new ones come after them
  refused,    // a node pool has refused it in this wait
  pipelined,  // room is being freed for pods of it
  growing,    // it has its minimum, or some pods at least, and wants more
  unseen,     // the scheduler has not looked at it yet
};
// Nothing: it wants no place, or may not have one (suspended, being deleted, over).
std::optional<WaitCause> wait_cause(const View& view, WorkloadId id);

// One sentence, with names; empty for what does not wait, and only for that.
std::string wait_message(const View& view, WorkloadId id);

// Workloads that must complete first and have not, each with how it stands: "prep (Running)", "eval (not submitted)".
std::vector<std::string> awaited_workloads(const View& view, WorkloadId id);

// Since when it has wanted what it does not have: the first refusal of this wait, else the oldest of its pods without a place.
Instant waiting_since(const View& view, WorkloadId id);

}  // namespace berth::records
