// One cycle at work: the session, the statement that changes it, and what is worked out once per cycle.
#pragma once

#include <vector>

#include "sim/policy/kai/allocation_info.hpp"
#include "sim/policy/kai/filters.hpp"
#include "sim/policy/kai/outcome.hpp"
#include "sim/policy/kai/session.hpp"
#include "sim/policy/kai/statement.hpp"
#include "sim/policy/kai/topology.hpp"

namespace berth::policy::kai {

struct Cycle {
  // The session must outlive the cycle. `ear`: who listens, or null.
  Cycle(Session& opened, CycleOutcome* listener)
      : session(opened), statement(opened), filters(opened), topologies(opened), ear(listener) {}

  Session& session;
  Statement statement;
  Filters filters;
  Topologies topologies;
  AttemptRequests requests;
  CycleOutcome* ear;
  std::vector<Committed> log;  // what became real, in order
};

// Runs the session's actions in order.
void run_actions(Cycle& cycle);

void run_allocate(Cycle& cycle);
void run_consolidation(Cycle& cycle);
void run_reclaim(Cycle& cycle);
void run_preempt(Cycle& cycle);
void run_stale_gang_eviction(Cycle& cycle);

}  // namespace berth::policy::kai
