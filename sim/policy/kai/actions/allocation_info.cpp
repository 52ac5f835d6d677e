#include "sim/policy/kai/actions/allocation_info.hpp"

#include <algorithm>

#include "sim/policy/kai/order/fair_share.hpp"
#include "sim/policy/kai/order/job_order.hpp"

namespace berth::policy::kai {
namespace {

// Calls `take` for each task of the attempt (9.2).
template <class Take>
void for_each_to_allocate(const Session& session, JobIx job, Attempt attempt, Take take) {
  const JobInfo& info = session.jobs[job];
  const auto take_from = [&](PodSetIx p, std::int32_t wanted) {
    for (TaskIx t : session.pod_sets[p].tasks) {
      if (wanted <= 0) break;
      if (!allocatable(session.tasks[t], attempt)) continue;
      take(t);
      --wanted;
    }
  };
  if (info.pod_sets.size() == 1) {
    take_from(info.pod_sets.front(), count_to_allocate(session, info.pod_sets.front(), attempt));
    return;
  }
  std::int32_t unsatisfied = 0;
  for (PodSetIx p : info.pod_sets) {
    const PodSet& pod_set = session.pod_sets[p];
    if (pod_set.counts.active_allocated() < pod_set.min_available) ++unsatisfied;
  }
  std::int32_t left = std::max(unsatisfied, 1);
  std::vector<PodSetIx> order;
  pod_sets_in_order(session, job, order);
  for (PodSetIx p : order) {
    if (left == 0) break;
    if (count_allocatable(session, p, attempt) == 0) continue;
    take_from(p, count_to_allocate(session, p, attempt));
    --left;
  }
}

}  // namespace

bool allocatable(const TaskInfo& task, Attempt attempt) {
  if (task.status == TaskStatus::pending) return true;
  return attempt == Attempt::simulated && task.status == TaskStatus::releasing && task.evicted_in_simulation;
}

std::int32_t count_allocatable(const Session& session, PodSetIx pod_set, Attempt attempt) {
  const PodSet& p = session.pod_sets[pod_set];
  if (attempt == Attempt::real || p.counts[TaskStatus::releasing] == 0) return p.counts[TaskStatus::pending];
  std::int32_t count = 0;
  for (TaskIx t : p.tasks) count += allocatable(session.tasks[t], attempt) ? 1 : 0;
  return count;
}

std::int32_t count_to_allocate(const Session& session, PodSetIx pod_set, Attempt attempt) {
  const PodSet& p = session.pod_sets[pod_set];
  const std::int32_t active = p.counts.active_allocated();
  if (active < p.min_available) return p.min_available - active;
  return std::min(count_allocatable(session, pod_set, attempt), 1);
}

void tasks_to_allocate(const Session& session, JobIx job, Attempt attempt, std::vector<TaskIx>& out) {
  out.clear();
  for_each_to_allocate(session, job, attempt, [&](TaskIx t) { out.push_back(t); });
}

AttemptRequest request_of_tasks(const Session& session, const std::vector<TaskIx>& tasks) {
  AttemptRequest request;
  for (const TaskIx t : tasks) {
    const Shape& shape = session.shape_of(t);
    request.amounts += shape.amounts;
    request.with_gpu_memory += pending_amounts(shape, session.options.min_node_gpu_memory);
    request.gpu_memory_mib += static_cast<double>(shape.memory_mib);
  }
  return request;
}

AttemptRequest tasks_to_allocate_request(const Session& session, JobIx job, Attempt attempt) {
  std::vector<TaskIx> tasks;
  tasks_to_allocate(session, job, attempt, tasks);
  return request_of_tasks(session, tasks);
}

Chunk tasks_to_evict(const Session& session, JobIx job) {
  Chunk chunk;
  const JobInfo& info = session.jobs[job];
  bool any_above = false;
  std::int32_t active_in_all = 0;
  for (PodSetIx p : info.pod_sets) {
    const PodSet& pod_set = session.pod_sets[p];
    const std::int32_t active = pod_set.counts.active_allocated();
    active_in_all += active;
    any_above = any_above || active > pod_set.min_available;
  }
  std::vector<PodSetIx> order;
  pod_sets_in_order(session, job, order);
  std::size_t left = any_above ? 1 : order.size();
  for (auto p = order.rbegin(); p != order.rend() && left > 0; ++p) {
    const PodSet& pod_set = session.pod_sets[*p];
    const std::int32_t active = pod_set.counts.active_allocated();
    if (active == 0) continue;
    std::int32_t wanted = active > pod_set.min_available ? 1 : active;
    for (auto t = pod_set.tasks.rbegin(); t != pod_set.tasks.rend() && wanted > 0; ++t) {
      if (!active_allocated(session.tasks[*t].status)) continue;
      chunk.tasks.push_back(*t);
      --wanted;
    }
    --left;
  }
  chunk.more_left = static_cast<std::int32_t>(chunk.tasks.size()) < active_in_all;
  return chunk;
}

bool has_leaf_queue(const Session& session, JobIx job) {
  const QueueIx queue = session.jobs[job].queue;
  return queue != none<QueueIx>() && session.queues[queue].leaf();
}

bool ready_to_schedule(const Session& session, JobIx job) {
  const JobInfo& info = session.jobs[job];
  if (info.counts[TaskStatus::pending] == 0 || !has_leaf_queue(session, job)) return false;
  return std::all_of(info.pod_sets.begin(), info.pod_sets.end(), [&](PodSetIx p) {
    const PodSet& pod_set = session.pod_sets[p];
    return pod_set.counts.alive() - pod_set.counts[TaskStatus::gated] >= pod_set.min_available;
  });
}

AttemptRequests::Entry& AttemptRequests::entry_of(const Session& session, JobIx job) {
  if (index_of(job) >= entries_.size()) entries_.resize(session.jobs.size());
  Entry& entry = entries_[job];
  if (entry.version != session.jobs[job].version) {
    entry.version = session.jobs[job].version;
    entry.request_known = false;
    entry.tasks.clear();
  }
  return entry;
}

const std::vector<TaskIx>& AttemptRequests::tasks(const Session& session, JobIx job) {
  Entry& entry = entry_of(session, job);
  if (entry.tasks.empty()) tasks_to_allocate(session, job, Attempt::simulated, entry.tasks);
  return entry.tasks;
}

const Resources& AttemptRequests::of(const Session& session, JobIx job) {
  tasks(session, job);
  Entry& entry = entries_[job];
  if (!entry.request_known) {
    Resources request;
    for (const TaskIx t : entry.tasks) {
      // One that was evicted for good since the tasks were worked out is not asked for.
      if (!allocatable(session.tasks[t], Attempt::simulated)) continue;
      request += pending_amounts(session.shape_of(t), session.options.min_node_gpu_memory);
    }
    entry.request = request;
    entry.request_known = true;
  }
  return entry.request;
}

}  // namespace berth::policy::kai
