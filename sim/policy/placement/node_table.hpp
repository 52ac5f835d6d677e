// A pool's nodes as the study's scores see them: compact, one entry a node in order of node numbers, brought up to date
// by the occupancy's change log. It also knows which nodes changed since a given turn, each once, latest first, so that
// a shape's scores catch up at a cost of what changed.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/policy/snapshot.hpp"
#include "sim/policy/fragmentation.hpp"

namespace berth::policy {

struct NodeEntry {
  NodeId id{};
  std::int64_t memory = 0;   // left
  std::int32_t pods = 0;     // slots left; 0 also when the node takes no pod at all
  std::int32_t gpu = 0;      // milli left on all devices: L
  std::int32_t largest = 0;  // most that is left on a device which a share may take
  std::int32_t vacant = 0;   // fully free devices
  std::uint64_t tags = 0;    // sizes of the pods on it: bit 0 shares, bit n pods of n whole GPUs
  double fragmentation = 0;  // F, when the table was given a measure
  NodeLeft left;
};

class NodeTable {
 public:
  // Up to date with the snapshot's pool as `occupancy` stands. `measure` may be null.
  void follow(const Snapshot& snapshot, const cluster::Occupancy& occupancy, const Fragmentation* measure);

  std::size_t size() const { return entries_.size(); }
  const NodeEntry& operator[](std::size_t position) const { return entries_[position]; }
  // Grows whenever the set of nodes changed: positions mean something else then.
  std::uint64_t generation() const { return generation_; }
  // Has the pool a node whose MIG instances are given as whole GPUs (strategy single)?
  bool instances_as_gpus() const { return instances_as_gpus_; }

  // The turn as of now; pass it to changed_since later.
  std::uint64_t turn() const { return turn_; }
  // Calls visit(position) for each node changed after `turn`, once, latest change first.
  template <class Visit>
  void changed_since(std::uint64_t turn, Visit visit) const {
    for (std::uint32_t at = latest_; at != none_ && links_[at].turn > turn; at = links_[at].earlier)
      visit(at);
  }

 private:
  static constexpr std::uint32_t none_ = ~std::uint32_t{0};
  struct Link {
    std::uint64_t turn = 0;  // of the last change
    std::uint32_t later = none_, earlier = none_;
  };

  void rebuild(const Snapshot& snapshot, const cluster::Occupancy& occupancy, const Fragmentation* measure);
  void refresh(std::size_t position, const cluster::NodeSpec& spec, const cluster::NodeOccupancy& node,
               const Fragmentation* measure);
  void move_to_front(std::uint32_t position);

  std::vector<NodeEntry> entries_;
  std::vector<Link> links_;
  IdVector<NodeId, std::uint32_t> position_of_;  // none_ outside the pool
  std::uint32_t latest_ = none_;
  std::uint64_t turn_ = 0;
  std::uint64_t mark_ = 0;
  std::uint64_t membership_ = 0;
  std::uint64_t generation_ = 0;
  bool instances_as_gpus_ = false;
  const cluster::Occupancy* followed_ = nullptr;
};

}  // namespace berth::policy
