// All workloads and pods of a run: what was submitted and where it stands now.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/phase.hpp"
#include "berth/workload/spec.hpp"

namespace berth::workload {

struct Pod {
  WorkloadId workload{};
  std::int32_t index = 0;  // within the workload, over all its generations
  std::uint16_t template_index = 0;
  std::uint16_t sub_group = 0;
  ShapeId shape{};
  PodStatus status = PodStatus::pending;
  NodeId node = none<NodeId>();  // while it holds devices, and after (where it last was)
  cluster::DeviceAssignment devices;
  Instant created;
  Instant bound_at;    // valid once bound
  Instant started_at;  // valid once running
  Instant ended_at;    // valid once finished
  bool operator==(const Pod&) const = default;
};

enum class RefusalCode : std::uint8_t {
  no_room,                     // fit, gang, topology, taints, behind others: API has no code for it
  over_limit,                  // API OverLimit
  non_preemptible_over_quota,  // API NonPreemptibleOverQuota
  never_fits,                  // larger than any node of the pool: never the head that others wait for
};

// The last outcome of one pool in this wait (contract/NOTES.md section 4). Numbers are in the resource's
// unit.
struct Refusal {
  PoolId pool{};
  RefusalCode code = RefusalCode::no_room;
  QueueId queue = none<QueueId>();  // who said no; none for no_room
  std::uint8_t resource = 0;        // organization::Resource
  std::int64_t limit = 0, used = 0, requested = 0;
  Instant at;
  bool operator==(const Refusal&) const = default;
  bool same_reason(const Refusal& o) const {
    return pool == o.pool && code == o.code && queue == o.queue && resource == o.resource;
  }
};

struct Workload {
  WorkloadSpec spec;
  std::string uid;          // tie-breaks: submission number, zero-padded; in a policy case the job's name
  std::vector<PodId> pods;  // live generation: those that exist or should; ascending index
  Phase phase = Phase::creating;
  PoolId pool{};  // the pool that it is in now
  Instant created;
  Instant phase_since;
  Instant updated;
  std::optional<Instant> last_start;  // last time it got its first allocated pod (kai LastStartTimestamp)
  std::optional<Instant> first_full_start;  // all its pods (gang: the minimum) running for the first time
  std::optional<Instant> stale_since;       // gang below its minimum (kai stale gang eviction)
  std::optional<Instant> completed_at;
  std::optional<Instant> deleted_at;
  Duration pending_total{}, running_total{};  // closed stretches; the open one is added by who reads
  std::vector<Refusal> refusals;              // in this wait, one a pool, in list order
  std::int32_t preemptions = 0;
  std::int32_t failures = 0;
  bool pod_group = false;  // objects made: may be scheduled
  bool delete_requested = false;
  bool suspend_requested = false;
  bool deleting_job = false;  // policy cases: `deleted`
  bool dropped = false;       // a try-once policy gave it up
  bool operator==(const Workload&) const = default;

  bool terminal() const { return phase == Phase::completed || phase == Phase::failed; }
};

struct Workloads {
  IdVector<ShapeId, PodShape> shapes;  // grows only through intern
  IdVector<WorkloadId, Workload> all;
  IdVector<PodId, Pod> pods;

  // The id of an equal shape, added when absent. O(log shapes).
  ShapeId intern(const PodShape& shape);
  const PodShape& shape_of(PodId pod) const { return shapes[pods[pod].shape]; }
  const PodShape& shape_of(const Pod& pod) const { return shapes[pod.shape]; }

  bool operator==(const Workloads& o) const { return shapes == o.shapes && all == o.all && pods == o.pods; }

 private:
  std::map<PodShape, ShapeId> index_;  // derived from `shapes`
};

}  // namespace berth::workload
