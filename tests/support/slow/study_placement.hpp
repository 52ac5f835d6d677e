// The placement study's rules written out as fgd.md section 3 says them: every node is looked at for every pod, nothing
// is remembered. The twin of sim/policy/placement/study_placement.cpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "berth/policy/placement.hpp"
#include "berth/policy/typical_pods.hpp"
#include "sim/policy/study_placement.hpp"

namespace berth::slow {

class StudyPlacement final : public policy::Placement {
 public:
  StudyPlacement(policy::StudyScore score, const policy::PolicySpec& spec)
      : score_(score), typical_(policy::typical_of(spec.typical)) {}

  std::string_view name() const override { return "slow twin"; }

  std::optional<policy::Place> place(const policy::Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                     ShapeId shape_id, PodId) override {
    const workload::PodShape& shape = snapshot.workloads->shapes[shape_id];
    std::optional<policy::Place> best;
    int best_score = 0;
    for (const NodeId id : snapshot.cluster->pools[snapshot.pool].nodes) {
      Node node = look(snapshot, occupancy, id);
      if (!fits(snapshot, occupancy, id, node, shape)) continue;
      policy::Place here{id, {}};
      const int score = score_on(node, shape, here.devices.devices);
      if (best && score <= best_score) continue;
      best_score = score;
      best = here;
    }
    return best;
  }

  // F of a node as it stands, in milli.
  double fragmentation_of(const policy::Snapshot& snapshot, const cluster::Occupancy& occupancy,
                          NodeId id) const {
    return fragmentation(look(snapshot, occupancy, id));
  }

 private:
  struct Node {
    long cpu = 0;
    std::vector<int> g;  // milli left by device
    std::string model, label;
    std::vector<int> tags;  // 0 for a share, n for each device of a pod of n whole GPUs
  };

  static Node look(const policy::Snapshot& snapshot, const cluster::Occupancy& occupancy, NodeId id) {
    Node node;
    node.cpu = occupancy[id].cpu_free.value;
    const GpuModelId model = snapshot.cluster->nodes[id].gpu_model;
    if (model != none<GpuModelId>()) {
      node.model = snapshot.cluster->models[model].name;
      node.label = snapshot.cluster->models[model].product_label;
    }
    for (const cluster::DeviceState& d : occupancy[id].devices) {
      node.g.push_back(d.failed ? 0 : static_cast<int>(1000 - d.used.value));
      if (d.holders > 0) node.tags.push_back(d.whole() ? d.whole_of : 0);
    }
    return node;
  }

  static bool allowed(const std::vector<std::string>& models, const Node& node) {
    if (models.empty()) return true;
    return !node.model.empty() && (std::count(models.begin(), models.end(), node.model) > 0 ||
                                   std::count(models.begin(), models.end(), node.label) > 0);
  }

  static int devices_of(const workload::PodShape& shape) { return shape.gpu.devices; }
  static int milli_of(const workload::PodShape& shape) { return static_cast<int>(shape.gpu.portion.value); }

  static bool fits(const policy::Snapshot& snapshot, const cluster::Occupancy& occupancy, NodeId id,
                   const Node& node, const workload::PodShape& shape) {
    const cluster::NodeOccupancy& o = occupancy[id];
    if (!o.schedulable() || o.cpu_free < shape.cpu || o.memory_free < shape.memory ||
        o.pods >= snapshot.cluster->nodes[id].max_pods)
      return false;
    if (shape.cpu_only()) return true;
    int enough = 0;
    for (const int g : node.g) enough += g >= milli_of(shape) ? 1 : 0;
    return allowed(shape.gpu_models, node) && enough >= devices_of(shape);
  }

  double fragmentation(const Node& node) const {
    double weight_total = 0;
    for (const policy::PodClass& m : typical_) weight_total += static_cast<double>(m.count);
    int total = 0;
    for (const int g : node.g) total += g;
    double sum = 0;
    for (const policy::PodClass& m : typical_) {
      int enough = 0, below = 0;
      for (const int g : node.g) {
        if (g >= m.milli.value)
          ++enough;
        else
          below += g;
      }
      const bool useless =
          m.cpu_only() || !allowed(m.models, node) || enough < m.devices || node.cpu < m.cpu.value;
      sum += static_cast<double>(m.count) / weight_total * (useless ? total : below);
    }
    return sum;
  }

