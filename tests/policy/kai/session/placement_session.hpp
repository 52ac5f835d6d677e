// Sessions of nodes, tasks and requests as the rule cases of placement describe them (FORMAT-rules-decisions.md).
#pragma once

#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "berth/cluster/labels.hpp"
#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/nodes/node_booking.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "tests/support/rule_cases.hpp"

namespace berth::policy::kai::testing {

using berth::testing::Json;
using berth::testing::number_or;

inline std::int64_t integer_or(const Json& object, const char* key, std::int64_t fallback) {
  return static_cast<std::int64_t>(number_or(object, key, static_cast<double>(fallback)));
}

inline std::string text_or(const Json& object, const char* key, const std::string& fallback) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? fallback : found->get<std::string>();
}

inline TaskStatus placed_status(const std::string& name) {
  if (name == "pending") return TaskStatus::pending;
  if (name == "pipelined") return TaskStatus::pipelined;
  if (name == "releasing") return TaskStatus::releasing;
  if (name == "failed") return TaskStatus::failed;
  if (name == "succeeded") return TaskStatus::succeeded;
  if (name == "binding") return TaskStatus::binding;
  if (name == "allocated") return TaskStatus::allocated;
  if (name == "bound") return TaskStatus::bound;
  if (name == "gated") return TaskStatus::gated;
  if (name == "running") return TaskStatus::running;
  FAIL("no task status " << name);
  return TaskStatus::unknown;
}

class PlacementSession {
 public:
  Session session;

  PlacementSession() {
    JobInfo job;
    job.name = "job";
    session.jobs.push_back(job);
    PodSet pod_set;
    pod_set.name = "default";
    pod_set.parent = none<SubGroupSetIx>();
    session.pod_sets.push_back(pod_set);
    session.jobs[id_of<JobIx>(0)].pod_sets.push_back(id_of<PodSetIx>(0));
  }

  JobInfo& job() { return session.jobs[id_of<JobIx>(0)]; }
  PodSet& pod_set() { return session.pod_sets[id_of<PodSetIx>(0)]; }

  ProfileIx profile(const std::string& resource) {
    const std::string name = resource.substr(std::string("nvidia.com/mig-").size());
    for (std::size_t i = 0; i < session.mig_profiles.size(); ++i) {
      if (session.mig_profiles[id_of<ProfileIx>(i)] == name) return id_of<ProfileIx>(i);
    }
    session.mig_profile_gpus.push_back(std::stoi(name));
    return session.mig_profiles.push_back(name);
  }

  ShapeIx add_shape(const Json& request) {
    Shape shape;
    shape.cpu_milli = integer_or(request, "cpu_milli", 0);
    shape.memory_bytes = integer_or(request, "memory_bytes", 0);
    const double fraction = number_or(request, "gpu_fraction", 0);
    const std::int64_t memory = integer_or(request, "gpu_memory_mib", 0);
    double whole = number_or(request, "gpus", 0);
    shape.devices = static_cast<std::int32_t>(integer_or(request, "devices", 1));
    if (fraction > 0 || (whole > 0 && whole < 1)) {
      shape.gpu = GpuKind::fraction;
      shape.portion = fraction > 0 ? fraction : whole;
      shape.amounts.gpu = shape.portion * shape.devices;
    } else if (memory > 0) {
      shape.gpu = GpuKind::memory;
      shape.memory_mib = memory;
      shape.gpu_memory_mib = static_cast<double>(memory * shape.devices);
    } else if (whole > 0) {
      shape.gpu = GpuKind::whole;
      shape.devices = static_cast<std::int32_t>(whole);
      shape.portion = 1;
      shape.amounts.gpu = whole;
    } else {
      shape.devices = 0;
    }
    if (request.contains("mig_instances") && !request.at("mig_instances").empty()) {
      shape.gpu = GpuKind::mig;
      for (const auto& [name, count] : request.at("mig_instances").items()) {
        shape.mig.push_back({profile(name), count.get<std::int32_t>()});
        shape.amounts.gpu += count.get<double>() * std::stoi(name.substr(15));
      }
    }
    shape.legacy_mig = request.value("legacy_mig", false);
    shape.amounts.cpu = static_cast<double>(shape.cpu_milli);
    shape.amounts.memory = static_cast<double>(shape.memory_bytes);
    return session.shapes.push_back(shape);
  }

