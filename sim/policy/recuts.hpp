// `repartition: on-demand`: which idle MIG instances to cut anew so that waiting workloads can start.
//
// In the policy's order, a workload that does not fit is placed on a scratch copy of the pool, pod by pod: on instances
// that are there or that a cut under way is making, else by the cut of the smallest disturbance (cluster/mig_instances.hpp;
// between nodes: the fewest idle instances destroyed, then the fewest memory slices, then the lowest node number). If every
// pod finds a place, the cuts are asked for and what it would get is spoken for; else nothing is. A device is cut once at a
// time, for all who wait for it. The workload itself starts in a later pass, when the cut is done.
//
// Who heeds it: fifo (its head alone), fifo-skip, kai (kai/recuts.hpp). try-once drops what does not fit now, so nobody is
// left to wait for a cut.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "berth/policy/snapshot.hpp"
#include "berth/policy/transaction.hpp"

namespace berth::policy {

class RecutPlanner {
 public:
  // The occupancy is the transaction's, after all that was placed in this pass. Both must outlive the planner.
  explicit RecutPlanner(const Snapshot& snapshot, const cluster::Occupancy& occupancy);

  // Has the pool a node whose instances may be cut anew? Nodes that are mere counts have no devices to cut.
  static bool possible(const Snapshot& snapshot);

  // A node whose devices a plan cuts: all its instances before and after, those spoken for marked as used.
  struct CutNode {
    NodeId node{};
    std::vector<cluster::MigInstance> before, after;
  };
  // Places for some pods.
  class Plan {
   public:
    const std::vector<CutNode>& cuts() const { return cuts_; }  // ascending node; empty: none is needed

   private:
    friend class RecutPlanner;
    struct Scratch;
    using Nodes = std::map<NodeId, Scratch>;
    // A node of the scratch copy. Instances that are coming stand there as if they were made.
    struct Scratch {
      cluster::Occupancy node;           // of this one node
      cluster::DeviceSet being_cut = 0;  // by a cut under way: left alone
      cluster::DeviceSet cut = 0;        // by the plan
    };
    Nodes nodes_;
    std::vector<CutNode> cuts_;
  };

  // May the pod stand on the node, room apart? Asked of nodes that could hold it by its own constraints.
  using Allows = std::function<bool(PodId, NodeId)>;

  // Places for the pods, all of them, with the cuts that they need; nothing: no cut serves.
  std::optional<Plan> find(const std::vector<PodId>& pods, const Allows& allows = {}) const;
  // The plan is asked for. It must be of this planner as it stands.
  void take(Plan plan);
  // find() and take().
  bool serve(const std::vector<PodId>& pods);
  // A pod waits for room on the node and will want its instances: those that are idle or coming are spoken for.
  void reserve(NodeId node, const workload::PodShape& shape);
  // Adds a decision for each device to be cut.
  void ask(Transaction& transaction) const;

 private:
  using Scratch = Plan::Scratch;
  using Nodes = Plan::Nodes;

  Scratch& scratch(Nodes& nodes, NodeId id) const;
  bool place(Plan& plan, PodId pod, const Allows& allows) const;

  const Snapshot& snapshot_;
  const cluster::Occupancy& occupancy_;
  Nodes nodes_;
};

}  // namespace berth::policy
