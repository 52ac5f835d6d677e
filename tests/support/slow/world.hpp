// The slow twin of what World keeps up to date as it goes: lists, counters and occupancy made again from the pods alone.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "berth/simulation/world.hpp"

namespace berth::tests {

// What is kept and does not agree with the pods, in words; empty when everything does.
inline std::string disagreement(const simulation::World& w) {
  using workload::PodStatus;
  struct Count {
    int pending = 0, binding = 0, running = 0, releasing = 0, succeeded = 0;
  };
  std::vector<Count> counts(w.workloads.all.size());
  std::vector<GpuMilli> allocated(w.pools.size());
  // Every node as it was bought, then everything that pods hold.
  cluster::Occupancy fresh;
  for (const cluster::NodeSpec& node : w.cluster.nodes) fresh.add(node);
  for (std::size_t i = 0; i < w.workloads.pods.size(); ++i) {
    const auto id = id_of<PodId>(i);
    const workload::Pod& pod = w.workloads.pods[id];
    Count& c = counts[index_of(pod.workload)];
    c.pending += pod.status == PodStatus::pending;
    c.binding += pod.status == PodStatus::binding;
    c.running += pod.status == PodStatus::running;
    c.releasing += pod.status == PodStatus::releasing;
    c.succeeded += pod.status == PodStatus::succeeded;
    if (workload::counts_as_allocated(pod.status)) {
      allocated[index_of(w.cluster.nodes[pod.node].pool)] += w.device_share(pod);
    }
    if (workload::holds_devices(pod.status)) {
      fresh.hold(pod.node, w.cluster.nodes[pod.node], w.workloads.shape_of(pod), pod.devices);
    }
  }
  for (std::size_t i = 0; i < w.cluster.nodes.size(); ++i) {
    const auto id = id_of<NodeId>(i);
    const cluster::NodeOccupancy& kept = w.cluster.occupancy[id];
    const cluster::NodeOccupancy& made = fresh[id];
    if (kept.cpu_free != made.cpu_free || kept.memory_free != made.memory_free || kept.pods != made.pods ||
        kept.gpu_free != made.gpu_free || kept.vacant != made.vacant || kept.devices != made.devices) {
      return "what is left of node " + w.cluster.nodes[id].name;
    }
  }

  std::vector<std::vector<WorkloadId>> members(w.pools.size()), leaving(w.pools.size()),
      waiting(w.pools.size());
  std::vector<std::int64_t> running(w.pools.size(), 0);
  for (std::size_t i = 0; i < w.workloads.all.size(); ++i) {
    const auto id = id_of<WorkloadId>(i);
    const workload::Workload& job = w.workloads.all[id];
    const simulation::Course& course = w.courses[id];
    const Count& c = counts[i];
    if (c.pending != course.pending || c.binding != course.binding || c.running != course.running ||
        c.releasing != course.releasing || c.succeeded != course.succeeded) {
      return "the pods of workload " + job.spec.name;
    }
    const bool holds = c.binding + c.running + c.releasing > 0;
    const bool wanted = !job.suspend_requested && !job.delete_requested;
    const bool known =
        !course.ending && !job.deleted_at && job.pod_group && course.unmet == 0 && !course.resuming;
    if (known && (holds || wanted)) members[index_of(job.pool)].push_back(id);
    if (!(known && (holds || wanted)) && holds) leaving[index_of(job.pool)].push_back(id);
    if (known && wanted && c.pending > 0) waiting[index_of(job.pool)].push_back(id);
    running[index_of(job.pool)] += c.running > 0;
    // A pod in every place, unless the workload has none at all.
    const bool has_pods = job.pod_group && wanted && !course.ending && !course.resuming;
    if (has_pods && job.pods.size() != course.slots) return "the slots of workload " + job.spec.name;
  }
  for (std::size_t i = 0; i < w.pools.size(); ++i) {
    const simulation::PoolState& pool = w.pools[id_of<PoolId>(i)];
    const std::string& name = w.cluster.pools[id_of<PoolId>(i)].name;
    if (pool.members != members[i]) return "the members of pool " + name;
    if (pool.leaving != leaving[i]) return "those that leave pool " + name;
    if (!std::equal(pool.waiting.begin(), pool.waiting.end(), waiting[i].begin(), waiting[i].end())) {
      return "the waiting list of pool " + name;
    }
    if (pool.gpu_allocated != allocated[i]) return "the GPUs allocated in pool " + name;
    if (pool.running_workloads != running[i]) return "the running workloads of pool " + name;
    GpuMilli capacity;
    for (const NodeId node : w.cluster.pools[id_of<PoolId>(i)].nodes) {
      const cluster::NodeOccupancy& now = w.cluster.occupancy[node];
      if (now.present && now.ready) capacity += whole_gpus(w.cluster.nodes[node].gpus);
    }
    if (pool.gpu_capacity != capacity) return "the capacity of pool " + name;
  }
  return "";
}

}  // namespace berth::tests
