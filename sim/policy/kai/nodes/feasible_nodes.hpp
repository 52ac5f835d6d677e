// The nodes on which the victim solver looks for room (kai-semantics.md 4, 9.6).
#pragma once

#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// If every task asks for a GPU of some kind: the nodes with an idle GPU or a releasing one, slack in shared devices and MIG
// instances included; else all nodes. The two are looked at apart: GPUs of which each is waited for (idle 2, releasing -2) are
// idle still (section 11.9).
NodeList feasible_nodes(const Session& session, const std::vector<TaskIx>& tasks);

}  // namespace berth::policy::kai
