// Sessions made of a rule case's few values, so that a test can call the policy's own functions on them.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/policy/kai/order/job_order.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "tests/support/rule_cases.hpp"

namespace berth::policy::kai::testing {

using berth::testing::Json;
using berth::testing::number_or;

inline TaskStatus status_named(const std::string& name) {
  static const std::map<std::string, TaskStatus> names{
      {"pending", TaskStatus::pending},     {"gated", TaskStatus::gated},
      {"allocated", TaskStatus::allocated}, {"pipelined", TaskStatus::pipelined},
      {"binding", TaskStatus::binding},     {"bound", TaskStatus::bound},
      {"running", TaskStatus::running},     {"releasing", TaskStatus::releasing},
      {"succeeded", TaskStatus::succeeded}, {"failed", TaskStatus::failed},
      {"unknown", TaskStatus::unknown},     {"deleted", TaskStatus::deleted}};
  const auto found = names.find(name);
  if (found == names.end()) FAIL("no task status " << name);
  return found->second;
}

inline const char* resource_name(Resource r) {
  return r == Resource::cpu ? "cpu" : r == Resource::memory ? "memory" : "gpu";
}

// {"cpu": , "memory": , "gpu": }; what is missing is 0.
inline Resources read_amounts(const Json& j) {
  return {number_or(j, "cpu", 0), number_or(j, "memory", 0), number_or(j, "gpu", 0)};
}

// A request in the words of the decision cases.
inline Shape read_request(const Json& j) {
  Shape shape;
  shape.cpu_milli = static_cast<std::int64_t>(number_or(j, "cpu_milli", number_or(j, "cpu", 0)));
  shape.memory_bytes = static_cast<std::int64_t>(number_or(j, "memory_bytes", number_or(j, "memory", 0)));
  shape.amounts.cpu = static_cast<double>(shape.cpu_milli);
  shape.amounts.memory = static_cast<double>(shape.memory_bytes);
  const double whole = number_or(j, "gpus", number_or(j, "gpu", 0));
  const double fraction = number_or(j, "gpu_fraction", 0);
  const double memory = number_or(j, "gpu_memory_mib", 0);
  const double devices = number_or(j, "devices", number_or(j, "gpu_devices", 1));
  if (fraction > 0) {
    shape.gpu = GpuKind::fraction;
    shape.amounts.gpu = fraction * devices;
  } else if (memory > 0) {
    shape.gpu = GpuKind::memory;
    shape.devices = static_cast<std::int32_t>(devices);
    shape.memory_mib = static_cast<std::int64_t>(memory);
    shape.gpu_memory_mib = memory * devices;
  } else if (whole > 0) {
    shape.gpu = GpuKind::whole;
    shape.amounts.gpu = whole;
  }
  return shape;
}

// Queue state: per resource quota, limit, fair_share, allocated, ... beside name, parent, priority and age.
inline QueueInfo read_queue(const Json& j) {
  QueueInfo q;
  q.name = j.value("name", "");
  q.priority = static_cast<std::int32_t>(number_or(j, "priority", 100));
  q.created = {static_cast<std::int64_t>(number_or(j, "created", 0))};
  for (Resource r : all_resources) {
    if (!j.contains(resource_name(r))) continue;
    const Json& of = j.at(resource_name(r));
    q.quota[r] = number_or(of, "quota", 0);
    q.limit[r] = number_or(of, "limit", 0);
    q.weight[r] = number_or(of, "over_quota_weight", 0);
    q.request[r] = number_or(of, "request", 0);
    q.fair_share[r] = number_or(of, "fair_share", 0);
    q.allocated[r] = number_or(of, "allocated", 0);
    q.allocated_non_preemptible[r] = number_or(of, "allocated_non_preemptible", 0);
  }
  if (j.contains("preempt_seconds") && !j.at("preempt_seconds").is_null()) {
    q.preempt_min_runtime = seconds(j.at("preempt_seconds").get<std::int64_t>());
  }
  if (j.contains("reclaim_seconds") && !j.at("reclaim_seconds").is_null()) {
    q.reclaim_min_runtime = seconds(j.at("reclaim_seconds").get<std::int64_t>());
  }
  q.allocatable_share = allocatable_share(q);
  return q;
}

class RuleSession {
 public:
  Session session;

