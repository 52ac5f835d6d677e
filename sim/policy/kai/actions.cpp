// The actions of a cycle (kai-semantics.md section 4). Each takes jobs by the reference's heap; what a job's statement
// decides is committed before the next job is looked at.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "sim/policy/kai/allocate_job.hpp"
#include "sim/policy/kai/cycle.hpp"
#include "sim/policy/kai/fit.hpp"
#include "sim/policy/kai/job_heap.hpp"
#include "sim/policy/kai/min_runtime.hpp"
#include "sim/policy/kai/signatures.hpp"
#include "sim/policy/kai/solver.hpp"

namespace berth::policy::kai {
namespace {

std::int32_t depth_of(const Options& options, Action action) {
  const auto a = static_cast<std::size_t>(action);
  return a < options.queue_depth.size() ? std::max(options.queue_depth[a], 0) : 0;
}

template <class Keep>
std::vector<JobIx> jobs_where(const Session& session, Keep&& keep) {
  std::vector<JobIx> jobs;
  for (std::size_t i = 0; i < session.jobs.size(); ++i) {
    const JobIx j = id_of<JobIx>(i);
    if (keep(j)) jobs.push_back(j);
  }
  return jobs;
}

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

// The frame of the three actions that look for victims: each job is popped once (10.11). A job that is not `eligible` is
// passed over; one that is, and does not enter, has failed.
template <class Eligible, class Enters, class MakeSearch>
void solve_each(Cycle& cycle, Action action, bool signatures_per_queue, const std::vector<JobIx>& jobs,
                Eligible&& eligible, Enters&& enters, MakeSearch&& make_search) {
  JobHeap heap(cycle.session, cycle.requests, JobHeap::Order::jobs, depth_of(cycle.session.options, action));
  heap.init(jobs);
  FailedSignatures failures(cycle.session, signatures_per_queue);
  while (!heap.empty()) {
    const JobIx job = heap.pop();
    if (!eligible(job) || failures.skips(job)) continue;
    if (enters(job)) {
      const Statement::Checkpoint start = cycle.statement.checkpoint();
      if (solve(cycle, job, make_search(job))) {
        cycle.statement.commit(start, cause_of(action), job, cycle.log);
        continue;
      }
    }
    failures.failed(job);
  }
}

bool has_active(const Session& session, JobIx job) {
  return session.jobs[job].counts.active_allocated() > 0;
}

// The validator of reclaim (10.10): victims grouped by queue and job, as lumps, judged by the amounts before the search.
ReclaimVerdict judge_reclaim(Cycle& cycle, JobIx pending, const std::vector<TaskIx>& victims,
                             const QueueAmounts& before) {
  const Session& s = cycle.session;
  Involved involved;
  for (const PodSetIx p : s.jobs[pending].pod_sets) {
    for (const TaskIx t : s.pod_sets[p].tasks) involved.add(s.shape_of(t));
  }
  std::vector<JobIx> jobs;  // in order of first appearance
  std::vector<std::vector<VictimTask>> tasks;
  std::map<JobIx, std::size_t> place;
  for (const TaskIx t : victims) {
    const TaskInfo& task = s.tasks[t];
    const Shape& shape = s.shapes[task.shape];
    involved.add(shape);
    const auto [at, fresh] = place.try_emplace(task.job, jobs.size());
    if (fresh) {
      jobs.push_back(task.job);
      tasks.emplace_back();
    }
    tasks[at->second].push_back(
        {task.pod_set, task.status, {shape.amounts.cpu, shape.amounts.memory, task.accepted_gpu}});
  }
  std::map<QueueIx, QueueLumps> by_queue;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    QueueLumps& lumps = by_queue[s.jobs[jobs[i]].queue];
    lumps.queue = s.jobs[jobs[i]].queue;
    victim_lumps(s.pod_sets, tasks[i], s.options.allow_consolidating_reclaim, lumps.lumps);
  }
  std::vector<QueueLumps> all;
  for (auto& [queue, lumps] : by_queue) all.push_back(std::move(lumps));
  const Reclaimer reclaimer{s.jobs[pending].queue, s.jobs[pending].preemptible,
                            cycle.requests.of(s, pending)};
  return reclaimable(s.queues, before, reclaimer, all, involved, s.options.reclaimer_saturation_multiplier);
}

bool always(JobIx) {
  return true;
}

Resources attempt_request(Cycle& cycle, JobIx job) {
  return cycle.requests.of(cycle.session, job);
}

}  // namespace

void run_allocate(Cycle& cycle) {
  Session& s = cycle.session;
  JobHeap heap(s, cycle.requests, JobHeap::Order::jobs, depth_of(s.options, Action::allocate));
  heap.init(jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }));
  std::vector<TaskIx> more;
  while (!heap.empty()) {
    const JobIx job = heap.pop();
    const Statement::Checkpoint start = cycle.statement.checkpoint();
    const StatusCounts before = s.jobs[job].counts;
    if (!allocate_job(cycle, job, s.all_nodes, Attempt::real)) continue;
    const bool had_allocated = before.active_allocated() > before[TaskStatus::pipelined];
    const bool waits = s.jobs[job].counts[TaskStatus::pipelined] > before[TaskStatus::pipelined];
    cycle.statement.commit(start, EvictionCause::policy, job, cycle.log);
    if (!waits && !had_allocated) s.jobs[job].last_start = s.now;
    tasks_to_allocate(s, job, Attempt::real, more);
    if (!more.empty()) heap.push(job);
  }
}

