// Partial copies of jobs: what the victim search puts into its heaps (kai-semantics.md sections 4, 10.2, 10.4). A copy is
// a row of the session's tables beyond its real jobs and holds a part of the job's tasks; the tasks themselves stay the
// job's. Copies are made and dropped like a stack.
#pragma once

#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

class PartialJobs {
 public:
  explicit PartialJobs(Session& session);
  ~PartialJobs();  // drops all copies made since construction
  PartialJobs(const PartialJobs&) = delete;
  PartialJobs& operator=(const PartialJobs&) = delete;

  // A copy with these tasks only (any order), pod sets and minimums unchanged. `of` may be a copy.
  JobIx with_tasks(JobIx of, const std::vector<TaskIx>& tasks);
  // The pending job as a step of the search knows it: each pod set's minimum is the number of its tasks.
  JobIx representative(JobIx of, const std::vector<TaskIx>& tasks);

 private:
  Session& session_;
  std::size_t jobs_;
  std::size_t pod_sets_;
};

inline JobIx original_of(const Session& session, JobIx job) {
  const JobIx original = session.jobs[job].original;
  return original == none<JobIx>() ? job : original;
}

}  // namespace berth::policy::kai
