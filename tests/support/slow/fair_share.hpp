// The slow, obvious twin of organization/fair_share: one resource, a recursive tree of nodes, everything looked for anew in
// every step. Read it beside sim/organization/fair_share.md.
#pragma once

#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace berth::testing::slow {

struct ShareNode {
  double quota = 0, limit = -1, weight = 0, request = 0, usage = 0;
  int priority = 100;
  std::vector<ShareNode> children;  // oldest first
  double fair_share = 0;

  double requestable() const { return limit != -1 && limit < request ? limit : request; }
  bool unsatisfied() const { return fair_share < request && (limit == -1 || fair_share < limit); }
};

inline void divide(double total, double k, std::vector<ShareNode>& nodes) {
  // (a)
  double sum = 0;
  for (ShareNode& n : nodes) {
    const double quota = n.quota == -1 ? total : n.quota;
    n.fair_share = quota < n.requestable() ? quota : n.requestable();
    sum += n.fair_share;
  }
  double left = total - sum;
  std::set<int> bands;
  for (const ShareNode& n : nodes) bands.insert(-n.priority);
  std::vector<double> remainder(nodes.size(), -1);  // -1: none
  // (b)
  for (int band : bands) {
    if (total - sum <= 0) break;
    for (bool again = true; again;) {
      again = false;
      const double at_start = left;
      double weights = 0;
      for (const ShareNode& n : nodes) {
        if (-n.priority == band && n.requestable() - n.fair_share > 0) weights += n.weight;
      }
      if (weights == 0) break;
      const auto share_weight = [&](const ShareNode& n) {
        const double normal = n.weight / weights;
        const double with_history = normal + k * (normal - n.usage);
        return with_history < 0 ? 0 : with_history;
      };
      double shares = 0;
      for (const ShareNode& n : nodes) {
        if (-n.priority == band && n.unsatisfied()) shares += share_weight(n);
      }
      if (shares == 0) break;
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        ShareNode& n = nodes[i];
        if (-n.priority != band || !n.unsatisfied() || n.weight == 0) continue;
        const double want = n.requestable() - n.fair_share;
        const double offered = at_start * (share_weight(n) / shares);
        double gets = want;
        if (want <= offered) {
          remainder[i] = -1;
        } else {
          gets = offered > 0 ? std::floor(offered) : 0;
          if (offered - gets > 0) remainder[i] = offered - gets;
        }
        if (want < offered) again = true;
        n.fair_share += gets;
        left -= gets;
      }
      if (left == 0) again = false;
    }
  }
  // (c)
  for (int band : bands) {
    for (;;) {
      std::size_t best = nodes.size();
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (-nodes[i].priority != band || remainder[i] < 0) continue;
        if (best == nodes.size() || remainder[i] > remainder[best]) best = i;
      }
      if (best == nodes.size() || left <= 0) break;
      const double gets = left < 1 ? left : 1;
      nodes[best].fair_share += gets;
      left -= gets;
      remainder[best] = -1;
    }
  }
  for (ShareNode& n : nodes) divide(n.fair_share, k, n.children);
}

}  // namespace berth::testing::slow
