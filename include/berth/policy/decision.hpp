// What a policy may decide. Values: the engine checks each against the World (simulation/commit.hpp) and
// makes transitions of them in list order.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::policy {

// The pod starts on the node now. `devices.over_booked`: they have no room for it, by a known bug of the reference policy;
// its shares are what the devices have left when the bind is made.
struct Bind {
  PodId pod{};
  NodeId node{};
  cluster::DeviceAssignment devices;
};

enum class EvictionCause : std::uint8_t { preempt, reclaim, consolidation, stale_gang, policy };

// The pod is deleted (termination grace applies); its workload queues again.
struct Evict {
  PodId pod{};
  EvictionCause cause = EvictionCause::policy;
  WorkloadId for_workload = none<WorkloadId>();  // whom it serves; none: nobody (stale gang)
};

// The pod would start on the node when what is being released there is free. Reserves nothing; only recorded.
struct Pipeline {
  PodId pod{};
  NodeId node{};
  cluster::DeviceAssignment devices;
};

// Evict, and pipeline elsewhere (consolidation).
struct Move {
  PodId pod{};
  NodeId to{};
  cluster::DeviceAssignment devices;
  WorkloadId for_workload = none<WorkloadId>();
};

// This pool has nothing for the workload now.
struct Refuse {
  WorkloadId workload{};
  workload::Refusal refusal;
};

// The policy gives the workload up for good (try-once): it becomes Failed.
struct Drop {
  WorkloadId workload{};
};

// Cut the idle part of a MIG device anew: `instances` after the change, the used ones unchanged.
struct Repartition {
  NodeId node{};
  std::uint8_t device = 0;
  std::vector<cluster::MigInstance> instances;
};

struct MarkStale {
  WorkloadId workload{};
};
struct ClearStale {
  WorkloadId workload{};
};

using Decision = std::variant<Bind, Evict, Pipeline, Move, Refuse, Drop, Repartition, MarkStale, ClearStale>;

}  // namespace berth::policy
