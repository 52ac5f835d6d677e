// The end of the matter first: what a cycle comes to for a job with pending pods, in one sentence. explain.hpp has the
// numbers behind it.
#pragma once

#include <string>
#include <string_view>

#include "sim/policy/kai/actions/recuts.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// Empty when the job has no pod that wanted a place when the cycle began, or got one before it ended. `found`: what the
// cycle's ear heard of the job; null: nothing. Amounts are those of the cycle's end.
std::string conclusion_of(const Cycle& cycle, JobIx job, const JobOutcome* found, CutAnew& cut_anew);

// "32 GPUs in use + 32 asked for > fair share 46": with as many digits as it takes for the sum to be seen to be above the
// bound. Amounts in the resource's unit (GPUs, milli-cores, bytes); used + requested must be above the bound.
std::string sum_above_bound(Resource resource, double used, std::string_view used_by, double requested,
                            std::string_view bound_name, double bound);

}  // namespace berth::policy::kai
