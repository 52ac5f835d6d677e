// MIG re-cuts (`repartition: on-demand`), which the reference has not: after the last action of a cycle, jobs that were
// refused for want of a MIG instance alone ask for cuts, by the procedure of sim/policy/recuts.hpp. Nothing is evicted.
//
// Who asks: jobs below their minimum that allocate has tried and that no later action has placed, in the order in which
// allocate popped them. What is alone wanting shows when the job is tried once more on a copy of the session in which its
// cuts are done: queues, filters, topology and all say yes then, or nothing is asked for. What a job got so stays taken on
// the copy, so that those after it find their queues and nodes as they will be.
//
// Never in policy cases: their nodes are counts, without devices to cut.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "berth/policy/explanation.hpp"
#include "berth/policy/transaction.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// To be called when the cycle's decisions are in the transaction. `explanation`: who listens, or null; it has the cycle's
// words already.
void ask_for_recuts(const Cycle& cycle, Transaction& transaction, Explanation* explanation);

// Jobs that no node could hold as its instances are cut now: could the pool, empty and cut anew where that is allowed? Then
// they do not wait for ever. Asked of many jobs, answered once for all that ask for the same.
class CutAnew {
 public:
  CutAnew(const Session& session, const Snapshot& snapshot);
  // What the job would take in one attempt.
  bool could_hold(JobIx job);

 private:
  using Ask = std::vector<std::pair<ShapeId, std::int32_t>>;
  const Session& session_;
  const Snapshot& snapshot_;
  bool possible_;
  std::map<Ask, bool> known_;
};

// A job that has waited in vain: pending tasks, none of them pipelined, and a gang below its minimum.
bool left_waiting(const Session& session, JobIx job);

}  // namespace berth::policy::kai
