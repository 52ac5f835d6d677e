// A policy's proposal in the making: an ordered list of decisions and the cluster as it would be after them.
//
// The working copy of the occupancy outlives the cycle as a cache (WorkingCluster): it catches up with the
// World by the World's change log and takes back, at the end, what the transaction changed, so that a cycle
// costs what it touches.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/policy/decision.hpp"
#include "berth/policy/snapshot.hpp"

namespace berth::policy {

// A copy of a cluster's occupancy that follows it. May be dropped at any cycle without effect, together with the caches
// of the policy that it serves: their marks are marks of this copy's change log.
class WorkingCluster {
 public:
  // Makes the copy equal to `actual`. O(nodes changed since the last call).
  void follow(const cluster::Occupancy& actual);
  cluster::Occupancy& occupancy() { return copy_; }
  const cluster::Occupancy& occupancy() const { return copy_; }

 private:
  cluster::Occupancy copy_;
  std::uint64_t mark_ = 0;
  bool valid_ = false;
};

class Transaction {
 public:
  // `working` must outlive the transaction; it is brought up to date here and left as it was by the
  // destructor. `book`: the policy's.
  Transaction(const Snapshot& snapshot, WorkingCluster& working,
              cluster::DeviceBook book = cluster::DeviceBook::thousandths);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  const Snapshot& snapshot() const { return snapshot_; }
  // The cluster after the decisions so far.
  const cluster::Occupancy& occupancy() const { return working_.occupancy(); }

  // Each appends a decision; bind holds the devices in the working copy, evict and move release nothing by
  // themselves when the pod has a termination grace (the devices are still held by the releasing pod), and
  // release them otherwise.
  void bind(PodId pod, NodeId node, cluster::DeviceAssignment devices);
  void evict(PodId pod, EvictionCause cause, WorkloadId for_workload);
  void move(PodId pod, NodeId to, cluster::DeviceAssignment devices, WorkloadId for_workload);
  void pipeline(PodId pod, NodeId node, cluster::DeviceAssignment devices);
  void refuse(WorkloadId workload, workload::Refusal refusal);
  void drop(WorkloadId workload);
  void repartition(NodeId node, std::uint8_t device, std::vector<cluster::MigInstance> instances);
  void mark_stale(WorkloadId workload);
  void clear_stale(WorkloadId workload);

  // Going back to a checkpoint undoes every decision made since, at a cost of what they changed.
  struct Checkpoint {
    std::size_t decisions = 0;
    std::size_t undo = 0;
  };
  Checkpoint checkpoint() const { return {decisions_.size(), undo_.size()}; }
  void roll_back(Checkpoint to);

  const std::vector<Decision>& decisions() const { return decisions_; }
  // Hands the decisions over; the working copy keeps showing them until the transaction ends.
  std::vector<Decision> take_decisions();

 private:
  void touch(NodeId node);
  void release_if_at_once(PodId pod);

  const Snapshot& snapshot_;
  WorkingCluster& working_;
  cluster::DeviceBook book_;
  std::vector<Decision> decisions_;
  struct Undo {
    NodeId node;
    cluster::NodeOccupancy before;
    PodId released = none<PodId>();  // whose devices the change gave back
  };
  std::vector<Undo> undo_;
  std::set<PodId> released_;
};

}  // namespace berth::policy
