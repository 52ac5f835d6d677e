#include "berth/organization/organization.hpp"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::organization;

TEST_CASE("queues form a tree in creation order", "[organization]") {
  Organization o;
  Queue research;
  research.name = "research";
  const QueueId top = o.add(research);
  Queue vision;
  vision.name = "vision";
  vision.parent = top;
  const QueueId leaf = o.add(vision);
  CHECK(o.queues[top].children == std::vector<QueueId>{leaf});
  CHECK_FALSE(o.queues[top].leaf());
  CHECK(o.queues[leaf].leaf());
  CHECK(o.top_of(leaf) == top);
  CHECK(o.top_of(top) == top);
  CHECK(o.find("vision") == leaf);
  CHECK_FALSE(o.find("speech"));
}
