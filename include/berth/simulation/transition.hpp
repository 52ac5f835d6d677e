// Every way in which a World changes: one small value a change, recorded first and then applied by
// World::apply. They say what happened, never what follows from it by rule: phases, queues, counters, the
// progress of work and the release of devices are derived by apply. Who makes each, what it changes, and in
// which pairs and order they come stands in sim/simulation/world/transitions.md.
//
// A transition about a pod names its workload too, so that a reader can pick one workload's transitions
// without a World.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/cluster/node.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/organization/organization.hpp"
#include "berth/policy/decision.hpp"
#include "berth/workload/request.hpp"
#include "berth/workload/spec.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::simulation {

enum class FailureCause : std::uint8_t { exit_code, node_down };
// Why a pod is deleted when it was not the scheduler that wanted it gone.
enum class StopCause : std::uint8_t {
  suspended,
  deleted,
  finished,  // its workload ended without it
  node_removed,
  gang_restart,  // another pod of its gang failed, and the gang starts again together
};
enum class SuspendCause : std::uint8_t {
  asked,
  work_done,
  preempted
};  // preempted: terminate_after_preemption
enum class Ending : std::uint8_t { completed, failed };
// Why a workload ended: its own work, its last allowed failure (or one declared final), or given up by the
// policy.
enum class EndCause : std::uint8_t { work_done, exit_code, backoff_limit, dropped };
enum class RunEnd : std::uint8_t {
  drained,      // nothing was left that could happen
  end_reached,  // the scenario's end
  stopped,      // interrupted
};

// Workloads.
struct ShapeAdded {
  std::shared_ptr<const workload::PodShape> shape;  // gets the next ShapeId
};
struct WorkloadSubmitted {
  WorkloadId workload{};  // the next one
  std::shared_ptr<const workload::WorkloadSpec> spec;
};
struct ObjectsCreated {
  WorkloadId workload{};  // its pod group exists
};
struct PodsCreated {
  WorkloadId workload{};
  PodId first{};            // ids first .. first + count - 1
  std::uint32_t count = 0;  // the slots (places in the specification) that have no pod, in order
};
struct Refused {
  WorkloadId workload{};
  workload::Refusal refusal;  // refusal.at is the instant of the transition
};
struct PoolMoved {
  WorkloadId workload{};
  PoolId to{};
  bool round_over = false;  // every pool said no: back in the first one, until another of its pools changes
};
struct RoundBegun {
  WorkloadId workload{};
};
struct StaleMarked {
  WorkloadId workload{};
};
struct StaleCleared {
  WorkloadId workload{};
};
struct SuspendAsked {
  WorkloadId workload{};
  SuspendCause cause = SuspendCause::asked;
};
struct ResumeAsked {
  WorkloadId workload{};
};
struct DeleteAsked {
  WorkloadId workload{};
};
struct WorkloadDeleted {
  WorkloadId workload{};
};
struct WorkloadFinished {
  WorkloadId workload{};
  Ending ending = Ending::completed;
  EndCause cause = EndCause::work_done;
};

// Pods.
struct PodBound {
  WorkloadId workload{};
  PodId pod{};
  NodeId node{};
  cluster::DeviceAssignment devices;
};
struct PodStarted {
  WorkloadId workload{};
  PodId pod{};
};
struct PodSucceeded {
  WorkloadId workload{};
  PodId pod{};
};
struct PodFailed {
  WorkloadId workload{};
  PodId pod{};
  FailureCause cause = FailureCause::exit_code;
};
struct PodRestarted {  // failed, and starts again where it is
  WorkloadId workload{};
  PodId pod{};
};
struct PodEvicted {
  WorkloadId workload{};
  PodId pod{};
  policy::EvictionCause cause = policy::EvictionCause::policy;
  WorkloadId for_workload = none<WorkloadId>();
};
struct PodStopped {
  WorkloadId workload{};
  PodId pod{};
  StopCause cause = StopCause::suspended;
};
struct PodGone {
  WorkloadId workload{};
  PodId pod{};
};
struct PodPipelined {
  WorkloadId workload{};
  PodId pod{};
  NodeId node{};
  cluster::DeviceAssignment devices;
};
struct PipelinedPodEvicted {
  WorkloadId workload{};
  PodId pod{};
  policy::EvictionCause cause = policy::EvictionCause::policy;
  WorkloadId for_workload = none<WorkloadId>();
};

// The cluster and the organization.
struct NodeAdded {
  std::shared_ptr<const cluster::NodeSpec> spec;  // gets the next NodeId
};
struct NodeRemoved {
  NodeId node{};
};
struct NodeCordoned {
  NodeId node{};
  bool on = true;
};
struct NodePowered {
  NodeId node{};
  bool up = true;
};
struct RepartitionBegun {
  NodeId node{};
  std::uint8_t device = 0;
  std::vector<cluster::MigInstance> instances;  // of this device, once done
};
struct RepartitionEnded {
  NodeId node{};
  std::uint8_t device = 0;
};
struct QuotaChanged {
  QueueId queue{};
  PoolId pool{};
  organization::Quota quota;
};

// The run.
struct CycleBegan {  // stands before the first transition of a cycle that made any
  PoolId pool{};
};
struct RunEnded {
  RunEnd why = RunEnd::drained;
  std::uint64_t events = 0, cycles = 0, decisions = 0;
};

// The order is the code in the journal: append only.
using Transition =
    std::variant<ShapeAdded, WorkloadSubmitted, ObjectsCreated, PodsCreated, PodBound, PodStarted,
                 PodSucceeded, PodFailed, PodRestarted, PodEvicted, PodStopped, PodGone, PodPipelined,
                 PipelinedPodEvicted, Refused, PoolMoved, RoundBegun, StaleMarked, StaleCleared, SuspendAsked,
                 ResumeAsked, DeleteAsked, WorkloadDeleted, WorkloadFinished, NodeAdded, NodeRemoved,
                 NodeCordoned, NodePowered, RepartitionBegun, RepartitionEnded, QuotaChanged, CycleBegan,
                 RunEnded>;

// "pod-bound" and so on: for listings.
std::string_view name_of(const Transition& transition);
// The workload it is about; none for those of the cluster, the organization and the run.
WorkloadId workload_of(const Transition& transition);
// Likewise the pod and the node.
PodId pod_of(const Transition& transition);
NodeId node_of(const Transition& transition);
// Equal in every field (what a shared_ptr points to, not where).
bool same(const Transition& a, const Transition& b);

}  // namespace berth::simulation
