// What a task asks for, interned: tasks of one shape are alike for every rule that looks at requests and
// constraints.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/workload/request.hpp"
#include "sim/policy/kai/session/indices.hpp"
#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

using GpuKind = workload::GpuRequestKind;

struct MigCount {
  ProfileIx profile{};
  std::int32_t count = 0;
  bool operator==(const MigCount&) const = default;
};

struct Shape {
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  GpuKind gpu = GpuKind::none;
  std::int32_t devices = 0;     // whole, fraction, memory
  double portion = 0;           // fraction: of each device, two decimals; whole: 1
  std::int64_t memory_mib = 0;  // memory: of each device
  std::vector<MigCount> mig;    // by profile
  bool legacy_mig = false;      // a form of MIG that is no longer placed (section 6)

  // The amounts that quotas count while no node is known: GPU memory counts 0 (section 3), MIG g-number x
  // count.
  Resources amounts;
  // devices x memory_mib: what the GPU memory adds to `amounts.gpu` where a rule divides it by
  // MinNodeGPUMemory.
  double gpu_memory_mib = 0;

  // The constraints (node requirements, tolerations, labels, affinity), as the World has them.
  const workload::PodShape* source = nullptr;

  bool shared() const { return gpu == GpuKind::fraction || gpu == GpuKind::memory; }
  // Section 9.10: GPU memory and MIG requests are not CPU-only.
  bool cpu_only() const { return gpu == GpuKind::none; }
  bool best_effort() const { return gpu == GpuKind::none && cpu_milli == 0 && memory_bytes == 0; }
};

}  // namespace berth::policy::kai
