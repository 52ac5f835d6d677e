#include "berth/policy/transaction.hpp"

#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::policy {

void WorkingCluster::follow(const cluster::Occupancy& actual) {
  const auto changes = valid_ && copy_.size() == actual.size() ? actual.changes_since(mark_) : std::nullopt;
  if (changes) {
    for (const NodeId node : *changes) copy_.assign(node, actual[node]);
  } else {
    copy_.assign_all(actual);
    valid_ = true;
  }
  mark_ = actual.mark();
}

Transaction::Transaction(const Snapshot& snapshot, WorkingCluster& working, cluster::DeviceBook book)
    : snapshot_(snapshot), working_(working), book_(book) {
  working_.follow(snapshot.cluster->occupancy);
}

Transaction::~Transaction() {
  roll_back({0, 0});
}

void Transaction::touch(NodeId node) {
  undo_.push_back({node, working_.occupancy()[node], none<PodId>()});
}

void Transaction::bind(PodId pod, NodeId node, cluster::DeviceAssignment devices) {
  touch(node);
  working_.occupancy().hold(node, snapshot_.cluster->nodes[node], snapshot_.workloads->shape_of(pod), devices,
                            book_);
  decisions_.push_back(Bind{pod, node, std::move(devices)});
}

void Transaction::release_if_at_once(PodId id) {
  const workload::Pod& pod = snapshot_.workloads->pods[id];
  // A pod that is only pipelined holds nothing.
  if (!workload::counts_as_allocated(pod.status)) return;
  if (snapshot_.workloads->all[pod.workload].spec.termination_grace > Duration{}) return;
  // Nor does one that was moved or evicted before: its eviction is of what it was pipelined to.
  if (!released_.insert(id).second) return;
  touch(pod.node);
  undo_.back().released = id;
  working_.occupancy().release(pod.node, snapshot_.cluster->nodes[pod.node],
                               snapshot_.workloads->shape_of(pod), pod.devices);
}

void Transaction::evict(PodId pod, EvictionCause cause, WorkloadId for_workload) {
  release_if_at_once(pod);
  decisions_.push_back(Evict{pod, cause, for_workload});
}

void Transaction::move(PodId pod, NodeId to, cluster::DeviceAssignment devices, WorkloadId for_workload) {
  release_if_at_once(pod);
  decisions_.push_back(Move{pod, to, std::move(devices), for_workload});
}

void Transaction::pipeline(PodId pod, NodeId node, cluster::DeviceAssignment devices) {
  decisions_.push_back(Pipeline{pod, node, std::move(devices)});
}

void Transaction::refuse(WorkloadId workload, workload::Refusal refusal) {
  decisions_.push_back(Refuse{workload, refusal});
}

void Transaction::drop(WorkloadId workload) {
  decisions_.push_back(Drop{workload});
}

void Transaction::repartition(NodeId node, std::uint8_t device, std::vector<cluster::MigInstance> instances) {
  // The instances come into being when the cut is done, not now: nothing fits on them in this pass.
  decisions_.push_back(Repartition{node, device, std::move(instances)});
}

void Transaction::mark_stale(WorkloadId workload) {
  decisions_.push_back(MarkStale{workload});
}
void Transaction::clear_stale(WorkloadId workload) {
  decisions_.push_back(ClearStale{workload});
}

void Transaction::roll_back(Checkpoint to) {
  BERTH_INVARIANT(to.decisions <= decisions_.size() && to.undo <= undo_.size(),
                  "roll back to a later checkpoint");
  while (undo_.size() > to.undo) {
    working_.occupancy().assign(undo_.back().node, undo_.back().before);
    if (undo_.back().released != none<PodId>()) released_.erase(undo_.back().released);
    undo_.pop_back();
  }
  decisions_.erase(decisions_.begin() + static_cast<std::ptrdiff_t>(to.decisions), decisions_.end());
}

std::vector<Decision> Transaction::take_decisions() {
  std::vector<Decision> taken = std::move(decisions_);
  decisions_.clear();
  return taken;
}

}  // namespace berth::policy
