#include "sim/organization/fair_share.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::organization {
namespace {

bool satisfied(const ResourceShare& s) {
  return s.request <= s.fair_share || (s.limit != no_bound && s.limit <= s.fair_share);
}

// What step (b) leaves of a queue's fractional part, for step (c).
struct Remainder {
  bool recorded = false;
  double amount = 0;
};

// The share weights of the band: weight as a part of the band's weights, moved by past usage
// (kai-semantics.md 2 b). A band whose weights cannot be put in proportion (all 0, or weights of both signs
// that cancel) gets no shares.
double share_weights(const std::vector<SiblingShare>& siblings, const std::vector<std::size_t>& band,
                     double k, std::vector<double>& weights) {
  double total_weight = 0;
  for (std::size_t i : band) {
    const ResourceShare& s = *siblings[i].share;
    if (requestable(s) - s.fair_share > 0) total_weight += s.over_quota_weight;
  }
  if (total_weight == 0) return 0;
  double sum = 0;
  for (std::size_t i : band) {
    const ResourceShare& s = *siblings[i].share;
    const double normal = s.over_quota_weight / total_weight;
    weights[i] = std::max(0.0, normal + k * (normal - s.usage));
    if (!satisfied(s)) sum += weights[i];
  }
  return sum;
}

// Step (b) for one band: rounds of proportional division until a round satisfies nobody. Gives what is left.
double divide_band(double left, double k, const std::vector<SiblingShare>& siblings,
                   const std::vector<std::size_t>& band, std::vector<double>& weights,
                   std::vector<Remainder>& remainders) {
  bool again = true;
  while (again) {
    again = false;
    const double round_total = left;
    const double sum = share_weights(siblings, band, k, weights);
    if (sum == 0) break;
    for (std::size_t i : band) {
      ResourceShare& s = *siblings[i].share;
      if (satisfied(s) || s.over_quota_weight == 0) continue;
      const double want = requestable(s) - s.fair_share;
      const double fair = round_total * (weights[i] / sum);
      double given = 0;
      if (want <= fair) {
        given = want;
        remainders[i] = {};
      } else {
        given = std::max(0.0, std::floor(fair));
        // An exact whole number leaves the entry of an earlier round as it was.
        if (fair - given > 0) remainders[i] = {true, fair - given};
      }
      s.fair_share += given;
      left -= given;
      if (want < fair) again = true;
    }
    again = again && left != 0;
  }
  return left;
}

// Step (c) for one band: a unit each to the largest remainders, the older queue first among equals.
double hand_out_remainders(double left, const std::vector<SiblingShare>& siblings,
                           const std::vector<std::size_t>& band, const std::vector<Remainder>& remainders) {
  std::vector<std::size_t> order;
  for (std::size_t i : band) {
    if (remainders[i].recorded) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a].amount > remainders[b].amount; });
  for (std::size_t i : order) {
    if (left <= 0) break;
    const double given = std::min(1.0, left);
    siblings[i].share->fair_share += given;
    left -= given;
  }
  return left;
}

}  // namespace

double requestable(const ResourceShare& share) {
  return share.limit == no_bound ? share.request : std::min(share.limit, share.request);
}

double divide_quotas(double total, const std::vector<SiblingShare>& siblings) {
  double given = 0;
  for (const SiblingShare& sibling : siblings) {
    ResourceShare& s = *sibling.share;
    s.fair_share = std::min(s.quota == no_bound ? total : s.quota, requestable(s));
    given += s.fair_share;
  }
  return total - given;
}

double divide_over_quota(double total, double k, const std::vector<SiblingShare>& siblings) {
  if (!(total > 0)) return 0;
  k = std::max(0.0, k);
  std::vector<std::int32_t> priorities;
  priorities.reserve(siblings.size());
  for (const SiblingShare& s : siblings) priorities.push_back(s.priority);
  const std::vector<PriorityBand> bands = priority_bands(priorities);

  std::vector<double> weights(siblings.size(), 0);
  std::vector<Remainder> remainders(siblings.size());
  double left = total;
  for (const PriorityBand& band : bands)
    left = divide_band(left, k, siblings, band.members, weights, remainders);
  for (const PriorityBand& band : bands) {
    if (left <= 0) break;
    left = hand_out_remainders(left, siblings, band.members, remainders);
  }
  return std::max(0.0, left);
}

