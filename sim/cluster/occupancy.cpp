#include "berth/cluster/occupancy.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "berth/core/invariant.hpp"
#include "sim/cluster/mig_instances.hpp"

namespace berth::cluster {

using workload::GpuRequestKind;

int device_count(DeviceSet set) {
  return std::popcount(set);
}
int lowest_device(DeviceSet set) {
  return std::countr_zero(set);
}

namespace {

// A device booked by the other book, or over-booked, may be used beyond itself.
GpuMilli free_of(const NodeOccupancy& node, int device) {
  const DeviceState& d = node.devices[static_cast<std::size_t>(device)];
  return d.failed || d.mig ? GpuMilli(0) : std::max(GpuMilli(0), whole_gpus(1) - d.used);
}

// gpu_free and vacant of one device, after whatever changed it.
void refresh_device(NodeOccupancy& node, int device, GpuMilli free_before) {
  const DeviceState& d = node.devices[static_cast<std::size_t>(device)];
  node.gpu_free += free_of(node, device) - free_before;
  if (d.holders == 0 && !d.failed && !d.mig) {
    node.vacant |= device_bit(device);
  } else {
    node.vacant &= ~device_bit(device);
  }
}

MigInstance* find_instance(NodeOccupancy& node, std::uint32_t slot) {
  for (MigInstance& instance : node.instances) {
    if (mig_slot(instance.device, instance.start) == slot) return &instance;
  }
  return nullptr;
}

// What one holder takes of a device, by both books.
struct Taken {
  GpuMilli portion;
  Bytes memory;
  std::int64_t mebibytes = 0;
};

Taken taken_of(const NodeSpec& spec, const workload::GpuRequest& gpu) {
  switch (gpu.kind) {
    case GpuRequestKind::whole:
      return {whole_gpus(1), Bytes(0), book_mebibytes(spec)};
    case GpuRequestKind::memory:
      return {portion_of_memory(gpu.memory, spec.gpu_memory), gpu.memory, mebibytes_of_share(spec, gpu)};
    case GpuRequestKind::fraction:
    case GpuRequestKind::none:
    case GpuRequestKind::mig:
      break;
  }
  // floor(portion x memory): kai-semantics.md 10.8.
  return {gpu.portion,
          Bytes(spec.gpu_memory.value / 1000 * gpu.portion.value +
                spec.gpu_memory.value % 1000 * gpu.portion.value / 1000),
          mebibytes_of_share(spec, gpu)};
}

}  // namespace

NodeId Occupancy::add(const NodeSpec& spec) {
  NodeOccupancy node;
  node.cpu_free = spec.cpu;
  node.memory_free = spec.memory;
  if (spec.inventory == Inventory::devices) {
    BERTH_INVARIANT(spec.gpus >= 0 && spec.gpus <= max_devices_per_node, spec.name);
    node.devices.resize(static_cast<std::size_t>(spec.gpus));
    // Strategy none does not look at MIG mode: each GPU is a whole one.
    const bool mig = spec.mig_enabled && spec.mig_strategy != MigStrategy::none;
    if (mig) node.instances = spec.mig_layout;
    for (DeviceState& device : node.devices) device.mig = mig;
    for (int d = 0; d < spec.gpus; ++d) refresh_device(node, d, GpuMilli(0));
  }
  const NodeId id = nodes_.push_back(std::move(node));
  note(id);
  return id;
}

DeviceAssignment Occupancy::granted(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
                                    DeviceAssignment where, DeviceBook book) const {
  const workload::GpuRequest& gpu = shape.gpu;
  where.shares.clear();
  if (spec.inventory == Inventory::counts || takes_instances(spec, gpu) || gpu.kind == GpuRequestKind::none)
    return where;
  if (gpu.kind == GpuRequestKind::whole && !where.over_booked) return where;
  const GpuMilli asked = share_of_device(spec, gpu, book);
  for (DeviceSet left = where.devices; left != 0; left &= left - 1) {
    const auto device = static_cast<std::size_t>(lowest_device(left));
    BERTH_INVARIANT(device < nodes_[id].devices.size(), "device of " + spec.name);
    where.shares.push_back(std::min(asked, whole_gpus(1) - nodes_[id].devices[device].shares));
  }
  return where;
}

DeviceAssignment Occupancy::hold(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
                                 DeviceAssignment where, DeviceBook book) {
  if (where.shares.empty()) where = granted(id, spec, shape, std::move(where), book);
  NodeOccupancy& node = nodes_[id];
  BERTH_INVARIANT(spec.inventory == Inventory::counts || where.over_booked ||
                      ((shape.cpu.value == 0 || shape.cpu <= node.cpu_free) &&
                       (shape.memory.value == 0 || shape.memory <= node.memory_free)),
                  "node " + spec.name + " over-allocated");
  node.cpu_free -= shape.cpu;
  node.memory_free -= shape.memory;
  node.pods += 1;
  note(id);
  if (spec.inventory == Inventory::counts) return where;

  const workload::GpuRequest& gpu = shape.gpu;
  if (takes_instances(spec, gpu)) {
    for (const std::uint32_t slot : where.slots) {
      MigInstance* instance = find_instance(node, slot);
      BERTH_INVARIANT(instance != nullptr && !instance->used && !instance->coming,
                      "MIG instance of " + spec.name);
      instance->used = true;
    }
    return where;
  }
  if (gpu.kind == GpuRequestKind::none) return where;
  BERTH_INVARIANT(device_count(where.devices) == gpu.devices, "devices of " + spec.name);
  BERTH_INVARIANT(where.shares.empty() || where.shares.size() == static_cast<std::size_t>(gpu.devices),
                  "device shares of " + spec.name);
  BERTH_INVARIANT(std::all_of(where.shares.begin(), where.shares.end(),
                              [](GpuMilli s) { return s >= GpuMilli(0) && s <= whole_gpus(1); }),
                  "a share of more than a device of " + spec.name);
  const Taken taken = taken_of(spec, gpu);
  std::size_t position = 0;
  for (DeviceSet left = where.devices; left != 0; left &= left - 1, ++position) {
    const int i = lowest_device(left);
    BERTH_INVARIANT(i < spec.gpus, "device of " + spec.name);
    DeviceState& d = node.devices[static_cast<std::size_t>(i)];
    const GpuMilli before = free_of(node, i);
    if (gpu.kind == GpuRequestKind::whole) {
      BERTH_INVARIANT(where.over_booked || (node.vacant & device_bit(i)) != 0,
                      "device of " + spec.name + " held twice");
      d.whole_holders += 1;
      d.whole_of = static_cast<std::uint8_t>(gpu.devices);
    } else {
      BERTH_INVARIANT(where.over_booked || share_fits(spec, d, gpu, DeviceBook::thousandths) ||
                          share_fits(spec, d, gpu, DeviceBook::mebibytes),
                      "share of " + spec.name + " over-allocated");
      d.memory_used += taken.memory;
    }
    d.used += taken.portion;
    d.mebibytes_used += taken.mebibytes;
    d.shares += where.shares.empty() ? whole_gpus(1) : where.shares[position];
    BERTH_INVARIANT(d.shares <= whole_gpus(1), "device shares of " + spec.name + " above a device");
    d.holders += 1;
    refresh_device(node, i, before);
  }
  return where;
}

void Occupancy::release(NodeId id, const NodeSpec& spec, const workload::PodShape& shape,
                        const DeviceAssignment& where) {
  NodeOccupancy& node = nodes_[id];
  node.cpu_free += shape.cpu;
  node.memory_free += shape.memory;
  node.pods -= 1;
  note(id);
  if (spec.inventory == Inventory::counts) return;

  const workload::GpuRequest& gpu = shape.gpu;
  if (takes_instances(spec, gpu)) {
    for (const std::uint32_t slot : where.slots) {
      MigInstance* instance = find_instance(node, slot);
      BERTH_INVARIANT(instance != nullptr && instance->used, "MIG instance of " + spec.name);
      instance->used = false;
    }
    return;
  }
  if (gpu.kind == GpuRequestKind::none) return;
  BERTH_INVARIANT(gpu.kind == GpuRequestKind::whole || !where.shares.empty(),
                  "a share of " + spec.name + " released that nobody granted");
  const Taken taken = taken_of(spec, gpu);
  std::size_t position = 0;
  for (DeviceSet left = where.devices; left != 0; left &= left - 1, ++position) {
    const int i = lowest_device(left);
    BERTH_INVARIANT(i < spec.gpus, "device of " + spec.name);
    DeviceState& d = node.devices[static_cast<std::size_t>(i)];
    BERTH_INVARIANT(d.holders > 0, "device of " + spec.name + " released twice");
    const GpuMilli before = free_of(node, i);
    d.used -= taken.portion;
    d.memory_used -= taken.memory;
    d.mebibytes_used -= taken.mebibytes;
    d.shares -= where.shares.empty() ? whole_gpus(1) : where.shares[position];
    d.holders -= 1;
    if (gpu.kind == GpuRequestKind::whole) d.whole_holders -= 1;
    if (d.whole_holders == 0) d.whole_of = 0;
    refresh_device(node, i, before);
  }
}

void Occupancy::set_ready(NodeId id, bool ready) {
  nodes_[id].ready = ready;
  note(id);
}

void Occupancy::set_cordoned(NodeId id, bool cordoned) {
  nodes_[id].cordoned = cordoned;
  note(id);
}

void Occupancy::set_present(NodeId id, bool present) {
  nodes_[id].present = present;
  note(id);
}

void Occupancy::set_device_failed(NodeId id, int device, bool failed) {
  NodeOccupancy& node = nodes_[id];
  const GpuMilli before = free_of(node, device);
  node.devices[static_cast<std::size_t>(device)].failed = failed;
  refresh_device(node, device, before);
  note(id);
}

void Occupancy::set_instances(NodeId id, int device, const std::vector<MigInstance>& instances) {
  NodeOccupancy& node = nodes_[id];
  BERTH_INVARIANT(node.devices[static_cast<std::size_t>(device)].mig,
                  "MIG instances on a device that is not in MIG mode");
  std::vector<MigInstance> merged;
  merged.reserve(node.instances.size() + instances.size());
  for (const MigInstance& i : node.instances) {
    if (i.device < device) merged.push_back(i);
  }
  merged.insert(merged.end(), instances.begin(), instances.end());
  for (const MigInstance& i : node.instances) {
    if (i.device > device) merged.push_back(i);
  }
  node.instances = std::move(merged);
  note(id);
}

void Occupancy::assign(NodeId id, const NodeOccupancy& value) {
  nodes_[id] = value;
  note(id);
}

void Occupancy::assign_all(const Occupancy& other) {
  nodes_ = other.nodes_;
  log_base_ += log_.size() + 1;
  log_.clear();
}

std::optional<Occupancy::Span> Occupancy::changes_since(std::uint64_t mark) const {
  if (mark < log_base_ || mark > log_base_ + log_.size()) return std::nullopt;
  const NodeId* end = log_.data() + log_.size();
  return Span{log_.data() + (mark - log_base_), end};
}

void Occupancy::note(NodeId id) {
  // The log is worth keeping while it is shorter than a look at every node.
  if (log_.size() > nodes_.size() * 2 + 64) {
    log_base_ += log_.size();
    log_.clear();
  }
  log_.push_back(id);
}

}  // namespace berth::cluster
