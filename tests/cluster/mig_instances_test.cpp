#include "sim/cluster/mig_instances.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "berth/cluster/occupancy.hpp"
#include "sim/cluster/mig.hpp"

using namespace berth;
using namespace berth::cluster;
using workload::GpuRequest;
using workload::GpuRequestKind;

namespace {

const MigGeometry& h100() {
  return *find_standard_geometry("H100-80GB");
}

std::uint16_t profile(const char* name) {
  return *h100().find_profile(name);
}

// A node of `gpus` devices, each cut by the list of profile names (planned as at start).
NodeSpec node_of(int gpus, const std::vector<std::string>& layout,
                 MigStrategy strategy = MigStrategy::mixed) {
  NodeSpec spec;
  spec.name = "mig-0";
  spec.cpu = CpuMilli(1'000'000);
  spec.memory = mebibytes(1'000'000);
  spec.gpus = gpus;
  spec.gpu_memory = mebibytes(81559);
  spec.mig_enabled = true;
  spec.mig_strategy = strategy;
  std::vector<std::uint16_t> profiles;
  for (const std::string& name : layout) profiles.push_back(*h100().find_profile(name));
  const auto plan = plan_layout(h100(), profiles);
  REQUIRE(plan.has_value());
  for (int d = 0; d < gpus; ++d) {
    std::vector<MigInstance> cut;
    for (const MigPlacement p : *plan)
      cut.push_back({static_cast<std::uint8_t>(d), p.start, p.profile, false});
    std::sort(cut.begin(), cut.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
    spec.mig_layout.insert(spec.mig_layout.end(), cut.begin(), cut.end());
  }
  return spec;
}

workload::PodShape asking(std::vector<workload::MigRequest> mig) {
  workload::PodShape shape;
  shape.gpu.kind = GpuRequestKind::mig;
  shape.gpu.mig = std::move(mig);
  return shape;
}

// Lays `plan` on the occupancy as the engine does when a re-cut is done.
void apply(Occupancy& occupancy, NodeId id, const RecutPlan& plan) {
  for (const Recut& recut : plan.recuts) occupancy.set_instances(id, recut.device, recut.instances);
}

bool legal(const NodeSpec& spec, const NodeOccupancy& node) {
  for (int d = 0; d < spec.gpus; ++d) {
    std::vector<MigPlacement> placements;
    for (const MigInstance& i : node.instances)
      if (i.device == d) placements.push_back({i.profile, i.start});
    if (layout_problem(h100(), placements)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a pod gets the instance on the lowest device, then of the lowest start") {
  const NodeSpec spec = node_of(2, {"3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"});
  Occupancy occupancy;
  const NodeId id = occupancy.add(spec);
  const auto shape = asking({{"1g.10gb", 1}});
  std::vector<std::uint32_t> slots;
  while (const auto got = find_instances(spec, h100(), occupancy[id], shape.gpu)) {
    REQUIRE(got->slots.size() == 1);
    slots.push_back(got->slots.front());
    occupancy.hold(id, spec, shape, *got);
  }
  CHECK(slots == std::vector<std::uint32_t>{mig_slot(0, 2), mig_slot(0, 3), mig_slot(1, 2), mig_slot(1, 3)});
}

TEST_CASE("several instances and profiles are found together or not at all") {
  const NodeSpec spec = node_of(2, {"3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"});
  Occupancy occupancy;
  const NodeId id = occupancy.add(spec);
  const auto got = find_instances(spec, h100(), occupancy[id], asking({{"1g.10gb", 3}, {"3g.40gb", 1}}).gpu);
  REQUIRE(got.has_value());
  CHECK(got->slots ==
        std::vector<std::uint32_t>{mig_slot(0, 2), mig_slot(0, 3), mig_slot(0, 4), mig_slot(1, 2)});
  CHECK(got->devices == 0b11);
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], asking({{"1g.10gb", 5}}).gpu).has_value());
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], asking({{"7g.80gb", 1}}).gpu).has_value());
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], GpuRequest::whole(1)).has_value());
}

TEST_CASE("with strategy single each instance is one GPU") {
  const NodeSpec spec = node_of(1, {"3g.40gb", "3g.40gb"}, MigStrategy::single);
  Occupancy occupancy;
  const NodeId id = occupancy.add(spec);
  const auto two = find_instances(spec, h100(), occupancy[id], GpuRequest::whole(2));
  REQUIRE(two.has_value());
  CHECK(two->slots == std::vector<std::uint32_t>{mig_slot(0, 0), mig_slot(0, 4)});
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], GpuRequest::whole(3)).has_value());
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], asking({{"3g.40gb", 1}}).gpu).has_value());
  CHECK_FALSE(find_instances(spec, h100(), occupancy[id], GpuRequest::fraction(GpuMilli(500))).has_value());
}

