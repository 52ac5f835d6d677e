#include "sim/policy/fragmentation.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "sim/policy/placement/study_scores.hpp"
#include "tests/support/study_trace.hpp"

using namespace berth;
using namespace berth::policy;

namespace {

PodClass share(int cpu, int milli, std::int64_t count) {
  PodClass c;
  c.cpu = CpuMilli(cpu);
  c.milli = GpuMilli(milli);
  c.devices = 1;
  c.count = count;
  return c;
}

NodeLeft left_of(std::int64_t cpu, std::vector<std::int16_t> milli, GpuModelId model = none<GpuModelId>()) {
  NodeLeft left;
  left.cpu = cpu;
  left.model = model;
  left.devices = static_cast<int>(milli.size());
  std::copy(milli.begin(), milli.end(), left.milli.begin());
  return left;
}

}  // namespace

TEST_CASE("the example of study_scores.md") {
  const Fragmentation measure({share(1000, 500, 3), share(4000, 1000, 1)}, cluster::ModelTable{});
  NodeEntry node;
  node.left = left_of(6000, {700, 300});
  CHECK(measure.of(node.left) == 475);
  CHECK(measure.after(node.left, 5000, 0b01, 300) == 700);
  CHECK(measure.after(node.left, 5000, 0b10, 300) == 175);
  node.fragmentation = 475;
  Ask ask;
  ask.cpu = 1000;
  ask.devices = 1;
  ask.milli = 300;
  const FgdChoice choice = fgd_choice(node, ask, measure);
  CHECK(choice.score == 57);
  CHECK(choice.devices == 0b10);
}

TEST_CASE("what a class cannot use is all that is left") {
  cluster::ModelTable models;
  const auto small = models.intern_opaque("small");
  const auto large = models.intern_opaque("large");
  PodClass picky = share(2000, 400, 1);
  picky.models = {"large"};
  const Fragmentation measure({picky}, models);
  CHECK(measure.of(left_of(8000, {500, 300}, large)) == 300);
  CHECK(measure.of(left_of(8000, {500, 300}, small)) == 800);  // model not allowed
  CHECK(measure.of(left_of(8000, {500, 300}, none<GpuModelId>())) == 800);
  CHECK(measure.of(left_of(1999, {500, 300}, large)) == 800);  // devices fit, cpu does not
  CHECK(measure.of(left_of(8000, {399, 300}, large)) == 699);  // no device
  PodClass cpu_only = share(1000, 0, 1);
  cpu_only.devices = 0;
  CHECK(Fragmentation({cpu_only}, models).of(left_of(0, {250, 1000}, large)) == 1250);
  CHECK(Fragmentation({}, models).of(left_of(8000, {500}, large)) == 0);
  CHECK(Fragmentation({}, models).empty());
}

TEST_CASE("typical pods are the commonest classes up to 95 in a hundred") {
  // 60 + 30 + 5 = 95 of 100; of the two classes of 5 the one of larger cpu comes first.
  const auto typical = typical_of({share(1000, 100, 5), share(2000, 100, 5), share(1000, 500, 20),
                                   share(1000, 200, 60), share(1000, 500, 10)});
  REQUIRE(typical.size() == 3);
  CHECK(typical[0].count == 60);
  CHECK(typical[1].count == 30);
  CHECK(typical[1].milli == GpuMilli(500));
  CHECK(typical[2].cpu == CpuMilli(2000));
  CHECK(typical_of({}).empty());

  // Ties go on with milli, devices and models, larger first.
  PodClass named = share(1000, 100, 1);
  named.models = {"V100M16", "V100M32"};
  PodClass other = share(1000, 100, 1);
  other.models = {"T4"};
  PodClass two = share(1000, 1000, 1);
  two.devices = 2;
  const auto ties = typical_of({other, named, share(1000, 1000, 1), two});
  REQUIRE(ties.size() == 4);
  CHECK(ties[0].devices == 2);
  CHECK(ties[1].milli == GpuMilli(1000));
  CHECK(ties[2].models.size() == 2);
  CHECK(ties[3].models == std::vector<std::string>{"T4"});
}

TEST_CASE("the study's trace has 35 typical classes of 7,766 pods", "[study]") {
  if (test::StudyTrace::absent()) return;
  const auto trace = test::StudyTrace::load();
  const auto typical = typical_of(trace.typical);
  CHECK(typical.size() == 35);
  std::int64_t pods = 0;
  for (const PodClass& c : typical) pods += c.count;
  CHECK(pods == 7766);

  // Even a nearly empty cluster has F = 13.95 % of what is idle (the empty one a little less).
  const Fragmentation measure(trace.typical, trace.cluster.models);
  double fragmented = 0, idle = 0;
  for (std::size_t i = 0; i < trace.cluster.nodes.size(); ++i) {
    const NodeId id = id_of<NodeId>(i);
    const NodeLeft left = what_is_left(trace.cluster.nodes[id], trace.cluster.occupancy[id]);
    fragmented += measure.of(left);
    idle += 1000.0 * left.devices;
  }
  CHECK(100 * fragmented / idle == Approx(13.95).margin(0.01));
}

TEST_CASE("the shortcuts of the measure give the very same doubles") {
  const bool holds = rc::check("after_each is after, device by device", []() {
    std::vector<PodClass> classes;
    const int n = *rc::gen::inRange(1, 30);
    for (int i = 0; i < n; ++i) {
      PodClass c =
          share(1000 * *rc::gen::inRange(0, 8), *rc::gen::inRange(1, 1001), *rc::gen::inRange(1, 100));
      c.devices = *rc::gen::element(0, 1, 1, 2);
      classes.push_back(c);
    }
    const Fragmentation measure(classes, cluster::ModelTable{});
    std::vector<std::int16_t> milli;
    const int devices = *rc::gen::inRange(1, 9);
    for (int d = 0; d < devices; ++d) milli.push_back(static_cast<std::int16_t>(*rc::gen::inRange(0, 1001)));
    const NodeLeft left = left_of(1000 * *rc::gen::inRange(0, 10), milli);
    const int ask = *rc::gen::inRange(1, 1000);
    cluster::DeviceSet fitting = 0;
    for (int d = 0; d < devices; ++d)
      if (milli[static_cast<std::size_t>(d)] >= ask) fitting |= cluster::device_bit(d);
    std::array<double, cluster::max_devices_per_node> each{};
    measure.after_each(left, left.cpu, fitting, ask, each.data());
    std::size_t i = 0;
    for (cluster::DeviceSet f = fitting; f != 0; f &= f - 1, ++i)
      RC_ASSERT(each[i] == measure.after(left, left.cpu, f & (~f + 1), ask));
    RC_ASSERT(measure.of(left) == measure.after(left, left.cpu, 0, ask));
  });
  CHECK(holds);
}
