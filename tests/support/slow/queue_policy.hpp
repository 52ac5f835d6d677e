// fifo and fifo-skip with an ordered placement, as baselines.md sections 2 and 6 say them, by brute force: every waiting
// workload and every node are looked at in every pass.
#pragma once

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "berth/policy/placement.hpp"
#include "berth/policy/transaction.hpp"
#include "sim/policy/fit.hpp"

namespace berth::tests {

inline std::optional<policy::Place> slow_place(const policy::Snapshot& s, const cluster::Occupancy& occupancy,
                                               ShapeId shape, const std::string& rule) {
  const workload::PodShape& pod = s.workloads->shapes[shape];
  std::optional<NodeId> best;
  std::tuple<std::int64_t, std::int64_t> best_key;
  for (const NodeId n : s.cluster->pools[s.pool].nodes) {
    if (!policy::could_fit(*s.cluster, n, pod) || !policy::fits_now(*s.cluster, n, occupancy[n], pod))
      continue;
    const std::int64_t sign = rule == "worst-fit" ? -1 : 1;
    const std::tuple key(rule == "first-fit" ? 0 : sign * occupancy[n].gpu_free.value,
                         rule == "first-fit" ? 0 : sign * occupancy[n].cpu_free.value);
    if (!best || key < best_key) {
      best = n;
      best_key = key;
    }
  }
  if (!best) return std::nullopt;
  const auto device_rule = rule == "first-fit"  ? policy::DeviceRule::lowest
                           : rule == "best-fit" ? policy::DeviceRule::tightest
                                                : policy::DeviceRule::roomiest;
  return policy::Place{*best, policy::choose_devices(*s.cluster, *best, occupancy[*best], pod, device_rule)};
}

// The binds of one pass.
inline std::vector<policy::Bind> slow_pass(const policy::Snapshot& s, const std::string& rule, bool strict) {
  cluster::Occupancy scratch = s.cluster->occupancy;
  std::vector<policy::Bind> binds;
  const auto place_all = [&](const std::vector<PodId>& pods) {
    const cluster::Occupancy before = scratch;
    const std::size_t bound = binds.size();
    for (const PodId p : pods) {
      const auto place = slow_place(s, scratch, s.workloads->pods[p].shape, rule);
      if (!place) {
        scratch = before;
        binds.resize(bound);
        return false;
      }
      scratch.hold(place->node, s.cluster->nodes[place->node], s.workloads->shape_of(p), place->devices);
      binds.push_back({p, place->node, place->devices});
    }
    return true;
  };
  std::vector<WorkloadId> started;
  bool blocked = false;  // fifo: the head did not fit
  for (const WorkloadId id : *s.waiting) {
    const workload::Workload& w = s.workloads->all[id];
    const int minimum = w.spec.sub_groups[0].min_pods;
    int active = 0;
    std::vector<PodId> pods;
    for (const PodId p : w.pods) {
      const auto status = s.workloads->pods[p].status;
      if (workload::counts_as_allocated(status) || status == workload::PodStatus::succeeded) ++active;
    }
    if (active >= minimum) {
      started.push_back(id);
      continue;
    }
    for (const PodId p : w.pods) {
      if (s.workloads->pods[p].status == workload::PodStatus::pending &&
          static_cast<int>(pods.size()) < minimum - active) {
        pods.push_back(p);
      }
    }
    if (blocked) continue;
    std::vector<std::pair<ShapeId, std::int32_t>> ask;
    for (const PodId p : pods) ask.emplace_back(s.workloads->pods[p].shape, 1);
    if (!policy::could_hold_together(*s.cluster, s.pool, s.workloads->shapes, ask)) continue;
    if (place_all(pods)) {
      started.push_back(id);
    } else {
      blocked = strict;
    }
  }
  std::sort(started.begin(), started.end());
  for (const WorkloadId id : started) {
    for (const PodId p : s.workloads->all[id].pods) {
      if (s.workloads->pods[p].status != workload::PodStatus::pending) continue;
      if (std::any_of(binds.begin(), binds.end(), [&](const policy::Bind& b) { return b.pod == p; }))
        continue;
      if (!place_all({p})) break;
    }
  }
  return binds;
}

}  // namespace berth::tests
