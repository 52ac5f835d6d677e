// Does a task fit what is idle on a node, or what is idle and being released (kai-semantics.md 1, 9.12, 10.7, 10.8)?
// Requests only: constraints are in filters.hpp. Called for every node of every attempt: no strings, no allocation.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/policy/kai/session/node_info.hpp"
#include "sim/policy/kai/session/request.hpp"

namespace berth::policy::kai {

// Below these amounts a request counts as nothing (9.12).
inline constexpr std::int64_t negligible_cpu_milli = 10;
inline constexpr std::int64_t negligible_memory_bytes = 10 * 1024 * 1024;

// A pod that always fits now: no GPU, and next to no CPU and memory.
bool asks_for_nothing(const Shape& shape);

// MiB that the task takes of one device of the node: floor(portion x device memory) or what it asks for; a whole
// device for a whole request, 0 for the rest (10.7, 10.8).
std::int64_t device_memory_asked(const NodeInfo& node, const Shape& shape);

// The portion of one device that the task is charged on this node: its own, or for a memory request
// ceil(memory / device memory x 100) / 100 (section 6). 0: asks for no device.
double portion_on(const NodeInfo& node, const Shape& shape);

// What the limit and quota check of a task on a node takes for its GPUs: the portion of one device, rounded up to
// hundredths (section 3, known bug #1369).
double one_device_charge(const NodeInfo& node, const Shape& shape);

// A memory request above one device's memory is only valid as a whole number of devices (section 6).
bool valid_portion(const NodeInfo& node, const Shape& shape);

// Has the group room for one share of `memory_asked` MiB, now or once what is being released is gone (10.8)?
bool group_fits(const NodeInfo& node, const SharedGroup& group, std::int64_t memory_asked);
// Has it room now (9.11)?
bool group_fits_now(const NodeInfo& node, const SharedGroup& group, std::int64_t memory_asked);

// Shared devices of the node with room for one share of the task, counted up to `enough`.
std::int32_t fitting_groups(const NodeInfo& node, const Shape& shape, std::int32_t enough);

bool fits_now(const NodeInfo& node, const Shape& shape);
bool fits_later(const NodeInfo& node, const Shape& shape);

// Sums of a node's free GPUs, slack in shared devices and MIG instances as g-number x count included (9.6).
// `profile_gpus`: by ProfileIx.
struct FreeGpus {
  double gpus = 0;
  std::int64_t memory = 0;  // MiB
};
using ProfileGpus = IdVector<ProfileIx, std::int32_t>;
FreeGpus idle_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus);
FreeGpus releasing_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus);
double free_gpus(const NodeInfo& node, const ProfileGpus& profile_gpus);  // both

// MiB of each device as the label nvidia.com/gpu.memory gives it: a multiple of 100; 2^20 and above are bytes. 100
// when the label is absent or no number (section 6). `synced`: there is such a label.
struct NodeGpuMemory {
  std::int64_t mib = 100;
  bool synced = false;
};
NodeGpuMemory node_gpu_memory(std::string_view label);

}  // namespace berth::policy::kai
