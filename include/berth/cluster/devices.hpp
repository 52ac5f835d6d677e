// Which devices of a node a pod holds, and what is left of each device. One model for all policies: a device
// is held whole, shared by milli portions, shared by memory, or cut into MIG instances; a device is in one of
// these states at a time. Devices of a node are numbered from 0; a node has at most 64 (scenario bound), so a
// set of them is one word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/quantity.hpp"

namespace berth::cluster {

inline constexpr int max_devices_per_node = 64;

using DeviceSet = std::uint64_t;  // bit i: device i
constexpr DeviceSet device_bit(int device) {
  return DeviceSet{1} << device;
}
int device_count(DeviceSet set);
// Lowest device in a nonempty set.
int lowest_device(DeviceSet set);

// Names a MIG instance of a node by where it lies.
constexpr std::uint32_t mig_slot(std::uint32_t device, std::uint32_t start) {
  return device << 8 | start;
}

// How a policy counts what of a shared device is taken (cluster/gpu_amounts.hpp). Both books are kept for every share, so
// that a shadow, or a policy that takes over, finds its own.
enum class DeviceBook : std::uint8_t {
  thousandths,  // a fraction as it was asked for, GPU memory rounded up to a hundredth of the device
  mebibytes,    // whole MiB of a device's memory floored to hundreds, as the reference policy counts
};

// What a placed pod holds.
struct DeviceAssignment {
  DeviceSet devices =
      0;  // whole: the devices; fraction, memory: the shared devices; mig: the devices of the instances
  // mig: the instances, each as mig_slot(device, start), ascending; stays valid when other instances are cut
  // anew. On a node whose inventory is `counts` (no devices behind the numbers; policy cases): ids of sharing
  // groups, unique in the cluster, in the order in which the case names them.
  std::vector<std::uint32_t> slots;
  // What a pod that holds the devices is shown to have of each, ascending by device (Occupancy::granted); empty before the
  // bind, for MIG instances (their memory slices), and for whole devices that are all its own.
  std::vector<GpuMilli> shares = {};
  bool over_booked = false;  // granted without room: a known bug of the reference policy
  bool operator==(const DeviceAssignment&) const = default;
};

// A device that pods share, or hold whole.
struct DeviceState {
  // The book in thousandths: portions (whole: 1000; memory requests: their rounded-up portion), and the memory that the
  // holders asked for, a portion being portion x device memory.
  GpuMilli used;
  Bytes memory_used;
  std::int64_t mebibytes_used = 0;  // the book in MiB
  GpuMilli shares;                  // sum of the holders' device shares: at most 1000
  std::uint16_t holders = 0;        // pods on it; 0: vacant
  std::uint16_t whole_holders =
      0;                      // of these: pods that asked for whole devices; above 1 only when over-booked
  std::uint8_t whole_of = 0;  // whole: how many devices that pod holds here (gpu-clustering's tag, fgd.md)
  bool failed = false;        // out of service: fits nothing
  bool mig = false;           // in MIG mode: offers its instances and nothing else
  bool operator==(const DeviceState&) const = default;

  bool whole() const { return whole_holders > 0; }
  bool shared() const { return holders > whole_holders; }
};

// One MIG instance: profile `profile` of the device's geometry at memory slice `start`.
struct MigInstance {
  std::uint8_t device = 0;
  std::uint8_t start = 0;
  std::uint16_t profile = 0;  // index into the model's MigGeometry::profiles
  bool used = false;
  bool coming = false;  // a cut under way makes it: neither used nor to be had, and not to be cut away
  bool operator==(const MigInstance&) const = default;
};

}  // namespace berth::cluster
