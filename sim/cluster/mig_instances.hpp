// MIG instances of a node: which of them a pod gets, and how idle ones are cut anew for a request that none
// fits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/node.hpp"
#include "berth/workload/request.hpp"

namespace berth::cluster {

// Does the request take MIG instances on this node? A MIG request does on strategy `mixed`; on strategy
// `single` each instance is one nvidia.com/gpu, so a whole-GPU request does (k8s-device-plugin
// mig-strategy.go).
bool takes_instances(const NodeSpec& spec, const workload::GpuRequest& request);

// The unused instances that the request gets: for each profile asked for (strategy `single`: for each GPU
// asked for) the lowest device, then the lowest start. Nothing when they do not suffice, or the node has none
// to give for it.
std::optional<DeviceAssignment> find_instances(const NodeSpec& spec, const MigGeometry& geometry,
                                               const NodeOccupancy& node,
                                               const workload::GpuRequest& request);

// Devices of which no pod holds anything: the vacant ones, and those in MIG mode that have no used instance (how they are
// cut, and whether a cut is under way, is no matter). Failed devices are none of them. (Contract NOTES section 5.)
DeviceSet untouched_devices(const NodeOccupancy& node);

// A device whose idle instances are cut anew. `instances` is the whole device afterwards, ascending by start;
// those in use are there unchanged.
struct Recut {
  std::uint8_t device = 0;
  std::vector<MigInstance> instances;
  bool operator==(const Recut&) const = default;
};
struct RecutPlan {
  std::vector<Recut> recuts;  // ascending device; never empty
  DeviceAssignment serves;    // what the request gets when they are done
  int destroyed = 0;          // idle instances that go
  int destroyed_slices = 0;   // their memory slices
  bool operator==(const RecutPlan&) const = default;
};

// The least disturbance that lets a MIG request start on a node of strategy `mixed`: idle instances of the
// profile are taken as they are; each further instance (compute slices descending) is made where the fewest
// idle instances go, then where those that go have the fewest memory slices, then on the lowest device, then
// by the start rule (MigLayout::choose_start). An instance in use is neither destroyed nor moved; failed
// devices and `frozen` ones are left alone. Nothing when no cut serves, or the request fits without one.
std::optional<RecutPlan> plan_recut(const NodeSpec& spec, const MigGeometry& geometry,
                                    const NodeOccupancy& node, const workload::GpuRequest& request,
                                    DeviceSet frozen = 0);

}  // namespace berth::cluster
