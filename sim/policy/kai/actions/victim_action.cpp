#include "sim/policy/kai/actions/victim_action.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/policy/kai/order/job_heap.hpp"
#include "sim/policy/kai/session/signatures.hpp"

namespace berth::policy::kai {

namespace {

// Section 4, SIGNATURES: after a failure, later jobs of one constraint signature are skipped unless they are easier.
class FailedSignatures {
 public:
  FailedSignatures(const Session& session, bool per_queue) : s_(session), per_queue_(per_queue) {}

  bool skips(JobIx job) {
    if (!s_.options.use_scheduling_signatures) return false;
    const auto found = failed_.find(key(job));
    return found != failed_.end() && !easier_than(found->second, compared_tasks(s_, job));
  }
  void failed(JobIx job) {
    if (!s_.options.use_scheduling_signatures) return;
    const Key k = key(job);
    if (k.second.empty()) return;
    const auto found = failed_.find(k);
    if (found == failed_.end()) {
      failed_.emplace(k, compared_tasks(s_, job));
    } else if (representative_replaced(found->second, compared_tasks(s_, job))) {
      found->second = compared_tasks(s_, job);
    }
  }

 private:
  using Key = std::pair<QueueIx, Signature>;
  Key key(JobIx job) const {
    return {per_queue_ ? s_.jobs[job].queue : none<QueueIx>(), signature_of(s_, job)};
  }

  const Session& s_;
  bool per_queue_;
  std::map<Key, std::vector<ComparedTask>> failed_;
};

EvictionCause cause_of(Action action) {
  switch (action) {
    case Action::consolidation:
      return EvictionCause::consolidation;
    case Action::reclaim:
      return EvictionCause::reclaim;
    case Action::preempt:
      return EvictionCause::preempt;
    case Action::stale_gang_eviction:
      return EvictionCause::stale_gang;
    case Action::allocate:
      break;
  }
  return EvictionCause::policy;
}

}  // namespace

std::int32_t queue_depth(const Options& options, Action action) {
  const auto a = static_cast<std::size_t>(action);
  return a < options.queue_depth.size() ? std::max(options.queue_depth[a], 0) : 0;
}

void solve_each(Cycle& cycle, const VictimSearches& searches) {
  const Session& s = cycle.session;
  JobHeap heap(s, cycle.requests, JobHeap::Order::jobs, queue_depth(s.options, searches.action));
  heap.init(searches.jobs);
  FailedSignatures failures(s, searches.signatures_per_queue);
  while (!heap.empty()) {
    const JobIx job = heap.pop();
    if ((searches.eligible && !searches.eligible(job)) || failures.skips(job)) continue;
    cycle.requests.of(s, job);  // section 11.4
    if (!searches.enters || searches.enters(job)) {
      const Statement::Checkpoint start = cycle.statement.checkpoint();
      if (solve(cycle, job, searches.search(job))) {
        cycle.statement.commit(start, cause_of(searches.action), job, cycle.log);
        continue;
      }
    }
    failures.failed(job);
  }
}

}  // namespace berth::policy::kai