void run_consolidation(Cycle& cycle) {
  Session& s = cycle.session;
  const std::int32_t cap = s.options.max_consolidation_preemptees;
  if (cap == 0) return;
  const auto enters = [&](JobIx job) {
    // 10.11: the cluster's idle and releasing GPUs, and their memory, must suffice in sum.
    const AttemptRequest request = tasks_to_allocate_request(s, job, Attempt::simulated);
    double gpus = 0;
    std::int64_t memory = 0;
    for (const NodeInfo& node : s.nodes) {
      const FreeGpus idle = idle_gpus(node, s.mig_profile_gpus);
      const FreeGpus releasing = releasing_gpus(node, s.mig_profile_gpus);
      gpus += idle.gpus + releasing.gpus;
      memory += idle.memory + releasing.memory;
    }
    return gpus >= request.amounts.gpu && static_cast<double>(memory) >= request.gpu_memory_mib;
  };
  const auto make_search = [&](JobIx pending) {
    Search search;
    search.action = Action::consolidation;
    search.victims =
        jobs_where(s, [&](JobIx j) { return j != pending && s.jobs[j].preemptible && has_active(s, j); });
    // The check is "more than the cap": one more is offered.
    if (cap > 0 && search.victims.size() > static_cast<std::size_t>(cap) + 1) {
      search.victims.resize(static_cast<std::size_t>(cap) + 1);
    }
    search.validate = [&s](JobIx, const std::vector<TaskIx>& victims, ReclaimVerdict&) {
      const bool all_placed = std::none_of(victims.begin(), victims.end(), [&](TaskIx t) {
        return s.tasks[t].status == TaskStatus::releasing;
      });
      return all_placed ? ScenarioOutcome::End::accepted : ScenarioOutcome::End::victim_not_replaced;
    };
    return search;
  };
  solve_each(cycle, Action::consolidation, false,
             jobs_where(s, [&](JobIx j) { return s.jobs[j].preemptible && ready_to_schedule(s, j); }), always,
             enters, make_search);
}

void run_reclaim(Cycle& cycle) {
  Session& s = cycle.session;
  const auto eligible = [&](JobIx job) {
    const JobInfo& info = s.jobs[job];
    return can_reclaim(s.queues[info.queue], attempt_request(cycle, job), info.preemptible);
  };
  const auto make_search = [&](JobIx pending) {
    Search search;
    search.action = Action::reclaim;
    const QueueIx queue = s.jobs[pending].queue;
    search.victims = jobs_where(s, [&](JobIx j) {
      return s.jobs[j].queue != queue && s.jobs[j].preemptible && has_active(s, j) &&
             (!s.options.plugins.min_runtime || may_be_victim(s, VictimAction::reclaim, queue, j));
    });
    QueueAmounts before;
    before.take(s.queues);
    search.validate = [&s, &cycle, queue, before](JobIx copy, const std::vector<TaskIx>& victims,
                                                  ReclaimVerdict& verdict) {
      if (s.options.plugins.min_runtime && !min_runtime_allows(s, VictimAction::reclaim, queue, victims)) {
        return ScenarioOutcome::End::min_runtime;
      }
      if (!s.options.plugins.proportion) return ScenarioOutcome::End::accepted;
      verdict = judge_reclaim(cycle, copy, victims, before);
      return verdict.lawful() ? ScenarioOutcome::End::accepted : ScenarioOutcome::End::reclaim_rules;
    };
    return search;
  };
  solve_each(cycle, Action::reclaim, true, jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }),
             eligible, always, make_search);
}

void run_preempt(Cycle& cycle) {
  Session& s = cycle.session;
  const auto enters = [&](JobIx job) {
    const JobInfo& info = s.jobs[job];
    if (!s.options.plugins.proportion) return true;
    const Resources request = tasks_to_allocate_request(s, job, Attempt::simulated).amounts;
    return check_quotas(s.queues, info.queue, request, info.preemptible).allowed();
  };
  const auto make_search = [&](JobIx pending) {
    Search search;
    search.action = Action::preempt;
    const QueueIx queue = s.jobs[pending].queue;
    const std::int32_t priority = s.jobs[pending].priority;
    search.victims = jobs_where(s, [&](JobIx j) {
      const JobInfo& victim = s.jobs[j];
      return victim.queue == queue && victim.preemptible && victim.priority < priority && has_active(s, j) &&
             (!s.options.plugins.min_runtime || may_be_victim(s, VictimAction::preempt, queue, j));
    });
    search.validate = [&s, queue](JobIx, const std::vector<TaskIx>& victims, ReclaimVerdict&) {
      const bool allowed =
          !s.options.plugins.min_runtime || min_runtime_allows(s, VictimAction::preempt, queue, victims);
      return allowed ? ScenarioOutcome::End::accepted : ScenarioOutcome::End::min_runtime;
    };
    return search;
  };
  solve_each(cycle, Action::preempt, true, jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }),
             always, enters, make_search);
}

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
        if (active_allocated(s.tasks[t].status)) cycle.statement.evict(t);
      }
    }
    cycle.statement.commit(start, EvictionCause::stale_gang, none<JobIx>(), cycle.log);
  }
}

void run_actions(Cycle& cycle) {
  for (const Action action : cycle.session.options.actions) {
    switch (action) {
      case Action::allocate:
        run_allocate(cycle);
        break;
      case Action::consolidation:
        run_consolidation(cycle);
        break;
      case Action::reclaim:
        run_reclaim(cycle);
        break;
      case Action::preempt:
        run_preempt(cycle);
        break;
      case Action::stale_gang_eviction:
        run_stale_gang_eviction(cycle);
        break;
    }
  }
}

}  // namespace berth::policy::kai
