// Words for what a cycle found: the decision with its numbers (kai-semantics.md section 7).
#pragma once

#include "berth/policy/explanation.hpp"
#include "sim/policy/kai/actions/recuts.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// The cycle must have been run with an ear. `cut_anew`: of its snapshot.
void explain(const Cycle& cycle, CutAnew& cut_anew, Explanation& out);

// Whole GPUs of the session's nodes as they are now, in order of NodeId.
std::vector<Explanation::Node> explained_nodes(const Session& session);

}  // namespace berth::policy::kai
