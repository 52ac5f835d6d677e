// The inside of World::apply: one function a transition (apply.cpp; pods in apply_pods.cpp) over a few that keep what
// is derived: lists, counters, sums, phases.
#pragma once

#include <vector>

#include "berth/simulation/world.hpp"

namespace berth::simulation {

class Applier {
 public:
  explicit Applier(World& world) : world_(world), now_(world.now) {}

  void operator()(const ShapeAdded&);
  void operator()(const WorkloadSubmitted&);
  void operator()(const ObjectsCreated&);
  void operator()(const PodsCreated&);
  void operator()(const PodBound&);
  void operator()(const PodStarted&);
  void operator()(const PodSucceeded&);
  void operator()(const PodFailed&);
  void operator()(const PodRestarted&);
  void operator()(const PodEvicted&);
  void operator()(const PodStopped&);
  void operator()(const PodGone&);
  void operator()(const PodPipelined&);
  void operator()(const PipelinedPodEvicted&);
  void operator()(const Refused&);
  void operator()(const PoolMoved&);
  void operator()(const RoundBegun&);
  void operator()(const StaleMarked&);
  void operator()(const StaleCleared&);
  void operator()(const SuspendAsked&);
  void operator()(const ResumeAsked&);
  void operator()(const DeleteAsked&);
  void operator()(const WorkloadDeleted&);
  void operator()(const WorkloadFinished&);
  void operator()(const NodeAdded&);
  void operator()(const NodeRemoved&);
  void operator()(const NodeCordoned&);
  void operator()(const NodePowered&);
  void operator()(const RepartitionBegun&);
  void operator()(const RepartitionEnded&);
  void operator()(const QuotaChanged&);
  void operator()(const CycleBegan&);
  void operator()(const RunEnded&);

 private:
  // Checked access.
  workload::Workload& workload(WorkloadId id);
  workload::Pod& pod(WorkloadId owner, PodId id);
  const cluster::NodeOccupancy& node(NodeId id);

  // After anything about a workload: phase, totals of time, and its places in the pool's lists.
  void settle(WorkloadId id);
  void leave_lists(WorkloadId id);
  void stop_watching(WorkloadId id);  // its round goes on: tells every pool that it watches

  // Before any of a pool's summed quantities changes.
  void sum_up(PoolId pool);
  // A policy could see it; it could make room as well.
  void changed(PoolId pool);
  void opened(PoolId pool);
  template <class Change>
  void change_capacity(NodeId id, Change change);
  // Accounts of usage, where a policy asks for them: the pool has other nodes, or the pod counts from now on (1) or no
  // more (-1).
  void meter_capacity(PoolId pool);
  void meter(const workload::Pod& pod, std::int64_t sign);

  // A running pod has stopped (its status says so already), for whatever reason. `wasted`: what is lost counts as
  // lost to others.
  enum class Loss : std::uint8_t { none, own, wasted };
  void stop_working(workload::Workload& w, WorkloadId workload_id, const workload::Pod& pod, PodId id,
                    Loss loss);
  void lose(workload::Workload& w, Course& c, Work& work, bool wasted);
  bool gang_runs(const workload::Workload& w, const Course& c) const;
  // The sum of the running pods' speeds, less what the distance between them costs; 0 below the minimum.
  std::int64_t gang_speed(const workload::Workload& w, const Course& c) const;
  void release(const workload::Pod& pod);
  // The pod counts in its pool's sums from now on (1), or no more (-1), though it may still hold devices.
  void allocate(const workload::Pod& pod, std::int64_t sign);
  static void forget(workload::Workload& w, PodId id);
  enum class ReleaseReason : std::uint8_t { evicted, node_removed, own };
  void start_releasing(workload::Workload& w, WorkloadId workload_id, workload::Pod& pod, PodId id,
                       ReleaseReason reason);

  static void insert_sorted(std::vector<WorkloadId>& list, WorkloadId id);
  static void erase_sorted(std::vector<WorkloadId>& list, WorkloadId id);

  World& world_;
  Instant now_;
};

template <class Change>
void Applier::change_capacity(NodeId id, Change change) {
  const cluster::NodeSpec& spec = world_.cluster.nodes[id];
  const auto capacity = [&] {
    const cluster::NodeOccupancy& n = world_.cluster.occupancy[id];
    return n.present && n.ready ? whole_gpus(spec.gpus) : GpuMilli(0);
  };
  sum_up(spec.pool);
  const GpuMilli before = capacity();
  change();
  world_.pools[spec.pool].gpu_capacity += capacity() - before;
  meter_capacity(spec.pool);
  opened(spec.pool);
}

}  // namespace berth::simulation
