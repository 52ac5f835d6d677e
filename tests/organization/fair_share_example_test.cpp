// The worked example of sim/organization/fair_share.md, number by number.
#include <catch2/catch.hpp>

#include "sim/organization/fair_share.hpp"

using namespace berth;
using namespace berth::organization;

namespace {

struct Example {
  std::vector<ResourceShare> shares;
  std::vector<std::int32_t> priorities;

  std::vector<SiblingShare> siblings() {
    std::vector<SiblingShare> result;
    for (std::size_t i = 0; i < shares.size(); ++i) result.push_back({priorities[i], &shares[i]});
    return result;
  }
  std::vector<double> fair_shares() const {
    std::vector<double> result;
    for (const ResourceShare& s : shares) result.push_back(s.fair_share);
    return result;
  }
};

}  // namespace

TEST_CASE("the page's example: three departments and the interns on 20 GPUs") {
  Example e;
  e.shares = {{4, no_bound, 3, 14, 0, 0},
              {4, no_bound, 2, 5, 0, 0},
              {2, no_bound, 2, 9, 0, 0},
              {0, no_bound, 1, 6, 0, 0}};
  e.priorities = {100, 100, 100, 50};
  CHECK(divide_quotas(20, e.siblings()) == 10);
  CHECK(e.fair_shares() == std::vector<double>{4, 4, 2, 0});
  CHECK(divide(20, 1, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{9, 5, 5, 1});
}

TEST_CASE("the page's example: two queues with a history") {
  Example e;
  e.shares = {{0, no_bound, 1, 10, 0.5, 0}, {0, no_bound, 1, 10, 0.1, 0}};
  e.priorities = {100, 100};
  CHECK(divide(10, 1, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{4, 6});
  // Without a weight for history it is even.
  CHECK(divide(10, 0, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{5, 5});
  // A weight below 0 counts as 0.
  CHECK(divide(10, -2, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{5, 5});
}

TEST_CASE("oversubscribed quotas are not scaled down") {
  Example e;
  e.shares = {{6, no_bound, 1, 8, 0, 0}, {6, no_bound, 1, 8, 0, 0}};
  e.priorities = {100, 100};
  CHECK(divide(10, 1, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{6, 6});
}

TEST_CASE("a limit below the quota cuts both") {
  Example e;
  e.shares = {{6, 3, 1, 8, 0, 0}, {1, no_bound, 1, 8, 0, 0}};
  e.priorities = {100, 100};
  CHECK(divide(10, 1, e.siblings()) == 0);
  CHECK(e.fair_shares() == std::vector<double>{3, 7});
}

TEST_CASE("a weight of 0 leaves the rest to the others, and unassigned without any") {
  Example e;
  e.shares = {{2, no_bound, 0, 8, 0, 0}, {2, no_bound, 1, 5, 0, 0}};
  e.priorities = {100, 100};
  CHECK(divide(10, 1, e.siblings()) == 3);
  CHECK(e.fair_shares() == std::vector<double>{2, 5});
}

TEST_CASE("weights of both signs that cancel give nothing over quota") {
  Example e;
  e.shares = {{1, no_bound, 1, 8, 0, 0}, {1, no_bound, -1, 8, 0, 0}};
  e.priorities = {100, 100};
  CHECK(divide(10, 1, e.siblings()) == 8);
  CHECK(e.fair_shares() == std::vector<double>{1, 1});
}

TEST_CASE("quotas of an organization become shares in the division's units") {
  Organization o;
  Queue top;
  top.name = "research";
  top.quota.push_back({{unlimited, 1 << 20, 2500}, {64000, unlimited, 4000}, {1, 2, 3}});
  const QueueId research = o.add(top);
  Queue leaf;
  leaf.name = "vision";
  leaf.parent = research;
  leaf.priority = 120;
  const QueueId vision = o.add(leaf);
  const auto shares = shares_of(o, PoolId{0}, {});
  CHECK(shares[research][Resource::cpu].quota == no_bound);
  CHECK(shares[research][Resource::cpu].limit == 64000);
  CHECK(shares[research][Resource::memory].quota == 1048576);
  CHECK(shares[research][Resource::gpu].quota == 2.5);
  CHECK(shares[research][Resource::gpu].limit == 4);
  CHECK(shares[research][Resource::gpu].over_quota_weight == 3);
  CHECK(shares[vision].parent == research);
  CHECK(shares[vision].priority == 120);
  CHECK(shares[vision][Resource::gpu].quota == 0);
}
