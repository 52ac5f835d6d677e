#include "berth/records/fragmentation.hpp"

#include <algorithm>
#include <utility>

#include "berth/records/output_folder.hpp"

namespace berth::records {

namespace {

constexpr std::int64_t micro_per_milli = 1'000'000;

PoolFragmentation of_node(const simulation::World& world, NodeId id, const policy::Fragmentation& measure) {
  const cluster::NodeOccupancy& node = world.cluster.occupancy[id];
  PoolFragmentation result;
  if (!node.present || !node.ready) return result;
  const policy::NodeLeft left = policy::what_is_left(world.cluster.nodes[id], node);
  for (int d = 0; d < left.devices; ++d) result.idle += left.milli[static_cast<std::size_t>(d)];
  for (const cluster::DeviceState& device : node.devices) result.used += device.used.value;
  result.capacity = 1000 * std::int64_t{left.devices};
  result.micro = static_cast<std::int64_t>(measure.of(left) * micro_per_milli + 0.5);
  return result;
}

void add(PoolFragmentation& to, const PoolFragmentation& what, std::int64_t sign) {
  to.micro += sign * what.micro;
  to.idle += sign * what.idle;
  to.used += sign * what.used;
  to.capacity += sign * what.capacity;
}

// GPUs with up to three decimals less: milli / 1000.
std::string gpus(Int128 numerator, Int128 per_gpu) {
  return print_ratio(numerator, per_gpu, 4);
}

}  // namespace

FragmentationMeter::FragmentationMeter(const std::vector<policy::PodClass>& typical,
                                       const cluster::ModelTable& models)
    : measure_(typical, models) {}

void FragmentationMeter::put(const simulation::World& world, NodeId node) {
  PoolFragmentation& pool = pools_[world.cluster.nodes[node].pool];
  add(pool, nodes_[node], -1);
  nodes_[node] = of_node(world, node, measure_);
  add(pool, nodes_[node], 1);
}

void FragmentationMeter::follow(const simulation::World& world) {
  const cluster::Occupancy& occupancy = world.cluster.occupancy;
  const bool known = followed_ && pools_.size() == world.cluster.pools.size();
  const auto changes = known ? occupancy.changes_since(mark_) : std::nullopt;
  if (changes) {
    if (nodes_.size() < occupancy.size()) nodes_.resize(occupancy.size());
    for (const NodeId node : *changes) put(world, node);
  } else {
    pools_.assign(world.cluster.pools.size(), {});
    nodes_.assign(occupancy.size(), {});
    for (std::size_t i = 0; i < occupancy.size(); ++i) put(world, id_of<NodeId>(i));
  }
  mark_ = occupancy.mark();
  followed_ = true;
}

PoolFragmentation FragmentationMeter::total() const {
  PoolFragmentation sum;
  for (const PoolFragmentation& pool : pools_) add(sum, pool, 1);
  return sum;
}

std::string fragmentation_percent(Int128 micro, Int128 idle) {
  return idle == 0 ? "0" : print_ratio(micro * 100, idle * micro_per_milli, 4);
}

std::vector<FragmentationSummary> write_fragmentation(simulation::ByteSink& sink,
                                                      const simulation::JournalReader& journal,
                                                      std::int64_t samples) {
  simulation::World world = journal.world_before(0);
  FragmentationMeter meter(journal.header().policy.typical, world.cluster.models);
  meter.follow(world);
  std::vector<FragmentationSummary> result(meter.pools());
  for (std::size_t p = 0; p < result.size(); ++p) result[p].pool = world.cluster.pools[id_of<PoolId>(p)].name;

  const Instant start = journal.header().start;
  const Instant end = journal.last();
  Instant now = start;
  std::int64_t next = 0;
  if (end == start) samples = std::min<std::int64_t>(samples, 1);
  const auto sample_at = [&](std::int64_t i) {
    return samples < 2 ? end
                       : start + Duration{(end - start).micros / (samples - 1) * i +
                                          (end - start).micros % (samples - 1) * i / (samples - 1)};
  };
  append_text(sink, "seconds,node_pool,free_gpus,fragmented_gpus,fragmentation_percent\n");
  // What stands before the first record after it is what holds at a sampled instant.
  const auto write_until = [&](Instant before, bool last) {
    for (; next < samples && (last || sample_at(next) < before); ++next) {
      for (std::size_t p = 0; p < result.size(); ++p) {
        const PoolFragmentation& f = meter[id_of<PoolId>(p)];
        append_text(sink, print_ratio((sample_at(next) - start).micros, 1'000'000, 6) + "," + result[p].pool +
                              "," + gpus(f.idle, 1000) + "," + gpus(f.micro, Int128{1000} * micro_per_milli) +
                              "," + fragmentation_percent(f.micro, f.idle) + "\n");
      }
    }
  };
  journal.each(0, [&](const simulation::Record& record) {
    if (record.at > now) {
      meter.follow(world);
      for (std::size_t p = 0; p < result.size(); ++p) {
        const PoolFragmentation& f = meter[id_of<PoolId>(p)];
        result[p].micro.add(f.micro, record.at - now);
        result[p].idle.add(f.idle, record.at - now);
      }
      write_until(record.at, false);
      now = record.at;
    }
    world.apply(record.transition, record.at);
    return true;
  });
  meter.follow(world);
  write_until(end, true);
  for (std::size_t p = 0; p < result.size(); ++p) result[p].at_end = meter[id_of<PoolId>(p)];
  return result;
}

}  // namespace berth::records
