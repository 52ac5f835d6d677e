#include "sim/records/series/metric_values.hpp"

#include "berth/core/int128.hpp"
#include "sim/records/series/fragmentation.hpp"

namespace berth::records {
namespace {

using scenario::Metric;
using scenario::MetricKind;
using workload::Workload;

constexpr std::int64_t million = 1'000'000;

std::int64_t rounded(Int128 numerator, Int128 denominator) {
  return static_cast<std::int64_t>((2 * numerator + denominator) / (2 * denominator));
}

bool counts(const Metric& metric, const simulation::World& world, const Workload& workload) {
  const auto& queues = world.organization.queues;
  if (metric.project && queues[workload.spec.project].name != *metric.project) return false;
  if (metric.department) {
    QueueId at = workload.spec.project;
    while (at != none<QueueId>() && queues[at].name != *metric.department) at = queues[at].parent;
    if (at == none<QueueId>()) return false;
  }
  if (metric.node_pool && world.cluster.pools[workload.pool].name != *metric.node_pool) return false;
  if (metric.workload_kind && workload.spec.kind != *metric.workload_kind) return false;
  return !metric.priority || workload.spec.priority == *metric.priority;
}

struct OfWorkloads {
  Waits waits;
  std::int64_t over = 0, preemptions = 0, completed = 0;
  Int128 lost_gpu_time = 0;
};

OfWorkloads gather(const Metric& metric, const simulation::World& world, Instant end) {
  OfWorkloads out;
  for (std::size_t i = 0; i < world.workloads.all.size(); ++i) {
    const auto id = id_of<WorkloadId>(i);
    const Workload& workload = world.workloads.all[id];
    if (!counts(metric, world, workload)) continue;
    const Wait wait = workload.first_full_start ? Wait{*workload.first_full_start - workload.created, false}
                                                : Wait{end - workload.created, true};
    out.waits.add(wait);
    out.over += wait.length > metric.over ? 1 : 0;
    out.preemptions += workload.preemptions;
    out.completed += workload.phase == workload::Phase::completed ? 1 : 0;
    out.lost_gpu_time += world.courses[id].lost_gpu_time;
  }
  out.waits.sort();
  return out;
}

std::optional<MetricValue> allocation(const Metric& metric, const simulation::World& world, Instant end) {
  Int128 capacity = 0, allocated = 0;
  for (std::size_t i = 0; i < world.pools.size(); ++i) {
    const auto pool = id_of<PoolId>(i);
    if (metric.node_pool && world.cluster.pools[pool].name != *metric.node_pool) continue;
    const auto sums = world.sums_at(pool, end);
    capacity += sums.gpu_capacity.raw();
    allocated += sums.gpu_allocated.raw();
  }
  if (capacity == 0) return std::nullopt;
  const std::int64_t share = rounded(allocated * million, capacity);
  return MetricValue{metric.kind == MetricKind::gpu_idle ? million - share : share, false};
}

MetricValue of(Wait wait) {
  return {wait.length.micros, wait.at_least};
}

}  // namespace

std::optional<MetricValue> metric_value(const Metric& metric, const simulation::World& world, Instant end) {
  if (metric.kind == MetricKind::gpu_allocation || metric.kind == MetricKind::gpu_idle)
    return allocation(metric, world, end);
  if (metric.kind == MetricKind::fairness_jain) {
    const auto index = fairness(world, end, [&](const Workload& w) { return counts(metric, world, w); });
    return index ? std::optional(MetricValue{*index, false}) : std::nullopt;
  }
  const OfWorkloads all = gather(metric, world, end);
  const auto number = static_cast<Int128>(all.waits.count());
  switch (metric.kind) {
    case MetricKind::preemptions:
      return MetricValue{all.preemptions * million, false};
    case MetricKind::lost_gpu_hours:
      return MetricValue{rounded(all.lost_gpu_time, 1000 * 3600), false};
    case MetricKind::throughput: {
      const Int128 length = (end - world.start).micros;
      if (length == 0) return std::nullopt;
      return MetricValue{rounded(Int128{all.completed} * hours(1).micros * million, length), false};
    }
    default:
      break;
  }
  if (number == 0) return std::nullopt;
  switch (metric.kind) {
    case MetricKind::wait_mean:
      return of(all.waits.mean());
    case MetricKind::wait_p50:
      return of(all.waits.quantile(50));
    case MetricKind::wait_p90:
      return of(all.waits.quantile(90));
    case MetricKind::wait_p99:
      return of(all.waits.quantile(99));
    default:
      return MetricValue{rounded(Int128{all.over} * million, number), false};
  }
}

std::optional<MetricValue> metric_value(const Metric& metric, const simulation::World& world,
                                        const simulation::JournalReader& journal, Instant end) {
  if (metric.kind != MetricKind::fragmentation) return metric_value(metric, world, end);
  Integral micro, idle;
  for (const FragmentationSummary& pool : average_fragmentation(journal, end)) {
    if (metric.node_pool && pool.pool != *metric.node_pool) continue;
    micro += pool.micro;
    idle += pool.idle;
  }
  if (idle.raw() == 0) return std::nullopt;
  return MetricValue{rounded(micro.raw(), idle.raw()), false};  // 10^-6 milli over milli: millionths
}

}  // namespace berth::records
