// Stale gang eviction (kai-semantics.md section 5): what is left of a gang that has been below its minimum for too long goes.
#include <algorithm>

#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

bool is_stale(const Session& s, JobIx ix) {
  const JobInfo& job = s.jobs[ix];
  if (job.counts[TaskStatus::succeeded] > 0 || job.counts.active_used() == 0) return false;
  return std::any_of(job.pod_sets.begin(), job.pod_sets.end(), [&](PodSetIx p) {
    return s.pod_sets[p].counts.active_used() < s.pod_sets[p].min_available;
  });
}

void run_stale_gang_eviction(Cycle& cycle) {
  Session& s = cycle.session;
  if (!s.options.stale_grace.has_value()) return;
  for (const JobIx ix : jobs_where(s, [&](JobIx j) { return is_stale(s, j); })) {
    const Instant since = s.jobs[ix].stale_since.value_or(s.now);
    if (s.now - since < *s.options.stale_grace) continue;
    const Statement::Checkpoint start = cycle.statement.checkpoint();
    for (const PodSetIx p : s.jobs[ix].pod_sets) {
      for (const TaskIx t : s.pod_sets[p].tasks) {
        if (active_allocated(s.tasks[t].status)) static_cast<void>(cycle.statement.evict(t));
      }
    }
    cycle.statement.commit(start, EvictionCause::stale_gang, none<JobIx>(), cycle.log);
  }
}

}  // namespace berth::policy::kai
