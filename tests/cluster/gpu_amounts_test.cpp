#include "berth/cluster/gpu_amounts.hpp"

#include <catch2/catch.hpp>

#include "berth/cluster/cluster.hpp"
#include "berth/core/invariant.hpp"
#include "tests/support/small_cluster.hpp"

using namespace berth;
using namespace berth::cluster;
using berth::tests::node_spec;
using berth::tests::shape;
using berth::workload::GpuRequest;

namespace {

NodeSpec node_of(std::int64_t gpu_mebibytes) {
  NodeSpec spec = node_spec("n", 1);
  spec.gpu_memory = mebibytes(gpu_mebibytes);
  return spec;
}

// Shares of the request that stand on one device by that book.
int shares_on_a_device(const NodeSpec& spec, const GpuRequest& gpu, DeviceBook book) {
  Cluster c = tests::empty_cluster();
  const NodeId n = c.add_node(spec);
  int held = 0;
  while (share_fits(spec, c.occupancy[n].devices[0], gpu, book)) {
    c.occupancy.hold(n, spec, shape(gpu, 0, 0), {1, {}}, book);
    ++held;
  }
  CHECK(c.occupancy[n].devices[0].shares <= whole_gpus(1));
  return held;
}

}  // namespace

TEST_CASE("the book in MiB: memory floored to hundreds, fractions in hundredths, half up", "[cluster]") {
  const NodeSpec h100 = node_of(81'559);
  CHECK(book_mebibytes(h100) == 81'500);
  CHECK(book_mebibytes(node_of(0)) == 100);
  CHECK(mebibytes_of_share(h100, GpuRequest::fraction(GpuMilli(334))) == 26'895);  // 0.33 of 81,500
  CHECK(mebibytes_of_share(h100, GpuRequest::fraction(GpuMilli(335))) == 27'710);  // 0.34
  CHECK(mebibytes_of_share(h100, GpuRequest::memory_of(mebibytes(5'000))) == 5'000);
  // The product is a double, cut off: 0.29 of 100 MiB is 28.
  CHECK(mebibytes_of_share(node_of(0), GpuRequest::fraction(GpuMilli(290))) == 28);
}

TEST_CASE("each book grants what its policies grant", "[cluster]") {
  const NodeSpec h100 = node_of(81'559);
  const GpuRequest third = GpuRequest::fraction(GpuMilli(334));
  CHECK(shares_on_a_device(h100, third, DeviceBook::mebibytes) == 3);
  CHECK(shares_on_a_device(h100, third, DeviceBook::thousandths) == 2);
  // 7 hundredths of a device each in thousandths; 16 x 5,000 MiB are 80,000 of 81,500.
  const GpuRequest memory = GpuRequest::memory_of(mebibytes(5'000));
  CHECK(shares_on_a_device(h100, memory, DeviceBook::mebibytes) == 16);
  CHECK(shares_on_a_device(h100, memory, DeviceBook::thousandths) == 14);
  // Unknown memory: fractions of 100 MiB, and no memory requests.
  CHECK(shares_on_a_device(node_of(0), GpuRequest::fraction(GpuMilli(500)), DeviceBook::mebibytes) == 2);
  CHECK(shares_on_a_device(node_of(0), memory, DeviceBook::mebibytes) == 0);
  CHECK(shares_on_a_device(node_of(0), memory, DeviceBook::thousandths) == 0);
}

TEST_CASE("the device share is what is shown, the quota amount what queues count", "[cluster]") {
  const NodeSpec h100 = node_of(81'559);
  const GpuRequest memory = GpuRequest::memory_of(mebibytes(5'000), 2);
  CHECK(share_of_device(h100, memory, DeviceBook::mebibytes) ==
        GpuMilli(61));  // floor(1000 x 5,000 / 81,500)
  CHECK(quota_amount(h100, memory) == GpuMilli(140));
  const GpuRequest fraction = GpuRequest::fraction(GpuMilli(334), 3);
  CHECK(share_of_device(h100, fraction, DeviceBook::mebibytes) == GpuMilli(330));
  CHECK(share_of_device(h100, fraction, DeviceBook::thousandths) == GpuMilli(334));
  CHECK(quota_amount(h100, fraction) == GpuMilli(990));
  CHECK(share_of_device(h100, GpuRequest::whole(3), DeviceBook::mebibytes) == whole_gpus(1));
  CHECK(quota_amount(h100, GpuRequest::whole(3)) == whole_gpus(3));
  GpuRequest mig;
  mig.kind = workload::GpuRequestKind::mig;
  mig.mig = {{"3g.40gb", 1}, {"1g.10gb", 2}};
  CHECK(quota_amount(h100, mig) == whole_gpus(5));
}

TEST_CASE("a holder is shown no more than its device has left", "[cluster]") {
  Cluster c = tests::empty_cluster();
  // 100 MiB: 0.29 takes 28 and 0.72 takes 72, which is all, though they are 1.01 of the device.
  const NodeSpec spec = node_of(0);
  const NodeId n = c.add_node(spec);
  const NodeOccupancy empty = c.occupancy[n];
  const auto a = shape(GpuRequest::fraction(GpuMilli(290)), 0, 0);
  const auto b = shape(GpuRequest::fraction(GpuMilli(720)), 0, 0);
  const DeviceAssignment first = c.occupancy.hold(n, spec, a, {1, {}}, DeviceBook::mebibytes);
  const DeviceAssignment second = c.occupancy.hold(n, spec, b, {1, {}}, DeviceBook::mebibytes);
  CHECK(first.shares == std::vector<GpuMilli>{GpuMilli(290)});
  CHECK(second.shares == std::vector<GpuMilli>{GpuMilli(710)});
  CHECK(c.occupancy[n].devices[0].shares == whole_gpus(1));
  CHECK(c.occupancy[n].gpu_free == GpuMilli(0));
  c.occupancy.release(n, spec, a, first);
  CHECK(c.occupancy[n].devices[0].shares == GpuMilli(710));
  c.occupancy.release(n, spec, b, second);
  CHECK(c.occupancy[n] == empty);
}

TEST_CASE("an over-booked bind is booked beside the others, with what is left as its share", "[cluster]") {
  Cluster c = tests::empty_cluster();
  const NodeSpec spec = node_of(80'000);
  const NodeId n = c.add_node(spec);
  const NodeOccupancy empty = c.occupancy[n];
  const auto part = shape(GpuRequest::fraction(GpuMilli(250)), 0, 0);
  const auto whole = shape(GpuRequest::whole(1), 0, 0);
  DeviceAssignment where{1, {}};
  const DeviceAssignment shared = c.occupancy.hold(n, spec, part, where, DeviceBook::mebibytes);
  CHECK_THROWS_AS(c.occupancy.hold(n, spec, whole, where, DeviceBook::mebibytes), InvariantError);
  c.occupancy.assign(n, empty);
  const DeviceAssignment again = c.occupancy.hold(n, spec, part, where, DeviceBook::mebibytes);
  CHECK(again == shared);
  where.over_booked = true;
  const DeviceAssignment over = c.occupancy.hold(n, spec, whole, where, DeviceBook::mebibytes);
  CHECK(over.shares == std::vector<GpuMilli>{GpuMilli(750)});
  const DeviceAssignment more = c.occupancy.hold(n, spec, whole, where, DeviceBook::mebibytes);
  CHECK(more.shares == std::vector<GpuMilli>{GpuMilli(0)});
  CHECK(c.occupancy[n].devices[0].holders == 3);
  CHECK(c.occupancy[n].devices[0].whole_holders == 2);
  c.occupancy.release(n, spec, whole, over);
  CHECK(c.occupancy[n].devices[0].whole());
  c.occupancy.release(n, spec, part, again);
  c.occupancy.release(n, spec, whole, more);
  CHECK(c.occupancy[n] == empty);
}
