#include "sim/policy/kai/explain.hpp"

#include <algorithm>

#include "sim/policy/kai/messages.hpp"

namespace berth::policy::kai {

void explain(const Cycle& cycle, Explanation& out) {
  const Session& s = cycle.session;
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const JobIx job = id_of<JobIx>(i);
    Explanation::Workload w;
    w.id = s.jobs[job].workload;
    const auto found = cycle.ear->jobs.find(job);
    if (found != cycle.ear->jobs.end() && !found->second.errors.empty()) {
      w.message = detailed_message_of(found->second.errors);
    }
    double accepted = 0;
    for (const PodSetIx p : s.jobs[job].pod_sets) {
      for (const TaskIx t : s.pod_sets[p].tasks) accepted += s.tasks[t].last_accepted_gpu;
    }
    w.accepted_gpu_milli = static_cast<std::int64_t>(accepted * 1000 + 0.5);
    out.workloads.push_back(std::move(w));
  }
  std::sort(out.workloads.begin(), out.workloads.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const NodeInfo& node : s.nodes) out.nodes.push_back({node.id, node.idle.gpus, node.releasing.gpus});
  std::sort(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

}  // namespace berth::policy::kai
