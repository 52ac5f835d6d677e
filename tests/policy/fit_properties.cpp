// Holding and releasing what fits, in any order: the sums that a node keeps are those of its devices, and the end is the
// beginning.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "berth/cluster/cluster.hpp"
#include "sim/policy/fit.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::cluster;
using berth::tests::node_spec;
using berth::tests::shape;
using berth::workload::GpuRequest;

namespace {

// What gpu_free and vacant must be, from the devices alone.
void check_sums(const NodeOccupancy& node) {
  GpuMilli free;
  DeviceSet vacant = 0;
  for (std::size_t d = 0; d < node.devices.size(); ++d) {
    bool cut = false;
    for (const MigInstance& i : node.instances) cut = cut || i.device == d;
    if (cut || node.devices[d].failed) continue;
    free += whole_gpus(1) - node.devices[d].used;
    if (node.devices[d].holders == 0) vacant |= device_bit(static_cast<int>(d));
  }
  REQUIRE(node.gpu_free == free);
  REQUIRE(node.vacant == vacant);
}

}  // namespace

TEST_CASE("any order of holding and releasing ends where it began", "[cluster][property]") {
  REQUIRE(rc::check("hold and release", [] {
    Cluster c = tests::empty_cluster();
    const NodeId n = c.add_node(node_spec("a", *rc::gen::inRange(1, 9), 16, 64));
    const NodeOccupancy empty = c.occupancy[n];
    struct Held {
      workload::PodShape pod;
      DeviceAssignment where;
    };
    std::vector<Held> held;
    const int steps = *rc::gen::inRange(1, 60);
    for (int s = 0; s < steps; ++s) {
      if (!held.empty() && *rc::gen::inRange(0, 3) == 0) {
        const auto i = *rc::gen::inRange<std::size_t>(0, held.size());
        c.occupancy.release(n, c.nodes[n], held[i].pod, held[i].where);
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        GpuRequest gpu;
        switch (*rc::gen::inRange(0, 4)) {
          case 0:
            gpu = GpuRequest::whole(*rc::gen::inRange(1, 4));
            break;
          case 1:
            gpu = GpuRequest::fraction(GpuMilli(*rc::gen::inRange(1, 1000)), *rc::gen::inRange(1, 3));
            break;
          case 2:
            gpu = GpuRequest::memory_of(mebibytes(*rc::gen::inRange(1, 80'000)), *rc::gen::inRange(1, 3));
            break;
          default:
            break;
        }
        const auto pod = shape(gpu, *rc::gen::inRange(0, 4), *rc::gen::inRange(0, 8));
        if (!policy::could_fit(c, n, pod) || !policy::fits_now(c, n, c.occupancy[n], pod)) continue;
        const auto rule = *rc::gen::element(policy::DeviceRule::lowest, policy::DeviceRule::tightest,
                                            policy::DeviceRule::roomiest);
        Held h{pod, policy::choose_devices(c, n, c.occupancy[n], pod, rule)};
        h.where = c.occupancy.hold(n, c.nodes[n], h.pod, h.where);
        held.push_back(h);
      }
      check_sums(c.occupancy[n]);
    }
    for (const Held& h : held) c.occupancy.release(n, c.nodes[n], h.pod, h.where);
    RC_ASSERT(c.occupancy[n] == empty);
  }));
}
