// Limits and quotas of a chain of queues (kai-semantics.md section 3, 9.1): for a job before it is placed, for a task on a
// node with what it takes there.
#pragma once

#include "sim/policy/kai/session/queue_info.hpp"
#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

enum class CapacityReason : std::uint8_t { allowed, over_limit, non_preemptible_over_quota };

// The first resource (cpu, memory, gpu) of the first queue (from the leaf up) that says no.
struct CapacityVerdict {
  CapacityReason reason = CapacityReason::allowed;
  QueueIx queue = none<QueueIx>();
  Resource resource = Resource::cpu;
  double bound = 0;  // the limit or quota
  double used = 0;   // allocated, or allocated without the preemptible
  double requested = 0;

  bool allowed() const { return reason == CapacityReason::allowed; }
};

using Queues = IdVector<QueueIx, QueueInfo>;

CapacityVerdict check_limits(const Queues& queues, QueueIx leaf, const Resources& request);
CapacityVerdict check_quotas(const Queues& queues, QueueIx leaf, const Resources& request, bool preemptible);
// Limits through the whole chain, then quotas. Serves the job-level and the task-level check alike.
CapacityVerdict check_capacity(const Queues& queues, QueueIx leaf, const Resources& request,
                               bool preemptible);

}  // namespace berth::policy::kai
