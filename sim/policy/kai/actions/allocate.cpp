// ALLOCATE (kai-semantics.md section 4): jobs in the heap's order, each as a whole or not at all; a job that has got something
// goes back into the heap for more.
#include <vector>

#include "sim/policy/kai/actions/allocate_job.hpp"
#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/order/job_heap.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

void run_allocate(Cycle& cycle) {
  Session& s = cycle.session;
  JobHeap heap(s, cycle.requests, JobHeap::Order::jobs, queue_depth(s.options, Action::allocate));
  heap.init(jobs_where(s, [&](JobIx j) { return ready_to_schedule(s, j); }));
  std::vector<TaskIx> more;
  while (!heap.empty()) {
    const JobIx job = heap.pop();
    const Statement::Checkpoint start = cycle.statement.checkpoint();
    const StatusCounts before = s.jobs[job].counts;
    if (!allocate_job(cycle, job, s.all_nodes, Attempt::real)) {
      cycle.refused_by_allocate.push_back(job);
      continue;
    }
    const bool had_allocated = before.active_allocated() > before[TaskStatus::pipelined];
    const bool waits = s.jobs[job].counts[TaskStatus::pipelined] > before[TaskStatus::pipelined];
    cycle.statement.commit(start, EvictionCause::policy, job, cycle.log);
    if (!waits && !had_allocated) s.jobs[job].last_start = s.now;
    tasks_to_allocate(s, job, Attempt::real, more);
    if (!more.empty()) heap.push(job);
  }
}

}  // namespace berth::policy::kai
