#include "sim/policy/kai/session/partial_job.hpp"

#include <algorithm>

namespace berth::policy::kai {

PartialJobs::PartialJobs(Session& session)
    : session_(session), jobs_(session.jobs.size()), pod_sets_(session.pod_sets.size()) {}

PartialJobs::~PartialJobs() {
  session_.jobs.resize(jobs_);
  session_.pod_sets.resize(pod_sets_);
}

JobIx PartialJobs::with_tasks(JobIx of, const std::vector<TaskIx>& tasks) {
  const JobIx original = original_of(session_, of);
  JobInfo copy;
  {
    const JobInfo& from = session_.jobs[of];
    copy.workload = from.workload;
    copy.queue = from.queue;
    copy.priority = from.priority;
    copy.preemptible = from.preemptible;
    copy.created = from.created;
    copy.age_rank = from.age_rank;
    copy.last_start = from.last_start;
    copy.first_task = from.first_task;
    copy.root = from.root;
    copy.original = original;
    copy.task_count = static_cast<std::uint32_t>(tasks.size());
    copy.version = ++session_.last_version;
    copy.pod_sets.reserve(from.pod_sets.size());
  }
  const JobIx ix = session_.jobs.end_id();
  const std::size_t pod_set_count = session_.jobs[of].pod_sets.size();
  for (std::size_t i = 0; i < pod_set_count; ++i) {
    const PodSetIx source = session_.jobs[of].pod_sets[i];
    PodSet set;
    set.name = session_.pod_sets[source].name;
    set.job = ix;
    set.parent = session_.pod_sets[source].parent;
    set.min_available = session_.pod_sets[source].min_available;
    set.topology = session_.pod_sets[source].topology;
    copy.pod_sets.push_back(session_.pod_sets.push_back(std::move(set)));
  }
  const std::vector<PodSetIx>& own = session_.jobs[original].pod_sets;
  for (const TaskIx t : tasks) {
    const TaskInfo& task = session_.tasks[t];
    const std::size_t position = index_of(task.pod_set) - index_of(own.front());
    PodSet& set = session_.pod_sets[copy.pod_sets[position]];
    set.tasks.push_back(t);
    set.counts.add(task.status, 1);
    copy.counts.add(task.status, 1);
  }
  for (const PodSetIx p : copy.pod_sets) {
    std::vector<TaskIx>& in_order = session_.pod_sets[p].tasks;
    std::sort(in_order.begin(), in_order.end());
    for (const TaskIx t : in_order) {
      const TaskInfo& task = session_.tasks[t];
      if (allocated(task.status)) copy.allocated += session_.shapes[task.shape].amounts;
    }
  }
  session_.jobs.push_back(std::move(copy));
  return ix;
}

JobIx PartialJobs::representative(JobIx of, const std::vector<TaskIx>& tasks) {
  const JobIx ix = with_tasks(of, tasks);
  for (const PodSetIx p : session_.jobs[ix].pod_sets) {
    PodSet& set = session_.pod_sets[p];
    set.min_available = static_cast<std::int32_t>(set.tasks.size());
  }
  return ix;
}

}  // namespace berth::policy::kai
