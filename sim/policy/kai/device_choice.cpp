#include "sim/policy/kai/device_choice.hpp"

#include <algorithm>

namespace berth::policy::kai {

DeviceOrder device_order(const Plugins& plugins) {
  if (plugins.gpu_pack == plugins.gpu_spread) return DeviceOrder::none;
  return plugins.gpu_pack ? DeviceOrder::pack : DeviceOrder::spread;
}

double device_score(DeviceOrder order, std::int64_t used_mib, std::int64_t device_memory_mib, bool whole) {
  if (order == DeviceOrder::none) return 0;
  const double used = whole ? 0 : static_cast<double>(used_mib) / static_cast<double>(device_memory_mib);
  return order == DeviceOrder::pack ? used : 1 - used;
}

void rank_devices(const NodeInfo& node, const Shape& shape, DeviceOrder order, std::vector<GroupIx>& ranked) {
  ranked.clear();
  const std::int64_t asked = device_memory_asked(node, shape);
  const bool scored = order == DeviceOrder::none || node.gpu_memory >= least_device_memory_mib;
  // A node shares few devices: insertion keeps the order of creation among equal scores, and allocates nothing.
  const auto used_by = [&](GroupIx id) {
    for (const SharedGroup& group : node.groups) {
      if (group.id == id) return group.used;
    }
    return std::int64_t{0};
  };
  for (const SharedGroup& group : node.groups) {
    if (!scored || !group_fits(node, group, asked)) continue;
    std::size_t at = ranked.size();
    if (order == DeviceOrder::pack) {
      while (at > 0 && used_by(ranked[at - 1]) < group.used) --at;
    } else if (order == DeviceOrder::spread) {
      while (at > 0 && used_by(ranked[at - 1]) > group.used) --at;
    }
    ranked.insert(ranked.begin() + static_cast<std::ptrdiff_t>(at), group.id);
  }
  // A fitting group is in use, so whole GPUs stand behind all of them when packing and before all when spreading.
  // More markers than devices asked for change nothing.
  const std::int32_t whole = std::clamp(node.idle.gpus + node.releasing.gpus, 0, std::max(shape.devices, 1));
  ranked.insert(order == DeviceOrder::spread ? ranked.begin() : ranked.end(), static_cast<std::size_t>(whole),
                whole_gpu);
}

void take_devices(const NodeInfo& node, const Shape& shape, const std::vector<GroupIx>& ranked,
                  bool pipeline_only, DeviceChoice& choice) {
  choice.devices.clear();
  choice.pipelined = false;
  const std::size_t wanted = static_cast<std::size_t>(shape.devices);
  if (ranked.size() < wanted) return;
  const std::int64_t asked = device_memory_asked(node, shape);
  const bool now = fits_now(node, shape);
  for (std::size_t i = 0; i < wanted; ++i) {
    bool idle = now;
    if (ranked[i] == whole_gpu) {
      idle = idle && !pipeline_only;
    } else {
      for (const SharedGroup& group : node.groups) {
        if (group.id == ranked[i]) idle = idle && group_fits_now(node, group, asked);
      }
    }
    choice.pipelined = choice.pipelined || !idle;
    choice.devices.push_back(ranked[i]);
  }
}

void choose_devices(const NodeInfo& node, const Shape& shape, DeviceOrder order, bool pipeline_only,
                    DeviceChoice& choice) {
  thread_local std::vector<GroupIx> ranked;  // scratch: its capacity is worth keeping
  rank_devices(node, shape, order, ranked);
  take_devices(node, shape, ranked, pipeline_only, choice);
}

}  // namespace berth::policy::kai
