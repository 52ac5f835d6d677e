// first-fit, best-fit and worst-fit (baselines.md section 6) on one index: the pool's nodes sorted by the
// rule's key, so that the first node that fits is the answer.
//
// The index follows the occupancy by its change log: a changed node is moved to its new rank (binary search
// and a memmove over at most 24 bytes a node). Its slow twin is tests/support/slow/placement.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "berth/policy/placement.hpp"
#include "sim/policy/fit.hpp"

namespace berth::policy {

enum class FitOrder : std::uint8_t { first, best, worst };

class OrderedFit final : public Placement {
 public:
  explicit OrderedFit(FitOrder order) : order_(order) {}

  std::string_view name() const override;
  std::optional<Place> place(const Snapshot& snapshot, const cluster::Occupancy& occupancy, ShapeId shape,
                             PodId pod) override;
  void drop_caches() override { pools_.clear(); }

 private:
  struct Key {
    std::int64_t gpu;  // first-fit: 0; best-fit: milli left; worst-fit: its negative
    std::int64_t cpu;  // likewise for CPU
    NodeId node;
    auto operator<=>(const Key&) const = default;
  };
  struct PoolIndex {
    std::vector<Key> sorted;
    IdVector<NodeId, Key> key_of;  // as it stands in `sorted`; valid for the pool's nodes
    std::uint64_t mark = 0;
    std::size_t nodes = 0;
    bool valid = false;
    bool instances_as_gpus = false;  // a node of MIG strategy single: GPUs to be had that are not in gpu_free
    // could_fit of (shape, node): 0 unknown, 1 no, 2 yes.
    IdVector<ShapeId, std::vector<std::uint8_t>> could;
  };

  Key key_for(NodeId node, const cluster::NodeOccupancy& now) const;
  void follow(PoolIndex& index, const Snapshot& snapshot, const cluster::Occupancy& occupancy) const;
  bool could(PoolIndex& index, const Snapshot& snapshot, ShapeId shape, NodeId node) const;

  FitOrder order_;
  IdVector<PoolId, PoolIndex> pools_;
};

}  // namespace berth::policy
