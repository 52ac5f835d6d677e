// The nodes on which the victim solver looks for room (kai-semantics.md 4, 9.6).
#pragma once

#include <vector>

#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

// If every task asks for a GPU of some kind: the nodes with an idle or releasing GPU, slack in shared devices and MIG
// instances included; else all nodes.
NodeList feasible_nodes(const Session& session, const std::vector<TaskIx>& tasks);

}  // namespace berth::policy::kai
