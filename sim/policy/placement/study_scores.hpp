// The formulas of the placement study (fgd.md section 3) for one node and one ask, each a few lines, apart from any
// index. Every function assumes that the pod fits.
#pragma once

#include <cstdint>

#include "sim/policy/placement/node_table.hpp"

namespace berth::policy {

// What a pod asks for, as the scores see it.
struct Ask {
  std::int64_t cpu = 0;      // milli
  std::int64_t memory = 0;   // bytes
  std::int32_t devices = 0;  // 0: CPU only
  std::int32_t milli = 0;    // of each device
  bool whole() const { return milli == 1000; }
};

struct FgdChoice {
  std::int32_t score = 0;
  cluster::DeviceSet devices = 0;
};

std::int32_t dot_product_score(const NodeEntry& node, const Ask& ask);
std::int32_t study_best_fit_score(const NodeEntry& node, const Ask& ask);
std::int32_t gpu_packing_score(const NodeEntry& node, const Ask& ask);
std::int32_t gpu_clustering_score(const NodeEntry& node, const Ask& ask);
FgdChoice fgd_choice(const NodeEntry& node, const Ask& ask, const Fragmentation& measure);

// The lowest `count` fully free devices.
cluster::DeviceSet lowest_free(const NodeLeft& left, std::int32_t count);

}  // namespace berth::policy
