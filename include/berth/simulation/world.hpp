// The state of a run at one instant, and the one function that changes it. A live run and a replay both come
// here through `apply`, so that equal journals give equal Worlds, field by field (operator==).
//
// Everything here is a value. Floors above read it; only `simulation` takes a World by non-const reference.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/int128.hpp"
#include "berth/core/integral.hpp"
#include "berth/core/time.hpp"
#include "berth/organization/organization.hpp"
#include "berth/organization/usage.hpp"
#include "berth/simulation/transition.hpp"
#include "berth/simulation/work.hpp"
#include "berth/workload/waiting_list.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::simulation {

struct Input;

// What the run knows of a workload beyond what a policy sees.
struct Course {
  std::uint32_t slots = 0;       // pods at full size; slot i belongs to the template that i falls in
  std::uint32_t first_work = 0;  // index into World::works: one entry, or one a slot (see shared_work)
  std::uint32_t next_index = 0;  // index of its next pod
  std::int32_t minimum = 1;      // pods without which it does not run: the gang's minimum
  std::int32_t required = 1;  // pods without which it is Degraded: the minimum of a gang, all pods otherwise
  std::int32_t pending = 0, binding = 0, running = 0, releasing = 0, succeeded = 0;  // pods by status
  std::int32_t terminating = 0;     // of `releasing`: those that the scheduler evicted
  std::int64_t running_speed = 0;   // sum over running pods, milli
  std::int32_t unmet = 0;           // workloads that must complete first and have not
  std::uint16_t tried_pools = 0;    // that refused it in this round
  std::uint16_t pool_position = 0;  // place of the present pool in spec.node_pools
  bool round_over = false;          // every pool said no; waits in its first one until another changes
  bool shared_work = true;  // one Work for all its pods (gangs, single pods), else each slot has its own
  bool in_pool = false;     // stands in its pool's `members`
  bool is_waiting = false;  // in `waiting`
  bool is_touring = false;  // in `touring`
  bool is_leaving = false;  // in `leaving`
  bool been_ready = false;  // all required pods have been ready since it last had none running
  bool resuming = false;    // resume asked, pods not yet made
  Instant creation_from;    // the creation delay counts from here
  std::optional<Ending> ending;
  EndCause end_cause = EndCause::work_done;
  SuspendCause suspend_cause = SuspendCause::asked;
  policy::EvictionCause last_eviction = policy::EvictionCause::policy;  // valid once preemptions > 0
  // GPU time (milli x microseconds, at speed 1) of work lost to evictions and to nodes that went away. What a
  // workload loses by its own failures and suspensions is not counted.
  Int128 lost_gpu_time = 0;
  bool operator==(const Course&) const = default;

  std::int32_t holding() const { return binding + running + releasing; }
};

struct PodCourse {
  std::uint32_t slot = 0;
  bool terminating = false;                        // being evicted by the scheduler
  Instant releasing_since;                         // valid while releasing
  FailureCause failure = FailureCause::exit_code;  // valid once failed
  bool operator==(const PodCourse&) const = default;
};

// Sums over time of one pool, up to PoolState::summed_until.
struct PoolSums {
  Integral gpu_capacity;    // of nodes present and ready, milli
  Integral gpu_allocated;   // device shares of bound pods that are not being deleted, milli
  Integral gpu_overbooked;  // what they were granted beyond what their devices had left (known bugs), milli
  Integral pending;         // workloads waiting
  Integral running;         // workloads with a running pod
  bool operator==(const PoolSums&) const = default;
};

