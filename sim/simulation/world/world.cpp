#include "berth/simulation/world.hpp"

#include <array>
#include <numeric>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/invariant.hpp"
#include "sim/cluster/mig_instances.hpp"

namespace berth::simulation {

namespace {

GpuMilli capacity_of(const cluster::Cluster& cluster, NodeId node) {
  const cluster::NodeOccupancy& now = cluster.occupancy[node];
  return now.present && now.ready ? whole_gpus(cluster.nodes[node].gpus) : GpuMilli(0);
}

bool same_pool(const cluster::NodePool& a, const cluster::NodePool& b) {
  return a.name == b.name && a.gpu_placement == b.gpu_placement && a.cpu_placement == b.cpu_placement &&
         a.nodes == b.nodes;
}

// Index of the first element in which two tables differ, as text; empty when equal.
template <class Table, class Equal>
std::string where_differ(const char* what, const Table& a, const Table& b, Equal equal) {
  if (a.size() != b.size()) {
    return std::string(what) + ": " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
           " entries";
  }
  std::size_t i = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y, ++i) {
    if (!equal(*x, *y)) return std::string(what) + "[" + std::to_string(i) + "]";
  }
  return {};
}

constexpr auto plainly = [](const auto& a, const auto& b) { return a == b; };

}  // namespace

World::World(const cluster::Cluster& its_cluster, const organization::Organization& its_organization,
             Instant at_start)
    : start(at_start), now(at_start), cluster(its_cluster), organization(its_organization) {
  pools.resize(cluster.pools.size());
  for (PoolState& pool : pools) pool.summed_until = start;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const auto node = id_of<NodeId>(i);
    pools[cluster.nodes[node].pool].gpu_capacity += capacity_of(cluster, node);
  }
}

void World::meter_usage(const organization::UsageOptions& options) {
  usage.assign(pools.size(), organization::UsageMeter(options, start, organization.queues.size()));
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto pool = id_of<PoolId>(i);
    usage[pool].set_capacity(pool_capacity(pool), start);
  }
}

organization::Amounts World::pool_capacity(PoolId pool) const {
  organization::Amounts sum{};
  for (const NodeId id : cluster.pools[pool].nodes) {
    const cluster::NodeOccupancy& node = cluster.occupancy[id];
    if (!node.present || !node.ready) continue;
    const cluster::NodeSpec& spec = cluster.nodes[id];
    organization::at(sum, organization::Resource::cpu) += spec.cpu.value;
    organization::at(sum, organization::Resource::memory) += spec.memory.value;
    std::int64_t& gpus = organization::at(sum, organization::Resource::gpu);
    if (!spec.mig_enabled || spec.mig_strategy == cluster::MigStrategy::none) {
      gpus += whole_gpus(spec.gpus).value;
      continue;
    }
    for (const cluster::MigInstance& instance : node.instances) {
      if (instance.coming) continue;
      const bool single = spec.mig_strategy == cluster::MigStrategy::single;
      const auto& profiles = cluster.models[spec.gpu_model].mig.profiles;
      gpus += whole_gpus(single ? 1 : workload::compute_slices_in(profiles[instance.profile].name)).value;
    }
  }
  return sum;
}

bool World::operator==(const World& o) const {
  return first_difference(o).empty();
}

