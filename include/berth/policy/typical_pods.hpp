// The pods that the placement study takes as typical of the work to come (fgd.md section 3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/core/quantity.hpp"
#include "berth/workload/request.hpp"

namespace berth::policy {

// Pods that ask for the same CPU and GPUs. Memory is no part of it.
struct PodClass {
  CpuMilli cpu;
  GpuMilli milli;  // of each device, 1..1000; 0: CPU only
  std::int32_t devices = 0;
  std::vector<std::string> models;  // allowed; empty: any
  std::int64_t count = 0;           // pods; in a list of pods 1
  bool operator==(const PodClass&) const = default;

  bool cpu_only() const { return devices == 0; }
};

// The class of one pod of the shape, count 1. A request for GPU memory counts as the portion of `device_memory` (0:
// unknown, then as a whole device); one for MIG instances as CPU only.
PodClass class_of(const workload::PodShape& shape, Bytes device_memory);

// The classes from the commonest down that make up at least 95 % of the pods, each class once, its pods summed. Ties of
// count: larger CPU, then milli, devices, and models (joined by '|') first. A class's weight is count / sum of counts.
std::vector<PodClass> typical_of(std::vector<PodClass> pods);

}  // namespace berth::policy
