// The division of fair shares against the reference's single-rule cases.
#include <algorithm>
#include <string>
#include <vector>

#include "sim/organization/fair_share.hpp"
#include "tests/support/rule_cases.hpp"

using namespace berth;
using namespace berth::organization;
using berth::testing::for_each_rule_case;
using berth::testing::Json;
using berth::testing::number_or;

namespace {

const char* const file = "kai-rules-shares.jsonl";
const std::vector<std::string> resource_names{"cpu", "memory", "gpu"};

ResourceShare read_share(const Json& j) {
  ResourceShare s;
  s.quota = number_or(j, "quota", 0);
  s.limit = number_or(j, "limit", 0);
  s.over_quota_weight = number_or(j, "over_quota_weight", 0);
  s.request = number_or(j, "request", 0);
  s.fair_share = number_or(j, "fair_share", 0);
  s.usage = number_or(j, "usage", 0);
  return s;
}

// The case's queues, oldest first (created, then name), as the division wants them.
std::vector<Json> by_age(const Json& queues) {
  std::vector<Json> sorted(queues.begin(), queues.end());
  std::sort(sorted.begin(), sorted.end(), [](const Json& a, const Json& b) {
    const auto key = [](const Json& q) {
      return std::pair(number_or(q, "created", 0), q.at("name").get<std::string>());
    };
    return key(a) < key(b);
  });
  return sorted;
}

void check_one_resource(const Json& c,
                        double (*divide_by)(double, double, const std::vector<SiblingShare>&)) {
  const std::vector<Json> queues = by_age(c.at("queues"));
  std::vector<ResourceShare> shares;
  for (const Json& q : queues) shares.push_back(read_share(q));
  std::vector<SiblingShare> siblings;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    siblings.push_back({queues[i].at("priority").get<std::int32_t>(), &shares[i]});
  }
  const double unassigned = divide_by(c.at("total").get<double>(), c.at("k").get<double>(), siblings);
  const Json& expected = c.at("expected");
  if (expected.contains("unassigned")) CHECK(unassigned == expected.at("unassigned").get<double>());
  for (const auto& [name, share] : expected.at("fair_share").items()) {
    INFO("queue " << name);
    bool found = false;
    for (std::size_t i = 0; i < queues.size(); ++i) {
      if (queues[i].at("name") != name) continue;
      found = true;
      CHECK(shares[i].fair_share == share.get<double>());
    }
    CHECK(found);
  }
}

struct Tree {
  std::vector<Json> queues;
  IdVector<QueueId, QueueShares> shares;
};

Tree read_tree(const Json& c) {
  Tree tree;
  tree.queues = by_age(c.at("queues"));
  for (const Json& q : tree.queues) {
    QueueShares shares;
    shares.priority = q.at("priority").get<std::int32_t>();
    for (std::size_t r = 0; r < resource_count; ++r) {
      shares.of[r] = read_share(q.at(resource_names[r]));
      if (q.contains("usage")) shares.of[r].usage = number_or(q.at("usage"), resource_names[r].c_str(), 0);
    }
    const std::string parent = q.value("parent", "");
    for (std::size_t p = 0; p < tree.queues.size(); ++p) {
      if (!parent.empty() && tree.queues[p].at("name") == parent) shares.parent = id_of<QueueId>(p);
    }
    tree.shares.push_back(shares);
  }
  const Json& total = c.at("total");
  divide_tree({total.at("cpu"), total.at("memory"), total.at("gpu")}, c.at("k").get<double>(), tree.shares);
  return tree;
}

double share_of(const Tree& tree, const std::string& name, std::size_t resource) {
  for (std::size_t i = 0; i < tree.queues.size(); ++i) {
    if (tree.queues[i].at("name") == name) return tree.shares[id_of<QueueId>(i)].of[resource].fair_share;
  }
  FAIL("no queue " << name);
  return 0;
}

}  // namespace

TEST_CASE("quota and over-quota division of one resource, case by case") {
  for_each_rule_case(file, "divide_deserved_and_over_quota",
                     [](const Json& c) { check_one_resource(c, divide); });
}

TEST_CASE("over-quota division alone, case by case") {
  for_each_rule_case(file, "divide_over_quota",
                     [](const Json& c) { check_one_resource(c, divide_over_quota); });
}

TEST_CASE("division of all resources, case by case") {
  for_each_rule_case(file, "divide_all_resources", [](const Json& c) {
    const Tree tree = read_tree(c);
    for (const auto& [name, shares] : c.at("expected").at("fair_share").items()) {
      for (std::size_t r = 0; r < resource_count; ++r) {
        INFO("queue " << name << ", resource " << resource_names[r]);
        if (shares.contains(resource_names[r])) {
          CHECK(share_of(tree, name, r) == shares.at(resource_names[r]).get<double>());
        }
      }
    }
  });
}

TEST_CASE("division of a tree, case by case") {
  for_each_rule_case(file, "divide_tree", [](const Json& c) {
    const Tree tree = read_tree(c);
    for (const auto& [name, share] : c.at("expected").at("gpu_fair_share").items()) {
      INFO("queue " << name);
      CHECK(share_of(tree, name, 2) == share.get<double>());
    }
  });
}

TEST_CASE("priority bands, case by case") {
  for_each_rule_case(file, "priority_bands", [](const Json& c) {
    std::vector<std::int32_t> priorities;
    for (const Json& q : c.at("queues")) priorities.push_back(q.at("priority").get<std::int32_t>());
    const std::vector<PriorityBand> bands = priority_bands(priorities);
    const Json& expected = c.at("expected").at("bands");
    REQUIRE(bands.size() == expected.size());
    for (std::size_t b = 0; b < bands.size(); ++b) {
      CHECK(bands[b].priority == expected[b].at("priority").get<std::int32_t>());
      std::vector<std::string> members;
      std::vector<std::string> wanted = expected[b].at("queues").get<std::vector<std::string>>();
      for (std::size_t m : bands[b].members)
        members.push_back(c.at("queues")[m].at("name").get<std::string>());
      std::sort(members.begin(), members.end());
      std::sort(wanted.begin(), wanted.end());
      CHECK(members == wanted);
    }
  });
}

TEST_CASE("what may be asked for, case by case") {
  for_each_rule_case(file, "requestable_share", [](const Json& c) {
    ResourceShare s;
    s.limit = c.at("limit").get<double>();
    s.request = c.at("request").get<double>();
    CHECK(requestable(s) == c.at("expected").at("share").get<double>());
  });
}
