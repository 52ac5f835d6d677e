// Which devices of a node a shared request takes (kai-semantics.md 6, 9.11): fitting groups and one marker for each
// free or releasing whole GPU, by device score descending; the first N.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/options.hpp"

namespace berth::policy::kai {

// Stands for a whole GPU of the node, which becomes a new group.
inline constexpr GroupIx whole_gpu = none<GroupIx>();

enum class DeviceOrder : std::uint8_t { none, pack, spread };
DeviceOrder device_order(const Plugins& plugins);  // none where both are on: their sum is 1 for all

// A group on a device of less memory than this has no score and drops out; a whole GPU keeps its score (9.11).
inline constexpr std::int64_t least_device_memory_mib = 100;
std::string invalid_gpu_memory_message(std::string_view node);

// gpupack: used / memory, a whole GPU 0. gpuspread: 1 - used / memory, a whole GPU 1. Nothing: it drops out.
std::optional<double> device_score(DeviceOrder order, std::int64_t used_mib, std::int64_t device_memory_mib,
                                   bool whole);

// The devices that could serve one share, best first. Ties: groups in order of creation, then whole GPUs.
void rank_devices(const NodeInfo& node, const Shape& shape, DeviceOrder order, std::vector<GroupIx>& ranked);

struct DeviceChoice {
  std::vector<GroupIx>
      devices;  // as many as asked for; `whole_gpu`: a new group. Empty: there are not enough
  bool pipelined =
      false;  // some device is not idle now, or only pipelining is allowed and a new group is opened
};
// Takes the first devices of `ranked`.
void take_devices(const NodeInfo& node, const Shape& shape, const std::vector<GroupIx>& ranked,
                  bool pipeline_only, DeviceChoice& choice);

// rank_devices and take_devices. `choice` is overwritten; its capacity is reused.
void choose_devices(const NodeInfo& node, const Shape& shape, DeviceOrder order, bool pipeline_only,
                    DeviceChoice& choice);

}  // namespace berth::policy::kai
