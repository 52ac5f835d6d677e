#include <algorithm>
#include <map>

#include "berth/core/time_text.hpp"
#include "sim/cases/case_json.hpp"
#include "sim/cases/case_request.hpp"
#include "sim/cases/policy_case.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {
namespace {

using nlohmann::ordered_json;
using organization::Resource;
using workload::PodStatus;

std::string dumped(const ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string status_name(PodStatus status) {
  return std::string(workload::name_of(status));
}

double gpus(std::int64_t milli) {
  return milli == organization::unlimited ? -1.0 : static_cast<double>(milli) / 1000.0;
}

// --- Cluster --------------------------------------------------------------------------------------------------------
ordered_json pools_json(const PolicyCase& c) {
  const auto packing = [](cluster::Packing p) {
    return p == cluster::Packing::binpack ? "binpack" : "spread";
  };
  ordered_json out = ordered_json::array();
  for (const cluster::NodePool& pool : c.cluster.pools)
    out.push_back(
        {{"name", pool.name}, {"gpu", packing(pool.gpu_placement)}, {"cpu", packing(pool.cpu_placement)}});
  return out;
}

ordered_json node_json(const PolicyCase& c, NodeId id, const std::vector<std::uint32_t>& groups) {
  const cluster::NodeSpec& spec = c.cluster.nodes[id];
  ordered_json out{{"name", spec.name}};
  if (c.cluster.pools.size() > 1) out["pool"] = c.cluster.pools[spec.pool].name;
  out["gpus"] = spec.gpus;
  out["gpu_memory_bytes"] = spec.gpu_memory.value;
  if (spec.gpu_model != none<GpuModelId>()) out["gpu_model"] = c.cluster.models[spec.gpu_model].name;
  if (spec.mig_strategy != cluster::MigStrategy::none)
    out["mig_strategy"] = spec.mig_strategy == cluster::MigStrategy::single ? "single" : "mixed";
  for (const auto& [profile, count] : spec.mig_advertised)
    out["mig_instances"]["nvidia.com/mig-" + profile] = count;
  // A model of the scenario's own is only a name to who reads this.
  if (spec.gpu_model != none<GpuModelId>() &&
      cluster::ModelTable::standard().find(c.cluster.models[spec.gpu_model].name)) {
    for (const cluster::MigInstance& instance : spec.mig_layout)
      out["mig_layout"].push_back(
          {{"profile", c.cluster.models[spec.gpu_model].mig.profiles[instance.profile].name},
           {"device", instance.device},
           {"start", instance.start}});
  }
  out["allocatable_milli_cpu"] = spec.cpu.value;
  out["allocatable_memory_bytes"] = spec.memory.value;
  out["max_pods"] = spec.max_pods;
  for (const auto& label : spec.labels) out["labels"][label.first] = label.second;
  for (const cluster::Taint& taint : spec.taints)
    out["taints"].push_back({{"key", taint.key}, {"value", taint.value}, {"effect", taint.effect}});
  if (c.cluster.occupancy[id].cordoned) out["cordoned"] = true;
  if (!c.cluster.occupancy[id].ready) out["down"] = true;
  for (const std::uint32_t group : groups) out["shared_devices"].push_back(c.group_names[group]);
  return out;
}

// Sharing groups lie where the pods on them lie.
IdVector<NodeId, std::vector<std::uint32_t>> groups_by_node(const PolicyCase& c) {
  IdVector<NodeId, std::vector<std::uint32_t>> out(c.cluster.nodes.size());
  for (const workload::Pod& pod : c.workloads.pods) {
    if (pod.node == none<NodeId>()) continue;
    for (const std::uint32_t slot : pod.devices.slots) {
      auto& on_node = out[pod.node];
      if (std::find(on_node.begin(), on_node.end(), slot) == on_node.end()) on_node.push_back(slot);
    }
  }
  for (auto& on_node : out) std::sort(on_node.begin(), on_node.end());
  return out;
}

// --- Queues ---------------------------------------------------------------------------------------------------------
void put_quota(const organization::Quota& quota, ordered_json& out) {
  out["gpu_quota"] = gpus(at(quota.quota, Resource::gpu));
  out["gpu_limit"] = gpus(at(quota.limit, Resource::gpu));
  out["gpu_over_quota_weight"] = quota.over_quota_weight[2];
  out["cpu_quota"] = at(quota.quota, Resource::cpu);
  out["memory_quota"] = at(quota.quota, Resource::memory);
  out["cpu_limit"] = at(quota.limit, Resource::cpu);
  out["memory_limit"] = at(quota.limit, Resource::memory);
  if (quota.over_quota_weight[0] != 1) out["cpu_over_quota_weight"] = quota.over_quota_weight[0];
  if (quota.over_quota_weight[1] != 1) out["memory_over_quota_weight"] = quota.over_quota_weight[1];
}

ordered_json queue_json(const PolicyCase& c, const organization::Queue& queue) {
  ordered_json out{{"name", queue.name}};
  if (queue.parent != none<QueueId>()) out["parent"] = c.organization.queues[queue.parent].name;
  out["priority"] = queue.priority;
  const bool alike = std::all_of(queue.quota.begin(), queue.quota.end(),
                                 [&](const organization::Quota& q) { return q == queue.quota[PoolId{0}]; });
  if (alike && queue.quota.size() > 0) {
    put_quota(queue.quota[PoolId{0}], out);
  } else {
    for (std::size_t i = 0; i < queue.quota.size(); ++i) {
      ordered_json quota;
      put_quota(queue.quota[id_of<PoolId>(i)], quota);
      out["by_pool"][c.cluster.pools[id_of<PoolId>(i)].name] = std::move(quota);
    }
  }
  if (queue.preempt_min_runtime) out["preempt_min_runtime"] = print_duration(*queue.preempt_min_runtime);
  if (queue.reclaim_min_runtime) out["reclaim_min_runtime"] = print_duration(*queue.reclaim_min_runtime);
  return out;
}

// --- Jobs -----------------------------------------------------------------------------------------------------------
void put_topology(const workload::TopologyConstraint& topology, ordered_json& out) {
  if (topology.empty()) return;
  ordered_json& one = out["topology"] = ordered_json::object();
  if (!topology.topology.empty()) one["topology"] = topology.topology;
  if (!topology.required.empty()) one["required_level"] = topology.required;
  if (!topology.preferred.empty()) one["preferred_level"] = topology.preferred;
}

ordered_json group_json(const workload::WorkloadSpec& spec, std::size_t at) {
  const workload::SubGroup& group = spec.sub_groups[at];
  ordered_json out = ordered_json::object();
  if (at > 0) out["name"] = group.name;
  out["min_member"] = group.min_pods;
  put_topology(group.topology, out);
  for (std::size_t child = at + 1; child < spec.sub_groups.size(); ++child)
    if (spec.sub_groups[child].parent == static_cast<std::int32_t>(at))
      out["sub_groups"].push_back(group_json(spec, child));
  return out;
}

const char* kind_name(workload::Kind kind) {
  switch (kind) {
    case workload::Kind::training:
      return "training";
    case workload::Kind::workspace:
      return "workspace";
    case workload::Kind::distributed:
      return "distributed";
    case workload::Kind::inference:
      return "inference";
  }
  return "";
}

ordered_json task_json(const PolicyCase& c, PodId id, const workload::Workload& w, ShapeId usual) {
  const workload::Pod& pod = c.workloads.pods[id];
  const workload::PodTemplate& from = w.spec.templates[pod.template_index];
  ordered_json out{{"name", c.pod_names[id]}, {"status", status_name(pod.status)}};
  if (pod.node != none<NodeId>()) out["node"] = c.cluster.nodes[pod.node].name;
  for (const std::uint32_t slot : pod.devices.slots) out["gpu_groups"].push_back(c.group_names[slot]);
  if (w.spec.sub_groups.size() > 1) out["sub_group"] = w.spec.sub_groups[pod.sub_group].name;
  if (!from.role.empty()) out["role"] = from.role;
  if (from.task_order) out["task_order"] = *from.task_order;
  if (pod.shape != usual) out["request"] = case_json::write_request(c.workloads.shapes[pod.shape]);
  return out;
}

ordered_json job_json(const PolicyCase& c, WorkloadId id) {
  const workload::Workload& w = c.workloads.all[id];
  const workload::WorkloadSpec& spec = w.spec;
  ordered_json out{{"name", spec.name}};
  if (w.uid != spec.name) out["uid"] = w.uid;
  out["queue"] = c.organization.queues[spec.project].name;
  if (c.cluster.pools.size() > 1) out["pool"] = c.cluster.pools[w.pool].name;
  out["priority"] = spec.priority;
  if (spec.preemptibility != workload::Preemptibility::by_priority)
    out["preemptibility"] =
        spec.preemptibility == workload::Preemptibility::preemptible ? "preemptible" : "non-preemptible";
  if (spec.kind != workload::Kind::training) out["kind"] = kind_name(spec.kind);
  out["created"] = print_duration(c.now - w.created);
  const Duration started = c.started_for.contains(id) ? c.started_for[id] : minutes(1);
  if (started != minutes(1)) out["started"] = print_duration(started);
  if (c.stale_for[id].micros >= 0) out["below_minimum"] = print_duration(c.stale_for[id]);
  if (spec.duration != Duration::max()) out["duration"] = print_duration(spec.duration);
  if (spec.estimate != spec.duration) out["estimate"] = print_duration(spec.estimate);
  if (w.deleting_job) out["deleted"] = true;
  out["gang"] = group_json(spec, 0);
  const ShapeId usual = w.pods.empty() ? ShapeId{0} : c.workloads.pods[w.pods.front()].shape;
  if (!w.pods.empty()) out["request"] = case_json::write_request(c.workloads.shapes[usual]);
  out["tasks"] = ordered_json::array();
  for (const PodId p : w.pods) out["tasks"].push_back(task_json(c, p, w, usual));
  return out;
}

// --- Expectations ---------------------------------------------------------------------------------------------------
ordered_json expected_task_json(const ExpectedTask& task) {
  ordered_json out = ordered_json::object();
  if (task.status) out["status"] = status_name(*task.status);
  if (task.node) out["node"] = *task.node;
  if (task.accepted_gpu_milli) out["accepted_gpus"] = static_cast<double>(*task.accepted_gpu_milli) / 1000.0;
  if (task.message) out["message"] = *task.message;
  if (!task.gpu_groups.empty()) out["gpu_groups"] = task.gpu_groups;
  return out;
}

ordered_json expected_json(const Expected& expected) {
  ordered_json out{{"jobs", ordered_json::object()},
                   {"tasks", ordered_json::object()},
                   {"nodes", ordered_json::object()},
                   {"at_most", ordered_json::object()}};
  for (const auto& [name, task] : expected.jobs) out["jobs"][name] = expected_task_json(task);
  for (const auto& [name, task] : expected.tasks) out["tasks"][name] = expected_task_json(task);
  for (const auto& [name, node] : expected.nodes) {
    ordered_json& one = out["nodes"][name] = ordered_json::object();
    if (node.idle_gpus) one["idle_gpus"] = *node.idle_gpus;
    if (node.releasing_gpus) one["releasing_gpus"] = *node.releasing_gpus;
  }
  if (expected.at_most.binds) out["at_most"]["binds"] = *expected.at_most.binds;
  if (expected.at_most.evictions) out["at_most"]["evictions"] = *expected.at_most.evictions;
  if (expected.at_most.pipelines) out["at_most"]["pipelines"] = *expected.at_most.pipelines;
  return out;
}

}  // namespace

std::string print_expected_json(const Expected& expected) {
  return dumped(expected_json(expected));
}

std::string print_policy_case(const PolicyCase& c) {
  ordered_json out{{"id", c.id}, {"name", c.name}};
  ordered_json& policy = out["policy"] = ordered_json::object();
  policy["name"] = c.policy.name;
  policy["placement"] = c.policy.placement;
  policy["seed"] = c.policy.seed;
  policy["options"] = ordered_json::object();
  // An option spelled out with its default says no more than silence.
  std::map<std::string, std::string> silent;
  for (const policy::PolicyOption& option : policy::policy_options(c.policy.name))
    silent.emplace(option.name, option.default_value);
  for (const auto& [option, value] : c.policy.options) {
    const auto found = silent.find(option);
    if (found == silent.end() || found->second != value) policy["options"][option] = value;
  }
  out["rounds_until_match"] = c.rounds_until_match;
  out["rounds_after_match"] = c.rounds_after_match;
  if (c.between_rounds.micros > 0) out["between_rounds"] = print_duration(c.between_rounds);
  for (const cluster::Topology& topology : c.cluster.topologies)
    out["topologies"].push_back({{"name", topology.name}, {"levels", topology.levels}});
  out["node_pools"] = pools_json(c);
  const auto groups = groups_by_node(c);
  out["nodes"] = ordered_json::array();
  for (std::size_t i = 0; i < c.cluster.nodes.size(); ++i)
    out["nodes"].push_back(node_json(c, id_of<NodeId>(i), groups[id_of<NodeId>(i)]));

  // Their order is their age.
  std::vector<QueueId> queues;
  for (std::size_t i = 0; i < c.organization.queues.size(); ++i) queues.push_back(id_of<QueueId>(i));
  std::stable_sort(queues.begin(), queues.end(), [&](QueueId a, QueueId b) {
    return c.organization.queues[a].created < c.organization.queues[b].created;
  });
  out["queues"] = ordered_json::array();
  for (const QueueId id : queues) out["queues"].push_back(queue_json(c, c.organization.queues[id]));
  for (std::size_t i = 0; i < c.usage.size(); ++i) {
    const auto& used = c.usage[id_of<QueueId>(i)];
    if (used[0] == 0 && used[1] == 0 && used[2] == 0) continue;
    out["usage"][c.organization.queues[id_of<QueueId>(i)].name] = {
        {"cpu", used[0]}, {"memory", used[1]}, {"gpu", used[2]}};
  }
  out["jobs"] = ordered_json::array();
  for (std::size_t i = 0; i < c.workloads.all.size(); ++i)
    out["jobs"].push_back(job_json(c, id_of<WorkloadId>(i)));
  out["expected"] = expected_json(c.expected);
  return dumped(out);
}

}  // namespace berth::scenario
