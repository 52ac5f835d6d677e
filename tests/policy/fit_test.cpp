#include "sim/policy/fit.hpp"

#include <catch2/catch.hpp>

#include "berth/policy/policy.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::policy;
using workload::GpuRequest;
using workload::NodeRequirement;

TEST_CASE("constraints: models, node requirements, taints", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  cluster::NodeSpec spec = tests::node_spec("a", 2);
  spec.gpu_model = c.models.intern_opaque("V100M16");
  cluster::set_label(spec.labels, "rack", "r1");
  spec.taints = {{"team", "vision", "NoSchedule"}};
  const NodeId a = c.add_node(spec);

  auto pod = tests::shape(GpuRequest::whole(1));
  CHECK_FALSE(could_fit(c, a, pod));  // taint
  pod.tolerations = {{"team", false, "vision", ""}};
  CHECK(could_fit(c, a, pod));
  pod.tolerations[0].value = "speech";
  CHECK_FALSE(could_fit(c, a, pod));
  pod.tolerations = {{"", true, "", ""}};
  CHECK(could_fit(c, a, pod));

  pod.gpu_models = {"T4", "V100M16"};
  CHECK(could_fit(c, a, pod));
  pod.gpu_models = {"T4"};
  CHECK_FALSE(could_fit(c, a, pod));
  pod.gpu_models.clear();

  using Operator = NodeRequirement::Operator;
  const auto holds = [&](Operator op, std::string key, std::vector<std::string> values) {
    pod.node_requirements = {{std::move(key), op, std::move(values)}};
    return could_fit(c, a, pod);
  };
  CHECK(holds(Operator::in, "rack", {"r0", "r1"}));
  CHECK_FALSE(holds(Operator::in, "rack", {"r2"}));
  CHECK_FALSE(holds(Operator::in, "block", {"b"}));
  CHECK(holds(Operator::not_in, "block", {"b"}));
  CHECK(holds(Operator::exists, "rack", {}));
  CHECK(holds(Operator::does_not_exist, "block", {}));
}

TEST_CASE("the device of a share: lowest, tightest, roomiest", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  const NodeId a = c.add_node(tests::node_spec("a", 3));
  const auto hold = [&](int milli, cluster::DeviceSet device) {
    c.occupancy.hold(a, c.nodes[a], tests::shape(GpuRequest::fraction(GpuMilli(milli))), {device, {}});
  };
  hold(200, 0b001);
  hold(600, 0b010);
  const auto pod = tests::shape(GpuRequest::fraction(GpuMilli(300)));
  CHECK(choose_devices(c, a, c.occupancy[a], pod, DeviceRule::lowest).devices == 0b001);
  CHECK(choose_devices(c, a, c.occupancy[a], pod, DeviceRule::tightest).devices == 0b010);
  CHECK(choose_devices(c, a, c.occupancy[a], pod, DeviceRule::roomiest).devices == 0b100);
  const auto two = tests::shape(GpuRequest::fraction(GpuMilli(300), 2));
  CHECK(choose_devices(c, a, c.occupancy[a], two, DeviceRule::tightest).devices == 0b011);
}

TEST_CASE("a gang that no empty pool could hold at once", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  c.add_node(tests::node_spec("a", 4));
  c.add_node(tests::node_spec("b", 4));
  IdVector<ShapeId, workload::PodShape> shapes;
  const ShapeId three = shapes.push_back(tests::shape(GpuRequest::whole(3)));
  CHECK(could_hold_together(c, PoolId{0}, shapes, {{three, 2}}));
  CHECK_FALSE(could_hold_together(c, PoolId{0}, shapes, {{three, 3}}));
}

TEST_CASE("how many pods of a shape an empty node holds", "[policy]") {
  cluster::Cluster c = tests::empty_cluster();
  cluster::NodeSpec spec = tests::node_spec("a", 8);
  spec.max_pods = 6;
  const NodeId a = c.add_node(spec);
  CHECK(could_hold(c, a, tests::shape(GpuRequest::whole(3)), 99) == 2);
  CHECK(could_hold(c, a, tests::shape(GpuRequest::whole(1)), 99) == 6);  // by pod slots
  CHECK(could_hold(c, a, tests::shape(GpuRequest::whole(1)), 4) == 4);   // counted no further
  CHECK(could_hold(c, a, tests::shape(GpuRequest::whole(9)), 99) == 0);
  CHECK(c.occupancy[a].pods == 0);
}

TEST_CASE("policies say which matters they heed", "[policy]") {
  CHECK(heeds("kai", Matter::quotas));
  CHECK_FALSE(heeds("kai", Matter::placement));
  CHECK(heeds("try-once", Matter::placement));
  CHECK_FALSE(heeds("no such policy", Matter::placement));
  CHECK(policies_heeding(Matter::placement) == std::vector<std::string>{"fifo", "fifo-skip", "try-once"});
  CHECK(policies_heeding(Matter::estimates).empty());
}
