#include "sim/policy/kai/feasible_nodes.hpp"

#include <algorithm>

#include "sim/policy/kai/fit.hpp"

namespace berth::policy::kai {

NodeList feasible_nodes(const Session& session, const std::vector<TaskIx>& tasks) {
  const bool all_want_gpus = std::all_of(tasks.begin(), tasks.end(),
                                         [&](TaskIx task) { return !session.shape_of(task).cpu_only(); });
  if (!all_want_gpus) return session.all_nodes;
  NodeList nodes;
  for (const NodeIx node : session.all_nodes) {
    if (free_gpus(session.nodes[node], session.mig_profile_gpus) > 0) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace berth::policy::kai
