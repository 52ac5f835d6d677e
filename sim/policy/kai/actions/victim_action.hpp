// What the actions that look for victims have in common: consolidation, reclaim and preempt (kai-semantics.md section 4).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/policy/kai/actions/solver.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

// Jobs of which `keep` holds, in order of creation.
template <class Keep>
std::vector<JobIx> jobs_where(const Session& session, Keep&& keep) {
  std::vector<JobIx> jobs;
  for (std::size_t i = 0; i < session.jobs.size(); ++i) {
    const JobIx j = id_of<JobIx>(i);
    if (keep(j)) jobs.push_back(j);
  }
  return jobs;
}

// Can the job lose anything?
inline bool has_active(const Session& session, JobIx job) {
  return session.jobs[job].counts.active_allocated() > 0;
}

// At most so many jobs of a queue take part in the action; 0: all.
std::int32_t queue_depth(const Options& options, Action action);

// Which jobs an action looks for victims for, and among whom.
struct VictimSearches {
  Action action = Action::reclaim;
  bool signatures_per_queue = true;  // else: across all queues
  std::vector<JobIx> jobs;           // in order of creation
  // A job that is not eligible is passed over; one that is, and does not enter, has failed. Absent: always.
  std::function<bool(JobIx)> eligible;
  std::function<bool(JobIx)> enters;
  std::function<Search(JobIx)> search;
};

// Pops each job once, by the reference's heap (10.11); commits what is found before the next job is looked at.
void solve_each(Cycle& cycle, const VictimSearches& searches);

}  // namespace berth::policy::kai
