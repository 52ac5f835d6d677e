// The waiting workloads of a pool, grouped by what they ask for, so that a pass that fails for one fails for
// all of its lane at no cost.
//
// A lane is the workloads whose minimum is the same list of (shape, count). Within a pass room only shrinks,
// so a lane that failed once is done; between passes a failed lane of one shape can only succeed on a node
// that has changed. With thousands waiting a pass costs (lanes x changed nodes) instead of (waiting x nodes).
// The lanes follow the pool's WaitingList by its change log; they are a cache and may be dropped at any
// cycle.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "berth/policy/snapshot.hpp"

namespace berth::policy {

struct Lane {
  std::vector<std::pair<ShapeId, std::int32_t>> ask;  // in spec order, neighbours of one shape summed
  std::vector<WorkloadId> queue;                      // ascending = queue order
  std::uint64_t failed_at = 0;   // mark of the occupancy at which the lane last failed; 0: not known to fail
  std::uint64_t membership = 0;  // of the pool when `never_fits` was decided; 0: not yet
  bool never_fits = false;       // not even on the empty cluster
};

class Lanes {
 public:
  // Brings the lanes up to date with the snapshot's waiting list.
  void follow(const Snapshot& snapshot);

  std::vector<Lane>& all() { return lanes_; }
  // Workloads that have their minimum and want more pods, ascending.
  const std::vector<WorkloadId>& growing() const { return growing_; }
  // Workloads that entered since the last take, ascending; whoever is left waiting gets its refusal.
  std::vector<WorkloadId> take_fresh();
  // What the lane's workloads were told is no longer so.
  void tell_again(const Lane& lane) { fresh_.insert(fresh_.end(), lane.queue.begin(), lane.queue.end()); }
  // The workload was given pods in this pass: look at it anew at the next follow (its decisions may or may
  // not have been committed).
  void recheck(WorkloadId id) { recheck_.push_back(id); }
  // Which lane a workload stands in; -1: none.
  std::int32_t lane_of(WorkloadId id) const { return lane_of_.contains(id) ? lane_of_[id] : outside; }

  static constexpr std::int32_t outside = -1;
  static constexpr std::int32_t grows = -2;

 private:
  void enter(const Snapshot& snapshot, WorkloadId id);
  void leave(WorkloadId id);

  std::vector<Lane> lanes_;
  std::map<std::vector<std::pair<ShapeId, std::int32_t>>, std::int32_t> by_ask_;
  IdVector<WorkloadId, std::int32_t> lane_of_;
  std::vector<WorkloadId> growing_, fresh_, recheck_;
  std::vector<PodId> pods_;  // scratch
  std::uint64_t mark_ = 0;
};

// The pods of a waiting workload to place as a unit now: those that its minimum lacks, sub-group by sub-group
// in spec order; empty when it has its minimum (then `growable_pods` are placed one by one).
void pods_of_minimum(const Snapshot& snapshot, WorkloadId id, std::vector<PodId>& out);
void growable_pods(const Snapshot& snapshot, WorkloadId id, std::vector<PodId>& out);

}  // namespace berth::policy
