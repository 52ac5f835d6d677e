#include "sim/policy/queue/lanes.hpp"

#include <algorithm>

namespace berth::policy {

using workload::Pod;
using workload::PodStatus;
using workload::Workload;

void pods_of_minimum(const Snapshot& snapshot, WorkloadId id, std::vector<PodId>& out) {
  out.clear();
  const Workload& w = snapshot.workloads->all[id];
  const auto& groups = w.spec.sub_groups;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::int32_t active = 0;
    bool any = false;
    for (const PodId p : w.pods) {
      const Pod& pod = snapshot.workloads->pods[p];
      if (pod.sub_group != g) continue;
      any = true;
      if (workload::counts_as_allocated(pod.status) || pod.status == PodStatus::succeeded) ++active;
    }
    if (!any) continue;
    std::int32_t lack = std::max(groups[g].min_pods, 1) - active;
    for (const PodId p : w.pods) {
      if (lack <= 0) break;
      const Pod& pod = snapshot.workloads->pods[p];
      if (pod.sub_group != g || pod.status != PodStatus::pending) continue;
      out.push_back(p);
      --lack;
    }
  }
}

void growable_pods(const Snapshot& snapshot, WorkloadId id, std::vector<PodId>& out) {
  out.clear();
  for (const PodId p : snapshot.workloads->all[id].pods) {
    if (snapshot.workloads->pods[p].status == PodStatus::pending) out.push_back(p);
  }
}

void Lanes::enter(const Snapshot& snapshot, WorkloadId id) {
  pods_of_minimum(snapshot, id, pods_);
  if (lane_of_.size() <= index_of(id)) {
    const std::size_t before = lane_of_.size();
    lane_of_.resize(std::max(index_of(id) + 1, before * 2));
    for (std::size_t i = before; i < lane_of_.size(); ++i) lane_of_[id_of<WorkloadId>(i)] = outside;
  }
  std::vector<WorkloadId>* queue = &growing_;
  if (pods_.empty()) {
    lane_of_[id] = grows;
  } else {
    std::vector<std::pair<ShapeId, std::int32_t>> ask;
    for (const PodId p : pods_) {
      const ShapeId shape = snapshot.workloads->pods[p].shape;
      if (!ask.empty() && ask.back().first == shape) {
        ask.back().second += 1;
      } else {
        ask.emplace_back(shape, 1);
      }
    }
    const auto [it, added] = by_ask_.emplace(ask, static_cast<std::int32_t>(lanes_.size()));
    if (added) {
      lanes_.emplace_back();
      lanes_.back().ask = std::move(ask);
    }
    lane_of_[id] = it->second;
    queue = &lanes_[static_cast<std::size_t>(it->second)].queue;
  }
  if (queue->empty() || queue->back() < id) {
    queue->push_back(id);
  } else {
    queue->insert(std::lower_bound(queue->begin(), queue->end(), id), id);
  }
}

void Lanes::leave(WorkloadId id) {
  const std::int32_t lane = lane_of(id);
  if (lane == outside) return;
  std::vector<WorkloadId>& queue = lane == grows ? growing_ : lanes_[static_cast<std::size_t>(lane)].queue;
  queue.erase(std::lower_bound(queue.begin(), queue.end(), id));
  lane_of_[id] = outside;
}

std::vector<WorkloadId> Lanes::take_fresh() {
  std::vector<WorkloadId> taken = std::exchange(fresh_, {});
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  return taken;
}

void Lanes::follow(const Snapshot& snapshot) {
  const workload::WaitingList& waiting = *snapshot.waiting;
  const auto changes = mark_ == 0 ? std::nullopt : waiting.changes_since(mark_);
  if (changes) {
    for (const auto& change : *changes) {
      leave(change.id);
      if (change.added && waiting.contains(change.id)) {
        enter(snapshot, change.id);
        fresh_.push_back(change.id);
      }
    }
    for (const WorkloadId id : recheck_) {
      leave(id);
      if (waiting.contains(id)) enter(snapshot, id);
    }
  } else {
    lanes_.clear();
    by_ask_.clear();
    lane_of_.clear();
    growing_.clear();
    fresh_.clear();
    for (const WorkloadId id : waiting) {
      enter(snapshot, id);
      fresh_.push_back(id);
    }
  }
  recheck_.clear();
  mark_ = waiting.mark();
}

}  // namespace berth::policy
