#include "sim/records/series/telemetry.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "berth/core/int128.hpp"
#include "sim/cluster/mig_instances.hpp"
#include "sim/core/text.hpp"
#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {
namespace {

// One coordinate of a group. `rank` orders what has an order of its own (buckets of time); the rest goes by value.
struct Coordinate {
  int rank = 0;
  std::string key, value, name;
  auto operator<=>(const Coordinate&) const = default;
};
using Group = std::vector<Coordinate>;

// Sums by group, in thousandths.
using Sums = std::map<Group, Int128>;

struct Request {
  std::string type;
  std::vector<std::string> group_by;
};

// What an item is worth under each group key; a key may give several coordinates (a workload in two pools).
using Coordinates = std::function<std::vector<Coordinate>(const std::string& key)>;

void add(Sums& sums, const Request& request, const Coordinates& coordinates, std::int64_t milli,
         const Group& fixed = {}) {
  std::vector<Group> groups{{}};
  for (const auto& key : request.group_by) {
    std::vector<Group> longer;
    for (const auto& group : groups)
      for (auto& coordinate : coordinates(key)) {
        longer.push_back(group);
        longer.back().push_back(std::move(coordinate));
      }
    groups = std::move(longer);
  }
  for (auto& group : groups) {
    group.insert(group.end(), fixed.begin(), fixed.end());
    sums[group] += milli;
  }
}

std::string body(const std::string& type, Instant at, const Sums& sums, std::string_view request = "") {
  JsonWriter out;
  out.begin_object();
  if (!request.empty()) out.key("request").string(request);
  out.key("type").string(type).key("timestamp").instant(at).key("values").begin_array();
  for (const auto& [group, milli] : sums) {
    // Sums of bytes pass 2^63 thousandths in large clusters; whole ones have no need of thousandths.
    const std::int64_t whole = static_cast<std::int64_t>(milli / 1000);
    out.begin_object().key("value").string(
        milli % 1000 == 0 ? std::to_string(whole) : print_decimal(static_cast<std::int64_t>(milli), 3));
    if (!group.empty()) {
      out.key("groups").begin_array();
      for (const auto& coordinate : group) {
        out.begin_object().key("key").string(coordinate.key).key("value").string(coordinate.value);
        if (!coordinate.name.empty()) out.key("name").string(coordinate.name);
        out.end_object();
      }
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

const std::vector<std::string>& types_of(TelemetryScope scope) {
  static const std::vector<std::string> workloads{"WORKLOADS_COUNT", "GPU_ALLOCATION",
                                                  "PENDING_TIME_DISTRIBUTION"};
  static const std::vector<std::string> nodes{"READY_GPU_NODES",
                                              "READY_GPUS",
                                              "TOTAL_GPU_NODES",
                                              "TOTAL_GPUS",
                                              "IDLE_ALLOCATED_GPUS",
                                              "FREE_GPUS",
                                              "ALLOCATED_GPUS",
                                              "TOTAL_CPU_CORES",
                                              "USED_CPU_CORES",
                                              "ALLOCATED_CPU_CORES",
                                              "TOTAL_GPU_MEMORY_BYTES",
                                              "USED_GPU_MEMORY_BYTES",
                                              "TOTAL_CPU_MEMORY_BYTES",
                                              "USED_CPU_MEMORY_BYTES",
                                              "ALLOCATED_CPU_MEMORY_BYTES",
                                              "FULLY_FREE_GPU_NODES"};
  static const std::vector<std::string> queues{"GPU_QUOTA",
                                               "CPU_QUOTA",
                                               "MEMORY_QUOTA",
                                               "GPU_ALLOCATION",
                                               "CPU_ALLOCATION",
                                               "MEMORY_ALLOCATION",
                                               "GPU_ALLOCATION_NON_PREEMPTIBLE",
                                               "CPU_ALLOCATION_NON_PREEMPTIBLE",
                                               "MEMORY_ALLOCATION_NON_PREEMPTIBLE"};
  switch (scope) {
    case TelemetryScope::workloads:
      return workloads;
    case TelemetryScope::nodes:
      return nodes;
    case TelemetryScope::projects:
    case TelemetryScope::departments:
      return queues;
  }
  return queues;
}

const std::vector<std::string>& keys_of(TelemetryScope scope) {
  static const std::vector<std::string> workloads{"ClusterId",        "DepartmentId", "ProjectId", "Type",
                                                  "CurrentNodepools", "Phase",        "Category"};
  static const std::vector<std::string> nodes{"ClusterId", "Nodepool", "Node"};
  static const std::vector<std::string> projects{"ClusterId", "NodepoolId", "ParentId"};
  static const std::vector<std::string> departments{"CLUSTER_ID"};
  switch (scope) {
    case TelemetryScope::workloads:
      return workloads;
    case TelemetryScope::nodes:
      return nodes;
    case TelemetryScope::projects:
      return projects;
    case TelemetryScope::departments:
      return departments;
  }
  return departments;
}

// Filters that are not asked for match everything.
struct Filters {
  explicit Filters(const Query& query)
      : cluster(query.value("clusterId")),
        pool_name(query.value("nodepoolName")),
        pool_id(query.value("nodepoolId")),
        department(query.value("departmentId")),
        phases(query.list("filterByPhases")) {}

  bool cluster_matches(const View& view) const {
    return !cluster || *cluster == print_uuid(view.ids.cluster());
  }
  bool pool_matches(const View& view, PoolId pool) const {
    return (!pool_name || *pool_name == view.cluster.pools[pool].name) &&
           (!pool_id || *pool_id == Identities::pool(pool));
  }
  bool department_matches(const View& view, QueueId queue) const {
    return !department || *department == Identities::queue(view.organization.top_of(queue));
  }

  std::optional<std::string> cluster, pool_name, pool_id, department;
  std::vector<std::string> phases;
};

Coordinate cluster_coordinate(const View& view, const std::string& key) {
  return {0, key, print_uuid(view.ids.cluster()), view.cluster.name};
}

constexpr std::array<const char*, 4> buckets{"<5m", "5m-1h", "1h-24h", ">24h"};
std::size_t bucket_of(Duration waited) {
  if (waited < minutes(5)) return 0;
  if (waited < hours(1)) return 1;
  return waited <= hours(24) ? 2 : 3;
}

Sums workload_sums(const Request& request, const Filters& filters, const View& view) {
  Sums sums;
  const bool pending_times = request.type == "PENDING_TIME_DISTRIBUTION";
  const bool by_pool = std::find(request.group_by.begin(), request.group_by.end(), "CurrentNodepools") !=
                       request.group_by.end();
  const auto bucket = [](std::size_t i) {
    return Group{{static_cast<int>(i), "PendingTime", buckets[i], ""}};
  };
  if (pending_times && request.group_by.empty())
    for (std::size_t i = 0; i < buckets.size(); ++i) sums[bucket(i)] = 0;
  if (request.group_by.empty() && !pending_times) sums[{}] = 0;
  if (!filters.cluster_matches(view)) return sums;
  for (const auto& workload : view.workloads.all) {
    view.stop.poll();
    if (is_deleted(view, workload)) continue;
    const auto& spec = workload.spec;
    if (!filters.department_matches(view, spec.project)) continue;
    const std::string phase(workload::name_of(workload.phase));
    if (!filters.phases.empty() &&
        std::find(filters.phases.begin(), filters.phases.end(), phase) == filters.phases.end())
      continue;
    if (pending_times && workload.phase != workload::Phase::pending) continue;
    const auto pools = current_pools(view, workload);
    if ((filters.pool_name || filters.pool_id) && std::none_of(pools.begin(), pools.end(), [&](PoolId pool) {
          return filters.pool_matches(view, pool);
        }))
      continue;
    // One pool after the other (or none), so that an allocation in two pools is told apart.
    const auto once = [&](std::optional<PoolId> pool, std::int64_t milli, const Group& fixed) {
      add(
          sums, request,
          [&](const std::string& key) -> std::vector<Coordinate> {
            const QueueId department = view.organization.top_of(spec.project);
            if (key == "ClusterId") return {cluster_coordinate(view, key)};
            if (key == "DepartmentId")
              return {{0, key, Identities::queue(department), view.organization.queues[department].name}};
            if (key == "ProjectId")
              return {{0, key, Identities::queue(spec.project), view.organization.queues[spec.project].name}};
            if (key == "Type") return {{0, key, std::string(type_of(spec)), ""}};
            if (key == "Phase") return {{0, key, phase, ""}};
            if (key == "Category") return {{0, key, std::string(category_of(spec)), ""}};
            return {{0, key, pool ? view.cluster.pools[*pool].name : "", ""}};
          },
          milli, fixed);
    };
    const auto value = [&](std::optional<PoolId> pool) -> std::int64_t {
      if (request.type != "GPU_ALLOCATION") return 1000;
      std::int64_t milli = 0;
      for (const PodId id : workload.pods) {
        const auto& pod = view.workloads.pods[id];
        if (workload::counts_as_allocated(pod.status) &&
            (!pool || view.cluster.nodes[pod.node].pool == *pool))
          milli += allocated_by(view, pod).gpu.value;
      }
      return milli;
    };
    const auto count = [&](std::optional<PoolId> pool) {
      if (!pending_times) {
        once(pool, value(pool), {});
        return;
      }
      const std::size_t own = bucket_of(view.now - workload.phase_since);
      for (std::size_t i = 0; i < buckets.size(); ++i) once(pool, i == own ? 1000 : 0, bucket(i));
    };
    if (!by_pool || pools.empty())
      count(std::nullopt);
    else
      for (const PoolId pool : pools) count(pool);
  }
  return sums;
}

struct NodeUse {
  Amounts allocated, running;
  GpuMilli idle;
};

IdVector<NodeId, NodeUse> use_of_nodes(const View& view) {
  IdVector<NodeId, NodeUse> out(view.cluster.nodes.size());
  for (const auto& pod : view.workloads.pods) {
    view.stop.poll();
    if (!workload::counts_as_allocated(pod.status)) continue;
    auto& use = out[pod.node];
    const Amounts amounts = allocated_by(view, pod);
    const auto add_to = [&](Amounts& to) {
      to.gpu += amounts.gpu;
      to.gpu_memory += amounts.gpu_memory;
      to.cpu += amounts.cpu;
      to.memory += amounts.memory;
    };
    add_to(use.allocated);
    if (pod.status == workload::PodStatus::running) add_to(use.running);
    if (idle_at(view.workloads.all[pod.workload].spec, pod, view.now)) use.idle += amounts.gpu;
  }
  return out;
}

std::int64_t node_value(const std::string& type, const cluster::NodeSpec& spec,
                        const cluster::NodeOccupancy& state, const NodeUse& use) {
  const bool ready = state.ready && !state.cordoned;
  const bool has_gpus = spec.gpus > 0;
  const std::int64_t vacant = cluster::device_count(cluster::untouched_devices(state));
  if (type == "READY_GPU_NODES") return ready && has_gpus ? 1000 : 0;
  if (type == "READY_GPUS") return ready ? spec.gpus * 1000 : 0;
  if (type == "TOTAL_GPU_NODES") return has_gpus ? 1000 : 0;
  if (type == "TOTAL_GPUS") return spec.gpus * 1000;
  if (type == "IDLE_ALLOCATED_GPUS") return use.idle.value;
  if (type == "FREE_GPUS") return vacant * 1000;
  if (type == "ALLOCATED_GPUS") return use.allocated.gpu.value;
  if (type == "TOTAL_CPU_CORES") return spec.cpu.value;
  if (type == "USED_CPU_CORES") return use.running.cpu.value;
  if (type == "ALLOCATED_CPU_CORES") return use.allocated.cpu.value;
  if (type == "TOTAL_GPU_MEMORY_BYTES") return spec.gpu_memory.value * spec.gpus * 1000;
  if (type == "USED_GPU_MEMORY_BYTES") return use.running.gpu_memory.value * 1000;
  if (type == "TOTAL_CPU_MEMORY_BYTES") return spec.memory.value * 1000;
  if (type == "USED_CPU_MEMORY_BYTES") return use.running.memory.value * 1000;
  if (type == "ALLOCATED_CPU_MEMORY_BYTES") return use.allocated.memory.value * 1000;
  return has_gpus && vacant == spec.gpus ? 1000 : 0;  // FULLY_FREE_GPU_NODES
}

Sums node_sums(const Request& request, const Filters& filters, const View& view) {
  Sums sums;
  if (request.group_by.empty()) sums[{}] = 0;
  if (!filters.cluster_matches(view)) return sums;
  const auto uses = use_of_nodes(view);
  for (std::size_t i = 0; i < view.cluster.nodes.size(); ++i) {
    view.stop.poll();
    const auto id = id_of<NodeId>(i);
    const auto& spec = view.cluster.nodes[id];
    const auto& state = view.cluster.occupancy[id];
    if (!state.present || !filters.pool_matches(view, spec.pool)) continue;
    add(
        sums, request,
        [&](const std::string& key) -> std::vector<Coordinate> {
          if (key == "ClusterId") return {cluster_coordinate(view, key)};
          if (key == "Nodepool") return {{0, key, view.cluster.pools[spec.pool].name, ""}};
          return {{0, key, print_uuid(view.ids.node(spec.name)), spec.name}};
        },
        node_value(request.type, spec, state, uses[id]));
  }
  return sums;
}

// {resource, which}: "CPU_ALLOCATION_NON_PREEMPTIBLE" and so on. Devices, millicores and megabytes, in thousandths.
std::int64_t in_units(organization::Resource resource, std::int64_t amount) {
  switch (resource) {
    case organization::Resource::gpu:
      return amount;
    case organization::Resource::cpu:
      return amount * 1000;
    case organization::Resource::memory:
      return amount / 1000;  // bytes to thousandths of a megabyte
  }
  return 0;
}

Sums queue_sums(TelemetryScope scope, const Request& request, const Filters& filters, const View& view) {
  Sums sums;
  if (request.group_by.empty()) sums[{}] = 0;
  if (!filters.cluster_matches(view)) return sums;
  const auto resource = request.type.starts_with("GPU")   ? organization::Resource::gpu
                        : request.type.starts_with("CPU") ? organization::Resource::cpu
                                                          : organization::Resource::memory;
  const bool quota = request.type.find("QUOTA") != std::string::npos;
  const bool non_preemptible = request.type.find("NON_PREEMPTIBLE") != std::string::npos;
  const auto count = [&](QueueId queue, PoolId pool, std::int64_t milli) {
    if (!filters.department_matches(view, queue) || !filters.pool_matches(view, pool)) return;
    add(
        sums, request,
        [&](const std::string& key) -> std::vector<Coordinate> {
          if (key == "NodepoolId") return {{0, key, Identities::pool(pool), view.cluster.pools[pool].name}};
          if (key == "ParentId") {
            const QueueId parent = view.organization.queues[queue].parent;
            if (parent == none<QueueId>()) return {{0, key, "", ""}};
            return {{0, key, Identities::queue(parent), view.organization.queues[parent].name}};
          }
          return {cluster_coordinate(view, key)};
        },
        milli);
  };
  if (quota) {
    for (std::size_t i = 0; i < view.organization.queues.size(); ++i) {
      const auto id = id_of<QueueId>(i);
      const auto& queue = view.organization.queues[id];
      const bool department = queue.parent == none<QueueId>();
      if (department != (scope == TelemetryScope::departments)) continue;
      if (!department && !queue.leaf()) continue;
      for (std::size_t p = 0; p < queue.quota.size(); ++p) {
        const std::int64_t amount = organization::at(queue.quota[id_of<PoolId>(p)].quota, resource);
        if (amount != organization::unlimited) count(id, id_of<PoolId>(p), in_units(resource, amount));
      }
    }
    return sums;
  }
  for (const auto& pod : view.workloads.pods) {
    view.stop.poll();
    if (!workload::counts_as_allocated(pod.status)) continue;
    const auto& spec = view.workloads.all[pod.workload].spec;
    if (non_preemptible && spec.preemptible()) continue;
    const Amounts amounts = allocated_by(view, pod);
    const std::int64_t amount = resource == organization::Resource::gpu   ? amounts.gpu.value
                                : resource == organization::Resource::cpu ? amounts.cpu.value
                                                                          : amounts.memory.value;
    const QueueId queue =
        scope == TelemetryScope::departments ? view.organization.top_of(spec.project) : spec.project;
    count(queue, view.cluster.nodes[pod.node].pool, in_units(resource, amount));
  }
  return sums;
}

Sums sums_of(TelemetryScope scope, const Request& request, const Filters& filters, const View& view) {
  switch (scope) {
    case TelemetryScope::workloads:
      return workload_sums(request, filters, view);
    case TelemetryScope::nodes:
      return node_sums(request, filters, view);
    case TelemetryScope::projects:
    case TelemetryScope::departments:
      return queue_sums(scope, request, filters, view);
  }
  return {};
}

std::string_view path_of(TelemetryScope scope) {
  switch (scope) {
    case TelemetryScope::workloads:
      return "/api/v1/workloads/telemetry";
    case TelemetryScope::nodes:
      return "/api/v1/nodes/telemetry";
    case TelemetryScope::projects:
      return "/api/v1/org-unit/projects/telemetry";
    case TelemetryScope::departments:
      return "/api/v1/org-unit/departments/telemetry";
  }
  return "";
}

}  // namespace

std::string telemetry_body(TelemetryScope scope, const Query& query, const View& view) {
  const auto type = query.value("telemetryType");
  if (!type) throw BadRequest("Required parameter is missing: telemetryType");
  Request request{read_literal("telemetryType", *type, types_of(scope)), {}};
  for (const auto& key : query.list("groupBy"))
    request.group_by.push_back(read_literal("groupBy", key, keys_of(scope)));
  // A group has at most two keys, and the bucket of a pending time is one of them.
  const std::size_t most = request.type == "PENDING_TIME_DISTRIBUTION" ? 1 : 2;
  if (request.group_by.size() > most)
    throw BadRequest("groupBy: at most " + std::to_string(most) + (most == 1 ? " key" : " keys") + " with " +
                     request.type);
  return body(request.type, view.now, sums_of(scope, request, Filters(query), view));
}

void write_telemetry_file(JsonWriter& out, const View& view) {
  const Filters everything{*Query::parse("")};
  out.begin_array();
  for (const auto scope : {TelemetryScope::workloads, TelemetryScope::nodes, TelemetryScope::projects,
                           TelemetryScope::departments})
    for (const auto& type : types_of(scope)) {
      view.stop.poll();
      const std::string request = "GET " + std::string(path_of(scope)) + "?telemetryType=" + type;
      out.raw(body(type, view.now, sums_of(scope, {type, {}}, everything, view), request));
      for (const auto& key : keys_of(scope)) {
        view.stop.poll();
        out.raw(body(type, view.now, sums_of(scope, {type, {key}}, everything, view),
                     request + "&groupBy=" + key));
      }
    }
  out.end_array();
}

}  // namespace berth::records
