#include "sim/policy/kai/nodes/filters.hpp"

#include <algorithm>

#include "berth/cluster/labels.hpp"
#include "berth/core/invariant.hpp"
#include "sim/policy/kai/nodes/pre_filters.hpp"

namespace berth::policy::kai {

namespace {

constexpr std::uint8_t not_asked = 0xff;

bool has_label_rules(const workload::PodShape& pod) {
  return !pod.node_requirements.empty() || !pod.gpu_models.empty();
}

bool satisfied(const workload::NodeRequirement& requirement, const cluster::Labels& labels) {
  using Operator = workload::NodeRequirement::Operator;
  const std::string* value = cluster::find_label(labels, requirement.key);
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case Operator::in:
      return value != nullptr && listed();
    case Operator::not_in:
      return value == nullptr || !listed();
    case Operator::exists:
      return value != nullptr;
    case Operator::does_not_exist:
      break;
  }
  return value == nullptr;
}

bool tolerates(const workload::Toleration& toleration, const cluster::Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (toleration.key.empty()) return toleration.exists;
  if (toleration.key != taint.key) return false;
  return toleration.exists || toleration.value == taint.value;
}

}  // namespace

bool node_affinity_matches(const workload::PodShape& pod, const NodeInfo& node) {
  const bool labels_match =
      std::all_of(pod.node_requirements.begin(), pod.node_requirements.end(),
                  [&](const auto& requirement) { return satisfied(requirement, node.spec->labels); });
  if (!labels_match || pod.gpu_models.empty()) return labels_match;
  return node.model != nullptr &&
         std::any_of(pod.gpu_models.begin(), pod.gpu_models.end(), [&](const std::string& model) {
           return model == node.model->name || model == node.model->product_label;
         });
}

const cluster::Taint* untolerated_taint(const workload::PodShape& pod, const cluster::NodeSpec& node) {
  for (const cluster::Taint& taint : node.taints) {
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
    const bool tolerated = std::any_of(pod.tolerations.begin(), pod.tolerations.end(),
                                       [&](const auto& toleration) { return tolerates(toleration, taint); });
    if (!tolerated) return &taint;
  }
  return nullptr;
}

ResourceText text_amounts(const Session& session, const Shape& shape) {
  ResourceText text;
  text.cpu_milli = shape.cpu_milli;
  text.memory_bytes = shape.memory_bytes;
  text.devices = shape.devices;
  if (shape.gpu == GpuKind::whole) text.gpus = shape.devices;
  if (shape.gpu == GpuKind::fraction) {
    text.portion = shape.portion;
    text.gpus = shape.amounts.gpu;
  }
  text.gpu_memory_mib = shape.memory_mib;
  for (const MigCount& mig : shape.mig) {
    text.others.emplace_back("nvidia.com/mig-" + session.mig_profiles[mig.profile], mig.count);
  }
  std::sort(text.others.begin(), text.others.end());
  text.others.emplace_back("pods", 1);
  return text;
}

ResourceText text_amounts(const Session& session, const Room& room, const std::vector<std::int32_t>& mig) {
  ResourceText text;
  text.cpu_milli = room.cpu;
  text.memory_bytes = room.memory;
  text.gpus = room.gpus;
  for (std::size_t i = 0; i < mig.size(); ++i) {
    if (mig[i] == 0) continue;
    text.others.emplace_back("nvidia.com/mig-" + session.mig_profiles[id_of<ProfileIx>(i)], mig[i]);
  }
  std::sort(text.others.begin(), text.others.end());
  text.others.emplace_back("pods", room.pods);
  return text;
}

Filters::Filters(const Session& session)
    : session_(session), device_order_(device_order(session.options.plugins)) {
  for (const Shape& shape : session.shapes) {
    any_pod_affinity_ = any_pod_affinity_ || (shape.source != nullptr && !shape.source->pod_affinity.empty());
  }
  largest_mig_.assign(session.mig_profiles.size(), 0);
  for (const NodeInfo& node : session.nodes) {
    any_taint_ = any_taint_ || !node.spec->taints.empty();
    largest_.cpu = std::max(largest_.cpu, node.allocatable.cpu);
    largest_.memory = std::max(largest_.memory, node.allocatable.memory);
    largest_.gpus = std::max(largest_.gpus, node.allocatable.gpus);
    largest_.pods = std::max(largest_.pods, node.allocatable.pods);
    for (std::size_t i = 0; i < node.mig_allocatable.size(); ++i) {
      largest_mig_[i] = std::max(largest_mig_[i], node.mig_allocatable[i]);
    }
  }
}

