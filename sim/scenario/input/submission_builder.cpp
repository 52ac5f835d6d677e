#include "sim/scenario/input/submission_builder.hpp"

#include <algorithm>
#include <map>

#include "berth/core/invariant.hpp"
#include "sim/scenario/input/shapes.hpp"

namespace berth::scenario {

namespace {

using simulation::Submission;

template <class Id>
Id look_up(const std::map<std::string, Id, std::less<>>& ids, const std::string& name) {
  const auto found = ids.find(name);
  BERTH_INVARIANT(found != ids.end(), "a name of a checked scenario: " + name);
  return found->second;
}

workload::TopologyConstraint constraint_of(const GangTopology& topology) {
  if (topology.empty()) return {};
  return {topology.topology.value, topology.required.value, topology.preferred.value};
}

// Equal shapes stand once.
ShapeId add_shape(std::vector<workload::PodShape>& shapes, workload::PodShape shape) {
  const auto same = std::find(shapes.begin(), shapes.end(), shape);
  const auto index = static_cast<std::size_t>(same - shapes.begin());
  if (same == shapes.end()) shapes.push_back(std::move(shape));
  return id_of<ShapeId>(index);
}

void add_sub_groups(const WorkloadCommon& common, const std::vector<SubGroupSpec>& groups,
                    std::int32_t parent, const PodAsk& ask, Submission& out) {
  for (const SubGroupSpec& from : groups) {
    workload::SubGroup group;
    group.name = from.name.value;
    group.parent = parent;
    group.topology = constraint_of(from.topology);
    const auto index = static_cast<std::int32_t>(out.spec.sub_groups.size());
    if (!from.sub_groups.empty()) {
      group.min_pods = 0;
      out.spec.sub_groups.push_back(std::move(group));
      add_sub_groups(common, from.sub_groups, index, ask, out);
      continue;
    }
    group.min_pods = from.min_pods;
    out.spec.sub_groups.push_back(std::move(group));
    workload::PodTemplate pods;
    pods.shape = add_shape(out.shapes, shape_of(common, from.ask ? *from.ask : ask));
    pods.count = from.pods;
    pods.sub_group = index;
    pods.role = from.role;
    out.spec.templates.push_back(std::move(pods));
  }
}

void add_flat_gang(const WorkloadCommon& common, const PodAsk& ask, Submission& out) {
  workload::SubGroup group;
  group.name = "default";
  group.min_pods = common.gang ? common.gang->min_pods : 1;
  if (common.gang) group.topology = constraint_of(common.gang->topology);
  if (common.master) {
    workload::PodTemplate master;
    master.shape = add_shape(out.shapes, shape_of(common, *common.master));
    master.role = "master";
    out.spec.templates.push_back(std::move(master));
    group.min_pods += 1;
  }
  workload::PodTemplate pods;
  pods.shape = add_shape(out.shapes, shape_of(common, ask));
  pods.count = common.pods;
  if (common.kind == workload::Kind::distributed) pods.role = "worker";
  out.spec.templates.push_back(std::move(pods));
  out.spec.sub_groups.push_back(std::move(group));
}

}  // namespace

workload::PodShape shape_of(const WorkloadCommon& workload, const PodAsk& ask) {
  workload::PodShape shape;
  shape.gpu = ask.gpu.value;
  shape.cpu = ask.cpu;
  shape.memory = ask.memory;
  for (const Name& model : workload.gpu_models) shape.gpu_models.push_back(model.value);
  shape.node_requirements = workload.node_affinity;
  shape.tolerations = workload.tolerations;
  shape.labels = workload.labels;
  shape.pod_affinity = workload.pod_affinity;
  return shape;
}

workload::PodShape shape_of(const formats::OpenbPod& pod, const formats::OpenbPods& pods) {
  workload::PodShape shape;
  shape.gpu = pod.gpu();
  shape.cpu = pod.cpu;
  shape.memory = pod.memory;
  shape.gpu_models = pods.specs[pod.spec];
  return shape;
}

Submission submission_of(const WorkloadCommon& common, const PodAsk& ask, const Ids& ids) {
  Submission out;
  workload::WorkloadSpec& spec = out.spec;
  spec.kind = common.kind;
  spec.priority = common.priority->value;
  spec.priority_class = common.priority->class_name;
  if (common.preemptible) {
    spec.preemptibility = *common.preemptible ? workload::Preemptibility::preemptible
                                              : workload::Preemptibility::non_preemptible;
  }
  for (const Name& pool : common.node_pools) spec.node_pools.push_back(look_up(ids.pools, pool.value));
  if (common.sub_groups.empty()) {
    add_flat_gang(common, ask, out);
  } else {
    workload::SubGroup root;
    root.min_pods = 0;
    if (common.gang) root.topology = constraint_of(common.gang->topology);
    spec.sub_groups.push_back(std::move(root));
    add_sub_groups(common, common.sub_groups, 0, ask, out);
  }
  spec.framework = common.framework;
  spec.submitted_by = common.submitted_by;
  spec.image = common.image;
  spec.checkpoints = {*common.checkpoint->every, *common.checkpoint->cost, *common.checkpoint->restart};
  spec.image_pull = *common.image_pull;
  spec.creation_delay = *common.creation_delay;
  spec.termination_grace = *common.termination_grace;
  if (common.backoff_limit) spec.backoff_limit = *common.backoff_limit;
  spec.delete_after = common.delete_after;
  for (const auto& [model, speed] : common.speed_milli) {
    const auto id = ids.models->find(model.value);
    BERTH_INVARIANT(id.has_value(), "a GPU model of a checked scenario: " + model.value);
    spec.speed_milli.emplace_back(*id, speed);
  }
  spec.idle_percent = common.idle_percent;
  spec.topology_slowdown_milli = common.topology_slowdown_milli;
  spec.terminate_after_preemption = common.terminate_after_preemption;
  return out;
}

std::vector<Submission> listed_submissions(const Scenario& scenario, const Ids& ids) {
  std::vector<Submission> all;
  for (const WorkloadSpec& from : scenario.workloads) {
    Submission out = submission_of(from, from.ask, ids);
    workload::WorkloadSpec& spec = out.spec;
    spec.name = from.name.value;
    spec.project = look_up(ids.projects, from.project.value);
    spec.submit = from.submit.from(scenario.start());
    spec.duration = from.duration.value_or(Duration::max());
    spec.estimate = from.estimate.value_or(spec.duration);
    spec.outcome = from.outcome;
    for (const Name& before : from.after) spec.after.push_back(before.value);
    all.push_back(std::move(out));
  }
  return all;
}

}  // namespace berth::scenario
