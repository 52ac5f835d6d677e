// Opens a session: the snapshot of one pool as the policy's tables (kai-semantics.md section 1, "Snapshot order").
#pragma once

#include "berth/policy/snapshot.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// Overwrites `session`. It refers to the snapshot, which must outlive it.
void open_session(const Snapshot& snapshot, const Options& options, Session& session);

}  // namespace berth::policy::kai
