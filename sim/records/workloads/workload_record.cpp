#include "sim/records/workloads/workload_record.hpp"

#include <algorithm>
#include <optional>

#include "berth/core/quantity_text.hpp"
#include "sim/records/words/fit_messages.hpp"
#include "sim/records/words/waiting.hpp"
#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {

using workload::GpuRequestKind;
using workload::Kind;
using workload::Phase;
using workload::Pod;
using workload::PodStatus;
using workload::Workload;

namespace {

void instant_or_null(JsonWriter& out, const std::optional<Instant>& value) {
  if (value)
    out.instant(*value);
  else
    out.null();
}

// A pair {limit, request}: of numbers in thousandths, or of quantities. An absent limit is null.
void milli_pair(JsonWriter& out, std::optional<std::int64_t> limit, std::int64_t request) {
  out.begin_object().key("limit");
  if (limit)
    out.milli(*limit);
  else
    out.null();
  out.key("request").milli(request).end_object();
}

void bytes_pair(JsonWriter& out, std::optional<std::int64_t> limit, std::int64_t request) {
  out.begin_object().key("limit");
  if (limit)
    out.string(print_bytes(Bytes(*limit)));
  else
    out.null();
  out.key("request").string(print_bytes(Bytes(request))).end_object();
}

void null_pair(JsonWriter& out) {
  out.begin_object().key("limit").null().key("request").null().end_object();
}

// 2.24 has MIG instances as extended resources; `migProfile`, which it dropped, stays as an extra key for older readers
// (contract/NOTES.md section 7).
void write_mig(JsonWriter& out, const std::map<std::string, std::int64_t>& mig) {
  out.key("extendedResources").begin_array();
  for (const auto& [profile, count] : mig)
    out.begin_object()
        .key("resource")
        .string("nvidia.com/mig-" + profile)
        .key("quantity")
        .string(std::to_string(count))
        .key("exclude")
        .boolean(false)
        .end_object();
  out.end_array();
  if (mig.empty()) return;
  out.key("migProfile").begin_array();
  for (const auto& [profile, count] : mig)
    out.begin_object().key("profile").string(profile).key("quantity").integer(count).end_object();
  out.end_array();
}

// What the specification asks for, all pods at full size.
std::vector<RequestedShape> specified(const View& view, const Workload& workload) {
  std::vector<RequestedShape> out;
  for (const auto& pods : workload.spec.templates)
    out.push_back({&view.workloads.shapes[pods.shape], pods.count});
  return out;
}

// What the pods that exist now ask for: those of the live generation whose objects are not gone.
std::vector<RequestedShape> existing(const View& view, const Workload& workload) {
  std::vector<RequestedShape> out;
  for (const PodId id : workload.pods) {
    const Pod& pod = view.workloads.pods[id];
    if (pod.status != PodStatus::deleted) out.push_back({&view.workloads.shape_of(pod), 1});
  }
  return out;
}

// number: pods wanted now. min and max: an elastic gang's bounds. parallelism and completions: a training of several
// independent pods runs them all at once and ends when all have completed.
void write_requested_pods(JsonWriter& out, const Workload& workload) {
  const auto& spec = workload.spec;
  const std::int32_t count = spec.pod_count(), least = spec.min_pods();
  const bool parallel = spec.kind == Kind::training && count > 1;
  const bool elastic = !parallel && least < count;
  const auto number = [&](std::string_view key, bool applies, std::int32_t value) {
    out.key(key);
    if (applies)
      out.integer(value);
    else
      out.null();
  };
  out.begin_object().key("number").integer(count);
  number("min", elastic, least);
  number("max", elastic, count);
  number("parallelism", parallel, count);
  number("completions", parallel, count);
  out.end_object();
}

// What one node pool has to say; empty: nothing. The policy's whole sentence when it is at hand, else the short one.
std::string pool_message(const View& view, WorkloadId id, const Workload& workload, PoolId pool) {
  const auto refusal = std::find_if(workload.refusals.begin(), workload.refusals.end(),
                                    [&](const workload::Refusal& r) { return r.pool == pool; });
  const bool refused = refusal != workload.refusals.end();
  if (refused && !reason_code(refusal->code).empty()) return scheduler_message(view, workload, *refusal);
  if (const auto* said = view.messages ? view.messages->find(id, pool) : nullptr) {
    if (!said->message.empty()) return said->message;
    // The refusal that never ends says so itself.
    if (!said->conclusion.empty() && !(refused && refusal->code == workload::RefusalCode::never_fits))
      return said->conclusion;
  }
  return refused ? scheduler_message(view, workload, *refusal) : "";
}

// One condition, as Kubernetes has one a type: the pools' sentences stand in its message, a line each.
std::string condition_message(const View& view, WorkloadId id, const Workload& workload, WaitCause cause) {
  if (cause == WaitCause::awaits || cause == WaitCause::leaving) return wait_message(view, id);
  std::string out;
  for (const PoolId pool : workload.spec.node_pools) {
    const std::string said = pool_message(view, id, workload, pool);
    if (said.empty()) continue;
    out += (out.empty() ? "" : "\n") + ("node pool " + view.cluster.pools[pool].name) + ": " + said;
  }
  return out.empty() ? wait_message(view, id) : out;
}

void write_conditions(JsonWriter& out, const View& view, WorkloadId id, const Workload& workload) {
  out.begin_array();
  if (const auto cause = wait_cause(view, id)) {
    out.begin_object().key("type").string("PodScheduled").key("status").string("False");
    if (*cause == WaitCause::awaits)
      out.key("reason").string("SchedulingGated");
    else if (*cause != WaitCause::unseen)
      out.key("reason").string("Unschedulable");
    out.key("message").string(condition_message(view, id, workload, *cause));
    out.key("lastTransitionTime").instant(waiting_since(view, id)).end_object();
  }
  out.end_array();
}

void write_pending_messages(JsonWriter& out, const View& view, const Workload& workload) {
  if (workload.phase != Phase::pending) {
    out.null();
    return;
  }
  out.begin_array();
  for (const auto* refusal : coded_refusals(workload)) {
    out.begin_object();
    out.key("nodePool").string(view.cluster.pools[refusal->pool].name);
    out.key("phaseReason").string(reason_code(refusal->code));
    out.key("reason").string(
        refusal->code == workload::RefusalCode::over_limit ? "Over limit" : "Non-preemptible over quota");
    out.key("orgType");
    if (refusal->queue == none<QueueId>())
      out.null();
    else
      out.string(refusal->queue == workload.spec.project ? "PROJECT" : "DEPARTMENT");
    out.key("userMessage").string(user_message(refusal->code)).end_object();
  }
  out.end_array();
}

void write_topology(JsonWriter& out, const Workload& workload) {
  if (workload.spec.sub_groups.empty() || workload.spec.sub_groups.front().topology.empty()) {
    out.null();
    return;
  }
  const auto& topology = workload.spec.sub_groups.front().topology;
  out.begin_object();
  if (!topology.topology.empty()) out.key("name").string(topology.topology);
  if (!topology.preferred.empty()) out.key("preferredPlacement").string(topology.preferred);
  if (!topology.required.empty()) out.key("requiredPlacement").string(topology.required);
  out.end_object();
}

void write_identity(JsonWriter& out, const View& view, WorkloadId id, const Workload& workload) {
  const auto& spec = workload.spec;
  const auto& project = view.organization.queues[spec.project];
  const QueueId department = view.organization.top_of(spec.project);
  out.key("tenantId").integer(tenant_id);
  out.key("id").string(print_uuid(view.ids.workload(id)));
  out.key("clusterId").string(print_uuid(view.ids.cluster()));
  out.key("name").string(spec.name);
  out.key("namespace").string("runai-" + project.name);
  out.key("submittedBy").string(spec.submitted_by);
  out.key("type").string(type_of(spec));
  out.key("category").string(category_of(spec));
  // Who is known to have submitted it did so through the control plane; what has no owner came from a trace or kubectl.
  out.key("source").string(spec.submitted_by.empty() ? "Other" : "Control-plane");
  out.key("sourceApi").null();
  out.key("priority").integer(spec.priority);
  out.key("priorityClassName").string(spec.priority_class);
  out.key("preemptible").boolean(spec.preemptible());
  out.key("projectId").string(Identities::queue(spec.project));
  out.key("projectName").string(project.name);
  out.key("departmentId").string(Identities::queue(department));
  out.key("departmentName").string(view.organization.queues[department].name);
}

void write_state(JsonWriter& out, const View& view, WorkloadId id, const Workload& workload) {
  const KubernetesPhase kubernetes = kubernetes_phase(view, workload);
  const auto coded = coded_refusals(workload);
  out.key("createdAt").instant(workload.created);
  out.key("updatedAt").instant(workload.updated);
  out.key("phase").string(workload::name_of(workload.phase));
  out.key("phaseUpdatedAt").instant(workload.phase_since);
  out.key("phaseMessage").string(phase_message(view, workload));
  out.key("phaseReason");
  if (coded.empty())
    out.null();
  else
    out.string(reason_code(coded.front()->code));
  out.key("k8sPhase").string(kubernetes.name);
  out.key("k8sPhaseUpdatedAt").instant(kubernetes.since);
  out.key("conditions");
  write_conditions(out, view, id, workload);
  out.key("completedAt");
  instant_or_null(out, workload.completed_at);
  out.key("deletedAt");
  instant_or_null(out, workload.deleted_at);
  out.key("totalPendingTimeSeconds").integer(pending_time(view, workload) / seconds(1));
  out.key("totalRunningTimeSeconds").integer(running_time(view, workload) / seconds(1));
  out.key("guaranteedRuntimeEndsAt");
  instant_or_null(out, guaranteed_until(view, workload));
}

void write_resources(JsonWriter& out, const View& view, const Workload& workload) {
  out.key("runningPods").integer(running_pods(view, workload));
  out.key("requestedPods");
  write_requested_pods(out, workload);
  out.key("workloadRequestedResources");
  write_requested(out, specified(view, workload));
  out.key("podsRequestedResources");
  const auto pods = existing(view, workload);
  if (pods.empty())
    out.null();
  else
    write_requested(out, pods);
  out.key("allocatedResources");
  write_allocated(out, allocated_by(view, workload));
  const auto idle = idle_gpus(view, workload);
  out.key("idleAllocatedGpus");
  if (idle)
    out.milli(idle->value);
  else
    out.null();
  out.key("idleGpus");
  if (idle)
    out.integer(idle->value / 1000);
  else
    out.null();
  out.key("requestedNodePools").begin_array();
  for (const PoolId pool : workload.spec.node_pools) out.string(view.cluster.pools[pool].name);
  out.end_array();
  out.key("currentNodePools").begin_array();
  for (const PoolId pool : current_pools(view, workload)) out.string(view.cluster.pools[pool].name);
  out.end_array();
}

void write_specification(JsonWriter& out, const Workload& workload) {
  const auto& spec = workload.spec;
  const bool can_suspend = spec.kind != Kind::inference && !workload.delete_requested;
  out.key("actionsSupport").begin_object();
  out.key("delete").boolean(!workload.delete_requested).key("suspend").boolean(can_suspend).end_object();
  out.key("images").begin_array();
  if (!spec.image.empty()) out.string(spec.image);
  out.end_array();
  out.key("command").string("").key("arguments").string("");
  out.key("environmentVariables").begin_object().end_object();
  for (const char* empty : {"urls", "datasources", "environments", "externalConnections"})
    out.key(empty).begin_array().end_array();
  out.key("distributedFramework").string(spec.framework);
  out.key("additionalFields").begin_object().end_object();
  out.key("topology");
  write_topology(out, workload);
}

}  // namespace