  QueueIx add_queue(QueueInfo queue, QueueIx parent) {
    queue.parent = parent;
    queue.depth = parent == none<QueueIx>() ? 0 : session.queues[parent].depth + 1;
    const QueueIx id = session.queues.push_back(std::move(queue));
    if (parent != none<QueueIx>()) session.queues[parent].children.push_back(id);
    return id;
  }

  // A tree given as a list with `parent` names: parents first. A queue whose parent is not listed stays out, with its
  // subtree, unless `keep_orphans`: then it is a top queue.
  void add_tree(const std::vector<Json>& list, bool keep_orphans = false) {
    std::vector<bool> done(list.size(), false);
    for (bool again = true; again;) {
      again = false;
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (done[i]) continue;
        const Json& parent = list[i].at("parent");
        const std::string parent_name = parent.is_null() ? "" : parent.get<std::string>();
        const QueueIx p = queue(parent_name);
        const bool listed =
            std::any_of(list.begin(), list.end(), [&](const Json& q) { return q.at("name") == parent_name; });
        if (!parent_name.empty() && p == none<QueueIx>() && (listed || !keep_orphans)) continue;
        add_queue(read_queue(list[i]), p);
        done[i] = again = true;
      }
    }
  }

  // none: there is no such queue.
  QueueIx queue(const std::string& name) const {
    for (std::size_t i = 0; i < session.queues.size(); ++i) {
      if (session.queues[id_of<QueueIx>(i)].name == name) return id_of<QueueIx>(i);
    }
    return none<QueueIx>();
  }

  struct Task {
    std::string name;
    TaskStatus status = TaskStatus::pending;
    bool evicted_in_simulation = false;
    Shape shape;
  };
  struct Set {
    std::string name;
    std::int32_t min_available = 1;
    std::vector<Task> tasks;  // task order
  };

  JobIx add_job(JobInfo job, std::vector<Set> sets) {
    const JobIx id = id_of<JobIx>(session.jobs.size());
    std::sort(sets.begin(), sets.end(), [](const Set& a, const Set& b) { return a.name < b.name; });
    job.first_task = id_of<TaskIx>(session.tasks.size());
    for (const Set& set : sets) {
      const PodSetIx p = id_of<PodSetIx>(session.pod_sets.size());
      PodSet pod_set;
      pod_set.name = set.name;
      pod_set.job = id;
      pod_set.min_available = set.min_available;
      for (const Task& t : set.tasks) {
        TaskInfo task;
        task.job = id;
        task.pod_set = p;
        task.status = t.status;
        task.evicted_in_simulation = t.evicted_in_simulation;
        task.shape = session.shapes.push_back(t.shape);
        task.accepted_gpu = t.shape.amounts.gpu;
        session.task_names.push_back(t.name);
        pod_set.tasks.push_back(session.tasks.push_back(task));
        pod_set.counts.add(t.status, 1);
        job.counts.add(t.status, 1);
        if (active_allocated(t.status)) job.allocated += t.shape.amounts;
      }
      job.pod_sets.push_back(session.pod_sets.push_back(std::move(pod_set)));
    }
    job.task_count = static_cast<std::uint32_t>(session.tasks.size() - index_of(job.first_task));
    return session.jobs.push_back(std::move(job));
  }

  // Ages of all jobs so far: (created, UID).
  void rank_jobs() {
    std::vector<JobIx> order;
    for (std::size_t i = 0; i < session.jobs.size(); ++i) order.push_back(id_of<JobIx>(i));
    std::sort(order.begin(), order.end(), [&](JobIx a, JobIx b) {
      const JobInfo& l = session.jobs[a];
      const JobInfo& r = session.jobs[b];
      return std::tie(l.created, l.uid, l.name) < std::tie(r.created, r.uid, r.name);
    });
    for (std::size_t i = 0; i < order.size(); ++i)
      session.jobs[order[i]].age_rank = static_cast<std::uint32_t>(i);
  }

  std::vector<std::string> names_of(const std::vector<TaskIx>& tasks) const {
    std::vector<std::string> names;
    for (TaskIx t : tasks) names.push_back(session.task_names[t]);
    return names;
  }
};

inline RuleSession::Task read_task(const Json& j) {
  RuleSession::Task task;
  task.name = j.value("name", "");
  task.status = status_named(j.at("status").get<std::string>());
  task.evicted_in_simulation = j.value("evicted_in_simulation", false);
  task.shape = read_request(j.contains("request") ? j.at("request") : j);
  return task;
}

}  // namespace berth::policy::kai::testing
