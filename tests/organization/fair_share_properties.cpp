// The division of random trees against the slow twin, and what must hold of every division.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/organization/fair_share.hpp"
#include "tests/support/slow/fair_share.hpp"

using namespace berth;
using namespace berth::organization;
using berth::testing::slow::ShareNode;

namespace {

// Halves and hundredths among whole numbers: what fractions of GPUs add up to.
double amount(int most) {
  const int hundredths = *rc::gen::inRange(0, most * 100 + 1);
  return *rc::gen::element(0, 1) == 0 ? hundredths / 100 : hundredths / 100.0;
}

ShareNode random_node(int levels_below) {
  ShareNode n;
  n.quota = *rc::gen::element(0, 1, 2, 3) == 0 ? -1 : amount(8);
  n.limit = *rc::gen::element(0, 1, 2) == 0 ? amount(12) : -1;
  n.weight = *rc::gen::element(0.0, 1.0, 1.0, 2.0, 3.0, 0.5);
  n.usage = *rc::gen::element(0.0, 0.0, 0.1, 0.5, 0.9);
  n.priority = *rc::gen::element(50, 100, 100, 200);
  const int children = levels_below > 0 ? *rc::gen::inRange(0, 4) : 0;
  for (int i = 0; i < children; ++i) n.children.push_back(random_node(levels_below - 1));
  if (n.children.empty()) {
    n.request = amount(16);
  } else {
    for (const ShareNode& c : n.children) n.request += c.request;
  }
  return n;
}

// The twin's tree as the table: breadth first, so that siblings keep their order and parents come first.
IdVector<QueueId, QueueShares> table_of(const std::vector<ShareNode>& top,
                                        std::vector<const ShareNode*>& order) {
  IdVector<QueueId, QueueShares> table;
  std::vector<std::pair<const ShareNode*, QueueId>> open;
  for (const ShareNode& n : top) open.emplace_back(&n, none<QueueId>());
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto [node, parent] = open[i];
    QueueShares shares;
    shares.parent = parent;
    shares.priority = node->priority;
    shares[Resource::gpu] = {node->quota, node->limit, node->weight, node->request, node->usage, 0};
    // Another resource with the same numbers, half the request: it must not disturb the first.
    shares[Resource::cpu] = {node->quota, node->limit, node->weight, node->request / 2, 0, 0};
    const QueueId id = table.push_back(shares);
    order.push_back(node);
    for (const ShareNode& c : node->children) open.emplace_back(&c, id);
  }
  return table;
}

void check_bound(double total, const std::vector<ShareNode>& siblings) {
  double sum = 0;
  double quotas = 0;
  for (const ShareNode& n : siblings) {
    sum += n.fair_share;
    quotas += std::min(n.quota == -1 ? total : n.quota, n.requestable());
    RC_ASSERT(n.fair_share >= 0);
    RC_ASSERT(n.fair_share < n.requestable() + 1 || n.fair_share == n.requestable());
  }
  RC_ASSERT(sum <= std::max(total, quotas) + 1e-9 * static_cast<double>(siblings.size() + 1));
  for (const ShareNode& n : siblings) check_bound(n.fair_share, n.children);
}

}  // namespace

TEST_CASE("fair shares of random trees equal the slow twin's and keep their bounds") {
  const bool ok = rc::check("twin", [] {
    std::vector<ShareNode> top;
    const int count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) top.push_back(random_node(*rc::gen::inRange(0, 4)));
    const double total = amount(40);
    const double k = *rc::gen::element(0.0, 1.0, 0.3, 5.0);

    std::vector<const ShareNode*> order;
    IdVector<QueueId, QueueShares> table = table_of(top, order);
    divide_tree({total, 0, total}, k, table);

    std::vector<ShareNode> twin = top;
    berth::testing::slow::divide(total, k, twin);
    std::vector<const ShareNode*> twin_order;
    table_of(twin, twin_order);
    for (std::size_t i = 0; i < order.size(); ++i) {
      RC_ASSERT(table[id_of<QueueId>(i)][Resource::gpu].fair_share == twin_order[i]->fair_share);
      RC_ASSERT(table[id_of<QueueId>(i)][Resource::memory].fair_share == 0);
    }
    check_bound(total, twin);
  });
  CHECK(ok);
}

TEST_CASE("the order of siblings decides ties only") {
  const bool ok = rc::check("shuffle", [] {
    // Whole numbers and no history: sums are exact, so that only remainders of equal size may change hands.
    std::vector<ResourceShare> shares;
    const int count = *rc::gen::inRange(1, 7);
    for (int i = 0; i < count; ++i) {
      shares.push_back({static_cast<double>(*rc::gen::inRange(0, 5)), no_bound,
                        static_cast<double>(*rc::gen::inRange(0, 4)),
                        static_cast<double>(*rc::gen::inRange(0, 12)), 0, 0});
    }
    const double total = *rc::gen::inRange(0, 40);
    std::vector<ResourceShare> reversed(shares.rbegin(), shares.rend());
    const auto run = [&](std::vector<ResourceShare>& of) {
      std::vector<SiblingShare> siblings;
      for (ResourceShare& s : of) siblings.push_back({100, &s});
      return divide(total, 1, siblings);
    };
    RC_ASSERT(run(shares) == run(reversed));
    for (std::size_t i = 0; i < shares.size(); ++i) {
      RC_ASSERT(std::abs(shares[i].fair_share - reversed[shares.size() - 1 - i].fair_share) <= 1);
    }
  });
  CHECK(ok);
}
