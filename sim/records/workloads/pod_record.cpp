#include "sim/records/workloads/pod_record.hpp"

#include <string_view>

#include "sim/records/workloads/workload_facts.hpp"
#include "sim/records/workloads/workload_record.hpp"

namespace berth::records {

using workload::Pod;
using workload::PodStatus;

namespace {

bool has_started(const Pod& pod) {
  return pod.node != none<NodeId>() && pod.started_at >= pod.bound_at && pod.bound_at >= pod.created &&
         pod.status != PodStatus::pending && pod.status != PodStatus::binding;
}

// What Kubernetes says of the pod, and since when. A pod that was deleted while it ran had failed, as an evicted one has.
KubernetesPhase phase_of(const Pod& pod) {
  switch (pod.status) {
    case PodStatus::pending:
    case PodStatus::gated:
    case PodStatus::binding:
    case PodStatus::pipelined:
      return {"Pending", pod.created};
    case PodStatus::running:
      return {"Running", pod.started_at};
    case PodStatus::releasing:
      return has_started(pod) ? KubernetesPhase{"Running", pod.started_at}
                              : KubernetesPhase{"Pending", pod.created};
    case PodStatus::succeeded:
      return {"Succeeded", pod.ended_at};
    case PodStatus::failed:
    case PodStatus::deleted:
      return {"Failed", pod.ended_at};
  }
  return {"Unknown", pod.created};
}

void write_container(JsonWriter& out, const workload::WorkloadSpec& spec, const Pod& pod) {
  out.begin_object().key("name").string(spec.name).key("image").string(spec.image).key("startedAt");
  if (has_started(pod))
    out.instant(pod.started_at);
  else
    out.null();
  out.end_object();
}

void write_tolerations(JsonWriter& out, const workload::PodShape& shape) {
  out.begin_array();
  for (const auto& toleration : shape.tolerations) {
    out.begin_object();
    if (!toleration.key.empty()) out.key("key").string(toleration.key);
    out.key("operator").string(toleration.exists ? "Exists" : "Equal");
    if (!toleration.exists) out.key("value").string(toleration.value);
    if (!toleration.effect.empty()) out.key("effect").string(toleration.effect);
    out.end_object();
  }
  out.end_array();
}

std::string_view operator_name(workload::NodeRequirement::Operator op) {
  switch (op) {
    case workload::NodeRequirement::Operator::in:
      return "In";
    case workload::NodeRequirement::Operator::not_in:
      return "NotIn";
    case workload::NodeRequirement::Operator::exists:
      return "Exists";
    case workload::NodeRequirement::Operator::does_not_exist:
      return "DoesNotExist";
  }
  return "";
}

void write_affinity(JsonWriter& out, const workload::PodShape& shape) {
  out.begin_object();
  if (!shape.node_requirements.empty()) {
    out.key("required").begin_object().key("nodeSelectorTerms").begin_array().begin_object();
    out.key("matchExpressions").begin_array();
    for (const auto& requirement : shape.node_requirements) {
      out.begin_object()
          .key("key")
          .string(requirement.key)
          .key("operator")
          .string(operator_name(requirement.op));
      out.key("values").begin_array();
      for (const auto& value : requirement.values) out.string(value);
      out.end_array().end_object();
    }
    out.end_array().end_object().end_array().end_object();
  }
  out.end_object();
}

}  // namespace

void write_pod(JsonWriter& out, const View& view, PodId id, bool names) {
  const Pod& pod = view.workloads.pods[id];
  const auto& workload = view.workloads.all[pod.workload];
  const auto& spec = workload.spec;
  const auto& shape = view.workloads.shape_of(pod);
  const auto phase = phase_of(pod);
  const bool placed = workload::holds_devices(pod.status);
  const bool over = workload::finished(pod.status);
  out.begin_object();
  out.key("tenantId").integer(tenant_id);
  out.key("id").string(print_uuid(view.ids.pod(pod.workload, pod.index)));
  out.key("name").string(spec.name + "-" + std::to_string(pod.index));
  out.key("workloadId").string(print_uuid(view.ids.workload(pod.workload)));
  out.key("clusterId").string(print_uuid(view.ids.cluster()));
  out.key("projectId").string(Identities::queue(spec.project));
  if (names) {
    out.key("workloadName").string(spec.name);
    out.key("projectName").string(view.organization.queues[spec.project].name);
  }
  out.key("priorityClassName").string(spec.priority_class);
  out.key("revisionId").null();
  out.key("nodeName");
  if (pod.node == none<NodeId>())
    out.null();
  else
    out.string(view.cluster.nodes[pod.node].name);
  out.key("createdAt").instant(pod.created);
  out.key("updatedAt").instant(phase.since);
  out.key("completedAt");
  if (over && pod.status != PodStatus::deleted)
    out.instant(pod.ended_at);
  else
    out.null();
  out.key("deletedAt");
  if (pod.status == PodStatus::deleted)
    out.instant(pod.ended_at);
  else
    out.null();
  out.key("k8sPhase").string(phase.name).key("k8sPhaseUpdatedAt").instant(phase.since);
  out.key("containers").begin_array();
  write_container(out, spec, pod);
  out.end_array();
  out.key("currentNodePool");
  if (placed)
    out.string(view.cluster.pools[view.cluster.nodes[pod.node].pool].name);
  else
    out.null();
  out.key("requestedNodePools").begin_array();
  for (const PoolId pool : spec.node_pools) out.string(view.cluster.pools[pool].name);
  out.end_array();
  out.key("requestedResources");
  write_requested(out, {{&shape, 1}});
  out.key("allocatedResources");
  write_allocated(out, allocated_by(view, pod));
  out.key("tolerations");
  write_tolerations(out, shape);
  out.key("nodeAffinity");
  write_affinity(out, shape);
  out.key("ip").null();
  out.end_object();
}

std::vector<PodId> pods_of(const View& view, WorkloadId workload) {
  std::vector<PodId> out;
  for (std::size_t i = 0; i < view.workloads.pods.size(); ++i)
    if (view.workloads.pods[id_of<PodId>(i)].workload == workload) out.push_back(id_of<PodId>(i));
  return out;
}

}  // namespace berth::records
