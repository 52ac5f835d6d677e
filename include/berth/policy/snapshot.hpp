// What a policy sees: one node pool at one instant. References into the World (or into a policy case's
// tables); nothing of it changes while the policy runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/stop.hpp"
#include "berth/core/time.hpp"
#include "berth/organization/organization.hpp"
#include "berth/workload/waiting_list.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::policy {

// Historical usage of a queue as a share of past capacity, per resource (time-based fair share). Empty: none.
using Usage = IdVector<QueueId, std::array<double, organization::resource_count>>;

struct Snapshot {
  Instant now;
  PoolId pool{};
  const cluster::Cluster* cluster = nullptr;
  const organization::Organization* organization = nullptr;
  const workload::Workloads* workloads = nullptr;
  // Live workloads of this pool (not terminal, not deleted), in order of creation: (created, WorkloadId).
  const std::vector<WorkloadId>* members = nullptr;
  // Over for the scheduler, while pods of theirs that are being deleted still hold devices of this pool; null: none.
  const std::vector<WorkloadId>* leaving = nullptr;
  // Those of `members` that have a pending pod and may be scheduled (pod group made, not suspended), in queue
  // order.
  const workload::WaitingList* waiting = nullptr;
  const Usage* usage = nullptr;         // null: none
  std::optional<Instant> next_reading;  // when `usage` may change next
  // Names of sharing groups on nodes with inventory `counts`, by group id (policy cases); null in a run.
  const std::vector<std::string>* group_names = nullptr;
  // Names (= UIDs) of pods (policy cases); null in a run: workload UID, '-', index zero-padded to 10 digits.
  const IdVector<PodId, std::string>* pod_names = nullptr;
  // A long cycle polls it, and leaves by Interrupted (Policy::cycle). Nothing decides by it.
  StopToken stop;
};

}  // namespace berth::policy
