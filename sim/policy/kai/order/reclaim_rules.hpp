// When one queue may take from others (kai-semantics.md section 4, RECLAIM; 9.4, 10.10).
#pragma once

#include <string_view>
#include <vector>

#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/session/queue_info.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// May a job of this leaf enter reclaim at all? (Leaf only.)
bool can_reclaim(const QueueInfo& leaf, const Resources& request, bool preemptible);

// Allocated amounts of all queues at one moment. The validator judges by those before the search.
struct QueueAmounts {
  IdVector<QueueIx, Resources> allocated;
  IdVector<QueueIx, Resources> allocated_non_preemptible;

  void take(const Queues& queues);
};

// Strategies at the compared level; `remaining`: what the reclaimee holds before this lump goes.
bool maintain_fair_share(const QueueInfo& reclaimee, const Resources& remaining);
bool guarantee_quota(const QueueInfo& reclaimer, const Resources& reclaimer_allocated,
                     const Resources& request, const QueueInfo& reclaimee, const Resources& remaining);

// The two queues to compare: the ancestors just below the lowest common one, else at the deepest common depth.
struct ComparedQueues {
  QueueIx reclaimer{};
  QueueIx reclaimee{};
};
ComparedQueues compared_queues(const Queues& queues, QueueIx reclaimer_leaf, QueueIx reclaimee_leaf);

// Which resources count in the boundaries. MIG does not make the GPU one of them.
struct Involved {
  bool cpu = false;
  bool memory = false;
  bool gpu = false;
  bool operator[](Resource r) const {
    return r == Resource::cpu ? cpu : r == Resource::memory ? memory : gpu;
  }
  void add(const Shape& shape);
  void add(const Involved& o);
};

struct Reclaimer {
  QueueIx queue{};
  bool preemptible = true;
  Resources request;
};
struct QueueLumps {
  QueueIx queue{};               // leaf
  std::vector<Resources> lumps;  // in the order in which they would go
};

// Why a reclaim is unlawful, for `explain`.
enum class ReclaimRule : std::uint8_t { lawful, strategies, boundaries, quota };
struct ReclaimVerdict {
  ReclaimRule rule = ReclaimRule::lawful;
  QueueIx reclaimer = none<QueueIx>();  // at the level where it failed
  QueueIx reclaimee = none<QueueIx>();
  Resource resource = Resource::cpu;  // boundaries, quota
  bool lawful() const { return rule == ReclaimRule::lawful; }
};

// The validator. `victims` in order of queue creation, one entry a leaf.
ReclaimVerdict reclaimable(const Queues& queues, const QueueAmounts& before, const Reclaimer& reclaimer,
                           const std::vector<QueueLumps>& victims, const Involved& involved,
                           double saturation_multiplier);

// One victim job's tasks, in pop order, as lumps: each task beyond its pod set's minimum, then all the others together.
// With consolidating reclaim, tasks that the simulation has placed again drop out. `lumps` is appended to.
struct VictimTask {
  PodSetIx pod_set{};
  TaskStatus status = TaskStatus::releasing;  // after the simulation
  Resources accepted;                         // what its queue was charged
};
void victim_lumps(const IdVector<PodSetIx, PodSet>& pod_sets, const std::vector<VictimTask>& tasks,
                  bool allow_consolidating_reclaim, std::vector<Resources>& lumps);

// The plugin argument `relcaimerSaturationMultiplier` as written: at least 1; 1 when it is no number.
double saturation_multiplier(std::string_view text);

}  // namespace berth::policy::kai
