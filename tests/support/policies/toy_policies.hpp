// Policies that no one would use: idle, evict-all, one that replays a script, and a liar whose every decision is illegal.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "berth/policy/policy.hpp"
#include "sim/policy/fit.hpp"

namespace berth::tests {

// Decides nothing.
class Idle final : public policy::Policy {
 public:
  std::string_view name() const override { return "idle"; }
  policy::CycleResult cycle(const policy::Snapshot&, policy::Transaction&) override { return {}; }
};

// Does what a function says.
class Scripted final : public policy::Policy {
 public:
  using Script = std::function<policy::CycleResult(const policy::Snapshot&, policy::Transaction&)>;
  explicit Scripted(Script script) : script_(std::move(script)) {}
  std::string_view name() const override { return "scripted"; }
  policy::CycleResult cycle(const policy::Snapshot& snapshot, policy::Transaction& transaction) override {
    return script_(snapshot, transaction);
  }

 private:
  Script script_;
};

// Evicts every placed pod of the pool, then binds whatever fits on the lowest node that has room.
class EvictAll final : public policy::Policy {
 public:
  explicit EvictAll(bool binds = true) : binds_(binds) {}
  std::string_view name() const override { return "evict-all"; }
  policy::CycleResult cycle(const policy::Snapshot& s, policy::Transaction& transaction) override {
    for (const WorkloadId id : *s.members) {
      for (const PodId pod : s.workloads->all[id].pods) {
        if (workload::counts_as_allocated(s.workloads->pods[pod].status)) {
          transaction.evict(pod, policy::EvictionCause::policy, none<WorkloadId>());
        }
      }
    }
    if (!binds_) return {};
    for (const WorkloadId id : *s.waiting) {
      const auto before = transaction.checkpoint();
      std::int32_t bound = 0;
      for (const PodId pod : s.workloads->all[id].pods) {
        if (s.workloads->pods[pod].status == workload::PodStatus::pending && bind(s, transaction, pod))
          ++bound;
      }
      if (bound < s.workloads->all[id].spec.min_pods()) transaction.roll_back(before);
    }
    return {};
  }

 private:
  static bool bind(const policy::Snapshot& s, policy::Transaction& transaction, PodId pod) {
    const workload::PodShape& shape = s.workloads->shape_of(pod);
    for (const NodeId node : s.cluster->pools[s.pool].nodes) {
      const cluster::NodeOccupancy& now = transaction.occupancy()[node];
      if (!now.schedulable() || !policy::could_fit(*s.cluster, node, shape) ||
          !policy::fits_now(*s.cluster, node, now, shape)) {
        continue;
      }
      transaction.bind(pod, node,
                       policy::choose_devices(*s.cluster, node, now, shape, policy::DeviceRule::lowest));
      return true;
    }
    return false;
  }

  bool binds_;
};

}  // namespace berth::tests
