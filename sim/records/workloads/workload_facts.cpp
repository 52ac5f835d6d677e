#include "sim/records/workloads/workload_facts.hpp"

#include <algorithm>
#include <array>

#include "sim/core/text.hpp"
#include "sim/records/words/waiting.hpp"

namespace berth::records {

using workload::Kind;
using workload::Phase;
using workload::Pod;
using workload::PodStatus;
using workload::Refusal;
using workload::RefusalCode;
using workload::Workload;

namespace {

constexpr std::string_view no_room_message = "Not enough resources in the requested nodepool";

// Calls `use` with every pod of the workload's live generation.
template <class Use>
void each_pod(const View& view, const Workload& workload, Use use) {
  for (const PodId id : workload.pods) use(view.workloads.pods[id]);
}

// Workloads lie in one contiguous table beside their courses.
WorkloadId id_of_workload(const View& view, const Workload& workload) {
  return id_of<WorkloadId>(static_cast<std::size_t>(&workload - &*view.workloads.all.begin()));
}
const simulation::Course& course_of(const View& view, const Workload& workload) {
  return view.world.courses[id_of_workload(view, workload)];
}

void add_mig(const View& view, const cluster::NodeSpec& node, const workload::PodShape& shape, Amounts& to) {
  for (const auto& request : shape.gpu.mig) {
    to.mig[request.profile] += request.count;
    if (node.gpu_model == none<GpuModelId>()) continue;
    const auto& geometry = view.cluster.models[node.gpu_model].mig;
    if (const auto profile = geometry.find_profile(request.profile))
      to.gpu_memory += geometry.profiles[*profile].memory * request.count;
  }
}

}  // namespace

// The scheduler's sentences of kai-semantics.md section 7, as far as they need no second workload's name.
std::string_view eviction_sentence(policy::EvictionCause cause) {
  switch (cause) {
    case policy::EvictionCause::preempt:
      return "Workload was preempted by a higher priority workload";
    case policy::EvictionCause::reclaim:
      return "Workload was preempted by a workload of another queue (reclaim)";
    case policy::EvictionCause::consolidation:
      return "Workload was preempted and rescheduled due to bin packing (resource consolidation) procedure";
    case policy::EvictionCause::stale_gang:
      return "Workload doesn't meet the minimum required number of pods, evicting the remaining pods";
    case policy::EvictionCause::policy:
      return "Workload was evicted by the scheduler";
  }
  return "";
}

std::string_view type_of(const workload::WorkloadSpec& spec) {
  switch (spec.kind) {
    case Kind::training:
      return "Training";
    case Kind::workspace:
      return "Workspace";
    case Kind::distributed:
      return "Distributed";
    case Kind::inference:
      return "Inference";
  }
  return "";
}

std::string_view category_of(const workload::WorkloadSpec& spec) {
  switch (spec.kind) {
    case Kind::training:
    case Kind::distributed:
      return "Train";
    case Kind::workspace:
      return "Build";
    case Kind::inference:
      return "Deploy";
  }
  return "";
}

Amounts allocated_by(const View& view, const Pod& pod) {
  Amounts out;
  if (!workload::counts_as_allocated(pod.status)) return out;
  const auto& shape = view.workloads.shape_of(pod);
  const auto& node = view.cluster.nodes[pod.node];
  out.cpu = shape.cpu;
  out.memory = shape.memory;
  if (shape.cpu_only()) return out;
  out.gpu = view.world.device_share(pod);
  if (shape.gpu.kind == workload::GpuRequestKind::mig)
    add_mig(view, node, shape, out);
  else if (shape.gpu.kind == workload::GpuRequestKind::memory)
    out.gpu_memory = shape.gpu.memory * shape.gpu.devices;
  else  // the portion of each device's memory, rounded down to bytes
    out.gpu_memory = Bytes(node.gpu_memory.value / 1000 * out.gpu.value +
                           node.gpu_memory.value % 1000 * out.gpu.value / 1000);
  return out;
}

Amounts allocated_by(const View& view, const Workload& workload) {
  Amounts out;
  each_pod(view, workload, [&](const Pod& pod) {
    const Amounts one = allocated_by(view, pod);
    out.gpu += one.gpu;
    out.gpu_memory += one.gpu_memory;
    out.cpu += one.cpu;
    out.memory += one.memory;
    for (const auto& [profile, count] : one.mig) out.mig[profile] += count;
  });
  return out;
}

GpuMilli allocated_gpus(const View& view, const Workload& workload) {
  return allocated_by(view, workload).gpu;
}

bool idle_at(const workload::WorkloadSpec& spec, const Pod& pod, Instant now) {
  if (spec.idle_percent <= 0 || pod.status != PodStatus::running) return false;
  constexpr Duration unnoticed = minutes(5);
  const Duration since_start = now - pod.started_at;
  if (spec.idle_percent >= 100) return since_start > unnoticed;
  constexpr Duration period = hours(1);
  const Duration busy{period.micros / 100 * (100 - spec.idle_percent)};
  return Duration{since_start.micros % period.micros} > busy + unnoticed;
}

std::optional<GpuMilli> idle_gpus(const View& view, const Workload& workload) {
  GpuMilli allocated, idle;
  each_pod(view, workload, [&](const Pod& pod) {
    const GpuMilli gpu = allocated_by(view, pod).gpu;
    allocated += gpu;
    if (idle_at(workload.spec, pod, view.now)) idle += gpu;
  });
  if (allocated.value == 0) return std::nullopt;
  return idle;
}

std::int32_t running_pods(const View& view, const Workload& workload) {
  std::int32_t n = 0;
  each_pod(view, workload, [&](const Pod& pod) { n += pod.status == PodStatus::running ? 1 : 0; });
  return n;
}

std::vector<PoolId> current_pools(const View& view, const Workload& workload) {
  std::vector<std::pair<Instant, PoolId>> uses;
  each_pod(view, workload, [&](const Pod& pod) {
    if (workload::holds_devices(pod.status))
      uses.emplace_back(pod.bound_at, view.cluster.nodes[pod.node].pool);
  });
  std::stable_sort(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PoolId> out;
  for (const auto& [at, pool] : uses)
    if (std::find(out.begin(), out.end(), pool) == out.end()) out.push_back(pool);
  return out;
}

Duration pending_time(const View& view, const Workload& workload) {
  return workload.pending_total +
         (workload.phase == Phase::pending ? view.now - workload.phase_since : Duration{});
}

Duration running_time(const View& view, const Workload& workload) {
  return workload.running_total +
         (workload.phase == Phase::running ? view.now - workload.phase_since : Duration{});
}

// A workload is safe from everybody only while both protections last, its queue's own or the nearest above that has one.
std::optional<Instant> guaranteed_until(const View& view, const Workload& workload) {
  if (!workload.spec.preemptible() || !workload.last_start || allocated_gpus(view, workload).value == 0)
    return std::nullopt;
  std::optional<Duration> preempt, reclaim;
  for (QueueId id = workload.spec.project; id != none<QueueId>(); id = view.organization.queues[id].parent) {
    const auto& queue = view.organization.queues[id];
    if (!preempt) preempt = queue.preempt_min_runtime;
    if (!reclaim) reclaim = queue.reclaim_min_runtime;
  }
  const Duration both = std::min(preempt.value_or(Duration{}), reclaim.value_or(Duration{}));
  const Instant end = *workload.last_start + both;
  if (end <= view.now) return std::nullopt;
  return end;
}

KubernetesPhase kubernetes_phase(const View& view, const Workload& workload) {
  if (workload.phase == Phase::unknown) return {"Unknown", workload.phase_since};
  bool any = false, active = false;
  Instant first_created = Instant::never(), first_started = Instant::never();
  each_pod(view, workload, [&](const Pod& pod) {
    if (pod.status == PodStatus::deleted) return;
    any = true;
    first_created = std::min(first_created, pod.created);
    const bool started = pod.status == PodStatus::running ||
                         (pod.status == PodStatus::releasing && pod.started_at >= pod.bound_at);
    if (!started) return;
    active = true;
    first_started = std::min(first_started, pod.started_at);
  });
  if (workload.completed_at) {
    const bool failed = course_of(view, workload).ending == simulation::Ending::failed;
    return {failed ? "Failed" : "Succeeded", *workload.completed_at};
  }
  if (active) return {"Running", first_started};
  if (!any && workload.suspend_requested) return {"Suspended", workload.phase_since};
  return {"Pending", any ? first_created : workload.created};
}

std::string_view reason_code(RefusalCode code) {
  switch (code) {
    case RefusalCode::over_limit:
      return "OverLimit";
    case RefusalCode::non_preemptible_over_quota:
      return "NonPreemptibleOverQuota";
    case RefusalCode::no_room:
    case RefusalCode::never_fits:
      return "";
  }
  return "";
}

std::string_view user_message(RefusalCode code) {
  switch (code) {
    case RefusalCode::over_limit:
      return "You have reached the limit of resources";
    case RefusalCode::non_preemptible_over_quota:
      return "You have reached the limit of non-preemptible resources";
    case RefusalCode::no_room:
    case RefusalCode::never_fits:
      return "";
  }
  return "";
}

std::vector<const Refusal*> coded_refusals(const Workload& workload) {
  std::vector<const Refusal*> out;
  if (workload.phase != Phase::pending) return out;
  for (const auto& refusal : workload.refusals)
    if (!reason_code(refusal.code).empty()) out.push_back(&refusal);
  return out;
}

std::string scheduler_message(const View& view, const Workload& workload, const Refusal& refusal) {
  static constexpr std::array<std::string_view, organization::resource_count> words{"CPU cores", "GB memory",
                                                                                    "GPUs"};
  static constexpr std::array<std::string_view, organization::resource_count> limit_words{"CPU cores",
                                                                                          "memory", "GPUs"};
  const auto resource = static_cast<organization::Resource>(refusal.resource);
  // Memory is told in decimal gigabytes, the others in units of a thousand.
  const auto amount = [&](std::int64_t value) {
    return print_decimal(resource == organization::Resource::memory ? value / 1'000'000 : value, 3);
  };
  const std::string word(words[refusal.resource]);
  const std::string queue =
      refusal.queue == none<QueueId>() ? "" : view.organization.queues[refusal.queue].name;
  switch (refusal.code) {
    case RefusalCode::over_limit: {
      const std::string unit = resource == organization::Resource::memory ? " GB" : " " + word;
      return queue + " quota has reached the allowable limit of " +
             std::string(limit_words[refusal.resource]) + ". Limit is " + amount(refusal.limit) + unit +
             ", currently " + amount(refusal.used) + unit + " allocated and workload requested " +
             amount(refusal.requested) + unit;
    }
    case RefusalCode::non_preemptible_over_quota:
      return "Non-preemptible workload is over quota. Workload requested " + amount(refusal.requested) + " " +
             word + ", but " + queue + " quota is " + amount(refusal.limit) + " " + word + ", while " +
             amount(refusal.used) + " " + word +
             " are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.";
    case RefusalCode::no_room:
      return std::string(no_room_message);
    case RefusalCode::never_fits:
      return "No node of node pool " + view.cluster.pools[refusal.pool].name +
             " is large enough for a pod of " + workload.spec.name;
  }
  return "";
}

std::string refused_message(const Workload& workload) {
  const auto coded = coded_refusals(workload);
  return std::string(coded.empty() ? no_room_message : user_message(coded.front()->code));
}

std::string phase_message(const View& view, const Workload& workload) {
  switch (workload.phase) {
    case Phase::pending:
      return wait_message(view, id_of_workload(view, workload));
    case Phase::failed:
      switch (course_of(view, workload).end_cause) {
        case simulation::EndCause::dropped:
          return std::string(no_room_message);
        case simulation::EndCause::backoff_limit:
          return "back-off limit exceeded";
        case simulation::EndCause::work_done:
        case simulation::EndCause::exit_code:
          return workload.spec.name + " exited with code 1";
      }
      return "";
    case Phase::terminating:
      return std::string(eviction_sentence(course_of(view, workload).last_eviction));
    default:
      return "";
  }
}

bool is_deleted(const View& view, const Workload& workload) {
  return workload.deleted_at && *workload.deleted_at <= view.now;
}

bool is_forgotten(const View& view, const Workload& workload) {
  return is_deleted(view, workload) && view.now - *workload.deleted_at > deleted_kept;
}

}  // namespace berth::records
