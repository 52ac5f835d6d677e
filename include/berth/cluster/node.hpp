// A node as it was bought (NodeSpec) and as it is now (NodeOccupancy).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/labels.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"

namespace berth::cluster {

enum class MigStrategy : std::uint8_t {
  none,
  single,
  mixed
};  // device plugin strategies, gpu-devices.md section 2

// What stands behind a node's GPU numbers.
enum class Inventory : std::uint8_t {
  devices,  // every GPU is a DeviceState: what runs use
  counts,   // advertised numbers only; occupancy is not checked, it may be over-allocated (policy cases)
};

struct Taint {
  std::string key, value, effect;  // effect: NoSchedule, PreferNoSchedule, NoExecute
  bool operator==(const Taint&) const = default;
};

struct NodeSpec {
  std::string name;
  PoolId pool{};
  CpuMilli cpu;  // allocatable
  Bytes memory;  // allocatable
  std::int32_t max_pods = 110;
  std::int32_t gpus = 0;  // devices, MIG-enabled ones included
  GpuModelId gpu_model = none<GpuModelId>();
  Bytes gpu_memory;  // of each device, as the label nvidia.com/gpu.memory says; 0: no label
  Inventory inventory = Inventory::devices;
  MigStrategy mig_strategy = MigStrategy::none;
  bool mig_enabled = false;             // the node's GPUs are in MIG mode
  bool repartition_on_demand = false;   // idle instances may be cut anew
  std::vector<MigInstance> mig_layout;  // instances made at start, on every MIG-enabled device
  std::vector<std::pair<std::string, std::int32_t>>
      mig_advertised;  // inventory `counts`: profile name -> instances
  Labels labels;
  std::vector<Taint> taints;
  std::int64_t price_micros_per_hour = 0;  // millionths of the scenario's currency
  bool operator==(const NodeSpec&) const = default;
};

// What is left of a node. `gpu_free` and `vacant` are kept equal to what the devices say (asserted in tests).
struct NodeOccupancy {
  CpuMilli cpu_free;
  Bytes memory_free;
  std::int32_t pods = 0;
  GpuMilli gpu_free;     // sum over healthy devices of 1000 - used; devices cut by MIG count 0
  DeviceSet vacant = 0;  // healthy devices without a holder and not cut by MIG
  std::vector<DeviceState> devices;
  std::vector<MigInstance> instances;  // ascending (device, start)
  bool present = true;                 // false: not yet added, or removed
  bool ready = true;                   // false: down; fits nothing
  bool cordoned = false;               // fits nothing new
  bool operator==(const NodeOccupancy&) const = default;

  bool schedulable() const { return present && ready && !cordoned; }
};

}  // namespace berth::cluster
