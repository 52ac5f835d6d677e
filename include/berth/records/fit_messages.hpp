// What the policy says, at length, about refusals: made by replaying to the cycle that recorded each and running it again
// with somebody listening. One pass over the journal serves all refusals asked for, one re-run all of one cycle.
//
// Policies that explain nothing (all but kai) cost one re-run in all and give nothing.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "berth/records/view.hpp"
#include "berth/simulation/journal.hpp"

namespace berth::records {

class FitMessages {
 public:
  FitMessages() = default;
  // For every refusal that the view's pending workloads among `of` have. Throws Interrupted when the view's stop asks.
  FitMessages(const View& view, const simulation::JournalReader& journal, const std::vector<WorkloadId>& of);

  struct Text {
    std::string message;             // as the record's condition has it; may be empty
    std::vector<std::string> lines;  // the decision with its numbers
  };
  // Nothing when the policy said nothing.
  const Text* find(WorkloadId workload, PoolId pool) const;

 private:
  std::map<std::pair<WorkloadId, PoolId>, Text> texts_;
};

}  // namespace berth::records