bool Filters::pre_filter(TaskIx task) {
  task_ = task;
  over_capacity_ = capacity_by_node_ = false;
  capacity_memory_ = -1;
  if (!session_.options.plugins.predicates) return true;
  const Shape& shape = session_.shape_of(task);
  capacity_by_node_ = shape.devices > 0;
  if (!capacity_by_node_) over_capacity_ = !capacity(task, none<NodeIx>()).allowed();
  if (any_pod_affinity_) {
    skips_inter_pod_.resize(session_.tasks.size(), 0);
    std::uint8_t& skips = skips_inter_pod_[index_of(task)];
    if (!session_.options.bugs.skipped_filter_stays_skipped) skips = 0;
    inter_pod_ = {};
    if (skips == 0 && shape.source != nullptr) {
      inter_pod_ = InterPodAffinity(session_, *shape.source);
      skips = inter_pod_.idle() ? 1 : 0;
    }
  }
  double gpus = 0;
  if (shape.gpu == GpuKind::whole) gpus = shape.devices;
  if (shape.gpu == GpuKind::fraction) gpus = shape.amounts.gpu;
  if (gpus > largest_.gpus || shape.cpu_milli > largest_.cpu || shape.memory_bytes > largest_.memory ||
      largest_.pods < 1) {
    return false;
  }
  return std::all_of(shape.mig.begin(), shape.mig.end(),
                     [&](const MigCount& mig) { return mig.count <= largest_mig_[index_of(mig.profile)]; });
}

std::string Filters::pre_filter_message(TaskIx task) const {
  const std::string& space = session_.jobs[session_.tasks[task].job].namespace_name;
  const std::string& pod = session_.task_names[task];
  const auto message = max_node_resources_message(space, pod, session_.node_pool,
                                                  text_amounts(session_, session_.shape_of(task)),
                                                  text_amounts(session_, largest_, largest_mig_));
  BERTH_INVARIANT(message.has_value(), "a pod that no node is large enough for exceeds some resource");
  return pre_filters_message(space, pod, {{"MaxNodePoolResources", *message, {}}});
}

CapacityVerdict Filters::capacity(TaskIx task, NodeIx node) const {
  if (!session_.options.plugins.proportion) return {};
  const JobInfo& job = session_.jobs[session_.tasks[task].job];
  if (job.queue == none<QueueIx>()) return {};
  const Shape& shape = session_.shape_of(task);
  Resources request = shape.amounts;
  if (shape.devices > 0) {
    const NodeInfo& on = session_.nodes[node];
    request.gpu = session_.options.bugs.task_check_counts_one_device ? one_device_charge(on, shape)
                                                                     : portion_on(on, shape) * shape.devices;
  }
  return check_capacity(session_.queues, job.queue, request, job.preemptible);
}

NodeRefusal Filters::label_refusal(ShapeIx shape_ix, NodeIx node) {
  const workload::PodShape* pod = session_.shapes[shape_ix].source;
  if (pod == nullptr || (!any_taint_ && !has_label_rules(*pod))) return NodeRefusal::none;
  if (by_labels_.size() <= index_of(shape_ix)) by_labels_.resize(session_.shapes.size());
  std::vector<std::uint8_t>& known = by_labels_[index_of(shape_ix)];
  if (known.empty()) known.assign(session_.nodes.size(), not_asked);
  std::uint8_t& answer = known[index_of(node)];
  if (answer == not_asked) {
    const cluster::NodeSpec& spec = *session_.nodes[node].spec;
    NodeRefusal refusal = NodeRefusal::none;
    if (untolerated_taint(*pod, spec) != nullptr) {
      refusal = NodeRefusal::taint;
    } else if (!node_affinity_matches(*pod, session_.nodes[node])) {
      refusal = NodeRefusal::node_affinity;
    }
    answer = static_cast<std::uint8_t>(refusal);
  }
  return static_cast<NodeRefusal>(answer);
}

