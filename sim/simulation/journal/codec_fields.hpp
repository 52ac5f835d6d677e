// The fields of every stored struct, in the order of the journal format; the same list writes and reads. `append` new
// fields only with a new format version.
#pragma once

#include <concepts>
#include <type_traits>

#include "berth/simulation/journal.hpp"
#include "berth/simulation/transition.hpp"
#include "berth/simulation/world.hpp"
#include "sim/simulation/journal/codec.hpp"

namespace berth::simulation {

template <>
constexpr std::uint64_t last_of<workload::Kind>() {
  return 3;
}
template <>
constexpr std::uint64_t last_of<workload::Outcome>() {
  return 2;
}
template <>
constexpr std::uint64_t last_of<workload::Preemptibility>() {
  return 2;
}
template <>
constexpr std::uint64_t last_of<workload::GpuRequestKind>() {
  return 4;
}
template <>
constexpr std::uint64_t last_of<workload::NodeRequirement::Operator>() {
  return 3;
}
template <>
constexpr std::uint64_t last_of<workload::Phase>() {
  return 13;
}
template <>
constexpr std::uint64_t last_of<workload::PodStatus>() {
  return 8;
}
template <>
constexpr std::uint64_t last_of<workload::RefusalCode>() {
  return 3;
}
template <>
constexpr std::uint64_t last_of<cluster::MigStrategy>() {
  return 2;
}
template <>
constexpr std::uint64_t last_of<cluster::Inventory>() {
  return 1;
}
template <>
constexpr std::uint64_t last_of<cluster::Packing>() {
  return 1;
}
template <>
constexpr std::uint64_t last_of<policy::EvictionCause>() {
  return 4;
}
template <>
constexpr std::uint64_t last_of<FailureCause>() {
  return 1;
}
template <>
constexpr std::uint64_t last_of<StopCause>() {
  return 4;
}
template <>
constexpr std::uint64_t last_of<SuspendCause>() {
  return 2;
}
template <>
constexpr std::uint64_t last_of<Ending>() {
  return 1;
}
template <>
constexpr std::uint64_t last_of<EndCause>() {
  return 3;
}
template <>
constexpr std::uint64_t last_of<RunEnd>() {
  return 2;
}
template <>
constexpr std::uint64_t last_of<engine::InstantOrder>() {
  return 1;
}
// Ids: any number; who reads them checks that the entity exists.
template <class E>
constexpr std::uint64_t last_of() {
  return 0xffff'ffff;
}

// A T to read into, or a const T to write.
template <class V, class T>
concept Either = std::same_as<std::remove_const_t<V>, T>;

// --- what was asked
template <class A, Either<workload::MigRequest> V>
void fields(A& a, V& v) {
  a(v.profile, v.count);
}
template <class A, Either<workload::GpuRequest> V>
void fields(A& a, V& v) {
  a(v.kind, v.devices, v.portion, v.memory, v.portion_limit, v.memory_limit, v.mig);
}
template <class A, Either<workload::NodeRequirement> V>
void fields(A& a, V& v) {
  a(v.key, v.op, v.values);
}
template <class A, Either<workload::Toleration> V>
void fields(A& a, V& v) {
  a(v.key, v.exists, v.value, v.effect);
}
template <class A, Either<workload::PodAffinityTerm> V>
void fields(A& a, V& v) {
  a(v.anti, v.labels, v.topology_key);
}
template <class A, Either<workload::PodShape> V>
void fields(A& a, V& v) {
  a(v.gpu, v.cpu, v.memory, v.gpu_models, v.node_requirements, v.tolerations, v.labels, v.pod_affinity,
    v.legacy_mig);
}
template <class A, Either<workload::TopologyConstraint> V>
void fields(A& a, V& v) {
  a(v.topology, v.required, v.preferred);
}
template <class A, Either<workload::SubGroup> V>
void fields(A& a, V& v) {
  a(v.name, v.parent, v.min_pods, v.topology);
}
template <class A, Either<workload::PodTemplate> V>
void fields(A& a, V& v) {
  a(v.shape, v.count, v.sub_group, v.role, v.task_order);
}
template <class A, Either<workload::Checkpoints> V>
void fields(A& a, V& v) {
  a(v.every, v.cost, v.restart);
}
template <class A, Either<workload::WorkloadSpec> V>
void fields(A& a, V& v) {
  a(v.name, v.kind, v.project, v.priority, v.priority_class, v.preemptibility, v.node_pools, v.sub_groups,
    v.templates, v.framework, v.submitted_by, v.image, v.submit, v.duration, v.estimate, v.outcome,
    v.outcome_final, v.after, v.after_ids, v.checkpoints, v.image_pull, v.creation_delay, v.termination_grace,
    v.backoff_limit, v.delete_after, v.speed_milli, v.idle_percent, v.topology_slowdown_milli,
    v.terminate_after_preemption);
}

// --- the cluster and the organization
template <class A, Either<cluster::MigProfile> V>
void fields(A& a, V& v) {
  a(v.name, v.compute_slices, v.memory_slices, v.max_instances, v.starts, v.memory);
}
template <class A, Either<cluster::MigGeometry> V>
void fields(A& a, V& v) {
  a(v.name, v.compute_slices, v.memory_slices, v.profiles);
}
template <class A, Either<cluster::GpuModel> V>
void fields(A& a, V& v) {
  a(v.name, v.product_label, v.memory, v.nvlink_domain_gpus, v.typical_gpus_per_node, v.mig);
}
template <class A, Either<cluster::Topology> V>
void fields(A& a, V& v) {
  a(v.name, v.levels);
}
template <class A, Either<cluster::NodePool> V>
void fields(A& a, V& v) {
  a(v.name, v.gpu_placement, v.cpu_placement, v.nodes, v.membership);
}
template <class A, Either<cluster::MigInstance> V>
void fields(A& a, V& v) {
  a(v.device, v.start, v.profile, v.used, v.coming);
}
template <class A, Either<cluster::DeviceAssignment> V>
void fields(A& a, V& v) {
  a(v.devices, v.slots, v.shares, v.over_booked);
}
template <class A, Either<cluster::DeviceState> V>
void fields(A& a, V& v) {
  a(v.used, v.memory_used, v.mebibytes_used, v.shares, v.holders, v.whole_holders, v.whole_of, v.failed,
    v.mig);
}
template <class A, Either<cluster::Taint> V>
void fields(A& a, V& v) {
  a(v.key, v.value, v.effect);
}
template <class A, Either<cluster::NodeSpec> V>
void fields(A& a, V& v) {
  a(v.name, v.pool, v.cpu, v.memory, v.max_pods, v.gpus, v.gpu_model, v.gpu_memory, v.inventory,
    v.mig_strategy, v.mig_enabled, v.repartition_on_demand, v.mig_layout, v.mig_advertised, v.labels,
    v.taints, v.price_micros_per_hour);
}
template <class A, Either<cluster::NodeOccupancy> V>
void fields(A& a, V& v) {
  a(v.cpu_free, v.memory_free, v.pods, v.gpu_free, v.vacant, v.devices, v.instances, v.present, v.ready,
    v.cordoned);
}
template <class A, Either<organization::Quota> V>
void fields(A& a, V& v) {
  a(v.quota, v.limit, v.over_quota_weight);
}
template <class A, Either<organization::Queue> V>
void fields(A& a, V& v) {
  a(v.name, v.parent, v.children, v.priority, v.created, v.preempt_min_runtime, v.reclaim_min_runtime,
    v.quota, v.node_pools);
}

// --- usage
template <>
constexpr std::uint64_t last_of<organization::UsageWindow>() {
  return static_cast<std::uint64_t>(organization::UsageWindow::cron);
}
template <class A, Either<organization::CronSchedule> V>
void fields(A& a, V& v) {
  organization::CronSchedule::each_field(a, v);
}
template <class A, Either<organization::UsageOptions> V>
void fields(A& a, V& v) {
  a(v.type, v.window, v.half_life, v.fetch, v.staleness, v.resolution, v.window_start, v.cron);
}
template <class A, Either<organization::UsageMeter::Series> V>
void fields(A& a, V& v) {
  a(v.value, v.settled, v.integrals);
}
template <class A, Either<organization::UsageMeter> V>
void fields(A& a, V& v) {
  organization::UsageMeter::each_field(a, v);
}

// --- workloads as they stand
template <class A, Either<workload::Pod> V>
void fields(A& a, V& v) {
  a(v.workload, v.index, v.template_index, v.sub_group, v.shape, v.status, v.node, v.devices, v.created,
    v.bound_at, v.started_at, v.ended_at);
}
template <class A, Either<workload::Refusal> V>
void fields(A& a, V& v) {
  a(v.pool, v.code, v.queue, v.resource, v.limit, v.used, v.requested, v.at);
}
template <class A, Either<workload::Workload> V>
void fields(A& a, V& v) {
  a(v.spec, v.uid, v.pods, v.phase, v.pool, v.created, v.phase_since, v.updated, v.last_start,
    v.first_full_start, v.stale_since, v.completed_at, v.deleted_at, v.pending_total, v.running_total,
    v.refusals, v.preemptions, v.failures, v.pod_group, v.delete_requested, v.suspend_requested,
    v.deleting_job, v.dropped);
}
template <class A, Either<Work> V>
void fields(A& a, V& v) {
  a(v.total, v.done, v.saved, v.rate, v.since, v.into, v.pause);
}
template <class A, Either<Course> V>
void fields(A& a, V& v) {
  a(v.slots, v.first_work, v.next_index, v.minimum, v.required, v.pending, v.binding, v.running, v.releasing,
    v.succeeded, v.terminating, v.running_speed, v.unmet, v.tried_pools, v.pool_position, v.round_over,
    v.shared_work, v.in_pool, v.is_waiting, v.is_touring, v.is_leaving, v.been_ready, v.resuming,
    v.creation_from, v.ending, v.end_cause, v.suspend_cause, v.last_eviction, v.lost_gpu_time);
}
template <class A, Either<PodCourse> V>
void fields(A& a, V& v) {
  a(v.slot, v.terminating, v.releasing_since, v.failure);
}
template <class A, Either<PoolSums> V>
void fields(A& a, V& v) {
  a(v.gpu_capacity, v.gpu_allocated, v.gpu_overbooked, v.pending, v.running);
}
template <class A, Either<Cut> V>
void fields(A& a, V& v) {
  a(v.node, v.device, v.instances, v.begun);
}
template <class A, Either<PipelineNote> V>
void fields(A& a, V& v) {
  a(v.node, v.devices);
}
template <class A, Either<Totals> V>
void fields(A& a, V& v) {
  a(v.transitions, v.pods_evicted, v.pipelined_pods_evicted, v.completed, v.failed, v.dropped, v.deleted,
    v.lost_gpu_time);
}
template <class A, Either<RunEnded> V>
void fields(A& a, V& v) {
  a(v.why, v.events, v.cycles, v.decisions);
}

// --- the run
template <class A, Either<policy::PodClass> V>
void fields(A& a, V& v) {
  a(v.cpu, v.milli, v.devices, v.models, v.count);
}
template <class A, Either<policy::PolicySpec> V>
void fields(A& a, V& v) {
  a(v.name, v.placement, v.options, v.seed, v.typical);
}
template <class A, Either<RunHeader> V>
void fields(A& a, V& v) {
  a(v.program_version, v.name, v.seed, v.start, v.end, v.policy, v.cycle_period, v.order);
}

}  // namespace berth::simulation
