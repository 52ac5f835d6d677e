#include "sim/policy/shadow.hpp"

#include <catch2/catch.hpp>

#include "tests/support/scene.hpp"

using namespace berth;
using namespace berth::policy;
using workload::GpuRequest;

namespace {

std::unique_ptr<Policy> named(const char* name) {
  PolicySpec spec;
  spec.name = name;
  return make_policy(spec);
}

// Four GPUs: two are taken first, then one wants four, and one that stands behind it one.
ShadowReport pass_of(const char* first, const char* second, std::size_t most, std::size_t& decided) {
  tests::Scene scene;
  scene.cluster.add_node(tests::node_spec("a", 4));
  for (const int gpus : {2, 4, 1}) scene.submit(tests::shape(GpuRequest::whole(gpus)));

  ShadowReport report;
  Shadowed policy(named(first), named(second), report, most);
  decided = tests::binds_of(tests::one_pass(policy, scene)).size();
  return report;
}

}  // namespace

TEST_CASE("a shadow sees each snapshot, says where it differs, and changes nothing", "[policy]") {
  std::size_t binds = 0;
  const ShadowReport report = pass_of("fifo", "fifo-skip", 10, binds);
  CHECK(binds == 1);  // as fifo alone
  CHECK(report.passes == 1);
  CHECK(report.parted == 1);
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].pool == "default");
  CHECK(report.differences[0].first_only.empty());
  CHECK(report.differences[0].second_only.size() == 1);
}

TEST_CASE("two of one policy never part, and no more differences are kept than asked for", "[policy]") {
  std::size_t binds = 0;
  CHECK(pass_of("fifo-skip", "fifo-skip", 10, binds).parted == 0);
  CHECK(binds == 2);
  const ShadowReport none = pass_of("fifo", "fifo-skip", 0, binds);
  CHECK(none.parted == 1);
  CHECK(none.differences.empty());
}
