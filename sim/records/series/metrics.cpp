#include "sim/records/series/metrics.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/series/measured.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "sim/simulation/journal/replay.hpp"

namespace berth::records {
namespace {

constexpr std::size_t most_types = 10, most_samples = 1000, samples_unless_said = 20;

struct Point {
  Instant at;
  std::string value;
};

// One measurement in the making.
struct Series {
  std::string type;
  std::vector<std::pair<std::string, std::string>> labels, groups;
  // The value at an instant; nothing: no point.
  std::function<std::optional<std::string>(const View&, const Measured&)> value;
  std::vector<Point> points;
};

std::string text_of(Int128 milli) {
  const auto whole = static_cast<std::int64_t>(milli / 1000);
  return milli % 1000 == 0 ? std::to_string(whole) : print_decimal(static_cast<std::int64_t>(milli), 3);
}

// Percent with at most three decimals, rounded.
std::string percent(Int128 part, Int128 whole) {
  if (whole == 0) return "0";
  return text_of((2 * part * 100'000 + whole) / (2 * whole));
}

const std::vector<std::string>& cluster_types() {
  static const std::vector<std::string> all{"TOTAL_GPU_NODES",
                                            "GPU_UTILIZATION",
                                            "GPU_UTILIZATION_DISTRIBUTION",
                                            "GPU_MEMORY_UTILIZATION",
                                            "CPU_UTILIZATION",
                                            "CPU_MEMORY_UTILIZATION",
                                            "TOTAL_GPU",
                                            "GPU_QUOTA",
                                            "ALLOCATED_GPU",
                                            "UNALLOCATED_GPU",
                                            "AVG_WORKLOAD_WAIT_TIME",
                                            "WORKLOADS_COUNT"};
  return all;
}
const std::vector<std::string>& queue_types() {
  static const std::vector<std::string> all{"GPU_QUOTA",
                                            "CPU_QUOTA_MILLICORES",
                                            "CPU_MEMORY_QUOTA_MB",
                                            "GPU_ALLOCATION",
                                            "CPU_ALLOCATION_MILLICORES",
                                            "CPU_MEMORY_ALLOCATION_MB",
                                            "GPU_MEMORY_UTILIZATION"};
  return all;
}
const std::vector<std::string>& workload_types() {
  static const std::vector<std::string> all{"GPU_UTILIZATION",
                                            "GPU_MEMORY_USAGE_BYTES",
                                            "GPU_MEMORY_REQUEST_BYTES",
                                            "CPU_USAGE_CORES",
                                            "CPU_REQUEST_CORES",
                                            "CPU_LIMIT_CORES",
                                            "CPU_MEMORY_USAGE_BYTES",
                                            "CPU_MEMORY_REQUEST_BYTES",
                                            "CPU_MEMORY_LIMIT_BYTES",
                                            "POD_COUNT",
                                            "RUNNING_POD_COUNT",
                                            "GPU_ALLOCATION",
                                            "NIM_NUM_REQUESTS_RUNNING",
                                            "NIM_NUM_REQUESTS_WAITING",
                                            "NIM_NUM_REQUEST_MAX",
                                            "NIM_REQUEST_SUCCESS_TOTAL",
                                            "NIM_REQUEST_FAILURE_TOTAL",
                                            "NIM_GPU_CACHE_USAGE_PERC",
                                            "NIM_TIME_TO_FIRST_TOKEN_SECONDS",
                                            "NIM_E2E_REQUEST_LATENCY_SECONDS",
                                            "NIM_TIME_TO_FIRST_TOKEN_SECONDS_PERCENTILES",
                                            "NIM_E2E_REQUEST_LATENCY_SECONDS_PERCENTILES",
                                            "NVLINK_BANDWIDTH_TOTAL"};
  return all;
}
const std::vector<std::string>& types_of(MetricLevel level) {
  switch (level) {
    case MetricLevel::cluster:
    case MetricLevel::node_pool:
      return cluster_types();
    case MetricLevel::project:
    case MetricLevel::department:
      return queue_types();
    case MetricLevel::workload:
      return workload_types();
  }
  return cluster_types();
}

bool is_capacity(const std::string& type) {
  return type.starts_with("TOTAL_") || type.ends_with("_UTILIZATION") ||
         type == "GPU_UTILIZATION_DISTRIBUTION" || type == "UNALLOCATED_GPU";
}

std::string cluster_value(const std::string& type, const Scope& scope, const Measured& now) {
  const Capacity capacity = now.capacity(scope);
  const Use use = now.use(scope);
  if (type == "TOTAL_GPU_NODES") return std::to_string(capacity.gpu_nodes);
  if (type == "TOTAL_GPU") return std::to_string(capacity.gpus);
  if (type == "GPU_QUOTA") return text_of(now.quota(scope, organization::Resource::gpu));
  if (type == "ALLOCATED_GPU") return text_of(use.gpu);
  if (type == "UNALLOCATED_GPU") return text_of(Int128{capacity.gpus} * 1000 - use.gpu);
  if (type == "GPU_UTILIZATION") return percent(use.busy_gpu, Int128{capacity.gpus} * 1000);
  if (type == "GPU_MEMORY_UTILIZATION") return percent(use.used_gpu_memory, capacity.gpu_memory);
  if (type == "CPU_UTILIZATION") return percent(use.used_cpu, capacity.cpu);
  if (type == "CPU_MEMORY_UTILIZATION") return percent(use.used_memory, capacity.memory);
  if (type == "AVG_WORKLOAD_WAIT_TIME")
    return use.pending == 0 ? "0" : text_of(use.pending_micros / 1000 / use.pending);
  return std::to_string(use.workloads);  // WORKLOADS_COUNT
}

std::string queue_value(const std::string& type, const Scope& scope, const Measured& now) {
  const Use use = now.use(scope);
  constexpr Int128 megabyte_milli = 1000;  // bytes in a thousandth of a megabyte
  if (type == "GPU_QUOTA") return text_of(now.quota(scope, organization::Resource::gpu));
  if (type == "CPU_QUOTA_MILLICORES") return std::to_string(now.quota(scope, organization::Resource::cpu));
  if (type == "CPU_MEMORY_QUOTA_MB")
    return text_of(now.quota(scope, organization::Resource::memory) / megabyte_milli);
  if (type == "GPU_ALLOCATION") return text_of(use.gpu);
  if (type == "CPU_ALLOCATION_MILLICORES") return text_of(use.cpu * 1000);
  if (type == "CPU_MEMORY_ALLOCATION_MB") return text_of(use.memory / megabyte_milli);
  // Of the memory of all devices that the scope's pools have.
  return percent(use.used_gpu_memory, now.capacity({scope.pool, {}, {}, {}}).gpu_memory);
}

std::optional<std::string> workload_value(const std::string& type, const View& view, WorkloadId id) {
  if (!view.workloads.all.contains(id)) return std::nullopt;
  const auto& workload = view.workloads.all[id];
  if (is_deleted(view, workload)) return std::nullopt;
  Int128 gpu = 0, busy = 0, gpu_memory = 0, asked_memory = 0, cpu = 0, memory = 0, used_cpu = 0,
         used_memory = 0;
  std::int64_t pods = 0;
  for (const PodId pod_id : workload.pods) {
    const auto& pod = view.workloads.pods[pod_id];
    if (pod.status == workload::PodStatus::deleted) continue;
    const auto& shape = view.workloads.shape_of(pod);
    ++pods;
    if (workload::finished(pod.status)) continue;
    cpu += shape.cpu.value;
    memory += shape.memory.value;
    if (shape.gpu.kind == workload::GpuRequestKind::memory)
      asked_memory += (shape.gpu.memory * shape.gpu.devices).value;
    const Amounts amounts = allocated_by(view, pod);
    gpu += amounts.gpu.value;
    if (pod.status != workload::PodStatus::running) continue;
    used_cpu += amounts.cpu.value;
    used_memory += amounts.memory.value;
    gpu_memory += amounts.gpu_memory.value;
    if (!idle_at(workload.spec, pod, view.now)) busy += amounts.gpu.value;
  }
  if (type == "GPU_UTILIZATION") return percent(busy, gpu);
  if (type == "GPU_ALLOCATION") return text_of(gpu);
  if (type == "GPU_MEMORY_USAGE_BYTES") return text_of(gpu_memory * 1000);
  if (type == "GPU_MEMORY_REQUEST_BYTES") return text_of(asked_memory * 1000);
  if (type == "CPU_USAGE_CORES") return text_of(used_cpu);
  if (type == "CPU_REQUEST_CORES") return text_of(cpu);
  if (type == "CPU_LIMIT_CORES" || type == "CPU_MEMORY_LIMIT_BYTES")
    return "0";  // Berth's pods have no such limits
  if (type == "CPU_MEMORY_USAGE_BYTES") return text_of(used_memory * 1000);
  if (type == "CPU_MEMORY_REQUEST_BYTES") return text_of(memory * 1000);
  if (type == "POD_COUNT") return std::to_string(pods);
  return std::to_string(running_pods(view, workload));  // RUNNING_POD_COUNT
}

// NIM_* is of NIM services and NVLink traffic is not modelled: the answer goes without them (207).
bool can_be_had(MetricLevel level, const std::string& type) {
  return level != MetricLevel::workload || !(type.starts_with("NIM_") || type.starts_with("NVLINK_"));
}

Scope scope_of(const MetricObject& object, std::optional<PoolId> narrowed) {
  Scope scope;
  scope.pool = narrowed;
  if (object.level == MetricLevel::node_pool) scope.pool = object.pool;
  if (object.level == MetricLevel::project) scope.project = object.queue;
  if (object.level == MetricLevel::department) scope.department = object.queue;
  return scope;
}

// The series of one type, in one scope.
void add_series(std::vector<Series>& to, const MetricObject& object, const std::string& type,
                const Scope& scope, std::vector<std::pair<std::string, std::string>> groups) {
  Series series{type, {}, std::move(groups), {}, {}};
  switch (object.level) {
    case MetricLevel::workload:
      series.value = [type, id = object.workload](const View& view, const Measured&) {
        return workload_value(type, view, id);
      };
      break;
    case MetricLevel::project:
    case MetricLevel::department:
      series.value = [type, scope](const View&, const Measured& now) {
        return std::optional(queue_value(type, scope, now));
      };
      break;
    case MetricLevel::cluster:
    case MetricLevel::node_pool:
      if (type == "GPU_UTILIZATION_DISTRIBUTION") {  // a measurement a range of utilization
        static constexpr std::array<const char*, 4> ranges{"0-25", "25-50", "50-75", "75-100"};
        for (std::size_t i = 0; i < ranges.size(); ++i) {
          Series one = series;
          one.labels = {{"range", ranges[i]}};
          one.value = [scope, i](const View&, const Measured& now) {
            return std::optional(std::to_string(now.capacity(scope).devices_by_utilization[i]));
          };
          to.push_back(std::move(one));
        }
        return;
      }
      series.value = [type, scope](const View&, const Measured& now) {
        return std::optional(cluster_value(type, scope, now));
      };
      break;
  }
  to.push_back(std::move(series));
}

void add_grouped(std::vector<Series>& to, const std::string& type, const std::string& group_by,
                 const Scope& scope, const View& view) {
  const MetricObject object;
  if (group_by != "Nodepool" && is_capacity(type))
    throw Ungroupable("Validation failed - " + type + " cannot be grouped by " + group_by);
  if (group_by == "Category" && type == "GPU_QUOTA")
    throw Ungroupable("Validation failed - GPU_QUOTA cannot be grouped by Category");
  if (group_by == "Nodepool") {
    for (std::size_t i = 0; i < view.cluster.pools.size(); ++i) {
      Scope one = scope;
      if (scope.pool && *scope.pool != id_of<PoolId>(i)) continue;
      one.pool = id_of<PoolId>(i);
      add_series(to, object, type, one, {{group_by, view.cluster.pools[*one.pool].name}});
    }
    return;
  }
  if (group_by == "Category") {
    for (const char* category : {"Build", "Deploy", "Train"}) {
      Scope one = scope;
      one.category = category;
      add_series(to, object, type, one, {{group_by, category}});
    }
    return;
  }
  for (std::size_t i = 0; i < view.organization.queues.size(); ++i) {
    const auto id = id_of<QueueId>(i);
    const auto& queue = view.organization.queues[id];
    const bool department = queue.parent == none<QueueId>();
    Scope one = scope;
    if (group_by == "Department" && department)
      one.department = id;
    else if (group_by == "Project" && !department && queue.leaf())
      one.project = id;
    else
      continue;
    add_series(to, object, type, one, {{group_by, queue.name}});
  }
}

std::vector<Instant> sample_instants(Instant start, Instant end, std::size_t count) {
  std::vector<Instant> out;
  if (count == 1) out.push_back(end);
  if (count < 2) return out;
  const Int128 span = (end - start).micros / 1000;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(start + milliseconds(static_cast<std::int64_t>(span * static_cast<Int128>(i) /
                                                                 static_cast<Int128>(count - 1))));
  return out;
}

// Goes through the journal once and asks every series at every instant.
void sample(std::vector<Series>& series, const std::vector<Instant>& instants, const View& view,
            const simulation::JournalReader& journal) {
  std::optional<simulation::Replay> replay;
  for (const Instant at : instants) {
    if (at < view.world.start || at > view.now) continue;
    if (!replay) replay.emplace(journal, at);
    replay->advance_to(at);
    const View then(replay->world(), view.ids, at);
    const Measured measured(then);
    for (auto& one : series) {
      view.stop.poll();
      if (auto value = one.value(then, measured)) one.points.push_back({at, std::move(*value)});
    }
  }
}

void write_pairs(JsonWriter& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  out.begin_object();
  for (const auto& [key, value] : pairs) out.key(key).string(value);
  out.end_object();
}

void write_series(JsonWriter& out, const Series& series) {
  out.begin_object().key("type").string(series.type).key("labels");
  if (series.labels.empty())
    out.null();
  else
    write_pairs(out, series.labels);
  if (!series.groups.empty()) {
    out.key("groups").begin_array();
    for (const auto& [key, value] : series.groups)
      out.begin_object().key("key").string(key).key("value").string(value).end_object();
    out.end_array();
  }
  out.key("values").begin_array();
  for (const auto& point : series.points)
    out.begin_object().key("value").string(point.value).key("timestamp").instant(point.at).end_object();
  out.end_array().end_object();
}

Instant required_instant(const Query& query, std::string_view name) {
  const auto text = query.value(name);
  if (!text) throw BadRequest("Required parameter is missing: " + std::string(name));
  const auto instant = parse_instant(*text);
  if (!instant) throw BadRequest(std::string(name) + ": " + instant.error());
  return *instant;
}

std::vector<std::string> required_types(const Query& query, MetricLevel level) {
  std::vector<std::string> out;
  for (const auto& type : query.list("metricType"))
    out.push_back(read_literal("metricType", type, types_of(level)));
  if (out.empty()) throw BadRequest("Required parameter is missing: metricType");
  if (out.size() > most_types)
    throw BadRequest("metricType: at most " + std::to_string(most_types) + " types at once");
  return out;
}

std::optional<PoolId> narrowing_pool(const Query& query, const View& view, const MetricObject& object) {
  const auto name = query.value("nodepoolName");
  if (!name || object.level == MetricLevel::node_pool || object.level == MetricLevel::workload)
    return std::nullopt;
  const auto pool = view.cluster.find_pool(*name);
  if (!pool) throw BadRequest("nodepoolName: there is no node pool " + berth::quoted(*name));
  return pool;
}

}  // namespace

MetricsAnswer metrics_body(const MetricObject& object, const Query& query, const View& view,
                           const simulation::JournalReader& journal) {
  const auto types = required_types(query, object.level);
  const Instant start = required_instant(query, "start"), end = required_instant(query, "end");
  if (end <= start) throw BadRequest("end: it is not after start");
  const std::size_t samples = read_number(query, "numberOfSamples", 0, most_samples, samples_unless_said);
  const Scope scope = scope_of(object, narrowing_pool(query, view, object));
  const auto group_by = object.level == MetricLevel::cluster ? query.value("groupBy") : std::nullopt;
  if (group_by) read_literal("groupBy", *group_by, {"Category", "Nodepool", "Project", "Department"});
  MetricsAnswer out;
  std::vector<Series> series;
  for (const auto& type : types) {
    if (!can_be_had(object.level, type))
      out.status = 207;
    else if (group_by)
      add_grouped(series, type, *group_by, scope, view);
    else
      add_series(series, object, type, scope, {});
  }
  if (series.empty()) out.status = 200;
  sample(series, sample_instants(start, end, samples), view, journal);
  JsonWriter body;
  body.begin_object().key("measurements").begin_array();
  for (const auto& one : series) write_series(body, one);
  body.end_array().end_object();
  out.body = body.take();
  return out;
}

void write_metrics_file(JsonWriter& out, const View& view, const simulation::JournalReader& journal) {
  struct Body {
    std::string request;
    std::size_t first = 0, count = 0;
  };
  std::vector<Body> bodies;
  std::vector<Series> series;
  const std::string cluster = "GET /api/v1/clusters/" + print_uuid(view.ids.cluster());
  const auto open = [&](std::string request) { bodies.push_back({std::move(request), series.size(), 0}); };
  const auto close = [&] { bodies.back().count = series.size() - bodies.back().first; };

  open(cluster + "/metrics");
  for (const auto& type : cluster_types()) add_series(series, {}, type, {}, {});
  close();
  for (const char* group_by : {"Category", "Nodepool", "Project", "Department"}) {
    open(cluster + "/metrics?groupBy=" + group_by);
    for (const auto& type : cluster_types()) {
      const bool by_pool = std::string_view(group_by) == "Nodepool",
                 by_category = std::string_view(group_by) == "Category";
      if ((is_capacity(type) && !by_pool) || (by_category && type == "GPU_QUOTA")) continue;
      add_grouped(series, type, group_by, {}, view);
    }
    close();
  }
  for (std::size_t i = 0; i < view.cluster.pools.size(); ++i) {
    const MetricObject object{MetricLevel::node_pool, id_of<PoolId>(i), {}, {}};
    open(cluster + "/nodepools/" + view.cluster.pools[object.pool].name + "/metrics");
    for (const auto& type : cluster_types()) add_series(series, object, type, scope_of(object, {}), {});
    close();
  }
  for (std::size_t i = 0; i < view.organization.queues.size(); ++i) {
    const auto id = id_of<QueueId>(i);
    const auto& queue = view.organization.queues[id];
    const bool department = queue.parent == none<QueueId>();
    if (!department && !queue.leaf()) continue;
    const MetricObject object{department ? MetricLevel::department : MetricLevel::project, {}, id, {}};
    open("GET /api/v1/org-unit/" + std::string(department ? "departments/" : "projects/") +
         Identities::queue(id) + "/metrics");
    for (const auto& type : queue_types()) add_series(series, object, type, scope_of(object, {}), {});
    close();
  }

  sample(series, sample_instants(view.world.start, view.now, samples_unless_said), view, journal);
  out.begin_array();
  for (const auto& body : bodies) {
    out.begin_object().key("request").string(body.request).key("measurements").begin_array();
    for (std::size_t i = 0; i < body.count; ++i) write_series(out, series[body.first + i]);
    out.end_array().end_object();
  }
  out.end_array();
}

}  // namespace berth::records
