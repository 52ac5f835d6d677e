// CONSOLIDATION (kai-semantics.md section 4, 10.11): preemptible pods move so that a waiting job fits; none may lose its place.
#include <algorithm>
#include <vector>

#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

void run_consolidation(Cycle& cycle) {
  Session& s = cycle.session;
  const std::int32_t cap = s.options.max_consolidation_preemptees;
  if (cap == 0) return;
  const auto enters = [&](JobIx job) {
    // 10.11: the cluster's idle and releasing GPUs, and their memory, must suffice in sum.
    const AttemptRequest request = request_of_tasks(s, cycle.requests.tasks(s, job));
    double gpus = 0;
    std::int64_t memory = 0;
    for (const NodeInfo& node : s.nodes) {
      if (!node.ready) continue;
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
      return all_placed ? VictimSetOutcome::End::accepted : VictimSetOutcome::End::victim_not_replaced;
    };
    return search;
  };
  solve_each(cycle, {Action::consolidation, false,
                     jobs_where(s, [&](JobIx j) { return s.jobs[j].preemptible && ready_to_schedule(s, j); }),
                     nullptr, enters, make_search});
}

}  // namespace berth::policy::kai
