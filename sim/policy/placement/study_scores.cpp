#include "sim/policy/placement/study_scores.hpp"

#include <algorithm>
#include <array>

#include "sim/core/math.hpp"

namespace berth::policy {

namespace {

// The study's largest node: what its scores divide by.
constexpr double cpu_scale = 128'000;
constexpr double gpu_scale = 8'000;

// Devices that one share may take, one for each distinct amount left: the lowest, since equal devices score alike.
cluster::DeviceSet distinct_candidates(const NodeLeft& left, std::int32_t milli, cluster::DeviceSet taken) {
  cluster::DeviceSet candidates = 0;
  for (int d = 0; d < left.devices; ++d) {
    const std::int16_t g = left.milli[static_cast<std::size_t>(d)];
    if (g < milli || (taken & cluster::device_bit(d)) != 0) continue;
    bool seen = false;
    for (cluster::DeviceSet c = candidates; c != 0 && !seen; c &= c - 1)
      seen = left.milli[static_cast<std::size_t>(cluster::lowest_device(c))] == g;
    if (!seen) candidates |= cluster::device_bit(d);
  }
  return candidates;
}

std::int32_t fgd_score(double before, double after) {
  return static_cast<std::int32_t>(100 * math::sigmoid((before - after) / 1000));
}

}  // namespace

std::int32_t dot_product_score(const NodeEntry& node, const Ask& ask) {
  const double cpu =
      static_cast<double>(node.left.cpu) / cpu_scale * (static_cast<double>(ask.cpu) / cpu_scale);
  const double gpu =
      static_cast<double>(node.gpu) / gpu_scale * (static_cast<double>(ask.devices * ask.milli) / gpu_scale);
  return static_cast<std::int32_t>(100 * (1 - (cpu + gpu) / 2));
}

std::int32_t study_best_fit_score(const NodeEntry& node, const Ask& ask) {
  const double cpu = static_cast<double>(node.left.cpu - ask.cpu) / cpu_scale;
  const double gpu = static_cast<double>(node.gpu - ask.devices * ask.milli) / gpu_scale;
  return static_cast<std::int32_t>(100 * (1 - 0.5 * cpu - 0.5 * gpu));
}

std::int32_t gpu_packing_score(const NodeEntry& node, const Ask& ask) {
  if (ask.devices == 0) return 0;
  const std::int32_t devices = node.left.devices;
  if (node.vacant == devices)
    return std::max(33 - devices, devices);  // a new node: 100/3, fewer devices first
  if (ask.whole()) return std::max(50 - ask.devices, 33);

  // The shares go to the devices with the least left that suffices.
  std::array<std::int16_t, cluster::max_devices_per_node> fitting;
  std::size_t count = 0;
  for (int d = 0; d < devices; ++d) {
    const std::int16_t g = node.left.milli[static_cast<std::size_t>(d)];
    if (g >= ask.milli) fitting[count++] = g;
  }
  const auto wanted = fitting.begin() + ask.devices;
  std::partial_sort(fitting.begin(), wanted, fitting.begin() + static_cast<std::ptrdiff_t>(count));
  const auto free_used = static_cast<std::int32_t>(std::count(fitting.begin(), wanted, std::int16_t{1000}));
  if (free_used > 0) return std::max(50 - free_used, 33);
  std::int32_t left = 0;
  for (auto g = fitting.begin(); g != wanted; ++g) left += *g * 100 / 1000;
  return std::max(100 - left / 10, 50);
}

std::int32_t gpu_clustering_score(const NodeEntry& node, const Ask& ask) {
  if (ask.devices == 0) return 0;
  const std::int32_t base = 25 * (8000 - node.gpu) / 8000;
  const std::uint64_t tag = ask.whole() ? std::uint64_t{1} << (ask.devices & 63) : 1U;
  if (node.tags == 0) return base + 25;
  if ((node.tags & tag) == 0) return base;
  return base + (node.tags == tag ? 75 : 50);
}

cluster::DeviceSet lowest_free(const NodeLeft& left, std::int32_t count) {
  cluster::DeviceSet devices = 0;
  for (int d = 0; d < left.devices && count > 0; ++d) {
    if (left.milli[static_cast<std::size_t>(d)] != 1000) continue;
    devices |= cluster::device_bit(d);
    --count;
  }
  return devices;
}

FgdChoice fgd_choice(const NodeEntry& node, const Ask& ask, const Fragmentation& measure) {
  FgdChoice choice;
  const std::int64_t cpu = node.left.cpu - ask.cpu;
  if (ask.devices == 0 || ask.whole()) {
    choice.devices = lowest_free(node.left, ask.devices);
    const double after = measure.after(node.left, cpu, choice.devices, ask.milli);
    choice.score = fgd_score(node.fragmentation, after);
    return choice;
  }
  std::array<double, cluster::max_devices_per_node> after;
  NodeLeft left = node.left;
  for (std::int32_t share = 0; share < ask.devices; ++share) {
    const cluster::DeviceSet candidates = distinct_candidates(left, ask.milli, choice.devices);
    measure.after_each(left, cpu, candidates, ask.milli, after.data());
    std::size_t i = 0;
    int chosen = -1;
    for (cluster::DeviceSet c = candidates; c != 0; c &= c - 1, ++i) {
      const std::int32_t score = fgd_score(node.fragmentation, after[i]);
      if (chosen >= 0 && score <= choice.score) continue;
      choice.score = score;
      chosen = cluster::lowest_device(c);
    }
    choice.devices |= cluster::device_bit(chosen);
    left.milli[static_cast<std::size_t>(chosen)] =
        static_cast<std::int16_t>(left.milli[static_cast<std::size_t>(chosen)] - ask.milli);
  }
  return choice;
}

}  // namespace berth::policy
