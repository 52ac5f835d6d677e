#include "sim/records/words/summary.hpp"

#include <algorithm>
#include <set>

#include "berth/core/int128.hpp"

namespace berth::records {

using workload::Workload;

namespace {

constexpr std::int64_t micro_percent = 100'000'000;  // 100 percent in millionths of a percent

std::int64_t rounded(Int128 numerator, Int128 denominator) {
  return static_cast<std::int64_t>((2 * numerator + denominator) / (2 * denominator));
}

std::int64_t share(Int128 part, Int128 whole) {
  return whole == 0 ? 0 : rounded(part * micro_percent, whole);
}

// What a workload asks at full size, in thousandths of a GPU, as far as no node need be known; memory requests count as
// the devices that they share.
std::int64_t full_size_gpus(const simulation::World& world, const Workload& workload) {
  std::int64_t milli = 0;
  for (const auto& pods : workload.spec.templates) {
    const auto& request = world.workloads.shapes[pods.shape].gpu;
    const GpuMilli one = request.kind == workload::GpuRequestKind::memory ? whole_gpus(request.devices)
                                                                          : request.quota_amount();
    milli += one.value * pods.count;
  }
  return milli;
}

Wait wait_of(const Workload& workload, Instant end) {
  if (workload.first_full_start) return {*workload.first_full_start - workload.created, false};
  return {end - workload.created, true};
}

std::string_view name_of(simulation::RunEnd why) {
  switch (why) {
    case simulation::RunEnd::drained:
      return "drained";
    case simulation::RunEnd::end_reached:
      return "end-reached";
    case simulation::RunEnd::stopped:
      return "stopped";
  }
  return "";
}

struct GpuTime {
  Int128 wanted = 0, got = 0;  // milli x microseconds
};

// Jain's index in millionths. Each share is held in millionths: n shares squared stay far below 128 bits.
std::optional<std::int64_t> jain(const std::map<QueueId, GpuTime>& projects) {
  Int128 sum = 0, squares = 0;
  std::int64_t count = 0;
  for (const auto& [queue, time] : projects) {
    if (time.wanted == 0) continue;
    const Int128 x = time.got * 1'000'000 / time.wanted;
    sum += x;
    squares += x * x;
    ++count;
  }
  if (count == 0 || squares == 0) return std::nullopt;
  return rounded(sum * sum * 1'000'000, squares * count);
}

void count_waits(Summary& out, const simulation::World& world) {
  IdVector<QueueId, Waits> projects(world.organization.queues.size());
  IdVector<PoolId, Waits> pools(world.cluster.pools.size());
  for (const auto& workload : world.workloads.all) {
    const Wait wait = wait_of(workload, out.end);
    out.waits.add(wait);
    projects[workload.spec.project].add(wait);
    pools[workload.pool].add(wait);
  }
  out.waits.sort();
  const auto keep = [](const std::string& name, Waits& waits, std::vector<NamedWaits>& to) {
    if (waits.count() == 0) return;
    waits.sort();
    to.push_back({name, std::move(waits)});
  };
  for (std::size_t i = 0; i < projects.size(); ++i)
    keep(world.organization.queues[id_of<QueueId>(i)].name, projects[id_of<QueueId>(i)], out.by_project);
  for (std::size_t i = 0; i < pools.size(); ++i)
    keep(world.cluster.pools[id_of<PoolId>(i)].name, pools[id_of<PoolId>(i)], out.by_pool);
}

void count_allocation(Summary& out, const simulation::World& world) {
  Int128 capacity = 0, allocated = 0, overbooked = 0;
  for (std::size_t i = 0; i < world.pools.size(); ++i) {
    const auto pool = id_of<PoolId>(i);
    const auto sums = world.sums_at(pool, out.end);
    capacity += sums.gpu_capacity.raw();
    allocated += sums.gpu_allocated.raw();
    overbooked += sums.gpu_overbooked.raw();
    out.gpu_capacity += world.pools[pool].gpu_capacity;
    out.gpu_allocated += world.pools[pool].gpu_allocated;
  }
  out.overbooked_gpu_micro_seconds = rounded(overbooked, 1000);  // from thousandths of a GPU x microseconds
  out.allocation_average_micro = share(allocated, capacity);
  out.allocation_end_micro = share(out.gpu_allocated.value, out.gpu_capacity.value);
}

}  // namespace

void Waits::sort() {
  std::sort(waits_.begin(), waits_.end(), [](const Wait& a, const Wait& b) {
    return a.length != b.length ? a.length < b.length : a.at_least < b.at_least;
  });
}

Wait Waits::quantile(int percent) const {
  const std::size_t rank = (waits_.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return waits_[rank == 0 ? 0 : rank - 1];
}

Wait Waits::mean() const {
  Int128 sum = 0;
  bool at_least = false;
  for (const auto& wait : waits_) {
    sum += wait.length.micros;
    at_least = at_least || wait.at_least;
  }
  return {Duration{rounded(sum, static_cast<Int128>(waits_.size()))}, at_least};
}

std::optional<std::int64_t> fairness(const simulation::World& world, Instant end,
                                     const std::function<bool(const Workload&)>& counts) {
  std::map<QueueId, GpuTime> projects;
  for (const Workload& workload : world.workloads.all) {
    const std::int64_t gpus = full_size_gpus(world, workload);
    if (gpus == 0 || !counts(workload)) continue;
    const bool waits = workload.phase == workload::Phase::pending,
               runs = workload.phase == workload::Phase::running;
    const Duration open = end - workload.phase_since;
    auto& time = projects[workload.spec.project];
    const Int128 got = (workload.running_total + (runs ? open : Duration{})).micros;
    time.got += got * gpus;
    time.wanted += (got + (workload.pending_total + (waits ? open : Duration{})).micros) * gpus;
  }
  return jain(projects);
}

Summary summarize(const simulation::World& world, const simulation::RunHeader& header,
                  const simulation::RunResult& result) {
  Summary out;
  out.name = header.name;
  out.policy = header.policy.name;
  out.placement = header.policy.placement;
  out.seed = header.seed;
  out.start = header.start;
  out.end = result.end;
  out.ended = name_of(result.ended);
  out.events = result.events;
  out.cycles = result.cycles;
  out.decisions = result.decisions;
  out.transitions = result.transitions;
  out.workloads = static_cast<std::int64_t>(world.workloads.all.size());
  out.pods = static_cast<std::int64_t>(world.workloads.pods.size());
  for (std::size_t i = 0; i < world.cluster.nodes.size(); ++i)
    out.nodes += world.cluster.occupancy[id_of<NodeId>(i)].present ? 1 : 0;

  for (const Workload& workload : world.workloads.all) {
    ++out.by_phase[std::string(workload::name_of(workload.phase))];
    ++(workload.last_start ? out.scheduled : out.failed_to_schedule);
    out.preemptions += workload.preemptions;
    out.preempted_workloads += workload.preemptions > 0 ? 1 : 0;
  }
  out.preempted_pods = static_cast<std::int64_t>(world.totals.pods_evicted);
  constexpr std::int64_t milli_micros_per_micro_hour = 1000 * 3600;
  out.lost_gpu_micro_hours = rounded(world.totals.lost_gpu_time, milli_micros_per_micro_hour);
  out.fairness_micro = fairness(world, out.end, [](const Workload&) { return true; });
  count_waits(out, world);
  count_allocation(out, world);
  for (const WorkloadId id : result.waiting_for_ever)
    out.waiting_for_ever.push_back(world.workloads.all[id].spec.name);
  return out;
}

}  // namespace berth::records
