#include "sim/policy/queue/queue_policy.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "berth/policy/policy.hpp"
#include "sim/policy/placement/ordered_fit.hpp"
#include "sim/policy/queue/lanes.hpp"
#include "sim/policy/wrong_option.hpp"
#include "tests/support/scene.hpp"
#include "tests/support/slow/queue_policy.hpp"

using namespace berth;
using namespace berth::policy;
using tests::binds_of;
using tests::one_pass;
using tests::Scene;
using workload::GpuRequest;

namespace {

std::unique_ptr<Policy> policy_named(const std::string& name, const std::string& placement = "best-fit") {
  PolicySpec spec;
  spec.name = name;
  spec.placement = placement;
  return make_policy(spec);
}

}  // namespace

TEST_CASE("fifo stops at the first that does not fit; fifo-skip goes on", "[policy]") {
  Scene scene;
  scene.cluster.add_node(tests::node_spec("a", 4));
  scene.submit(tests::shape(GpuRequest::whole(2)));
  scene.submit(tests::shape(GpuRequest::whole(4)));
  scene.submit(tests::shape(GpuRequest::whole(1)));
  CHECK(binds_of(one_pass(*policy_named("fifo"), scene)).size() == 1);
  const auto binds = binds_of(one_pass(*policy_named("fifo-skip"), scene));
  REQUIRE(binds.size() == 2);
  CHECK(binds[1].pod == PodId{2});
}

TEST_CASE("a workload that can never fit is refused so and blocks nobody", "[policy]") {
  Scene scene;
  scene.cluster.add_node(tests::node_spec("a", 4));
  const WorkloadId giant = scene.submit(tests::shape(GpuRequest::whole(8)));
  scene.submit(tests::shape(GpuRequest::whole(1)));
  const auto decisions = one_pass(*policy_named("fifo"), scene);
  CHECK(binds_of(decisions).size() == 1);
  const auto refused = std::find_if(decisions.begin(), decisions.end(),
                                    [](const Decision& d) { return std::holds_alternative<Refuse>(d); });
  REQUIRE(refused != decisions.end());
  CHECK(std::get<Refuse>(*refused).workload == giant);
  CHECK(std::get<Refuse>(*refused).refusal.code == workload::RefusalCode::never_fits);
}

TEST_CASE("a gang is placed whole or not at all; pods beyond the minimum come one by one", "[policy]") {
  Scene scene;
  scene.cluster.add_node(tests::node_spec("a", 4));
  scene.submit(tests::shape(GpuRequest::whole(1)), 3, 1);  // elastic: one, then as many as fit
  scene.submit(tests::shape(GpuRequest::whole(1)), 4, 4);  // a gang that needs all four
  const auto binds = binds_of(one_pass(*policy_named("fifo-skip"), scene));
  CHECK(binds.size() == 3);
}

TEST_CASE("try-once drops whom it cannot place", "[policy]") {
  Scene scene;
  scene.cluster.add_node(tests::node_spec("a", 1));
  scene.submit(tests::shape(GpuRequest::whole(1)));
  const WorkloadId second = scene.submit(tests::shape(GpuRequest::whole(1)));
  const auto decisions = one_pass(*policy_named("try-once"), scene);
  REQUIRE(decisions.size() == 2);
  CHECK(std::get<Drop>(decisions[1]).workload == second);
}

