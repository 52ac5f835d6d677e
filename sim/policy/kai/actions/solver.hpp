// The search for victims that let a pending job in (kai-semantics.md section 4, SOLVER; sections 9.3, 9.5, 10.2-10.5,
// 10.9-10.12). Shared by consolidation, reclaim and preempt.
#pragma once

#include <functional>
#include <vector>

#include "sim/policy/kai/order/reclaim_rules.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// What an action asks of the search.
struct Search {
  Action action = Action::reclaim;
  // Jobs that may lose tasks, in order of creation.
  std::vector<JobIx> victims;
  // After a simulation in which the job fits: may these victims go for it? `pending` is the partial copy; the victims'
  // statuses are those of the simulation.
  std::function<VictimSetOutcome::End(JobIx pending, const std::vector<TaskIx>& victims,
                                      ReclaimVerdict& verdict)>
      validate;
};

// True: the job's tasks are pipelined and the victims evicted or moved, in cycle.statement, uncommitted. False: nothing
// has changed.
bool solve(Cycle& cycle, JobIx job, const Search& search);

}  // namespace berth::policy::kai