  int fgd_score(const Node& before, const Node& after) const {
    const double gain = fragmentation(before) - fragmentation(after);
    return static_cast<int>(100 * (1 / (1 + std::exp(-gain / 1000))));
  }

  // The score; the chosen devices go to `devices`.
  int score_on(const Node& node, const workload::PodShape& shape, cluster::DeviceSet& devices) const {
    const int n = devices_of(shape), u = milli_of(shape);
    int total = 0, vacant = 0;
    for (const int g : node.g) {
      total += g;
      vacant += g == 1000 ? 1 : 0;
    }
    const int k = static_cast<int>(node.g.size());

    if (score_ == policy::StudyScore::fgd) {
      Node after = node;
      after.cpu -= shape.cpu.value;
      if (n == 0 || u == 1000) {
        for (int d = 0, left = n; d < k && left > 0; ++d) {
          if (after.g[static_cast<std::size_t>(d)] != 1000) continue;
          after.g[static_cast<std::size_t>(d)] = 0;
          devices |= cluster::device_bit(d);
          --left;
        }
        return fgd_score(node, after);
      }
      int score = -1;
      for (int share = 0; share < n; ++share) {
        score = -1;
        int chosen = -1;
        for (int d = 0; d < k; ++d) {
          if ((devices & cluster::device_bit(d)) != 0 || after.g[static_cast<std::size_t>(d)] < u) continue;
          Node tried = after;
          tried.g[static_cast<std::size_t>(d)] -= u;
          if (fgd_score(node, tried) <= score) continue;
          score = fgd_score(node, tried);
          chosen = d;
        }
        devices |= cluster::device_bit(chosen);
        after.g[static_cast<std::size_t>(chosen)] -= u;
      }
      return score;
    }

    // The other scores: devices with the least left that suffice, lowest index on ties.
    std::vector<int> order;
    for (int d = 0; d < k; ++d)
      if (node.g[static_cast<std::size_t>(d)] >= u) order.push_back(d);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return node.g[static_cast<std::size_t>(a)] < node.g[static_cast<std::size_t>(b)];
    });
    order.resize(static_cast<std::size_t>(n));
    for (const int d : order) devices |= cluster::device_bit(d);
    const double c = static_cast<double>(node.cpu), cpu = static_cast<double>(shape.cpu.value);
    const double asked = n * u;

    switch (score_) {
      case policy::StudyScore::dot_product:
        return static_cast<int>(100 *
                                (1 - (c / 128000 * (cpu / 128000) + total / 8000.0 * (asked / 8000)) / 2));
      case policy::StudyScore::best_fit:
        return static_cast<int>(100 * (1 - 0.5 * ((c - cpu) / 128000) - 0.5 * ((total - asked) / 8000)));
      case policy::StudyScore::gpu_packing: {
        if (n == 0) return 0;
        if (vacant == k) return std::max(33 - k, k);
        int free_used = 0, left = 0;
        for (const int d : order) {
          free_used += node.g[static_cast<std::size_t>(d)] == 1000 ? 1 : 0;
          left += node.g[static_cast<std::size_t>(d)] * 100 / 1000;
        }
        return free_used > 0 ? std::max(50 - free_used, 33) : std::max(100 - left / 10, 50);
      }
      case policy::StudyScore::gpu_clustering: {
        if (n == 0) return 0;
        const int tag = u == 1000 ? n : 0;
        const int base = 25 * (8000 - total) / 8000;
        const auto same = std::count(node.tags.begin(), node.tags.end(), tag);
        if (node.tags.empty()) return base + 25;
        if (same == 0) return base;
        return base + (same == static_cast<std::ptrdiff_t>(node.tags.size()) ? 75 : 50);
      }
      case policy::StudyScore::fgd:
      case policy::StudyScore::random:
        break;
    }
    return 0;
  }

  policy::StudyScore score_;
  std::vector<policy::PodClass> typical_;
};

}  // namespace berth::slow
