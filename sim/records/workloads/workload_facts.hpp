// The derived fields of a workload record, one function each, shared by the record, the list's filters and sorting, the
// telemetry and the metrics. All follow contract/NOTES.md section 2; none changes anything.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/records/workloads/view.hpp"

namespace berth::records {

// Amounts of a set of pods. GPU of MIG pods counts by the g-number, as quotas do (kai-semantics.md section 6).
struct Amounts {
  GpuMilli gpu;      // devices x portion
  Bytes gpu_memory;  // allocated: share x device memory; requested: what memory requests ask
  CpuMilli cpu;
  Bytes memory;
  std::map<std::string, std::int64_t> mig;  // profile -> instances
};

std::string_view type_of(const workload::WorkloadSpec& spec);      // "Training", ...
std::string_view category_of(const workload::WorkloadSpec& spec);  // "Train", "Build", "Deploy"

// What one pod holds: of its node's devices when it is placed. Zeros when it holds nothing that counts.
Amounts allocated_by(const View& view, const workload::Pod& pod);
// Over the bound pods that are not being deleted: what quota counts.
Amounts allocated_by(const View& view, const workload::Workload& workload);
GpuMilli allocated_gpus(const View& view, const workload::Workload& workload);

// Allocated devices that have idled for more than five minutes; nothing without an allocated GPU. Berth lets the GPUs of
// a pod idle for the last `idle_percent` of every hour since the pod started.
std::optional<GpuMilli> idle_gpus(const View& view, const workload::Workload& workload);
bool idle_at(const workload::WorkloadSpec& spec, const workload::Pod& pod, Instant now);

std::int32_t running_pods(const View& view, const workload::Workload& workload);
// Pools of the bound pods, distinct, in order of first use.
std::vector<PoolId> current_pools(const View& view, const workload::Workload& workload);

// Cumulative time in Pending or Running, the open stretch included.
Duration pending_time(const View& view, const workload::Workload& workload);
Duration running_time(const View& view, const workload::Workload& workload);
std::optional<Instant> guaranteed_until(const View& view, const workload::Workload& workload);

struct KubernetesPhase {
  std::string_view name;  // Pending, Running, Succeeded, Failed, Unknown, Suspended
  Instant since;
};
KubernetesPhase kubernetes_phase(const View& view, const workload::Workload& workload);

// "NonPreemptibleOverQuota", "OverLimit"; empty when the API has no code for the refusal.
std::string_view reason_code(workload::RefusalCode code);
// "You have reached the limit of ...": for whom the record is shown to. Empty like the code.
std::string_view user_message(workload::RefusalCode code);
// The scheduler's own sentence with its numbers (kai-semantics.md section 7).
std::string scheduler_message(const View& view, const workload::Workload& workload,
                              const workload::Refusal& refusal);
std::string_view eviction_sentence(policy::EvictionCause cause);
// What the record says of a workload that a pool has refused: the user's message of the first refusal with a code, else the
// API's sentence for want of room.
std::string refused_message(const workload::Workload& workload);
// Never empty for a Pending workload (waiting.hpp).
std::string phase_message(const View& view, const workload::Workload& workload);
// Refusals that the API has a code for; only of a pending workload.
std::vector<const workload::Refusal*> coded_refusals(const workload::Workload& workload);

// Deleted records are kept this long (contract/NOTES.md section 1).
inline constexpr Duration deleted_kept = days(14);
bool is_deleted(const View& view, const workload::Workload& workload);
// Deleted too long ago to be shown at all.
bool is_forgotten(const View& view, const workload::Workload& workload);

}  // namespace berth::records
