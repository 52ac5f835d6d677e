// Fair share: how much of a pool's capacity each queue is entitled to now, given what all of them ask for.
// The equations and a worked example stand in sim/organization/fair_share.md; the rules in kai-semantics.md
// section 2.
//
// Units: cpu milli-cores, memory bytes, gpu devices (a half is half a device). Quantities are IEEE doubles
// here, and sums run in the order of the queues given, because the reference computes so and exact ties
// decide orders. -1 is "no bound".
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "berth/organization/organization.hpp"

namespace berth::organization {

inline constexpr double no_bound = -1;

// One number a resource, in `Resource` order.
using Quantities = std::array<double, resource_count>;

constexpr double& at(Quantities& q, Resource r) {
  return q[static_cast<std::size_t>(r)];
}
constexpr double at(const Quantities& q, Resource r) {
  return q[static_cast<std::size_t>(r)];
}

// One queue's numbers for one resource of one pool.
struct ResourceShare {
  double quota = 0;              // no_bound: the whole total
  double limit = no_bound;       // no_bound: none
  double over_quota_weight = 0;  // part in what the quotas leave over; 0: none
  double request = 0;            // allocated + pending of the whole subtree
  double usage = 0;              // share of past capacity, 0 to 1 (time-based fair share)
  double fair_share = 0;         // what a division gives
  bool operator==(const ResourceShare&) const = default;
};

// One queue of a sibling set. Sibling sets are given oldest queue first (creation instant, then UID): the age
// decides ties of remainders, and sums of doubles run in this order.
struct SiblingShare {
  std::int32_t priority = 100;
  ResourceShare* share = nullptr;  // of the one resource that is divided
};

// What the queue may ask for: its request, cut at its limit.
double requestable(const ResourceShare& share);

// Steps (a) to (c) for one sibling set and resource: sets every `fair_share`; gives what nobody takes, never
// below 0. `k` weighs past usage (the option kValue; below 0 counts as 0). O(n) a round; a round satisfies at
// least one queue.
double divide(double total, double k, const std::vector<SiblingShare>& siblings);
// Step (a) alone: quotas. Gives total - sum, which is below 0 when quotas are oversubscribed.
double divide_quotas(double total, const std::vector<SiblingShare>& siblings);
// Steps (b) and (c) alone, on top of the present `fair_share`s; `total` is what is left to divide.
double divide_over_quota(double total, double k, const std::vector<SiblingShare>& siblings);

// Positions in `priorities` by band: highest priority first, input order within a band.
struct PriorityBand {
  std::int32_t priority = 0;
  std::vector<std::size_t> members;
};
std::vector<PriorityBand> priority_bands(const std::vector<std::int32_t>& priorities);

// A queue of a whole tree, all three resources.
struct QueueShares {
  QueueId parent = none<QueueId>();
  std::int32_t priority = 100;
  std::array<ResourceShare, resource_count> of{};
  bool operator==(const QueueShares&) const = default;

  ResourceShare& operator[](Resource r) { return of[static_cast<std::size_t>(r)]; }
  const ResourceShare& operator[](Resource r) const { return of[static_cast<std::size_t>(r)]; }
};

// Divides `total` among the top queues, then each queue's fair share among its children, resource by
// resource. `queues` stand in order of age, a parent before its children. A queue whose parent is not in the
// table has no share.
void divide_tree(const Quantities& total, double k, IdVector<QueueId, QueueShares>& queues);

// The queue tree of one pool with quotas, limits, weights and usage filled in; requests and shares are 0.
// `usage` may be shorter than the tree (missing entries are 0).
IdVector<QueueId, QueueShares> shares_of(const Organization& organization, PoolId pool,
                                         const IdVector<QueueId, std::array<double, resource_count>>& usage);

}  // namespace berth::organization