std::string World::first_difference(const World& o) const {
  if (start != o.start) return "start";
  if (now != o.now) return "now";
  if (cluster.name != o.cluster.name) return "cluster.name";
  std::string where = where_differ("cluster.pools", cluster.pools, o.cluster.pools, same_pool);
  if (where.empty()) where = where_differ("cluster.nodes", cluster.nodes, o.cluster.nodes, plainly);
  if (where.empty() && cluster.occupancy.size() != o.cluster.occupancy.size()) where = "cluster.occupancy";
  for (std::size_t i = 0; where.empty() && i < cluster.occupancy.size(); ++i) {
    const auto node = id_of<NodeId>(i);
    if (!(cluster.occupancy[node] == o.cluster.occupancy[node])) {
      where = "cluster.occupancy[" + std::to_string(i) + "]";
    }
  }
  if (where.empty()) {
    where = where_differ("organization.queues", organization.queues, o.organization.queues, plainly);
  }
  if (where.empty()) where = where_differ("shapes", workloads.shapes, o.workloads.shapes, plainly);
  if (where.empty()) where = where_differ("workloads", workloads.all, o.workloads.all, plainly);
  if (where.empty()) where = where_differ("pods", workloads.pods, o.workloads.pods, plainly);
  if (where.empty()) where = where_differ("courses", courses, o.courses, plainly);
  if (where.empty()) where = where_differ("pod_courses", pod_courses, o.pod_courses, plainly);
  if (where.empty()) where = where_differ("works", works, o.works, plainly);
  if (where.empty()) where = where_differ("pools", pools, o.pools, plainly);
  if (where.empty()) where = where_differ("usage", usage, o.usage, plainly);
  if (where.empty()) where = where_differ("cuts", cuts, o.cuts, plainly);
  if (where.empty()) where = where_differ("pipelined", pipelined, o.pipelined, plainly);
  if (where.empty()) where = where_differ("awaited", awaited, o.awaited, plainly);
  if (!where.empty()) return where;
  if (!(totals == o.totals)) return "totals";
  if (ended.has_value() != o.ended.has_value() ||
      (ended && !same(Transition(*ended), Transition(*o.ended)))) {
    return "ended";
  }
  return {};
}

std::optional<WorkloadId> World::find_workload(const std::string& name) const {
  for (; named_ < workloads.all.size(); ++named_) {
    const auto id = id_of<WorkloadId>(named_);
    names_.insert_or_assign(workloads.all[id].spec.name, id);
  }
  const auto it = names_.find(name);
  if (it == names_.end()) return std::nullopt;
  return it->second;
}

const Work& World::work_of(const workload::Pod& pod, PodId id) const {
  const Course& course = courses[pod.workload];
  return works[course.first_work + (course.shared_work ? 0 : pod_courses[id].slot)];
}

PoolSums World::sums_at(PoolId id, Instant at) const {
  const PoolState& pool = pools[id];
  const Duration span = at - pool.summed_until;
  PoolSums sums = pool.sums;
  sums.gpu_capacity.add(pool.gpu_capacity.value, span);
  sums.gpu_allocated.add(pool.gpu_allocated.value, span);
  sums.gpu_overbooked.add(pool.gpu_overbooked.value, span);
  sums.pending.add(static_cast<std::int64_t>(pool.waiting.size()), span);
  sums.running.add(pool.running_workloads, span);
  return sums;
}

GpuMilli World::device_share(const workload::Pod& pod) const {
  const workload::GpuRequest& gpu = workloads.shape_of(pod).gpu;
  if (gpu.kind == workload::GpuRequestKind::none || pod.node == none<NodeId>()) return GpuMilli(0);
  if (!pod.devices.shares.empty())
    return std::accumulate(pod.devices.shares.begin(), pod.devices.shares.end(), GpuMilli(0));
  const cluster::NodeSpec& spec = cluster.nodes[pod.node];
  if (cluster::takes_instances(spec, gpu)) return cluster::share_of_instances(cluster.models, spec, gpu);
  return whole_gpus(gpu.devices);
}

GpuMilli World::overbooked_share(const workload::Pod& pod) const {
  if (!pod.devices.over_booked) return GpuMilli(0);
  const workload::GpuRequest& gpu = workloads.shape_of(pod).gpu;
  // Only the book in MiB has such bugs.
  const GpuMilli asked =
      cluster::share_of_device(cluster.nodes[pod.node], gpu, cluster::DeviceBook::mebibytes) * gpu.devices;
  return asked - device_share(pod);
}

}  // namespace berth::simulation
