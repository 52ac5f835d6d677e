#include "sim/records/series/fragmentation.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "sim/records/folder/output_folder.hpp"

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
  // Of a device in MIG mode: the memory slices of its used instances.
  for (const cluster::MigInstance& instance : node.instances) {
    if (!instance.used) continue;
    const cluster::MigGeometry& mig = world.cluster.models[world.cluster.nodes[id].gpu_model].mig;
    result.used += 1000 * mig.profiles[instance.profile].memory_slices / mig.memory_slices;
  }
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

namespace {

// Goes through the journal up to and including `until` and sums up each pool. `on_stretch` is called with the meter before
// the World goes on past an instant (the next one is given), and at the end (nothing is given).
std::vector<FragmentationSummary> walk(
    const simulation::JournalReader& journal, Instant until,
    const std::function<void(const FragmentationMeter&, std::optional<Instant>)>& on_stretch) {
  simulation::World world = journal.world_before(0);
  FragmentationMeter meter(journal.header().policy.typical, world.cluster.models);
  meter.follow(world);
  std::vector<FragmentationSummary> result(meter.pools());
  Instant now = journal.header().start;
  const auto sum_up = [&](Instant to) {
    meter.follow(world);
    for (std::size_t p = 0; p < result.size(); ++p) {
      const PoolFragmentation& f = meter[id_of<PoolId>(p)];
      result[p].micro.add(f.micro, to - now);
      result[p].idle.add(f.idle, to - now);
    }
    now = to;
  };
  journal.each(0, [&](const simulation::Record& record) {
    if (record.at > until) return false;
    if (record.at > now) {
      sum_up(record.at);
      on_stretch(meter, record.at);
    }
    world.apply(record.transition, record.at);
    return true;
  });
  sum_up(until);
  on_stretch(meter, std::nullopt);
  for (std::size_t p = 0; p < result.size(); ++p) {
    result[p].pool = world.cluster.pools[id_of<PoolId>(p)].name;
    result[p].at_end = meter[id_of<PoolId>(p)];
  }
  return result;
}

}  // namespace

std::vector<FragmentationSummary> average_fragmentation(const simulation::JournalReader& journal,
                                                        Instant until) {
  return walk(journal, until, [](const FragmentationMeter&, std::optional<Instant>) {});
}

std::vector<FragmentationSummary> write_fragmentation(simulation::ByteSink& sink,
                                                      const simulation::JournalReader& journal,
                                                      std::int64_t samples) {
  const Instant start = journal.header().start;
  const Instant end = std::max(start, journal.last());
  if (end == start) samples = std::min<std::int64_t>(samples, 1);
  const auto sample_at = [&](std::int64_t i) {
    if (samples < 2) return end;
    const std::int64_t whole = (end - start).micros / (samples - 1),
                       rest = (end - start).micros % (samples - 1);
    return start + Duration{whole * i + rest * i / (samples - 1)};
  };
  std::vector<std::string> pools;
  for (const cluster::NodePool& pool : journal.world_before(0).cluster.pools) pools.push_back(pool.name);
  append_text(sink, "seconds,node_pool,free_gpus,fragmented_gpus,fragmentation_percent\n");
  std::int64_t next = 0;
  return walk(journal, end, [&](const FragmentationMeter& meter, std::optional<Instant> before) {
    // What stands before the World goes on is what holds at a sampled instant.
    for (; next < samples && (!before || sample_at(next) < *before); ++next) {
      for (std::size_t p = 0; p < pools.size(); ++p) {
        const PoolFragmentation& f = meter[id_of<PoolId>(p)];
        append_text(sink, print_ratio((sample_at(next) - start).micros, 1'000'000, 6) + "," + pools[p] + "," +
                              gpus(f.idle, 1000) + "," + gpus(f.micro, Int128{1000} * micro_per_milli) + "," +
                              fragmentation_percent(f.micro, f.idle) + "\n");
      }
    }
  });
}

}  // namespace berth::records
