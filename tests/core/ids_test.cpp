#include "berth/core/ids.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <type_traits>

namespace berth {
namespace {

template <class Table, class Index>
concept Indexable = requires(Table table, Index index) {
  table[index];
};

static_assert(Indexable<IdVector<NodeId, int>, NodeId>);
static_assert(!Indexable<IdVector<NodeId, int>, PodId>, "a table of nodes takes no pod");
static_assert(!Indexable<IdVector<NodeId, int>, int>, "nor a bare number");
static_assert(!std::is_convertible_v<int, NodeId>);

TEST_CASE("a table hands out the identities of what it takes in") {
  IdVector<NodeId, std::string> nodes;
  CHECK(nodes.empty());
  const NodeId first = nodes.push_back("a");
  const NodeId second = nodes.push_back("b");
  CHECK(index_of(first) == 0);
  CHECK(nodes[second] == "b");
  CHECK(nodes.contains(second));
  CHECK_FALSE(nodes.contains(nodes.end_id()));
  CHECK_FALSE(nodes.contains(none<NodeId>()));
  std::string all;
  for (const std::string& name : nodes) all += name;
  CHECK(all == "ab");
}

TEST_CASE("none is no index that a table can reach") {
  CHECK(index_of(none<WorkloadId>()) == 0xffff'ffff);
  CHECK(none<PodId>() == none<PodId>());
  CHECK(id_of<PodId>(7) != none<PodId>());
}

}  // namespace
}  // namespace berth
