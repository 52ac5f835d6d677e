// What the policy says, at length, about the workloads that wait: made by running a cycle again with somebody listening.
//
//   its pool now       one cycle on the state at the view's instant: the latest look at whoever waits there, be it Pending
//                      or running with pods that still want a place. One such cycle serves all of the pool.
//   its other pools    the cycle that recorded the standing refusal of a pending workload, made again by a replay; one pass
//                      over the journal serves all refusals asked for, one re-run all of one cycle.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"
#include "berth/simulation/journal.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

class FitMessages {
 public:
  FitMessages() = default;
  // For those among `of` that wait at the view's instant. Throws Interrupted when the view's stop asks.
  FitMessages(const View& view, const simulation::JournalReader& journal, const std::vector<WorkloadId>& of);

  struct Text {
    Instant at;                      // of the look
    std::string conclusion;          // one sentence; see policy::Explanation
    std::string message;             // the reproduced policy's own; may be empty
    std::vector<std::string> lines;  // the decision with its numbers
  };
  // Nothing when the policy said nothing.
  const Text* find(WorkloadId workload, PoolId pool) const;

 private:
  void listen(const View& view, const simulation::World& world, policy::Policy& policy, PoolId pool,
              Instant at, std::vector<WorkloadId> to);

  std::map<std::pair<WorkloadId, PoolId>, Text> texts_;
};

}  // namespace berth::records
