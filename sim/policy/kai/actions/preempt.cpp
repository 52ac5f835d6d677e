// PREEMPT (kai-semantics.md section 4): a job takes from preemptible jobs of lower priority in its own queue.
#include <vector>

#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

void run_preempt(Cycle& cycle) {
  Session& s = cycle.session;
  const auto enters = [&](JobIx job) {
    const JobInfo& info = s.jobs[job];
    if (!s.options.plugins.proportion) return true;
    const Resources request = request_of_tasks(s, cycle.requests.tasks(s, job)).amounts;
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
      return allowed ? VictimSetOutcome::End::accepted : VictimSetOutcome::End::min_runtime;
    };
    return search;
  };
  solve_each(cycle, {Action::preempt, true, jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }),
                     nullptr, enters, make_search});
}

}  // namespace berth::policy::kai
