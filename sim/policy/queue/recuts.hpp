// `repartition: on-demand`: which idle MIG instances to cut anew so that waiting workloads can start.
//
// In queue order, a workload that does not fit is placed on a scratch copy of the pool, pod by pod: on instances that are
// there or that a cut under way is making, else by the cut of the smallest disturbance (cluster/mig_instances.hpp; between
// nodes: the fewest idle instances destroyed, then the fewest memory slices, then the lowest node number). If every pod
// finds a place, the cuts are asked for and what it would get is spoken for; else nothing is. A device is cut once at a
// time, for all who wait for it. The workload itself starts in a later pass, when the cut is done.
#pragma once

#include <map>
#include <vector>

#include "berth/policy/snapshot.hpp"
#include "berth/policy/transaction.hpp"

namespace berth::policy {

class RecutPlanner {
 public:
  // The occupancy is the transaction's, after all that was placed in this pass.
  explicit RecutPlanner(const Snapshot& snapshot, const cluster::Occupancy& occupancy);

  // Has the pool a node whose instances may be cut anew?
  static bool possible(const Snapshot& snapshot);

  // Finds places for the pods, all or none, adding cuts where it must. False: no cut serves.
  bool serve(const std::vector<PodId>& pods);
  // Adds a decision for each device to be cut.
  void ask(Transaction& transaction) const;

 private:
  // A node of the scratch copy. Instances that are coming stand there as if they were made.
  struct Scratch {
    cluster::Occupancy node;           // of this one node
    cluster::DeviceSet being_cut = 0;  // by a cut under way: left alone
    cluster::DeviceSet cut = 0;        // by this plan
  };
  using Nodes = std::map<NodeId, Scratch>;

  Scratch& scratch(Nodes& nodes, NodeId id) const;
  bool place(Nodes& nodes, const workload::PodShape& shape) const;

  const Snapshot& snapshot_;
  const cluster::Occupancy& occupancy_;
  Nodes nodes_;
};

}  // namespace berth::policy
