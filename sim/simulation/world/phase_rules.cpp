#include "sim/simulation/world/phase_rules.hpp"

#include <algorithm>

namespace berth::simulation {

using workload::Phase;

Phase phase_of(const workload::Workload& w, const Course& c) {
  if (w.delete_requested) return Phase::deleting;
  if (c.ending) return *c.ending == Ending::completed ? Phase::completed : Phase::failed;
  if (w.suspend_requested) return c.holding() > 0 ? Phase::stopping : Phase::stopped;
  if (c.resuming) return Phase::resuming;
  if (!w.pod_group) return Phase::creating;

  // Pods that have succeeded are neither wanted nor missed.
  const std::int32_t wanted = static_cast<std::int32_t>(c.slots) - c.succeeded;
  const std::int32_t minimum = std::min(c.minimum, wanted);
  const std::int32_t required = std::min(c.required, wanted);
  const std::int32_t scheduled = c.binding + c.running;
  if (c.terminating > 0 && scheduled < minimum) return Phase::terminating;
  if (scheduled < minimum && c.running == 0) return Phase::pending;
  if (!c.been_ready && c.binding > 0) return Phase::initializing;
  if (c.running < required) return Phase::degraded;
  return Phase::running;
}

bool belongs_in_pool(const workload::Workload& w, const Course& c) {
  if (c.ending || w.deleted_at || !w.pod_group || c.unmet > 0 || c.resuming) return false;
  return c.holding() > 0 || (!w.suspend_requested && !w.delete_requested);
}

bool may_be_placed(const workload::Workload& w, const Course& c) {
  return c.pending > 0 && !w.suspend_requested && !w.delete_requested && belongs_in_pool(w, c);
}

}  // namespace berth::simulation
