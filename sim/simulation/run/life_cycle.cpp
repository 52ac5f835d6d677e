#include "sim/simulation/run/life_cycle.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::simulation {

using workload::Kind;
using workload::Outcome;
using workload::Pod;
using workload::PodStatus;
using workload::Workload;

ShapeId LifeCycle::intern(const workload::PodShape& shape) {
  if (shapes_.size() != world_.workloads.shapes.size()) {
    for (std::size_t i = 0; i < world_.workloads.shapes.size(); ++i) {
      shapes_.emplace(world_.workloads.shapes[id_of<ShapeId>(i)], id_of<ShapeId>(i));
    }
  }
  const auto it = shapes_.find(shape);
  if (it != shapes_.end()) return it->second;
  const ShapeId id = world_.workloads.shapes.end_id();
  recorder_.record(ShapeAdded{std::make_shared<const workload::PodShape>(shape)});
  shapes_.emplace(shape, id);
  return id;
}

void LifeCycle::submit(Submission submission) {
  for (workload::PodTemplate& part : submission.spec.templates) {
    BERTH_INVARIANT(index_of(part.shape) < submission.shapes.size(), "the shape of a template");
    part.shape = intern(submission.shapes[index_of(part.shape)]);
  }
  const WorkloadId id = world_.workloads.all.end_id();
  const bool at_once = submission.spec.creation_delay <= Duration{};
  recorder_.record(
      WorkloadSubmitted{id, std::make_shared<const workload::WorkloadSpec>(std::move(submission.spec))});
  if (at_once) create_objects(id);
}

void LifeCycle::create_objects(WorkloadId id) {
  const Workload& w = world_.workloads.all[id];
  if (!w.pod_group) recorder_.record(ObjectsCreated{id});
  const auto missing = static_cast<std::uint32_t>(world_.courses[id].slots - w.pods.size());
  recorder_.record(PodsCreated{id, world_.workloads.pods.end_id(), missing});
}

void LifeCycle::start(PodId id) {
  recorder_.record(PodStarted{world_.workloads.pods[id].workload, id});
}

void LifeCycle::gone(PodId id) {
  const WorkloadId workload = world_.workloads.pods[id].workload;
  recorder_.record(PodGone{workload, id});
  follow_up(workload);
}

void LifeCycle::follow_up(WorkloadId id) {
  const Workload& w = world_.workloads.all[id];
  const Course& c = world_.courses[id];
  if (w.delete_requested) {
    if (c.holding() == 0 && !w.deleted_at) recorder_.record(WorkloadDeleted{id});
    return;
  }
  if (c.ending || w.suspend_requested || !w.pod_group) return;
  if (c.resuming) {
    if (c.holding() == 0 && w.spec.creation_delay <= Duration{}) create_objects(id);
    return;
  }
  const auto missing = static_cast<std::uint32_t>(c.slots - w.pods.size());
  if (missing > 0) recorder_.record(PodsCreated{id, world_.workloads.pods.end_id(), missing});
}

void LifeCycle::bind(PodId id, NodeId node, const cluster::DeviceAssignment& devices,
                     cluster::DeviceBook book) {
  recorder_.record(PodBound{world_.workloads.pods[id].workload, id, node,
                            world_.cluster.occupancy.granted(node, world_.cluster.nodes[node],
                                                             world_.workloads.shape_of(id), devices, book)});
}

void LifeCycle::start_if_ready(PodId id) {
  const Pod& pod = world_.workloads.pods[id];
  if (pod.status == PodStatus::binding && world_.workloads.all[pod.workload].spec.image_pull <= Duration{})
    start(id);
}

void LifeCycle::evict(PodId id, policy::EvictionCause cause, WorkloadId for_workload,
                      const PipelineNote* pipelined) {
  const WorkloadId workload = world_.workloads.pods[id].workload;
  const Workload& w = world_.workloads.all[workload];
  recorder_.record(PodEvicted{workload, id, cause, for_workload});
  if (pipelined != nullptr) recorder_.record(PodPipelined{workload, id, pipelined->node, pipelined->devices});
  if (w.spec.termination_grace <= Duration{}) gone(id);
}

void LifeCycle::stop_if_preempted_for_good(WorkloadId id) {
  if (world_.workloads.all[id].spec.terminate_after_preemption) suspend(id, SuspendCause::preempted);
}

void LifeCycle::drop(WorkloadId id) {
  stop_pods(id, StopCause::finished);
  recorder_.record(WorkloadFinished{id, Ending::failed, EndCause::dropped});
}

void LifeCycle::work_done(WorkloadId id, std::uint32_t slot) {
  const Workload& w = world_.workloads.all[id];
  const Course& c = world_.courses[id];
  // The pods whose work this was.
  std::vector<PodId> done;
  const auto take = [&](PodId pod) {
    if (world_.workloads.pods[pod].status != PodStatus::running) return;
    if (c.shared_work || world_.pod_courses[pod].slot == slot) done.push_back(pod);
  };
  // Until one is made anew, pods stand in the order of their slots: a large training does not look through them at every end.
  if (!c.shared_work && slot < w.pods.size()) take(w.pods[slot]);
  if (done.empty()) std::for_each(w.pods.begin(), w.pods.end(), take);
  BERTH_INVARIANT(!done.empty(), "work of " + w.spec.name + " done by nobody");
  switch (w.spec.outcome) {
    case Outcome::failed:
      fail(done.front(), FailureCause::exit_code);
      return;
    case Outcome::stopped:
      suspend(id, SuspendCause::work_done);
      return;
    case Outcome::completed:
      for (const PodId pod : done) recorder_.record(PodSucceeded{id, pod});
      if (c.shared_work || c.succeeded == static_cast<std::int32_t>(c.slots)) {
        stop_pods(id, StopCause::finished);
        finish(id, Ending::completed, EndCause::work_done);
      }
      return;
  }
}

