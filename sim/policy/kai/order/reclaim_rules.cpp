#include "sim/policy/kai/order/reclaim_rules.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/order/queue_order.hpp"

namespace berth::policy::kai {
namespace {

// Fair shares are compared as parts used: unlimited is never used up, nothing is used up at once.
double used_part(double held, double fair_share) {
  if (fair_share == unlimited) return 0;
  if (fair_share == 0) return held > 0 ? std::numeric_limits<double>::infinity() : 0;
  return held / fair_share;
}

// What each queue would hold as lumps go; only queues that lost something are touched.
class Remaining {
 public:
  Remaining(const Queues& queues, const QueueAmounts& before) : queues_(queues), amounts_(before.allocated) {
    touched_.assign(queues.size(), 0);
  }
  const Resources& operator[](QueueIx q) const { return amounts_[q]; }
  bool touched(QueueIx q) const { return touched_[q] != 0; }
  void subtract(QueueIx leaf, const Resources& lump) {
    for (QueueIx q = leaf; q != none<QueueIx>(); q = queues_[q].parent) {
      amounts_[q] -= lump;
      touched_[q] = 1;
    }
  }

 private:
  const Queues& queues_;
  IdVector<QueueIx, Resources> amounts_;
  IdVector<QueueIx, char> touched_;
};

// The boundaries at one level: the reclaimer's side may go over its fair share only as long as it stays less saturated
// than every sibling that loses.
ReclaimVerdict check_siblings(const Queues& queues, const Remaining& remaining, QueueIx side,
                              const Resources& request, const Involved& involved, double multiplier) {
  const QueueIx parent = queues[side].parent;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const QueueIx sibling = id_of<QueueIx>(i);
    if (sibling == side || queues[sibling].parent != parent || !remaining.touched(sibling)) continue;
    for (Resource r : all_resources) {
      if (!involved[r]) continue;
      const double share = queues[side].fair_share[r];
      const double sibling_share = queues[sibling].fair_share[r];
      if (share == unlimited && sibling_share == unlimited) continue;
      const double part = used_part(remaining[side][r] + request[r], share);
      const double sibling_part = used_part(remaining[sibling][r], sibling_share);
      if (part > 1 && sibling_share > 0 && part * multiplier >= sibling_part) {
        return {ReclaimRule::boundaries, side, sibling, r};
      }
    }
  }
  return {};
}

}  // namespace

bool can_reclaim(const QueueInfo& leaf, const Resources& request, bool preemptible) {
  if (!preemptible && !less_or_equal_in_all(leaf.allocated_non_preemptible + request, leaf.quota))
    return false;
  return less_or_equal_in_all(leaf.allocated + request, leaf.fair_share);
}

void QueueAmounts::take(const Queues& queues) {
  allocated.resize(queues.size());
  allocated_non_preemptible.resize(queues.size());
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const QueueIx q = id_of<QueueIx>(i);
    allocated[q] = queues[q].allocated;
    allocated_non_preemptible[q] = queues[q].allocated_non_preemptible;
  }
}

bool maintain_fair_share(const QueueInfo& reclaimee, const Resources& remaining) {
  return !less_or_equal_in_all(remaining, reclaimee.allocatable_share);
}

bool guarantee_quota(const QueueInfo& reclaimer, const Resources& reclaimer_allocated,
                     const Resources& request, const QueueInfo& reclaimee, const Resources& remaining) {
  return less_or_equal_in_all(reclaimer_allocated + request, reclaimer.quota) &&
         !less_or_equal_in_all(remaining, reclaimee.quota);
}

ComparedQueues compared_queues(const Queues& queues, QueueIx reclaimer_leaf, QueueIx reclaimee_leaf) {
  std::vector<QueueIx> left;
  std::vector<QueueIx> right;
  queue_path(queues, reclaimer_leaf, left);
  queue_path(queues, reclaimee_leaf, right);
  const std::size_t depth = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < depth; ++i) {
    if (left[i] != right[i]) return {left[i], right[i]};
  }
  return {left[depth - 1], right[depth - 1]};
}

void Involved::add(const Shape& shape) {
  cpu = cpu || shape.cpu_milli > 0;
  memory = memory || shape.memory_bytes > 0;
  gpu = gpu || (shape.gpu != GpuKind::none && shape.gpu != GpuKind::mig);
}
void Involved::add(const Involved& o) {
  cpu = cpu || o.cpu;
  memory = memory || o.memory;
  gpu = gpu || o.gpu;
}

ReclaimVerdict reclaimable(const Queues& queues, const QueueAmounts& before, const Reclaimer& reclaimer,
                           const std::vector<QueueLumps>& victims, const Involved& involved,
                           double saturation_multiplier) {
  Remaining remaining(queues, before);
  for (const QueueLumps& victim : victims) {
    const ComparedQueues at = compared_queues(queues, reclaimer.queue, victim.queue);
    for (const Resources& lump : victim.lumps) {
      const QueueInfo& reclaimee = queues[at.reclaimee];
      if (!maintain_fair_share(reclaimee, remaining[at.reclaimee]) &&
          !guarantee_quota(queues[at.reclaimer], before.allocated[at.reclaimer], reclaimer.request, reclaimee,
                           remaining[at.reclaimee])) {
        return {ReclaimRule::strategies, at.reclaimer, at.reclaimee, Resource::cpu};
      }
      remaining.subtract(victim.queue, lump);
    }
  }
  for (QueueIx q = reclaimer.queue; q != none<QueueIx>(); q = queues[q].parent) {
    const ReclaimVerdict siblings =
        check_siblings(queues, remaining, q, reclaimer.request, involved, saturation_multiplier);
    if (!siblings.lawful()) return siblings;
    if (reclaimer.preemptible) continue;
    const Resources held = before.allocated_non_preemptible[q] + reclaimer.request;
    for (Resource r : all_resources) {
      if (compare_amounts(held[r], queues[q].quota[r]) == First::right)
        return {ReclaimRule::quota, q, none<QueueIx>(), r};
    }
  }
  return {};
}

void victim_lumps(const IdVector<PodSetIx, PodSet>& pod_sets, const std::vector<VictimTask>& tasks,
                  bool allow_consolidating_reclaim, std::vector<Resources>& lumps) {
  const auto counts = [&](const VictimTask& t) {
    return !allow_consolidating_reclaim || !active_allocated(t.status);
  };
  Resources core;
  bool any_core = false;
  std::vector<std::pair<PodSetIx, std::int32_t>> seen;  // tasks met so far, by pod set
  for (const VictimTask& task : tasks) {
    auto entry =
        std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s.first == task.pod_set; });
    if (entry == seen.end()) entry = seen.insert(seen.end(), {task.pod_set, 0});
    const bool in_core = entry->second++ < pod_sets[task.pod_set].min_available;
    if (!counts(task)) continue;
    if (in_core) {
      core += task.accepted;
      any_core = true;
    } else {
      lumps.push_back(task.accepted);
    }
  }
  if (any_core) lumps.push_back(core);
}

double saturation_multiplier(std::string_view text) {
  double value = 0;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return 1;
  return value > 1 ? value : 1;
}

}  // namespace berth::policy::kai
