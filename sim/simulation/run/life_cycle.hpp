// What happens to workloads and pods apart from scheduling: made, started, ended, replaced, suspended, deleted. Every
// function records what happened and what follows from it at once.
#pragma once

#include <map>

#include "berth/simulation/input.hpp"
#include "sim/simulation/run/recorder.hpp"

namespace berth::simulation {

class LifeCycle {
 public:
  explicit LifeCycle(Recorder& recorder) : recorder_(recorder), world_(recorder.world()) {}

  void submit(Submission submission);

  // Events.
  void create_objects(WorkloadId id);
  void start(PodId id);
  void gone(PodId id);
  void work_done(WorkloadId id, std::uint32_t slot);

  // Decisions.
  // The bind carries the device shares that the World grants by that book.
  void bind(PodId id, NodeId node, const cluster::DeviceAssignment& devices, cluster::DeviceBook book);
  // A bound pod that has no image to pull starts at once, after all binds of the pass: a gang starts as one.
  void start_if_ready(PodId id);
  // `pipelined`: where it is to go (a move).
  void evict(PodId id, policy::EvictionCause cause, WorkloadId for_workload,
             const PipelineNote* pipelined = nullptr);
  // After the decisions of a pass that evicted pods of the workload: one that ends with its first preemption stops. Not
  // sooner, because the rest of the pass was decided for the World as it was.
  void stop_if_preempted_for_good(WorkloadId id);
  void drop(WorkloadId id);

  // Actions; each without effect where it makes no sense (suspending what is suspended).
  void suspend(WorkloadId id, SuspendCause cause);
  void resume(WorkloadId id);
  void remove(WorkloadId id);
  void cordon(NodeId id, bool on);
  void power(NodeId id, bool up);
  void remove_node(NodeId id);

 private:
  void fail(PodId id, FailureCause cause);
  void finish(WorkloadId id, Ending ending, EndCause cause);
  void stop_pods(WorkloadId id, StopCause cause);
  void stop(PodId id, StopCause cause, bool at_once);
  // After a pod has left: its replacement, or the end of what waited for it to go.
  void follow_up(WorkloadId id);
  ShapeId intern(const workload::PodShape& shape);
  std::vector<PodId> pods_on(NodeId id) const;

  Recorder& recorder_;
  const World& world_;
  std::map<workload::PodShape, ShapeId> shapes_;  // derived from the World's table
};

}  // namespace berth::simulation