TEST_CASE("a re-cut takes idle instances as they are and disturbs the least") {
  // Device 0: 7g; device 1: 3g 3g; device 2: 3g at 4 in use, 2g at 0, 1g at 2 and 3.
  NodeSpec spec = node_of(3, {"7g.80gb"});
  Occupancy occupancy;
  const NodeId id = occupancy.add(spec);
  const auto cut = [](std::uint8_t device, std::vector<std::pair<const char*, int>> instances) {
    std::vector<MigInstance> all;
    for (const auto& [name, start] : instances)
      all.push_back({device, static_cast<std::uint8_t>(start), profile(name), false});
    return all;
  };
  occupancy.set_instances(id, 1, cut(1, {{"3g.40gb", 0}, {"3g.40gb", 4}}));
  auto third = cut(2, {{"2g.20gb", 0}, {"1g.10gb", 2}, {"1g.10gb", 3}, {"3g.40gb", 4}});
  third[3].used = true;
  occupancy.set_instances(id, 2, third);

  SECTION("one instance of few slices rather than one of many, or several") {
    const auto plan = plan_recut(spec, h100(), occupancy[id], asking({{"1g.20gb", 1}}).gpu);
    REQUIRE(plan.has_value());
    REQUIRE(plan->recuts.size() == 1);
    CHECK(plan->recuts[0].device == 2);  // the 2g goes
    CHECK(plan->serves.slots == std::vector<std::uint32_t>{mig_slot(2, 0)});
    CHECK(plan->recuts[0].instances == std::vector<MigInstance>{{2, 0, profile("1g.20gb"), false},
                                                                {2, 2, profile("1g.10gb"), false},
                                                                {2, 3, profile("1g.10gb"), false},
                                                                {2, 4, profile("3g.40gb"), true}});
  }
  SECTION("an instance in use stays where it is") {
    const auto plan = plan_recut(spec, h100(), occupancy[id], asking({{"7g.80gb", 2}}).gpu);
    REQUIRE(plan.has_value());  // device 0 has one; device 1 can be cut; device 2 cannot
    CHECK(plan->serves.slots == std::vector<std::uint32_t>{mig_slot(0, 0), mig_slot(1, 0)});
    REQUIRE(plan->recuts.size() == 1);
    CHECK(plan->recuts[0].device == 1);
    CHECK_FALSE(plan_recut(spec, h100(), occupancy[id], asking({{"7g.80gb", 3}}).gpu).has_value());
  }
  SECTION("what fits as it is needs no cut, and what no cut serves has none") {
    CHECK_FALSE(plan_recut(spec, h100(), occupancy[id], asking({{"1g.10gb", 2}}).gpu).has_value());
    CHECK_FALSE(plan_recut(spec, h100(), occupancy[id], asking({{"9g.90gb", 1}}).gpu).has_value());
    CHECK_FALSE(
        plan_recut(spec, h100(), occupancy[id], asking({{"1g.10gb", 2'000'000'000}}).gpu).has_value());
  }
  SECTION("a failed device is left alone") {
    occupancy.set_device_failed(id, 0, true);
    occupancy.set_device_failed(id, 1, true);
    CHECK_FALSE(plan_recut(spec, h100(), occupancy[id], asking({{"4g.40gb", 2}}).gpu).has_value());
    CHECK(plan_recut(spec, h100(), occupancy[id], asking({{"4g.40gb", 1}}).gpu).has_value());
  }
}

TEST_CASE("re-cuts keep what is in use, stay legal, and serve the request") {
  const bool holds = rc::check("random holds, releases and re-cuts", []() {
    const NodeSpec spec = node_of(2, {"3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"});
    Occupancy occupancy;
    const NodeId id = occupancy.add(spec);
    std::vector<std::pair<workload::PodShape, DeviceAssignment>> running;
    const int steps = *rc::gen::inRange(1, 30);
    for (int step = 0; step < steps; ++step) {
      if (!running.empty() && *rc::gen::inRange(0, 2) == 0) {
        const auto i = *rc::gen::inRange<std::size_t>(0, running.size());
        occupancy.release(id, spec, running[i].first, running[i].second);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      const auto p = *rc::gen::inRange<std::size_t>(0, h100().profiles.size());
      const auto shape = asking({{h100().profiles[p].name, *rc::gen::inRange(1, 4)}});
      auto got = find_instances(spec, h100(), occupancy[id], shape.gpu);
      if (!got) {
        const auto plan = plan_recut(spec, h100(), occupancy[id], shape.gpu);
        if (!plan) continue;
        const NodeOccupancy before = occupancy[id];
        apply(occupancy, id, *plan);
        for (const MigInstance& i : before.instances)
          if (i.used)
            RC_ASSERT(std::count(occupancy[id].instances.begin(), occupancy[id].instances.end(), i) == 1);
        got = plan->serves;
      }
      occupancy.hold(id, spec, shape, *got);
      running.emplace_back(shape, *got);
      RC_ASSERT(legal(spec, occupancy[id]));
    }
  });
  CHECK(holds);
}

TEST_CASE("a device in MIG mode is untouched while none of its instances is used, however it is cut") {
  const NodeSpec spec = node_of(3, {"3g.40gb", "1g.10gb"});
  Occupancy occupancy;
  const NodeId id = occupancy.add(spec);
  CHECK(occupancy[id].vacant == 0);
  CHECK(untouched_devices(occupancy[id]) == 0b111);
  const auto shape = asking({{"1g.10gb", 1}});
  const auto where = find_instances(spec, h100(), occupancy[id], shape.gpu);
  REQUIRE(where.has_value());
  occupancy.hold(id, spec, shape, *where);
  CHECK(untouched_devices(occupancy[id]) == 0b110);
  occupancy.set_device_failed(id, 1, true);
  CHECK(untouched_devices(occupancy[id]) == 0b100);
  occupancy.set_instances(id, 2, {});  // slices without instances
  CHECK(untouched_devices(occupancy[id]) == 0b100);
  occupancy.release(id, spec, shape, *where);
  CHECK(untouched_devices(occupancy[id]) == 0b101);

  NodeSpec plain;
  plain.gpus = 2;
  const NodeId other = occupancy.add(plain);
  CHECK(untouched_devices(occupancy[other]) == occupancy[other].vacant);
  CHECK(untouched_devices(occupancy[other]) == 0b11);
}
