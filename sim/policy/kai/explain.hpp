// Words for what a cycle found: the decision with its numbers (kai-semantics.md section 7).
#pragma once

#include "berth/policy/explanation.hpp"
#include "sim/policy/kai/cycle.hpp"

namespace berth::policy::kai {

// The cycle must have been run with an ear.
void explain(const Cycle& cycle, Explanation& out);

}  // namespace berth::policy::kai
