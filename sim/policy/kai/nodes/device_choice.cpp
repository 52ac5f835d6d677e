#include "sim/policy/kai/nodes/device_choice.hpp"

#include <algorithm>

namespace berth::policy::kai {

DeviceOrder device_order(const Plugins& plugins) {
  if (plugins.gpu_pack == plugins.gpu_spread) return DeviceOrder::none;
  return plugins.gpu_pack ? DeviceOrder::pack : DeviceOrder::spread;
}

std::string invalid_gpu_memory_message(std::string_view node) {
  return "node <" + std::string(node) + "> has invalid GPU memory";
}

std::optional<double> device_score(DeviceOrder order, std::int64_t used_mib, std::int64_t device_memory_mib,
                                   bool whole) {
  if (order == DeviceOrder::none) return 0;
  if (whole) return order == DeviceOrder::pack ? 0 : 1;
  if (device_memory_mib < least_device_memory_mib) return std::nullopt;
  const double used = static_cast<double>(used_mib) / static_cast<double>(device_memory_mib);
  return order == DeviceOrder::pack ? used : 1 - used;
}

void rank_devices(const NodeInfo& node, const Shape& shape, DeviceOrder order, std::vector<GroupIx>& ranked) {
  thread_local std::vector<double> scores;  // of `ranked`; scratch, its capacity is worth keeping
  scores.clear();
  ranked.clear();
  // A node shares few devices: insertion keeps the order of arrival among equals.
  const auto insert = [&](GroupIx device, double score) {
    const auto at = std::find_if(scores.begin(), scores.end(), [&](double other) { return other < score; });
    ranked.insert(ranked.begin() + (at - scores.begin()), device);
    scores.insert(at, score);
  };
  const std::int64_t asked = device_memory_asked(node, shape);
  for (const SharedGroup& group : node.groups) {
    if (!group_fits(node, group, asked)) continue;
    if (const auto score = device_score(order, group.used, node.gpu_memory, false)) insert(group.id, *score);
  }
  // More markers than devices asked for change nothing.
  const std::int32_t whole = std::min(node.idle.gpus + node.releasing.gpus, std::max(shape.devices, 1));
  for (std::int32_t i = 0; i < whole; ++i) insert(whole_gpu, *device_score(order, 0, node.gpu_memory, true));
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