NodeRefusal Filters::refusal(NodeIx ix) {
  BERTH_INVARIANT(task_ != none<TaskIx>(), "pre_filter() comes before refusal()");
  const NodeInfo& node = session_.nodes[ix];
  const bool filtering = session_.options.plugins.predicates;
  const ShapeIx shape_ix = session_.tasks[task_].shape;
  const Shape& shape = session_.shapes[shape_ix];
  if (filtering) {
    if (capacity_by_node_) {
      // Most nodes have the same devices as the one before.
      if (node.gpu_memory != capacity_memory_) {
        capacity_memory_ = node.gpu_memory;
        over_capacity_ = !capacity(task_, ix).allowed();
      }
    }
    if (over_capacity_) return NodeRefusal::over_capacity;
    const NodeRefusal by_type = type_refusal(node, shape);
    if (by_type != NodeRefusal::none) return by_type;
    if (shape.gpu == GpuKind::memory && !node.memory_synced) return NodeRefusal::memory_not_synced;
    const std::int32_t slots = node.idle.pods + node.releasing.pods;
    if (slots < 2) {
      if (shape.shared()) choose_devices(node, shape, device_order_, false, choice_);
      if (slots < pod_slots_needed(node, shape, choice_, session_.options.bugs))
        return NodeRefusal::pod_slots;
    }
  }
  if (!node.schedulable) return node.ready ? NodeRefusal::node_unschedulable : NodeRefusal::node_not_ready;
  if (!filtering) return NodeRefusal::none;
  const NodeRefusal by_labels = label_refusal(shape_ix, ix);
  if (by_labels != NodeRefusal::none) return by_labels;
  if (any_pod_affinity_ && !inter_pod_.idle()) {
    const NodeRefusal by_pods = inter_pod_.refusal(*node.spec);
    if (by_pods != NodeRefusal::none) return by_pods;
  }
  if (session_.options.restrict_node_scheduling) {
    const bool gpu = !shape.cpu_only();
    if (cluster::find_label(node.spec->labels, gpu ? gpu_worker_label : cpu_worker_label) == nullptr) {
      return gpu ? NodeRefusal::not_gpu_worker : NodeRefusal::not_cpu_worker;
    }
  }
  return NodeRefusal::none;
}

std::string Filters::reason(NodeIx ix, NodeRefusal refusal) const {
  const JobInfo& job = session_.jobs[session_.tasks[task_].job];
  const NodeInfo& node = session_.nodes[ix];
  std::string detail;
  if (refusal == NodeRefusal::over_capacity) {
    const CapacityVerdict verdict = capacity(task_, ix);
    const std::string& queue = session_.queues[verdict.queue].name;
    const bool limit = verdict.reason == CapacityReason::over_limit;
    detail =
        "Reason: " + std::string(limit ? reason_over_limit : reason_non_preemptible_over_quota) +
        ", Details: " +
        (limit ? over_limit_message(queue, verdict.resource, verdict.bound, verdict.used, verdict.requested)
               : over_quota_message(queue, verdict.resource, verdict.bound, verdict.used, verdict.requested));
  } else if (refusal == NodeRefusal::taint) {
    const cluster::Taint* taint = untolerated_taint(*session_.shape_of(task_).source, *node.spec);
    detail = '{' + taint->key + ": " + taint->value + '}';
  } else if (refusal == NodeRefusal::legacy_mig_on_node) {
    for (std::size_t i = 0; i < session_.tasks.size(); ++i) {
      const TaskIx other = id_of<TaskIx>(i);
      const TaskInfo& task = session_.tasks[other];
      if (task.node != ix || !active_used(task.status) || !session_.shapes[task.shape].legacy_mig) continue;
      detail += (detail.empty() ? "" : " ") + session_.jobs[task.job].namespace_name + '/' +
                session_.task_names[other];
    }
  }
  return text_of(refusal, job.namespace_name, session_.task_names[task_], node.name, detail);
}

bool Filters::affinity_satisfiable(TaskIx task, const NodeList& nodes) {
  const workload::PodShape* pod = session_.shape_of(task).source;
  if (pod == nullptr || !has_label_rules(*pod)) return true;
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](NodeIx node) { return node_affinity_matches(*pod, session_.nodes[node]); });
}

}  // namespace berth::policy::kai
