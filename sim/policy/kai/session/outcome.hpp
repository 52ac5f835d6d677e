// What a cycle found out about its jobs, for those who ask why (`explain`, the messages of policy cases). Kept only when
// somebody listens: a Cycle without an ear builds no text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/order/reclaim_rules.hpp"
#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {

// A set of victims that would have let the job in, and who said no.
struct VictimSetOutcome {
  Action action = Action::reclaim;
  std::size_t tasks_wanted = 0;  // of the pending job, in this step of the search
  std::vector<TaskIx> victims;
  enum class End : std::uint8_t {
    accepted,
    rejected_by_filter,   // node affinity, topology or idle GPUs
    does_not_fit,         // the job does not fit even so
    min_runtime,          // a victim is protected
    reclaim_rules,        // shares, quotas, boundaries: `verdict`
    victim_not_replaced,  // consolidation
  };
  End end = End::does_not_fit;
  ReclaimVerdict verdict;
};

struct JobOutcome {
  std::vector<JobFitError> errors;            // in order of the cycle
  std::map<TaskIx, PodFitErrors> pods;        // pods that found no node, the latest attempt
  std::optional<CapacityVerdict> refused_by;  // the queue that has no room, if one said so
  std::vector<VictimSetOutcome> victim_sets;  // the last few of each action
  bool tried = false;
};

struct CycleOutcome {
  std::map<JobIx, JobOutcome> jobs;
};

}  // namespace berth::policy::kai
