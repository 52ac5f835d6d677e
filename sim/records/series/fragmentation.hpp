// Fragmentation over time (the placement study's measure, policy/fragmentation.hpp), by node pool: a function of the
// journal. Of a pool: F, what pods drawn from the typical ones could not use of the free GPUs, and the free GPUs themselves.
//
// F of a node is computed in double and kept in thousandths of a thousandth of a milli, so that sums over nodes and
// integrals over time are exact and may be brought up to date node by node.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/integral.hpp"
#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/world.hpp"
#include "sim/policy/fragmentation.hpp"
#include "sim/records/json_writer.hpp"

namespace berth::records {

// Sums over the nodes of a pool that are there and up.
struct PoolFragmentation {
  std::int64_t micro = 0;     // F, in 10^-6 milli
  std::int64_t idle = 0;      // milli free
  std::int64_t used = 0;      // milli held
  std::int64_t capacity = 0;  // milli of all devices
  bool operator==(const PoolFragmentation&) const = default;
};

// Follows a World's occupancy by its change log.
class FragmentationMeter {
 public:
  FragmentationMeter(const std::vector<policy::PodClass>& typical, const cluster::ModelTable& models);

  void follow(const simulation::World& world);
  const PoolFragmentation& operator[](PoolId pool) const { return pools_[pool]; }
  std::size_t pools() const { return pools_.size(); }
  PoolFragmentation total() const;

 private:
  void put(const simulation::World& world, NodeId node);

  policy::Fragmentation measure_;
  IdVector<PoolId, PoolFragmentation> pools_;
  IdVector<NodeId, PoolFragmentation> nodes_;  // what each adds to its pool
  std::uint64_t mark_ = 0;
  bool followed_ = false;
};

// What the run's summary says of a pool.
struct FragmentationSummary {
  std::string pool;
  Integral micro, idle;  // over the run
  PoolFragmentation at_end;
};

// The file fragmentation.csv, a line a pool and instant: `samples` instants from the start to the end of the
// run, evenly (one when the run has no length), and the state at each after all that happened then. GPUs, and
// percent of the free ones, with four decimals.
//
//   seconds,node_pool,free_gpus,fragmented_gpus,fragmentation_percent
//
// Returns the time averages. Typical pods are those of the journal's header.
std::vector<FragmentationSummary> write_fragmentation(simulation::ByteSink& sink,
                                                      const simulation::JournalReader& journal,
                                                      std::int64_t samples);

// The time averages alone, from the start to `until`.
std::vector<FragmentationSummary> average_fragmentation(const simulation::JournalReader& journal,
                                                        Instant until);

// `micro` of `idle` in percent with four decimals; "0" when nothing is idle.
std::string fragmentation_percent(Int128 micro, Int128 idle);

}  // namespace berth::records
