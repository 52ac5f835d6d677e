#include "sim/policy/kai/explain.hpp"

#include <algorithm>

#include "sim/policy/kai/messages.hpp"

namespace berth::policy::kai {

void explain(const Cycle& cycle, Explanation& out) {
  const Session& s = cycle.session;
  for (const auto& [job, found] : cycle.ear->jobs) {
    Explanation::Workload w;
    w.id = s.jobs[job].workload;
    if (!found.errors.empty()) w.message = message_of(found.errors);
    out.workloads.push_back(std::move(w));
  }
  std::sort(out.workloads.begin(), out.workloads.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const NodeInfo& node : s.nodes) out.nodes.push_back({node.id, node.idle.gpus, node.releasing.gpus});
  std::sort(out.nodes.begin(), out.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

}  // namespace berth::policy::kai
