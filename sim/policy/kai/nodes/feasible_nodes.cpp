#include "sim/policy/kai/nodes/feasible_nodes.hpp"

#include <algorithm>

#include "sim/policy/kai/nodes/fit.hpp"

namespace berth::policy::kai {

NodeList feasible_nodes(const Session& session, const std::vector<TaskIx>& tasks) {
  const bool all_want_gpus = std::all_of(tasks.begin(), tasks.end(),
                                         [&](TaskIx task) { return !session.shape_of(task).cpu_only(); });
  if (!all_want_gpus) return session.all_nodes;
  NodeList nodes;
  for (const NodeIx node : session.all_nodes) {
    const NodeInfo& info = session.nodes[node];
    // Each by itself: GPUs that are idle count although as many are waited for (releasing below 0).
    if (idle_gpus(info, session.mig_profile_gpus).gpus > 0 ||
        releasing_gpus(info, session.mig_profile_gpus).gpus > 0) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

}  // namespace berth::policy::kai
