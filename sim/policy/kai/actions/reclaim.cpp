// RECLAIM (kai-semantics.md section 4, 10.10): a queue below its fair share takes from others that are above theirs.
#include <map>
#include <utility>
#include <vector>

#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/order/reclaim_rules.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

namespace {

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

}  // namespace

void run_reclaim(Cycle& cycle) {
  Session& s = cycle.session;
  const auto eligible = [&](JobIx job) {
    const JobInfo& info = s.jobs[job];
    return can_reclaim(s.queues[info.queue], cycle.requests.of(s, job), info.preemptible);
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
        return VictimSetOutcome::End::min_runtime;
      }
      if (!s.options.plugins.proportion) return VictimSetOutcome::End::accepted;
      verdict = judge_reclaim(cycle, copy, victims, before);
      return verdict.lawful() ? VictimSetOutcome::End::accepted : VictimSetOutcome::End::reclaim_rules;
    };
    return search;
  };
  solve_each(cycle, {Action::reclaim, true, jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }),
                     eligible, nullptr, make_search});
}

}  // namespace berth::policy::kai
