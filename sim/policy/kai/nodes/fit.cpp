#include "sim/policy/kai/nodes/fit.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/invariant.hpp"

namespace berth::policy::kai {

namespace {

// ceil(part / whole x 100) / 100 in double, as the reference evaluates it: 7 of 100 gives 0.08 (section 6).
double hundredths_up(std::int64_t part, std::int64_t whole) {
  BERTH_INVARIANT(whole > 0, "a device has memory");
  return std::ceil(static_cast<double>(part) / static_cast<double>(whole) * 100) / 100;
}

// The pod slot, CPU and memory of one pod.
bool base_fits(const Shape& shape, std::int64_t cpu, std::int64_t memory, std::int32_t pods) {
  return shape.cpu_milli <= cpu && shape.memory_bytes <= memory && pods >= 1;
}

bool mig_fits(const Shape& shape, const std::vector<std::int32_t>& idle,
              const std::vector<std::int32_t>* releasing) {
  for (const MigCount& wanted : shape.mig) {
    const std::size_t profile = index_of(wanted.profile);
    std::int32_t there = profile < idle.size() ? idle[profile] : 0;
    if (releasing != nullptr && profile < releasing->size()) there += (*releasing)[profile];
    if (there < wanted.count) return false;
  }
  return true;
}

std::int64_t mig_gpus(const std::vector<std::int32_t>& instances, const ProfileGpus& profile_gpus) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    sum += std::int64_t{instances[i]} * profile_gpus[id_of<ProfileIx>(i)];
  }
  return sum;
}

bool devices_fit(const NodeInfo& node, const Shape& shape, std::int32_t whole) {
  if (shape.devices == 0) return true;
  if (!valid_portion(node, shape)) return false;
  if (whole >= shape.devices) return true;
  // Groups are counted up to the number of devices, so that a node with fewer than no GPUs left takes nothing.
  return whole + fitting_groups(node, shape, shape.devices) >= shape.devices;
}

bool fits(const NodeInfo& node, const Shape& shape, const Room& room,
          const std::vector<std::int32_t>* releasing_mig) {
  if (!base_fits(shape, room.cpu, room.memory, room.pods)) return false;
  switch (shape.gpu) {
    case GpuKind::none:
      return true;
    case GpuKind::whole:
      return shape.devices <= room.gpus;
    case GpuKind::mig:
      return mig_fits(shape, node.mig_idle, releasing_mig);
    case GpuKind::fraction:
    case GpuKind::memory:
      break;
  }
  return devices_fit(node, shape, room.gpus);
}

}  // namespace

bool asks_for_nothing(const Shape& shape) {
  return shape.gpu == GpuKind::none && shape.cpu_milli < negligible_cpu_milli &&
         shape.memory_bytes < negligible_memory_bytes;
}

std::int64_t device_memory_asked(const NodeInfo& node, const Shape& shape) {
  switch (shape.gpu) {
    case GpuKind::whole:
      return node.gpu_memory;
    case GpuKind::fraction:
      return cluster::mebibytes_of_portion(shape.portion, node.gpu_memory);
    case GpuKind::memory:
      return shape.memory_mib;
    case GpuKind::none:
    case GpuKind::mig:
      break;
  }
  return 0;
}

double portion_on(const NodeInfo& node, const Shape& shape) {
  return shape.gpu == GpuKind::memory ? hundredths_up(shape.memory_mib, node.gpu_memory) : shape.portion;
}

double one_device_charge(const NodeInfo& node, const Shape& shape) {
  return hundredths_up(device_memory_asked(node, shape), node.gpu_memory);
}

bool valid_portion(const NodeInfo& node, const Shape& shape) {
  if (shape.gpu != GpuKind::memory) return true;
  const double portion = portion_on(node, shape);
  return portion <= 1 || portion == std::floor(portion);
}

bool group_fits(const NodeInfo& node, const SharedGroup& group, std::int64_t memory_asked) {
  return group.used != 0 && group.allocated != group.releasing &&
         node.gpu_memory - group.allocated + group.releasing >= memory_asked;
}

bool group_fits_now(const NodeInfo& node, const SharedGroup& group, std::int64_t memory_asked) {
  return group.has_entry && node.gpu_memory - group.allocated >= memory_asked;
}

std::int32_t fitting_groups(const NodeInfo& node, const Shape& shape, std::int32_t enough) {
  const std::int64_t asked = device_memory_asked(node, shape);
  std::int32_t count = 0;
  for (const SharedGroup& group : node.groups) {
    if (count >= enough) break;
    if (group_fits(node, group, asked)) ++count;
  }
  return count;
}

bool fits_now(const NodeInfo& node, const Shape& shape) {
  return asks_for_nothing(shape) || fits(node, shape, node.idle, nullptr);
}

bool fits_later(const NodeInfo& node, const Shape& shape) {
  Room room = node.idle;
  room.cpu += node.releasing.cpu;
  room.memory += node.releasing.memory;
  room.gpus += node.releasing.gpus;
  room.pods += node.releasing.pods;
  return fits(node, shape, room, &node.mig_releasing);
}

FreeGpus idle_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus) {
  const std::int64_t whole = node.idle.gpus + mig_gpus(node.mig_idle, profile_gpus);
  FreeGpus sum{0, whole * node.gpu_memory};
  for (const SharedGroup& group : node.groups) {
    if (group.allocated <= 0) continue;
    sum.gpus += 1 - hundredths_up(group.allocated, node.gpu_memory);
    sum.memory += node.gpu_memory - group.allocated;
  }
  sum.gpus += static_cast<double>(whole);
  return sum;
}

FreeGpus releasing_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus) {
  const std::int64_t whole = node.releasing.gpus + mig_gpus(node.mig_releasing, profile_gpus);
  FreeGpus sum{0, whole * node.gpu_memory};
  for (const SharedGroup& group : node.groups) {
    // A device all of whose tasks are going is among the whole ones.
    const bool all_going = group.used != 0 && group.releasing == group.used;
    if (group.releasing <= 0 || all_going) continue;
    sum.gpus += hundredths_up(group.releasing, node.gpu_memory);
    sum.memory += group.releasing;
  }
  sum.gpus += static_cast<double>(whole);
  return sum;
}

double free_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus) {
  return idle_gpus(node, profile_gpus).gpus + releasing_gpus(node, profile_gpus).gpus;
}

NodeGpuMemory node_gpu_memory(std::string_view label) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value);
  if (error != std::errc{} || end != label.data() + label.size() || value < 0) return {};
  constexpr std::int64_t bytes_from = 1024 * 1024;  // a TiB in MiB: no device has that much
  if (value >= bytes_from) value /= 1024 * 1024;
  return {value - value % 100, true};
}

}  // namespace berth::policy::kai