struct PoolState {
  std::vector<WorkloadId> members;  // known to the scheduler and not over, ascending: see policy::Snapshot
  workload::WaitingList waiting;    // those of them with a pending pod that may be placed
  // Several pools: those of `waiting` whose round goes on (a refusal here moves them), and those whose round is over and
  // that wait elsewhere for this pool to open. Both ascending.
  std::vector<WorkloadId> touring;
  std::vector<WorkloadId> watchers;
  // Over for the scheduler, while pods of theirs that are being deleted still hold devices here. Ascending.
  std::vector<WorkloadId> leaving;
  bool opened = false;        // has opened since there were watchers
  std::uint64_t changes = 0;  // grows with whatever a policy could see of the pool
  GpuMilli gpu_capacity, gpu_allocated, gpu_overbooked;
  std::int64_t running_workloads = 0;
  PoolSums sums;
  Instant summed_until;
  bool operator==(const PoolState&) const = default;
};

struct Cut {  // a MIG device being cut anew
  NodeId node{};
  std::uint8_t device = 0;
  std::vector<cluster::MigInstance> instances;
  Instant begun;
  bool operator==(const Cut&) const = default;
};

struct PipelineNote {  // where a pod was last said to go; bookkeeping of the journal, nothing that a policy
                       // sees
  NodeId node{};
  cluster::DeviceAssignment devices;
  bool operator==(const PipelineNote&) const = default;
};

struct Totals {
  std::uint64_t transitions = 0;
  std::uint64_t pods_evicted = 0;  // by the scheduler
  std::uint64_t pipelined_pods_evicted = 0;
  std::uint64_t completed = 0, failed = 0, dropped = 0, deleted = 0;
  Int128 lost_gpu_time = 0;  // as in Course
  bool operator==(const Totals&) const = default;
};

class World {
 public:
  World() = default;
  // At the start of the run, before its first transition.
  World(const cluster::Cluster& cluster, const organization::Organization& organization, Instant start);
  // From the start on, keeps account of what queues use. Before the first transition.
  void meter_usage(const organization::UsageOptions& options);

  Instant start;
  Instant now;  // of the last transition
  cluster::Cluster cluster;
  organization::Organization organization;
  workload::Workloads workloads;
  IdVector<WorkloadId, Course> courses;
  IdVector<PodId, PodCourse> pod_courses;
  std::vector<Work> works;
  IdVector<PoolId, PoolState> pools;
  IdVector<PoolId, organization::UsageMeter> usage;  // of each pool; empty: no policy asks for it
  std::vector<Cut> cuts;                             // ascending (node, device)
  std::map<PodId, PipelineNote> pipelined;
  std::map<std::string, std::vector<WorkloadId>>
      awaited;  // name not yet completed -> who waits for it, ascending
  Totals totals;
  std::optional<RunEnded> ended;

  // The one function that changes a World. `at` is never before `now`. A transition that cannot happen in
  // this state is a broken invariant: live runs never make one, and a reader of journals turns it into an
  // error.
  void apply(const Transition& transition, Instant at);

  bool operator==(const World& other) const;
  // The name of the first field that differs, with the entity; empty when equal. For tests and messages.
  std::string first_difference(const World& other) const;

  // The last submitted workload of that name. O(log n), and once O(n log n) after submissions.
  std::optional<WorkloadId> find_workload(const std::string& name) const;

  // Derived, for readers.
  const Work& work_of(const workload::Pod& pod, PodId id) const;
  // Integral of a pool's sums up to `at` (>= summed_until).
  PoolSums sums_at(PoolId pool, Instant at) const;
  // What the pool's present and ready nodes have, as quotas count it: whole GPUs; MIG instances by their g-number, or as a GPU
  // each under strategy single. O(nodes of the pool).
  organization::Amounts pool_capacity(PoolId pool) const;
  // What a pod that was bound has, or had, of devices, in thousandths (interface: the device share); what records,
  // metrics and summaries count.
  GpuMilli device_share(const workload::Pod& pod) const;
  // What its request came to beyond that, where the bind was over-booked by a known bug; else 0.
  GpuMilli overbooked_share(const workload::Pod& pod) const;

 private:
  friend class Applier;
  mutable std::map<std::string, WorkloadId, std::less<>> names_;  // derived
  mutable std::size_t named_ = 0;
  std::vector<char> scratch_;  // of apply; never compared
};

}  // namespace berth::simulation
