#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "berth/core/time_text.hpp"
#include "sim/cases/case_json.hpp"
#include "sim/cases/case_parts.hpp"
#include "sim/cases/case_request.hpp"
#include "sim/cases/case_words.hpp"
#include "sim/cases/policy_case.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {
namespace {

using namespace case_json;
using workload::PodStatus;

// The instant of every case's first snapshot.
const Instant first_snapshot{days(20'000).micros};

std::string profile_of(const std::string& resource, const std::string& where) {
  constexpr std::string_view prefix = "nvidia.com/mig-";
  if (resource.rfind(prefix, 0) != 0 || resource.size() == prefix.size()) {
    fault(where + ": '" + resource + "' is no MIG resource (nvidia.com/mig-<profile>)");
  }
  return resource.substr(prefix.size());
}

bool on_node(PodStatus s) {
  return holds_devices(s) || s == PodStatus::pipelined;
}

// --- One case -------------------------------------------------------------------------------------------------------
class CaseReader {
 public:
  CaseReader(const json& j, PolicyCase& c) : j_(j), c_(c) {}

  void read() {
    only_keys(
        j_, "case",
        {"id", "name", "actions", "rounds_until_match", "rounds_after_match", "stale_grace_seconds",
         "seconds_between_rounds", "scheduler_config", "without_plugins", "topologies", "nodes",
         "departments", "queues", "jobs", "expected", "policy", "node_pools", "usage", "between_rounds"});
    c_.name = text(j_, "name", "case");
    c_.now = first_snapshot;
    c_.rounds_until_match = static_cast<std::int32_t>(rounds(j_, "rounds_until_match", 1));
    c_.rounds_after_match = static_cast<std::int32_t>(rounds(j_, "rounds_after_match", 0));
    c_.between_rounds = seconds_of(j_, "seconds_between_rounds", "case");
    if (field(j_, "between_rounds") != nullptr) c_.between_rounds = duration(j_, "between_rounds", "case");
    c_.policy = read_case_policy(j_);
    read_pools();
    read_nodes();
    read_queues();
    read_usage();
    read_jobs();
    if (const std::string lack = lack_of_room(c_); !lack.empty()) fault(lack);
    read_expectations(j_, c_);
  }

 private:
  static Duration duration(const json& object, const char* key, const std::string& where) {
    const std::string written = text(object, key, where);
    const auto length = parse_duration(written);
    if (!length || length->micros < 0)
      fault(where + "." + key + " must be a duration such as 90s, not '" + written + "'");
    return *length;
  }

  // --- Pools --------------------------------------------------------------------------------------------------------
  void read_pools() {
    c_.cluster.name = "case";
    const json& pools = list(j_, "node_pools", "case");
    for (const json& p : pools) {
      only_keys(p, "node_pools", {"name", "gpu", "cpu"});
      cluster::NodePool pool;
      pool.name = text(p, "name", "node_pools");
      pool.gpu_placement = packing(p, "gpu");
      pool.cpu_placement = packing(p, "cpu");
      if (!pools_.emplace(pool.name, c_.cluster.pools.end_id()).second)
        fault("two node pools named '" + pool.name + "'");
      c_.cluster.pools.push_back(std::move(pool));
    }
    if (!pools.empty()) return;
    cluster::NodePool pool;
    pool.name = "default";
    pools_.emplace(pool.name, c_.cluster.pools.end_id());
    c_.cluster.pools.push_back(std::move(pool));
  }

  // `pool` of a node or job; not said: the first.
  PoolId pool_of(const json& object, const std::string& where) const {
    const std::string name = text(object, "pool", where);
    if (name.empty()) return id_of<PoolId>(0);
    const auto found = pools_.find(name);
    if (found != pools_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [n, id] : pools_) names.push_back(n);
    fault(where + ": unknown node pool '" + name + "'" + nearest(name, names));
  }

  // --- Nodes --------------------------------------------------------------------------------------------------------
  void read_nodes() {
    for (const json& t : list(j_, "topologies", "case")) {
      only_keys(t, "topology", {"name", "levels"});
      c_.cluster.topologies.push_back({text(t, "name", "topology"), texts(t, "levels", "topology")});
    }
    for (const json& n : list(j_, "nodes", "case")) {
      const std::string where = "node '" + text(n, "name", "node") + "'";
      only_keys(
          n, where,
          {"name", "gpus", "gpu_memory_mib", "gpu_name", "mig_strategy", "mig_instances",
           "allocatable_milli_cpu", "allocatable_memory_bytes", "max_pods", "labels", "pool", "gpu_model",
           "gpu_memory_bytes", "mig_layout", "taints", "cordoned", "down", "shared_devices"});
      cluster::NodeSpec spec;
      spec.name = text(n, "name", "node");
      if (spec.name.empty()) fault("a node without a name");
      if (!nodes_.emplace(spec.name, c_.cluster.nodes.end_id()).second)
        fault("two nodes named '" + spec.name + "'");
      spec.pool = pool_of(n, where);
      spec.inventory = cluster::Inventory::counts;
      spec.cpu = CpuMilli(whole(n, "allocatable_milli_cpu", where, 0, 0));
      spec.memory = Bytes(whole(n, "allocatable_memory_bytes", where, 0, 0));
      spec.max_pods =
          static_cast<std::int32_t>(std::min<std::int64_t>(whole(n, "max_pods", where, 110, 0), 1'000'000));
      spec.gpus = static_cast<std::int32_t>(std::min<std::int64_t>(whole(n, "gpus", where, 0, 0), 1'000'000));
      spec.gpu_memory = mebibytes(std::min<std::int64_t>(whole(n, "gpu_memory_mib", where, 100, 0), 1 << 30));
      if (field(n, "gpu_memory_bytes") != nullptr)
        spec.gpu_memory = Bytes(whole(n, "gpu_memory_bytes", where, 0, 0));
      if (const std::string model = text(n, "gpu_model", where); !model.empty()) {
        if (c_.cluster.models.size() == 0) c_.cluster.models = cluster::ModelTable::standard();
        const auto known = c_.cluster.models.find(model);
        spec.gpu_model = known ? *known : c_.cluster.models.intern_opaque(model);
      }
      for (const json& t : list(n, "taints", where)) {
        only_keys(t, where + ".taints", {"key", "value", "effect"});
        spec.taints.push_back({text(t, "key", where), text(t, "value", where), text(t, "effect", where)});
      }
      spec.mig_strategy = strategy(text(n, "mig_strategy", where, "none"), where);
      for (const auto& [resource, count] : map(n, "mig_instances", where).items()) {
        spec.mig_advertised.emplace_back(
            profile_of(resource, where),
            static_cast<std::int32_t>(whole_of(count, where + ".mig_instances", 0)));
      }
      spec.mig_enabled = spec.mig_strategy != cluster::MigStrategy::none || !spec.mig_advertised.empty();
      for (const auto& [key, value] : map(n, "labels", where).items()) {
        cluster::set_label(spec.labels, key, text_of(value, where + ".labels"));
      }
      // The tables' nodes have it unsaid; the longer form says everything.
      if (field(j_, "policy") == nullptr && cluster::find_label(spec.labels, type_label) == nullptr)
        cluster::set_label(spec.labels, type_label, spec.name);
      read_mig_layout(n, c_.cluster.models, spec, where);
      const NodeId id = c_.cluster.add_node(std::move(spec));
      if (flag(n, "cordoned", where)) c_.cluster.occupancy.set_cordoned(id, true);
      if (flag(n, "down", where)) c_.cluster.occupancy.set_ready(id, false);
      for (const std::string& device : texts(n, "shared_devices", where)) group_named(id, device);
    }
  }

  // --- Queues -------------------------------------------------------------------------------------------------------
  struct QueueText {
    organization::Queue queue;
    std::string parent;
  };

  static std::int64_t gpu_amount(const json& q, const char* key, const std::string& where) {
    const double n = number(q, key, where, -1);
    return n == -1 ? organization::unlimited : milli(n);
  }

  static organization::Quota quota_of(const json& q, const std::string& where) {
    organization::Quota quota;
    quota.quota = {whole(q, "cpu_quota", where, -1), whole(q, "memory_quota", where, -1),
                   gpu_amount(q, "gpu_quota", where)};
    quota.limit = {whole(q, "cpu_limit", where, -1), whole(q, "memory_limit", where, -1),
                   gpu_amount(q, "gpu_limit", where)};
    quota.over_quota_weight = {number(q, "cpu_over_quota_weight", where, 1),
                               number(q, "memory_over_quota_weight", where, 1),
                               number(q, "gpu_over_quota_weight", where, 1)};
    return quota;
  }

  void read_queues() {
    std::vector<QueueText> all;
    for (const char* kind : {"departments", "queues"}) {
      const bool top = std::string_view(kind) == "departments";
      for (const json& q : list(j_, kind, "case")) {
        QueueText out;
        out.queue.name = text(q, "name", kind);
        const std::string where = (top ? "department '" : "queue '") + out.queue.name + "'";
        only_keys(q, where,
                  {"name", "parent", "priority", "gpu_quota", "gpu_limit", "gpu_over_quota_weight",
                   "cpu_quota", "memory_quota", "cpu_limit", "memory_limit", "preempt_min_runtime_seconds",
                   "reclaim_min_runtime_seconds", "cpu_over_quota_weight", "memory_over_quota_weight",
                   "preempt_min_runtime", "reclaim_min_runtime", "by_pool"});
        out.parent = text(q, "parent", where);
        out.queue.priority = static_cast<std::int32_t>(std::clamp<std::int64_t>(
            whole(q, "priority", where, 100, -2'000'000'000), -2'000'000'000, 2'000'000'000));
        if (field(q, "preempt_min_runtime_seconds") != nullptr) {
          out.queue.preempt_min_runtime = seconds_of(q, "preempt_min_runtime_seconds", where);
        }
        if (field(q, "reclaim_min_runtime_seconds") != nullptr) {
          out.queue.reclaim_min_runtime = seconds_of(q, "reclaim_min_runtime_seconds", where);
        }
        for (const char* kept : {"preempt_min_runtime", "reclaim_min_runtime"}) {
          if (field(q, kept) == nullptr) continue;
          (kept == std::string_view("preempt_min_runtime") ? out.queue.preempt_min_runtime
                                                           : out.queue.reclaim_min_runtime) =
              duration(q, kept, where);
        }
        out.queue.quota.assign(c_.cluster.pools.size(), quota_of(q, where));
        for (const auto& [pool, quota] : map(q, "by_pool", where).items()) {
          only_keys(quota, where + ".by_pool",
                    {"gpu_quota", "gpu_limit", "gpu_over_quota_weight", "cpu_quota", "memory_quota",
                     "cpu_limit", "memory_limit", "cpu_over_quota_weight", "memory_over_quota_weight"});
          out.queue.quota[pool_of(json{{"pool", pool}}, where)] = quota_of(quota, where);
        }
        all.push_back(std::move(out));
      }
    }
    // Each was created one minute after the one listed before.
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].queue.created = c_.now - minutes(static_cast<std::int64_t>(all.size() - i) + 1'000'000);
    }
    // The tables have a parent before its children: a few passes over the list.
    std::vector<bool> added(all.size(), false);
    std::vector<std::string> names;
    for (const QueueText& q : all) names.push_back(q.queue.name);
    for (std::size_t left = all.size(); left > 0;) {
      const std::size_t before = left;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (added[i]) continue;
        const std::string name = all[i].queue.name;
        if (!all[i].parent.empty()) {
          const auto parent = queues_.find(all[i].parent);
          if (parent == queues_.end()) continue;
          all[i].queue.parent = parent->second;
        }
        if (!queues_.emplace(name, c_.organization.queues.end_id()).second)
          fault("two queues named '" + name + "'");
        c_.organization.add(std::move(all[i].queue));
        added[i] = true;
        --left;
      }
      if (left < before) continue;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (added[i]) continue;
        fault("queue '" + all[i].queue.name + "' has the unknown parent '" + all[i].parent + "'" +
              nearest(all[i].parent, names));
      }
    }
  }

  void read_usage() {
    const json& usage = map(j_, "usage", "case");
    if (usage.empty()) return;
    c_.usage.assign(c_.organization.queues.size(), {});
    for (const auto& [name, parts] : usage.items()) {
      const std::string where = "usage." + name;
      only_keys(parts, where, {"cpu", "memory", "gpu"});
      c_.usage[queue_named(name, "usage")] = {
          number(parts, "cpu", where, 0), number(parts, "memory", where, 0), number(parts, "gpu", where, 0)};
    }
  }

  QueueId queue_named(const std::string& name, const std::string& where) const {
    const auto found = queues_.find(name);
    if (found != queues_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [n, id] : queues_) names.push_back(n);
    fault(where + ": unknown queue '" + name + "'" + nearest(name, names));
  }

  // --- Jobs ---------------------------------------------------------------------------------------------------------
  void read_jobs() {
    const json& jobs = list(j_, "jobs", "case");
    std::vector<std::pair<std::int64_t, std::size_t>> order;
    for (std::size_t i = 0; i < jobs.size(); ++i)
      order.emplace_back(-whole(jobs[i], "priority", "job", 0, -2'000'000'000), i);
    // Jobs that say when they were created stand as listed.
    const bool dated = std::any_of(jobs.begin(), jobs.end(),
                                   [](const json& j) { return j.is_object() && j.contains("created"); });
    if (!dated) {
      std::stable_sort(order.begin(), order.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Instant created = c_.now - minutes(static_cast<std::int64_t>(order.size() - i));
      read_job(jobs[order[i].second], created);
    }
  }

  void read_job(const json& j, Instant created) {
    const std::string name = text(j, "name", "job");
    const std::string where = "job '" + name + "'";
    only_keys(j, where,
              {"name",
               "namespace",
               "queue",
               "priority",
               "gpus_per_task",
               "gpu_memory_mib_per_task",
               "milli_cpu_per_task",
               "memory_bytes_per_task",
               "tasks",
               "gang",
               "deleted",
               "stale_seconds",
               "preemptibility",
               "best_effort",
               "age_minutes",
               "devices_per_task",
               "uid",
               "created",
               "started",
               "below_minimum",
               "pool",
               "kind",
               "duration",
               "estimate",
               "request"});
    if (!job_names_.insert(name).second) fault("two jobs named '" + name + "'");
    workload::Workload w;
    w.spec.name = name;
    w.uid = text(j, "uid", where, name);
    w.spec.priority = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        whole(j, "priority", where, 0, -2'000'000'000), -2'000'000'000, 2'000'000'000));
    w.spec.project = queue_named(text(j, "queue", where), where);
    w.pool = pool_of(j, where);
    w.spec.node_pools = {w.pool};
    w.spec.kind = kind_named(text(j, "kind", where, "training"), where);
    if (field(j, "duration") != nullptr) w.spec.duration = w.spec.estimate = duration(j, "duration", where);
    if (field(j, "estimate") != nullptr) w.spec.estimate = duration(j, "estimate", where);
    w.spec.preemptibility = preemptibility(text(j, "preemptibility", where), where);
    w.spec.termination_grace = seconds(1);  // what is evicted stays on its node to the end of the cycle
    w.created = created;
    if (field(j, "age_minutes") != nullptr) {
      w.created = c_.now - Duration{static_cast<std::int64_t>(number(j, "age_minutes", where, 0) * 60e6)};
    }
    if (field(j, "created") != nullptr) w.created = c_.now - duration(j, "created", where);
    w.deleting_job = flag(j, "deleted", where);
    w.pod_group = true;
    const json& tasks = list(j, "tasks", where);
    read_gang(j, w, tasks.size(), where);
    const WorkloadId id = c_.workloads.all.end_id();
    for (std::size_t i = 0; i < tasks.size(); ++i) read_task(j, tasks[i], w, id, i);
    c_.workloads.all.push_back(std::move(w));
    const bool stale = field(j, "stale_seconds") != nullptr;
    c_.stale_for.push_back(stale ? seconds_of(j, "stale_seconds", where) : Duration{-1});
    if (field(j, "below_minimum") != nullptr) c_.stale_for[id] = duration(j, "below_minimum", where);
    c_.started_for.push_back(field(j, "started") != nullptr ? duration(j, "started", where) : minutes(1));
  }

  workload::TopologyConstraint constraint(const json& group, const std::string& where) {
    workload::TopologyConstraint out;
    const json* t = field(group, "topology");
    if (t == nullptr) return out;
    only_keys(*t, where + ".topology", {"topology", "required_level", "preferred_level"});
    out.topology = text(*t, "topology", where + ".topology");
    out.required = text(*t, "required_level", where + ".topology");
    out.preferred = text(*t, "preferred_level", where + ".topology");
    return out;
  }

  void read_gang(const json& j, workload::Workload& w, std::size_t task_count, const std::string& where) {
    groups_.clear();
    static const json none_given = json::object();
    const json* given = field(j, "gang");
    const json& gang = given == nullptr ? none_given : *given;
    only_keys(gang, where + ".gang", {"name", "min_member", "topology", "sub_groups"});
    workload::SubGroup root;
    root.name = "default";
    root.topology = constraint(gang, where + ".gang");
    root.min_pods = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(whole(gang, "min_member", where, 1, 0), 1, 1'000'000));
    w.spec.sub_groups.push_back(root);
    const json& children = list(gang, "sub_groups", where + ".gang");
    if (children.empty()) {
      groups_[""] = 0;
      return;
    }
    for (const json& child : children) read_sub_group(child, w, 0, where);
    bool outside = false;
    for (const json& t : list(j, "tasks", where)) outside = outside || text(t, "sub_group", where).empty();
    if (!outside) return;
    workload::SubGroup rest;
    rest.name = "default";
    rest.parent = 0;
    rest.min_pods = static_cast<std::int32_t>(task_count);
    groups_[""] = w.spec.sub_groups.size();
    w.spec.sub_groups.push_back(rest);
  }

  void read_sub_group(const json& g, workload::Workload& w, std::int32_t parent, const std::string& job) {
    workload::SubGroup out;
    out.name = text(g, "name", job + ".gang");
    const std::string where = job + ", sub-group '" + out.name + "'";
    only_keys(g, where, {"name", "min_member", "topology", "sub_groups"});
    out.parent = parent;
    out.topology = constraint(g, where);
    out.min_pods = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(whole(g, "min_member", where, 1, 0), 0, 1'000'000));
    const auto ix = static_cast<std::int32_t>(w.spec.sub_groups.size());
    w.spec.sub_groups.push_back(out);
    const json& children = list(g, "sub_groups", where);
    if (children.empty() && !groups_.emplace(out.name, static_cast<std::size_t>(ix)).second) {
      fault(job + ": two sub-groups named '" + out.name + "'");
    }
    if (w.spec.sub_groups.size() > 10'000) fault(job + " has too many sub-groups");
    for (const json& child : children) read_sub_group(child, w, ix, job);
  }

  workload::PodShape shape(const json& j, const json& t, const std::string& where) {
    workload::PodShape out = shape_as_written(j, t, where);
    if (c_.policy.name == "kai" && out.gpu.kind == workload::GpuRequestKind::fraction &&
        out.gpu.portion < cluster::least_portion_in_mebibytes) {
      fault(where + ": a fraction below 0.005 is no hundredth of a GPU, which is what the policy kai counts");
    }
    return out;
  }

  workload::PodShape shape_as_written(const json& j, const json& t, const std::string& where) {
    for (const json* from : {&t, &j}) {
      if (field(*from, "request") != nullptr) return read_request(map(*from, "request", where), where);
    }
    workload::PodShape out;
    const std::string job = where;
    out.cpu = CpuMilli(whole(j, "milli_cpu_per_task", job, 0, 0));
    out.memory = Bytes(whole(j, "memory_bytes_per_task", job, 0, 0));
    const std::int64_t memory = whole(j, "gpu_memory_mib_per_task", job, 0, 0);
    double gpus = number(j, "gpus_per_task", job, 0);
    if (field(t, "gpus") != nullptr) gpus = number(t, "gpus", where, 0);
    if (gpus < 0 || (gpus > 1 && gpus != std::floor(gpus)) || gpus > 1e6) {
      fault(where + ": " + print_double(gpus) + " GPUs: expected a fraction below 1 or a whole number");
    }
    const auto devices =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(whole(j, "devices_per_task", job, 1, 1), 1, 1000));
    const json& mig = map(t, "mig_instances", where);
    if (!mig.empty()) {
      out.gpu.kind = workload::GpuRequestKind::mig;
      for (const auto& [resource, count] : mig.items()) {
        out.gpu.mig.push_back({profile_of(resource, where),
                               static_cast<std::int32_t>(whole_of(count, where + ".mig_instances", 1))});
      }
    } else if (memory > 0) {
      out.gpu = workload::GpuRequest::memory_of(mebibytes(std::min<std::int64_t>(memory, 1 << 30)), devices);
    } else if (gpus >= 1) {
      out.gpu = workload::GpuRequest::whole(static_cast<std::int32_t>(gpus));
    } else if (milli(gpus) > 0) {
      out.gpu = workload::GpuRequest::fraction(GpuMilli(milli(gpus)), devices);
    }
    if (flag(j, "best_effort", job)) out = {};
    out.legacy_mig = flag(t, "legacy_mig", where);
    const std::vector<std::string> types = texts(t, "node_affinity_names", where);
    if (!types.empty()) {
      out.node_requirements.push_back({type_label, workload::NodeRequirement::Operator::in, types});
    }
    for (const auto& [key, value] : map(t, "pod_affinity_labels", where).items()) {
      out.labels.emplace_back(key, text_of(value, where + ".pod_affinity_labels"));
    }
    for (const char* key : {"pod_affinity_topology_key", "pod_anti_affinity_topology_key"}) {
      const std::string domain = text(t, key, where);
      if (!domain.empty())
        out.pod_affinity.push_back(
            {key != std::string_view("pod_affinity_topology_key"), out.labels, domain});
    }
    return out;
  }

  void read_task(const json& j, const json& t, workload::Workload& w, WorkloadId id, std::size_t index) {
    const std::string name = text(t, "name", "task");
    const std::string where = "task '" + name + "'";
    only_keys(t, where,
              {"name", "status", "node", "gpu_groups", "gpus", "mig_instances", "legacy_mig", "task_order",
               "sub_group", "node_affinity_names", "pod_affinity_labels", "pod_affinity_topology_key",
               "pod_anti_affinity_topology_key", "request", "role"});
    if (!task_names_.insert(name).second) fault("two tasks named '" + name + "'");
    workload::Pod pod;
    pod.workload = id;
    pod.index = static_cast<std::int32_t>(index);
    pod.template_index = static_cast<std::uint16_t>(index);
    pod.created = w.created;
    pod.status = status_named(text(t, "status", where, "pending"), where);
    const std::string group = text(t, "sub_group", where);
    const auto found = groups_.find(group);
    if (found == groups_.end()) {
      std::vector<std::string> names;
      for (const auto& [n, ix] : groups_) names.push_back(n);
      fault(where + ": unknown sub-group '" + group + "'" + nearest(group, names));
    }
    pod.sub_group = static_cast<std::uint16_t>(found->second);
    pod.shape = c_.workloads.intern(shape(j, t, where));
    workload::PodTemplate tmpl;
    tmpl.shape = pod.shape;
    tmpl.sub_group = pod.sub_group;
    tmpl.role = text(t, "role", where);
    if (const json* order = field(t, "task_order")) {
      tmpl.task_order = order->is_string()
                            ? order->get<std::string>()
                            : std::to_string(whole_of(*order, where + ".task_order", -1'000'000'000));
    }
    if (w.spec.templates.size() >= 60'000) fault("job '" + w.spec.name + "' has too many tasks");
    w.spec.templates.push_back(tmpl);

    const std::string node = text(t, "node", where);
    if (!node.empty()) {
      const auto at = nodes_.find(node);
      if (at == nodes_.end()) fault(where + ": unknown node '" + node + "'" + nearest(node, node_names()));
      pod.node = at->second;  // of a pending task it means nothing, and is compared
    } else if (on_node(pod.status)) {
      fault(where + " is " + std::string(name_of(pod.status)) + " but has no node");
    }
    if (on_node(pod.status)) assign_groups(t, pod, where);
    const PodId pod_id = c_.workloads.pods.push_back(pod);
    c_.pod_names.push_back(name);
    w.pods.push_back(pod_id);
  }

  // Sharing groups of a placed task; without names it has one of its own for each device.
  void assign_groups(const json& t, workload::Pod& pod, const std::string& where) {
    const workload::GpuRequest& gpu = c_.workloads.shape_of(pod).gpu;
    if (gpu.kind != workload::GpuRequestKind::fraction && gpu.kind != workload::GpuRequestKind::memory)
      return;
    std::vector<std::string> names = texts(t, "gpu_groups", where);
    if (names.size() > 1000) fault(where + " shares too many devices");
    if (names.empty()) {
      for (std::int32_t i = 0; i < gpu.devices; ++i)
        names.push_back("own-" + std::to_string(c_.group_names.size() + static_cast<std::size_t>(i)));
    }
    for (const std::string& name : names) pod.devices.slots.push_back(group_named(pod.node, name));
  }

  // One name on two nodes is two devices.
  std::uint32_t group_named(NodeId node, const std::string& name) {
    const auto [found, fresh] =
        shared_.try_emplace({node, name}, static_cast<std::uint32_t>(c_.group_names.size()));
    if (fresh) c_.group_names.push_back(name);
    return found->second;
  }

  std::vector<std::string> node_names() const {
    std::vector<std::string> names;
    for (const auto& [name, id] : nodes_) names.push_back(name);
    return names;
  }

  const json& j_;
  PolicyCase& c_;
  std::map<std::string, PoolId> pools_;
  std::map<std::string, NodeId> nodes_;
  std::map<std::string, QueueId> queues_;
  std::set<std::string> job_names_;
  std::set<std::string> task_names_;
  std::map<std::string, std::size_t> groups_;  // leaf sub-groups of the job in hand; "": tasks without one
  std::map<std::pair<NodeId, std::string>, std::uint32_t> shared_;
};

}  // namespace

std::vector<PolicyCase> read_policy_cases(std::string_view text, const std::string& file,
                                          Diagnostics& faults) {
  std::vector<PolicyCase> cases;
  std::set<std::string> ids;
  int line = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view row = text.substr(at, end - at);
    at = end + 1;
    ++line;
    if (row.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    PolicyCase c;
    c.place = {file, line, 0};
    try {
      const json j = json::parse(row.begin(), row.end());
      if (!j.is_object()) fault("a case must be an object");
      c.id = case_json::text(j, "id", "case");
      if (c.id.empty()) fault("a case without an id");
      if (!ids.insert(c.id).second) fault("another case has this id");
      CaseReader(j, c).read();
      policy::make_policy(c.policy);  // unknown actions, plugins and arguments
      cases.push_back(std::move(c));
    } catch (const json::parse_error& e) {
      faults.error("case-json", {file, line, static_cast<int>(std::min<std::size_t>(e.byte, 1'000'000'000))},
                   "not JSON: one case a line is expected");
    } catch (const Fault& e) {
      faults.error("case", c.place, "case '" + c.id + "': " + e.what());
    } catch (const std::invalid_argument& e) {
      faults.error("case", c.place, "case '" + c.id + "': " + e.what());
    }
  }
  return cases;
}

}  // namespace berth::scenario
