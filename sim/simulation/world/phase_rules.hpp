// The phase of a workload as a function of where its pods stand (contract/NOTES.md section 3, evaluation order).
#pragma once

#include "berth/simulation/world.hpp"

namespace berth::simulation {

workload::Phase phase_of(const workload::Workload& workload, const Course& course);

// Does it stand in its pool's `members`, and in `waiting`?
bool belongs_in_pool(const workload::Workload& workload, const Course& course);
bool may_be_placed(const workload::Workload& workload, const Course& course);

}  // namespace berth::simulation
