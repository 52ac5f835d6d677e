// The occupancy of all nodes, and the one pair of functions that changes it by a pod: hold and release.
//
// A change log lets a copy or an index catch up at a cost of what changed: `changes_since(mark)`. The log is
// bounded; a mark that has fallen out of it answers "everything". Caches may be dropped at any time without
// effect.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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

  // The pod's request now holds `where` on the node. `gpu_memory` is the memory of one device of the node (0:
  // unknown). On inventory `devices` the assignment must be free (an invariant otherwise); on `counts` only
  // CPU, memory and pod numbers are booked, and may go below zero.
  void hold(NodeId id, const NodeSpec& spec, const workload::PodShape& shape, const DeviceAssignment& where);
  // The exact reverse.
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

// The portion that a memory request takes of a device: ceil(memory / device memory x 100) / 100, in milli
// (kai-semantics.md section 6). `device_memory` must be above 0; both are compared in whole MiB, the device's
// floored to a multiple of 100 MiB.
GpuMilli portion_of_memory(Bytes memory, Bytes device_memory);

// Does `device` have room for one share of the request (fraction or memory)?
bool share_fits(const NodeSpec& spec, const DeviceState& device, const workload::GpuRequest& request);

}  // namespace berth::cluster
