// One cycle at work: the session, the statement that changes it, and what is worked out once per cycle.
#pragma once

#include <vector>

#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/nodes/filters.hpp"
#include "sim/policy/kai/nodes/topology.hpp"
#include "sim/policy/kai/session/outcome.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/session/statement.hpp"

namespace berth::policy::kai {

// Why a job's latest attempt failed, as far as records say it (contract NOTES section 4).
struct Refused {
  CapacityVerdict by_queue;
  bool never_fits = false;
};

struct Cycle {
  // The session must outlive the cycle. `ear`: who listens, or null.
  Cycle(Session& opened, CycleOutcome* listener)
      : session(opened), statement(opened), filters(opened), topologies(opened), ear(listener) {
    refused.resize(opened.jobs.size());
  }

  Session& session;
  Statement statement;
  Filters filters;
  Topologies topologies;
  AttemptRequests requests;
  CycleOutcome* ear;
  std::vector<Committed> log;              // what became real, in order
  IdVector<JobIx, Refused> refused;        // of real jobs
  std::vector<JobIx> refused_by_allocate;  // in the order in which allocate popped them
};

// Runs the session's actions in order.
void run_actions(Cycle& cycle);

void run_allocate(Cycle& cycle);
void run_consolidation(Cycle& cycle);
void run_reclaim(Cycle& cycle);
void run_preempt(Cycle& cycle);
void run_stale_gang_eviction(Cycle& cycle);

// Section 5: no succeeded pod, some pod in use, and a pod set with fewer in use than its minimum.
bool is_stale(const Session& session, JobIx job);

}  // namespace berth::policy::kai
