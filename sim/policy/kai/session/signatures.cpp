#include "sim/policy/kai/session/signatures.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

namespace berth::policy::kai {

namespace {

// Length-prefixed fields: two different lists of fields never make the same text.
void put(Signature& text, std::string_view field) {
  text += std::to_string(field.size());
  text += ':';
  text += field;
}
void put(Signature& text, std::int64_t number) {
  put(text, std::string_view(std::to_string(number)));
}

void put_sorted(Signature& text, std::vector<Signature> parts) {
  std::sort(parts.begin(), parts.end());
  put(text, static_cast<std::int64_t>(parts.size()));
  for (const Signature& part : parts) put(text, part);
}

template <class Items, class Write>
std::vector<Signature> each(const Items& items, Write write) {
  std::vector<Signature> parts;
  for (const auto& item : items) {
    Signature part;
    write(part, item);
    parts.push_back(std::move(part));
  }
  return parts;
}

void put_constraint(Signature& text, const workload::TopologyConstraint& constraint) {
  put(text, constraint.topology);
  put(text, constraint.required);
  put(text, constraint.preferred);
}

bool same_request(const Shape& a, const Shape& b) {
  return a.cpu_milli == b.cpu_milli && a.memory_bytes == b.memory_bytes && a.gpu == b.gpu &&
         a.devices == b.devices && a.portion == b.portion && a.memory_mib == b.memory_mib && a.mig == b.mig;
}

std::int32_t count_of(const Shape& shape, ProfileIx profile) {
  for (const MigCount& mig : shape.mig) {
    if (mig.profile == profile) return mig.count;
  }
  return 0;
}

bool no_more_than(const Shape& a, const Shape& b) {
  const auto whole = [](const Shape& s) { return s.gpu == GpuKind::mig ? 0 : s.amounts.gpu; };
  return a.cpu_milli <= b.cpu_milli && a.memory_bytes <= b.memory_bytes && whole(a) <= whole(b) &&
         a.gpu_memory_mib <= b.gpu_memory_mib &&
         std::all_of(a.mig.begin(), a.mig.end(),
                     [&](const MigCount& mig) { return mig.count <= count_of(b, mig.profile); });
}

// Pending tasks only, the largest first, so that like is compared with like.
void keep_pending_sorted(std::vector<ComparedTask>& tasks) {
  std::erase_if(tasks, [](const ComparedTask& task) { return !task.pending; });
  std::stable_sort(tasks.begin(), tasks.end(), [](const ComparedTask& a, const ComparedTask& b) {
    const auto key = [](const Shape& s) {
      return std::tuple(s.amounts.gpu, s.gpu_memory_mib, s.cpu_milli, s.memory_bytes);
    };
    return key(*a.shape) > key(*b.shape);
  });
}

}  // namespace

Signature signature_of(const PodConstraints& pod) {
  Signature text;
  put_sorted(text, pod.storage);
  put_sorted(text, each(pod.node_requirements, [](Signature& part, const workload::NodeRequirement& r) {
               put(part, r.key);
               put(part, static_cast<std::int64_t>(r.op));
               put_sorted(part, r.values);
             }));
  put_sorted(text, pod.gpu_models);
  put_sorted(text, each(pod.pod_affinity, [](Signature& part, const workload::PodAffinityTerm& term) {
               put(part, term.anti ? 1 : 0);
               put(part, term.topology_key);
               put_sorted(part, each(term.labels, [](Signature& label, const auto& pair) {
                            put(label, pair.first);
                            put(label, pair.second);
                          }));
             }));
  put_sorted(text, each(pod.tolerations, [](Signature& part, const workload::Toleration& toleration) {
               put(part, toleration.key);
               put(part, toleration.exists ? 1 : 0);
               put(part, toleration.value);
               put(part, toleration.effect);
             }));
  put_sorted(text, pod.spread_constraints);
  put_sorted(text, pod.host_ports);
  put(text, pod.priority_class);
  put(text, pod.priority);
  return text;
}

Signature signature_of(const Session& session, JobIx job_ix) {
  const JobInfo& job = session.jobs[job_ix];
  std::vector<Signature> pod_sets;
  for (const PodSetIx ix : job.pod_sets) {
    const PodSet& set = session.pod_sets[ix];
    std::map<ShapeIx, std::int64_t> waiting;
    for (const TaskIx task : set.tasks) {
      if (!active_allocated(session.tasks[task].status)) ++waiting[session.tasks[task].shape];
    }
    if (waiting.empty()) continue;
    Signature text;
    put_constraint(text, set.topology);
    for (SubGroupSetIx up = set.parent; up != none<SubGroupSetIx>(); up = session.sub_group_sets[up].parent) {
      put_constraint(text, session.sub_group_sets[up].topology);
    }
    std::vector<Signature> pods;
    for (const auto& [shape, count] : waiting) {
      PodConstraints pod;
      pod.priority = job.priority;
      if (const workload::PodShape* source = session.shapes[shape].source) {
        pod.node_requirements = source->node_requirements;
        pod.gpu_models = source->gpu_models;
        pod.pod_affinity = source->pod_affinity;
        pod.tolerations = source->tolerations;
      }
      pods.insert(pods.end(), static_cast<std::size_t>(count), signature_of(pod));
    }
    put_sorted(text, std::move(pods));
    pod_sets.push_back(std::move(text));
  }
  if (pod_sets.empty()) return {};
  Signature text;
  put_sorted(text, std::move(pod_sets));
  return text;
}

std::vector<ComparedTask> compared_tasks(const Session& session, JobIx job) {
  std::vector<ComparedTask> tasks;
  for (const PodSetIx pod_set : session.jobs[job].pod_sets) {
    for (const TaskIx task : session.pod_sets[pod_set].tasks) {
      tasks.push_back({session.tasks[task].status == TaskStatus::pending, &session.shape_of(task)});
    }
  }
  return tasks;
}

bool easier_than(std::vector<ComparedTask> failed, std::vector<ComparedTask> job) {
  keep_pending_sorted(failed);
  keep_pending_sorted(job);
  if (failed.empty() || job.empty()) return false;
  if (job.size() < failed.size()) return true;
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (no_more_than(*job[i].shape, *failed[i].shape) && !same_request(*job[i].shape, *failed[i].shape)) {
      return true;
    }
  }
  return false;
}

bool representative_replaced(std::vector<ComparedTask> failed, std::vector<ComparedTask> job) {
  keep_pending_sorted(failed);
  keep_pending_sorted(job);
  if (job.size() > failed.size()) return false;
  for (std::size_t i = 0; i < job.size(); ++i) {
    if (!no_more_than(*job[i].shape, *failed[i].shape)) return false;
  }
  return true;
}

}  // namespace berth::policy::kai