  // A node with everything idle that `spec` does not call otherwise.
  NodeIx add_node(const std::string& name, const Json& spec) {
    specs_.emplace_back();
    cluster::NodeSpec& of = specs_.back();
    of.name = name;
    if (spec.contains("labels")) {
      for (const auto& [key, value] : spec.at("labels").items()) {
        cluster::set_label(of.labels, key, value.get<std::string>());
      }
    }
    NodeInfo node;
    node.name = name;
    node.spec = &of;
    node.gpu_memory = integer_or(spec, "gpu_memory_mib", 100);
    node.memory_synced = spec.value("gpu_memory_synced", true);
    const std::int64_t plenty = std::int64_t{1} << 50;
    node.allocatable.cpu = integer_or(spec, "cpu_milli", plenty);
    node.allocatable.memory = integer_or(spec, "memory_bytes", plenty);
    node.allocatable.gpus = static_cast<std::int32_t>(integer_or(spec, "gpus", 0));
    node.allocatable.pods = static_cast<std::int32_t>(
        integer_or(spec, "max_pods", integer_or(spec, "pods", integer_or(spec, "free_pod_slots", 110))));
    node.idle = node.allocatable;
    node.idle.cpu = integer_or(spec, "idle_cpu_milli", node.allocatable.cpu);
    node.idle.gpus = static_cast<std::int32_t>(integer_or(spec, "idle_gpus", node.allocatable.gpus));
    node.releasing.cpu = integer_or(spec, "releasing_cpu_milli", 0);
    node.releasing.gpus = static_cast<std::int32_t>(integer_or(spec, "releasing_gpus", 0));
    read_mig(spec, "mig_instances", node.mig_allocatable);
    node.mig_idle = node.mig_allocatable;
    read_mig(spec, "idle_mig_instances", node.mig_idle);
    read_mig(spec, "releasing_mig_instances", node.mig_releasing);
    const std::string strategy = text_or(spec, "mig_strategy", "none");
    node.mig_strategy = strategy == "single"  ? cluster::MigStrategy::single
                        : strategy == "mixed" ? cluster::MigStrategy::mixed
                                              : cluster::MigStrategy::none;
    node.mig_enabled = strategy != "none" || !node.mig_allocatable.empty() ||
                       spec.value("mig_enabled", false) || spec.value("mig_enabled_label", false);
    node.legacy_mig_tasks = static_cast<std::int32_t>(integer_or(spec, "legacy_mig_tasks", 0));
    if (spec.contains("shared_devices")) {
      for (const auto& [group, amounts] : spec.at("shared_devices").items()) {
        SharedGroup shared;
        shared.id = add_group(group, id_of<NodeIx>(session.nodes.size()));
        shared.integer_name = !group.empty() && group.find_first_not_of("0123456789") == std::string::npos;
        shared.allocated = integer_or(amounts, "allocated_mib", 0);
        shared.releasing = integer_or(amounts, "releasing_mib", 0);
        if (shared.allocated == 0) shared.allocated = shared.releasing;
        shared.used = integer_or(amounts, "used_mib", shared.allocated);
        shared.has_entry = amounts.contains("allocated_mib") && !amounts.at("allocated_mib").is_null();
        node.groups.push_back(shared);
      }
    }
    const NodeIx ix = session.nodes.push_back(node);
    session.all_nodes.push_back(ix);
    return ix;
  }

  NodeIx node(const std::string& name) const {
    for (std::size_t i = 0; i < session.nodes.size(); ++i) {
      if (session.nodes[id_of<NodeIx>(i)].name == name) return id_of<NodeIx>(i);
    }
    FAIL("no node " << name);
    return none<NodeIx>();
  }

  GroupIx group(const std::string& name) const {
    for (std::size_t i = 0; i < group_names_.size(); ++i) {
      if (group_names_[i] == name) return id_of<GroupIx>(i);
    }
    return none<GroupIx>();
  }

  TaskIx add_task(ShapeIx shape, TaskStatus status = TaskStatus::pending, const std::string& name = "") {
    TaskInfo task;
    task.job = id_of<JobIx>(0);
    task.pod_set = id_of<PodSetIx>(0);
    task.shape = shape;
    task.status = status;
    session.task_names.push_back(name);
    const TaskIx ix = session.tasks.push_back(task);
    pod_set().tasks.push_back(ix);
    pod_set().counts.add(status, 1);
    return ix;
  }

  // Books the task on the node; `device` names the shared device of a fraction.
  void place(TaskIx ix, NodeIx on, const std::string& device = "") {
    TaskInfo& task = session.tasks[ix];
    task.node = on;
    task.accepted_gpu = accepted_gpu(session.nodes[on], session.shapes[task.shape]);
    if (!device.empty()) {
      GroupIx shared = group(device);
      if (shared == none<GroupIx>()) {
        shared = open_group(session, on, false, nullptr);
        group_names_.resize(index_of(shared) + 1);
        group_names_[index_of(shared)] = device;
      }
      task.groups.push_back(shared);
    }
    relay(session, on, task.shape, task.groups, Lies::nowhere, lies(task.status), nullptr);
  }

 private:
  void read_mig(const Json& spec, const char* key, std::vector<std::int32_t>& out) {
    if (!spec.contains(key)) return;
    for (const auto& [name, count] : spec.at(key).items()) {
      const std::size_t at = index_of(profile(name));
      if (out.size() <= at) out.resize(at + 1, 0);
      out[at] = count.get<std::int32_t>();
    }
  }

  GroupIx add_group(const std::string& name, NodeIx on) {
    group_names_.push_back(name);
    GroupInfo info;
    info.node = on;
    return session.groups.push_back(info);
  }

  std::deque<cluster::NodeSpec> specs_;
  std::vector<std::string> group_names_;
};

}  // namespace berth::policy::kai::testing
