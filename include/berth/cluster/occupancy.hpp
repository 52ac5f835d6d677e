// The occupancy of all nodes, and the one pair of functions that changes it by a pod: hold and release.
//
// A change log lets a copy or an index catch up at a cost of what changed: `changes_since(mark)`. The log is
// bounded; a mark that has fallen out of it answers "everything". Caches may be dropped at any time without
// effect.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/cluster/node.hpp"
#include "berth/core/ids.hpp"
#include "berth/workload/request.hpp"

namespace berth::cluster {

class Occupancy {
 public:
  // Adds the node after the last one, with its devices vacant and its MIG layout cut.
  NodeId add(const NodeSpec& spec);

  const NodeOccupancy& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  NodeId end_id() const { return nodes_.end_id(); }

  // `where` with the device shares that the pod gets if it holds it now: those of its request by that book, none above what
  // its device has left of 1000.
  DeviceAssignment granted(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
                           DeviceAssignment where, DeviceBook book) const;
  // The pod's request now holds `where` on the node; a shared device must have room by one of the books, a whole one must be
  // vacant (an invariant otherwise), unless the assignment says that it is over-booked. Both books are kept. On inventory
  // `counts` only CPU, memory and pod numbers are booked, and may go below zero. Returns `where` with its shares, which were
  // granted by `book` unless it had them: what `release` takes.
  DeviceAssignment hold(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
                        DeviceAssignment where, DeviceBook book = DeviceBook::thousandths);
  // The exact reverse, of what `hold` returned.
  void release(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
               const DeviceAssignment& where);

  void set_ready(NodeId id, bool ready);
  void set_cordoned(NodeId id, bool cordoned);
  void set_present(NodeId id, bool present);
  void set_device_failed(NodeId id, int device, bool failed);
  // Replaces all unused instances of `device` by `instances` (which includes the used ones unchanged).
  void set_instances(NodeId id, int device, const std::vector<MigInstance>& instances);
  // Overwrites one node: how a working copy catches up or rolls back.
  void assign(NodeId id, const NodeOccupancy& value);
  // Overwrites all nodes. Marks taken before are then too old.
  void assign_all(const Occupancy& other);

  // A mark that grows with each change; pass it to changes_since.
  std::uint64_t mark() const { return log_base_ + log_.size(); }
  // Nodes changed since `mark`, oldest first, repetitions possible; nullopt: too long ago, treat all as
  // changed.
  struct Span {
    const NodeId* first;
    const NodeId* last;
    const NodeId* begin() const { return first; }
    const NodeId* end() const { return last; }
  };
  std::optional<Span> changes_since(std::uint64_t mark) const;

  bool operator==(const Occupancy& o) const { return nodes_ == o.nodes_; }

 private:
  void note(NodeId id);

  IdVector<NodeId, NodeOccupancy> nodes_;
  std::vector<NodeId> log_;
  std::uint64_t log_base_ = 0;
};

}  // namespace berth::cluster