void write_requested(JsonWriter& out, const std::vector<RequestedShape>& shapes) {
  // A workload's pods ask in one way; a master without a GPU beside workers with one is the exception.
  GpuRequestKind kind = GpuRequestKind::none;
  std::int64_t gpu = 0, gpu_limit = 0, gpu_memory = 0, gpu_memory_limit = 0, cpu = 0, memory = 0;
  std::map<std::string, std::int64_t> mig;
  for (const auto& [shape, count] : shapes) {
    const auto& request = shape->gpu;
    if (kind == GpuRequestKind::none) kind = request.kind;
    const std::int64_t devices = request.devices * count;
    gpu += request.portion.value * devices;
    gpu_limit += request.portion_limit.value_or(request.portion).value * devices;
    gpu_memory += request.memory.value * devices;
    gpu_memory_limit += request.memory_limit.value_or(request.memory).value * devices;
    for (const auto& one : request.mig) mig[one.profile] += one.count * count;
    cpu += shape->cpu.value * count;
    memory += shape->memory.value * count;
  }
  const bool portion = kind == GpuRequestKind::whole || kind == GpuRequestKind::fraction;
  out.begin_object().key("gpuRequestType");
  if (portion)
    out.string("portion");
  else if (kind == GpuRequestKind::memory)
    out.string("memory");
  else
    out.null();
  out.key("gpu");
  if (portion)
    milli_pair(out, gpu_limit, gpu);
  else
    null_pair(out);
  out.key("gpuMemory");
  if (kind == GpuRequestKind::memory)
    bytes_pair(out, gpu_memory_limit, gpu_memory);
  else
    null_pair(out);
  out.key("cpu");
  milli_pair(out, std::nullopt, cpu);
  out.key("cpuMemory");
  bytes_pair(out, std::nullopt, memory);
  write_mig(out, mig);
  out.end_object();
}

void write_allocated(JsonWriter& out, const Amounts& amounts) {
  out.begin_object();
  out.key("gpu").milli(amounts.gpu.value);
  out.key("gpuMemory").string(mebibytes_text(amounts.gpu_memory));
  out.key("cpu").milli(amounts.cpu.value);
  out.key("cpuMemory").string(print_bytes(amounts.memory));
  write_mig(out, amounts.mig);
  out.end_object();
}

void write_workload(JsonWriter& out, const View& view, WorkloadId id, Detail detail) {
  const Workload& workload = view.workloads.all[id];
  out.begin_object();
  write_identity(out, view, id, workload);
  write_state(out, view, id, workload);
  write_resources(out, view, workload);
  write_specification(out, workload);
  if (detail == Detail::full) {
    out.key("pendingSchedulingMessages");
    write_pending_messages(out, view, workload);
  }
  out.end_object();
}

}  // namespace berth::records
