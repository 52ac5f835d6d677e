#include "sim/records/series/measured.hpp"

#include <algorithm>
#include <vector>

#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {
namespace {

// Milli of each device at work, by node; only of nodes that have GPUs.
using Loads = IdVector<NodeId, std::vector<std::int64_t>>;

void spread(Loads& loads, const workload::Pod& pod, std::int64_t busy_milli) {
  auto& devices = loads[pod.node];
  const int count = cluster::device_count(pod.devices.devices);
  if (count == 0) return;
  for (cluster::DeviceSet rest = pod.devices.devices; rest != 0; rest &= rest - 1) {
    const auto device = static_cast<std::size_t>(cluster::lowest_device(rest));
    if (device < devices.size()) devices[device] += busy_milli / count;
  }
}

}  // namespace

Measured::Measured(const View& view) : view_(view), capacity_(view.cluster.pools.size()) {
  Loads loads(view.cluster.nodes.size());
  for (std::size_t i = 0; i < loads.size(); ++i)
    loads[id_of<NodeId>(i)].resize(static_cast<std::size_t>(view.cluster.nodes[id_of<NodeId>(i)].gpus));
  for (const auto& workload : view.workloads.all) {
    if (is_deleted(view, workload)) continue;
    const std::string category(category_of(workload.spec));
    auto& home = uses_[{workload.pool, workload.spec.project, category}];
    ++home.workloads;
    if (workload.phase == workload::Phase::pending) {
      ++home.pending;
      home.pending_micros += (view.now - workload.phase_since).micros;
    }
    for (const PodId id : workload.pods) {
      const auto& pod = view.workloads.pods[id];
      if (!workload::counts_as_allocated(pod.status)) continue;
      const Amounts amounts = allocated_by(view, pod);
      auto& cell = uses_[{view.cluster.nodes[pod.node].pool, workload.spec.project, category}];
      cell.gpu += amounts.gpu.value;
      cell.cpu += amounts.cpu.value;
      cell.memory += amounts.memory.value;
      if (pod.status != workload::PodStatus::running) continue;
      cell.used_cpu += amounts.cpu.value;
      cell.used_memory += amounts.memory.value;
      cell.used_gpu_memory += amounts.gpu_memory.value;
      if (idle_at(workload.spec, pod, view.now)) continue;
      cell.busy_gpu += amounts.gpu.value;
      spread(loads, pod, amounts.gpu.value);
    }
  }
  for (std::size_t i = 0; i < view.cluster.nodes.size(); ++i) {
    const auto id = id_of<NodeId>(i);
    if (!view.cluster.occupancy[id].present) continue;
    const auto& spec = view.cluster.nodes[id];
    auto& capacity = capacity_[spec.pool];
    capacity.gpu_nodes += spec.gpus > 0 ? 1 : 0;
    capacity.gpus += spec.gpus;
    capacity.gpu_memory += Int128{spec.gpu_memory.value} * spec.gpus;
    capacity.cpu += spec.cpu.value;
    capacity.memory += spec.memory.value;
    for (const std::int64_t milli : loads[id]) {
      const auto quarter = static_cast<std::size_t>(std::clamp<std::int64_t>((milli + 249) / 250 - 1, 0, 3));
      ++capacity.devices_by_utilization[quarter];
    }
  }
}

Capacity Measured::capacity(const Scope& scope) const {
  Capacity out;
  for (std::size_t i = 0; i < capacity_.size(); ++i) {
    const auto pool = id_of<PoolId>(i);
    if (scope.pool && *scope.pool != pool) continue;
    const auto& one = capacity_[pool];
    out.gpu_nodes += one.gpu_nodes;
    out.gpus += one.gpus;
    out.gpu_memory += one.gpu_memory;
    out.cpu += one.cpu;
    out.memory += one.memory;
    for (std::size_t q = 0; q < out.devices_by_utilization.size(); ++q)
      out.devices_by_utilization[q] += one.devices_by_utilization[q];
  }
  return out;
}

Use Measured::use(const Scope& scope) const {
  Use out;
  for (const auto& [key, one] : uses_) {
    const auto& [pool, project, category] = key;
    if (scope.pool && *scope.pool != pool) continue;
    if (scope.project && *scope.project != project) continue;
    if (scope.department && *scope.department != view_.organization.top_of(project)) continue;
    if (scope.category && *scope.category != category) continue;
    out.gpu += one.gpu;
    out.busy_gpu += one.busy_gpu;
    out.cpu += one.cpu;
    out.memory += one.memory;
    out.used_cpu += one.used_cpu;
    out.used_memory += one.used_memory;
    out.used_gpu_memory += one.used_gpu_memory;
    out.workloads += one.workloads;
    out.pending += one.pending;
    out.pending_micros += one.pending_micros;
  }
  return out;
}

std::int64_t Measured::quota(const Scope& scope, organization::Resource resource) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < view_.organization.queues.size(); ++i) {
    const auto id = id_of<QueueId>(i);
    const auto& queue = view_.organization.queues[id];
    // A department's own quota; else that of the projects.
    const bool wanted = scope.department ? id == *scope.department
                        : scope.project  ? id == *scope.project
                                         : queue.leaf() && queue.parent != none<QueueId>();
    if (!wanted) continue;
    for (std::size_t p = 0; p < queue.quota.size(); ++p) {
      const auto pool = id_of<PoolId>(p);
      const std::int64_t amount = organization::at(queue.quota[pool].quota, resource);
      if ((!scope.pool || *scope.pool == pool) && amount != organization::unlimited) sum += amount;
    }
  }
  return sum;
}

}  // namespace berth::records
