// One attempt at one job: all tasks that the attempt takes find a place, or none does (kai-semantics.md section 4,
// ALLOCATE; sections 3, 10.14).
#pragma once

#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// True: the tasks are placed, through cycle.statement, on nodes of `nodes`. False: nothing has changed.
// A simulated attempt pipelines everything and may put tasks that were evicted back (10.5). `job` may be a partial copy.
bool allocate_job(Cycle& cycle, JobIx job, const NodeList& nodes, Attempt attempt);

}  // namespace berth::policy::kai