TEST_CASE("names are checked, with the nearest one", "[policy]") {
  CHECK_THROWS_WITH(policy_named("fifo-skipp"), "unknown policy 'fifo-skipp'; did you mean 'fifo-skip'?");
  CHECK_THROWS_WITH(policy_named("fifo", "bestfit"), "unknown placement 'bestfit'; did you mean 'best-fit'?");
  CHECK_THROWS_WITH(policy_named("zebra"),
                    "unknown policy 'zebra'; expected fifo, fifo-skip, kai or try-once");
  // What another version has is neither offered nor taken for a misspelling.
  CHECK_THROWS_WITH(
      policy_named("easy"),
      "policy 'easy' is not supported by this version; expected fifo, fifo-skip, kai or try-once");
  CHECK(wrong_policy("easy").of_another_version);
  CHECK(wrong_policy("esay").sentence == "unknown policy 'esay'; expected fifo, fifo-skip, kai or try-once");
  PolicySpec spec;
  spec.name = "fifo";
  spec.options["ordr"] = "batched";
  CHECK_THROWS_WITH(make_policy(spec), "unknown option of policy fifo 'ordr'; did you mean 'order'?");
  CHECK(wrong_option("fifo", "k_value") ==
        "unknown option of policy fifo 'k_value'; it is one of policy kai");
  CHECK(wrong_option("kai", "k_valu") == "unknown option of policy kai 'k_valu'; did you mean 'k_value'?");
}

TEST_CASE("lanes and node index decide as the brute-force pass does, pass after pass", "[policy][property]") {
  for (const std::string name : {"fifo", "fifo-skip"}) {
    for (const std::string rule : {"first-fit", "best-fit", "worst-fit"}) {
      INFO(name << " " << rule);
      REQUIRE(rc::check(name + " " + rule, [&] {
        Scene scene;
        const int nodes = *rc::gen::inRange(1, 6);
        for (int n = 0; n < nodes; ++n) {
          scene.cluster.add_node(
              tests::node_spec("n" + std::to_string(n), *rc::gen::inRange(0, 5), *rc::gen::inRange(2, 12)));
        }
        auto policy = policy_named(name, rule);
        WorkingCluster working;
        std::vector<PodId> running;
        const int passes = *rc::gen::inRange(1, 25);
        for (int pass = 0; pass < passes; ++pass) {
          const int arrivals = *rc::gen::inRange(0, 4);
          for (int a = 0; a < arrivals; ++a) {
            GpuRequest gpu;
            const int kind = *rc::gen::inRange(0, 4);
            if (kind == 1 || kind == 3) gpu = GpuRequest::whole(*rc::gen::inRange(1, 4));
            if (kind == 2) gpu = GpuRequest::fraction(GpuMilli(*rc::gen::inRange(1, 5) * 200));
            if (gpu.kind == workload::GpuRequestKind::fraction && gpu.portion == whole_gpus(1)) {
              gpu = GpuRequest::whole(1);
            }
            const int pods = *rc::gen::inRange(1, 4);
            scene.submit(tests::shape(gpu, *rc::gen::inRange(1, 4)), pods, *rc::gen::inRange(1, pods + 1));
          }
          const int ends = running.empty() ? 0 : *rc::gen::inRange(0, 3);
          for (int e = 0; e < ends && !running.empty(); ++e) {
            const auto i = *rc::gen::inRange<std::size_t>(0, running.size());
            scene.finish(running[i]);
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
          }
          if (*rc::gen::inRange(0, 6) == 0) {
            scene.cluster.add_node(tests::node_spec("more" + std::to_string(pass), *rc::gen::inRange(0, 5)));
          }
          if (*rc::gen::inRange(0, 6) == 0) policy->drop_caches();

          const Snapshot s = scene.snapshot();
          const cluster::Occupancy before = scene.cluster.occupancy;
          std::vector<Bind> fast;
          {
            Transaction t(s, working);
            policy->cycle(s, t);
            fast = binds_of(t.take_decisions());
          }
          RC_ASSERT(working.occupancy() == before);
          const std::vector<Bind> slow = tests::slow_pass(s, rule, name == "fifo");
          RC_ASSERT(fast.size() == slow.size());
          for (std::size_t i = 0; i < fast.size(); ++i) {
            RC_ASSERT(fast[i].pod == slow[i].pod);
            RC_ASSERT(fast[i].node == slow[i].node);
            RC_ASSERT(fast[i].devices == slow[i].devices);
          }
          if (*rc::gen::inRange(0, 5) == 0) continue;  // decided and not committed: a shadow
          for (const Bind& b : fast) {
            scene.start(b.pod, b.node, b.devices);
            running.push_back(b.pod);
          }
        }
      }));
    }
  }
}