double divide(double total, double k, const std::vector<SiblingShare>& siblings) {
  const double left = divide_quotas(total, siblings);
  return left > 0 ? divide_over_quota(left, k, siblings) : 0;
}

std::vector<PriorityBand> priority_bands(const std::vector<std::int32_t>& priorities) {
  std::vector<std::int32_t> distinct = priorities;
  std::sort(distinct.begin(), distinct.end(), std::greater<>());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<PriorityBand> bands;
  bands.reserve(distinct.size());
  for (std::int32_t p : distinct) bands.push_back({p, {}});
  for (std::size_t i = 0; i < priorities.size(); ++i) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), priorities[i], std::greater<>());
    bands[static_cast<std::size_t>(found - distinct.begin())].members.push_back(i);
  }
  return bands;
}

void divide_tree(const Quantities& total, double k, IdVector<QueueId, QueueShares>& queues) {
  // Children by parent, in order of age: the index after the last queue stands for "no parent".
  std::vector<std::vector<QueueId>> children(queues.size() + 1);
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const QueueId id = id_of<QueueId>(i);
    const QueueId parent = queues[id].parent;
    for (ResourceShare& s : queues[id].of) s.fair_share = 0;
    if (parent == none<QueueId>()) {
      children.back().push_back(id);
    } else if (queues.contains(parent)) {
      children[index_of(parent)].push_back(id);
    }
  }
  std::vector<SiblingShare> siblings;
  const auto divide_among = [&](const std::vector<QueueId>& set, const Quantities& amount) {
    for (std::size_t r = 0; r < resource_count; ++r) {
      siblings.clear();
      for (QueueId id : set) siblings.push_back({queues[id].priority, &queues[id].of[r]});
      divide(amount[r], k, siblings);
    }
  };
  // Depth first from the top: a queue's share is final before its children divide it.
  std::vector<QueueId> open;
  const auto visit = [&](const std::vector<QueueId>& set, const Quantities& amount) {
    if (set.empty()) return;
    divide_among(set, amount);
    open.insert(open.end(), set.begin(), set.end());
  };
  visit(children.back(), total);
  while (!open.empty()) {
    const QueueId id = open.back();
    open.pop_back();
    Quantities amount{};
    for (std::size_t r = 0; r < resource_count; ++r) amount[r] = queues[id].of[r].fair_share;
    visit(children[index_of(id)], amount);
  }
}

IdVector<QueueId, QueueShares> shares_of(const Organization& organization, PoolId pool,
                                         const IdVector<QueueId, std::array<double, resource_count>>& usage) {
  IdVector<QueueId, QueueShares> result;
  result.reserve(organization.queues.size());
  for (std::size_t i = 0; i < organization.queues.size(); ++i) {
    const QueueId id = id_of<QueueId>(i);
    const Queue& queue = organization.queues[id];
    QueueShares shares;
    shares.parent = queue.parent;
    shares.priority = queue.priority;
    const Quota quota = queue.quota.contains(pool) ? queue.quota[pool] : Quota{};
    for (std::size_t r = 0; r < resource_count; ++r) {
      const double unit = static_cast<Resource>(r) == Resource::gpu ? 1000.0 : 1.0;
      const auto amount = [&](std::int64_t value) {
        return value == unlimited ? no_bound : static_cast<double>(value) / unit;
      };
      shares.of[r].quota = amount(quota.quota[r]);
      shares.of[r].limit = amount(quota.limit[r]);
      shares.of[r].over_quota_weight = quota.over_quota_weight[r];
      if (usage.contains(id)) shares.of[r].usage = usage[id][r];
    }
    result.push_back(shares);
  }
  return result;
}

}  // namespace berth::organization
