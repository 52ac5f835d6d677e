// Why a workload waits under fifo, fifo-skip and try-once, in one sentence, by what the cycle decided.
#include <algorithm>

#include "sim/policy/queue/queue_policy.hpp"

namespace berth::policy {

namespace {

std::string its_pods(std::size_t n) {
  return n == 1 ? "its pod" : "its " + std::to_string(n) + " pods together";
}

}  // namespace

CycleResult QueuePolicy::cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) {
  const CycleResult result = cycle(snapshot, transaction);
  explanation = {};
  conclude(snapshot, transaction, explanation);
  return result;
}

void QueuePolicy::conclude(const Snapshot& snapshot, const Transaction& transaction,
                           Explanation& explanation) {
  std::vector<PodId> bound;
  std::vector<WorkloadId> dropped;
  bool cuts = false;
  for (const Decision& d : transaction.decisions()) {
    if (const auto* bind = std::get_if<Bind>(&d)) bound.push_back(bind->pod);
    if (const auto* drop = std::get_if<Drop>(&d)) dropped.push_back(drop->workload);
    cuts = cuts || std::holds_alternative<Repartition>(d);
  }
  std::sort(bound.begin(), bound.end());
  std::sort(dropped.begin(), dropped.end());
  const auto placed = [&](PodId p) { return std::binary_search(bound.begin(), bound.end(), p); };
  // Known of every lane once it has been served.
  const auto never_fits = [&](WorkloadId id) {
    if (!lanes_.contains(snapshot.pool)) return false;
    const std::int32_t lane = lanes_[snapshot.pool].lane_of(id);
    return lane >= 0 && lanes_[snapshot.pool].all()[static_cast<std::size_t>(lane)].never_fits;
  };
  WorkloadId head = none<WorkloadId>();  // fifo: who stands in everybody's way
  std::size_t in_line = 0;               // who stands behind it, so far
  std::vector<PodId> wanted;
  for (const WorkloadId id : *snapshot.waiting) {
    Explanation::Workload told;
    told.id = id;
    std::vector<PodId> minimum;
    pods_of_minimum(snapshot, id, minimum);
    growable_pods(snapshot, id, wanted);
    const auto left = static_cast<std::size_t>(
        std::count_if(wanted.begin(), wanted.end(), [&](PodId p) { return !placed(p); }));
    const bool below = std::any_of(minimum.begin(), minimum.end(), [&](PodId p) { return !placed(p); });
    const bool asks_mig = std::any_of(minimum.begin(), minimum.end(), [&](PodId p) {
      return snapshot.workloads->shape_of(p).gpu.kind == workload::GpuRequestKind::mig;
    });
    if (std::binary_search(dropped.begin(), dropped.end(), id)) {
      told.conclusion = "no room for " + its_pods(minimum.size()) + ": the next cycle gives it up";
    } else if (left == 0) {
      told.conclusion = "there is room for " + its_pods(wanted.size()) + ", which the next cycle takes";
    } else if (!below) {
      told.conclusion = left == 1 ? "no room for its last pod"
                                  : "no room for one more of its " + std::to_string(left) + " waiting pods";
    } else if (never_fits(id)) {
      told.conclusion = "the pool is too small for " + its_pods(minimum.size()) + ", even when it is empty";
    } else if (discipline_ == QueueDiscipline::fifo && head != none<WorkloadId>()) {
      const std::string& first = snapshot.workloads->all[head].spec.name;
      told.conclusion = "behind " + first +
                        (in_line == 0 ? "" : " and " + std::to_string(in_line) + " more") + ": " + first +
                        " has no room, and nobody may pass it";
      ++in_line;
    } else {
      told.conclusion = "no room for " + its_pods(minimum.size());
      if (discipline_ == QueueDiscipline::fifo) told.conclusion += ", the first in line";
      if (cuts && asks_mig) told.conclusion += "; MIG devices are about to be cut anew";
      head = id;
    }
    explanation.workloads.push_back(std::move(told));
  }
}

}  // namespace berth::policy