void LifeCycle::fail(PodId id, FailureCause cause) {
  const Pod& pod = world_.workloads.pods[id];
  const WorkloadId workload = pod.workload;
  const Workload& w = world_.workloads.all[workload];
  const bool own = cause == FailureCause::exit_code;
  // An inference service is started again for ever (NOTES.md section 3), unless it fails in no time.
  const bool limited = w.spec.kind != Kind::inference || w.spec.duration <= Duration{};
  const bool last = (own && w.spec.outcome_final) || (limited && w.failures >= w.spec.backoff_limit);
  if (last) {
    const EndCause why = w.failures > 0 || !own ? EndCause::backoff_limit : EndCause::exit_code;
    recorder_.record(PodFailed{workload, id, cause});
    stop_pods(workload, StopCause::finished);
    finish(workload, Ending::failed, why);
    return;
  }
  if (own && w.spec.kind == Kind::workspace) {
    recorder_.record(PodRestarted{workload, id});  // in place, keeping the GPU
    return;
  }
  recorder_.record(PodFailed{workload, id, cause});
  if (own && world_.courses[workload].shared_work) stop_pods(workload, StopCause::gang_restart);
  follow_up(workload);
}

void LifeCycle::finish(WorkloadId id, Ending ending, EndCause cause) {
  recorder_.record(WorkloadFinished{id, ending, cause});
}

void LifeCycle::stop(PodId id, StopCause cause, bool at_once) {
  const Pod& pod = world_.workloads.pods[id];
  const WorkloadId workload = pod.workload;
  if (pod.status == PodStatus::pending || workload::counts_as_allocated(pod.status)) {
    recorder_.record(PodStopped{workload, id, cause});
  }
  if (pod.status == PodStatus::releasing && at_once) recorder_.record(PodGone{workload, id});
}

void LifeCycle::stop_pods(WorkloadId id, StopCause cause) {
  const Workload& w = world_.workloads.all[id];
  const bool at_once = w.spec.termination_grace <= Duration{};
  const std::vector<PodId> pods = w.pods;
  for (const PodId pod : pods) {
    // The pods of a gang that starts again and have no place yet simply go on waiting.
    if (cause == StopCause::gang_restart && world_.workloads.pods[pod].status == PodStatus::pending) continue;
    // A pod that is being evicted goes when its grace is over, or by whoever evicts it.
    if (world_.workloads.pods[pod].status == PodStatus::releasing) continue;
    stop(pod, cause, at_once);
  }
}

void LifeCycle::suspend(WorkloadId id, SuspendCause cause) {
  const Workload& w = world_.workloads.all[id];
  if (w.suspend_requested || w.delete_requested || world_.courses[id].ending) return;
  recorder_.record(SuspendAsked{id, cause});
  stop_pods(id, StopCause::suspended);
}

void LifeCycle::resume(WorkloadId id) {
  const Workload& w = world_.workloads.all[id];
  if (!w.suspend_requested || w.delete_requested || world_.courses[id].ending) return;
  recorder_.record(ResumeAsked{id});
  if (world_.courses[id].holding() == 0 && w.spec.creation_delay <= Duration{}) create_objects(id);
}

void LifeCycle::remove(WorkloadId id) {
  const Workload& w = world_.workloads.all[id];
  if (w.delete_requested) return;
  recorder_.record(DeleteAsked{id});
  stop_pods(id, StopCause::deleted);
  follow_up(id);
}

void LifeCycle::cordon(NodeId id, bool on) {
  const cluster::NodeOccupancy& node = world_.cluster.occupancy[id];
  if (node.present && node.cordoned != on) recorder_.record(NodeCordoned{id, on});
}

std::vector<PodId> LifeCycle::pods_on(NodeId id) const {
  std::vector<PodId> found;
  if (world_.cluster.occupancy[id].pods == 0) return found;
  for (std::size_t i = 0; i < world_.workloads.pods.size(); ++i) {
    const Pod& pod = world_.workloads.pods[id_of<PodId>(i)];
    if (pod.node == id && workload::holds_devices(pod.status)) found.push_back(id_of<PodId>(i));
  }
  return found;
}

void LifeCycle::power(NodeId id, bool up) {
  const cluster::NodeOccupancy& node = world_.cluster.occupancy[id];
  if (!node.present || node.ready == up) return;
  if (!up) {
    for (const PodId pod : pods_on(id)) {
      // Failing one may have stopped another.
      if (workload::counts_as_allocated(world_.workloads.pods[pod].status))
        fail(pod, FailureCause::node_down);
      if (world_.workloads.pods[pod].status == PodStatus::releasing) gone(pod);
    }
  }
  recorder_.record(NodePowered{id, up});
}

void LifeCycle::remove_node(NodeId id) {
  if (!world_.cluster.occupancy[id].present) return;
  for (const PodId pod : pods_on(id)) {
    stop(pod, StopCause::node_removed, true);
    follow_up(world_.workloads.pods[pod].workload);
  }
  recorder_.record(NodeRemoved{id});
}

}  // namespace berth::simulation
