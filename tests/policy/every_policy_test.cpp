// What holds for every policy that a scenario can name, on random snapshots: its binds fit on the nodes and devices as they
// are, no gang is left short, the same snapshot is decided alike with caches and without, and nothing waiting means
// nothing bound.
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "berth/policy/policy.hpp"
#include "support/small_cluster.hpp"

using namespace berth;
using namespace berth::policy;
using workload::GpuRequest;

namespace {

struct Scene {
  cluster::Cluster cluster = tests::empty_cluster();
  organization::Organization organization;
  workload::Workloads workloads;
  std::vector<WorkloadId> members;
  workload::WaitingList waiting;

  Snapshot snapshot() const {
    Snapshot s;
    s.now = Instant{} + days(1);
    s.cluster = &cluster;
    s.organization = &organization;
    s.workloads = &workloads;
    s.members = &members;
    s.waiting = &waiting;
    return s;
  }
};

QueueId add_queue(Scene& scene, const char* name, QueueId parent, int gpus) {
  organization::Queue queue;
  queue.name = name;
  queue.parent = parent;
  organization::Quota quota;
  at(quota.quota, organization::Resource::gpu) = whole_gpus(gpus).value;
  queue.quota.push_back(quota);
  return scene.organization.add(queue);
}

Scene random_scene() {
  Scene scene;
  const int nodes = *rc::gen::inRange(1, 5);
  for (int n = 0; n < nodes; ++n) {
    scene.cluster.add_node(
        tests::node_spec("n" + std::to_string(n), *rc::gen::inRange(0, 5), *rc::gen::inRange(2, 12)));
  }
  const QueueId top = add_queue(scene, "d", none<QueueId>(), *rc::gen::inRange(0, 9));
  const QueueId leaves[] = {add_queue(scene, "p", top, *rc::gen::inRange(0, 5)),
                            add_queue(scene, "q", top, *rc::gen::inRange(0, 5))};
  const int workloads = *rc::gen::inRange(0, 12);
  for (int i = 0; i < workloads; ++i) {
    GpuRequest gpu;
    const int kind = *rc::gen::inRange(0, 3);
    if (kind == 1) gpu = GpuRequest::whole(*rc::gen::inRange(1, 4));
    if (kind == 2) gpu = GpuRequest::fraction(GpuMilli(*rc::gen::inRange(1, 10) * 100));
    const int pods = *rc::gen::inRange(1, 4);
    const WorkloadId id = tests::add_workload(scene.workloads, tests::shape(gpu, *rc::gen::inRange(1, 4)),
                                              pods, *rc::gen::inRange(1, pods + 1));
    workload::Workload& w = scene.workloads.all[id];
    w.spec.project = leaves[*rc::gen::inRange(0, 2)];
    w.spec.priority = *rc::gen::element(40, 80, 125);
    w.uid = std::to_string(1000 + i);
    w.created = Instant{} + minutes(i);
    scene.members.push_back(id);
    scene.waiting.insert(id);
  }
  return scene;
}

std::vector<Bind> pass(Policy& policy, const Scene& scene, WorkingCluster& working) {
  const Snapshot s = scene.snapshot();
  Transaction t(s, working);
  policy.cycle(s, t);
  std::vector<Bind> binds;
  for (const Decision& d : t.decisions()) {
    if (const auto* b = std::get_if<Bind>(&d)) binds.push_back(*b);
  }
  return binds;
}

}  // namespace

TEST_CASE("every policy with something to do leaves when it is asked to stop", "[policy]") {
  std::atomic<bool> flag{true};
  for (const std::string& name : policy_names()) {
    INFO(name);
    Scene scene;
    scene.cluster.add_node(tests::node_spec("n", 4));
    const QueueId top = add_queue(scene, "d", none<QueueId>(), 4);
    const WorkloadId id = tests::add_workload(scene.workloads, tests::shape(GpuRequest::whole(1)), 2, 2);
    scene.workloads.all[id].spec.project = add_queue(scene, "p", top, 4);
    scene.members.push_back(id);
    scene.waiting.insert(id);
    PolicySpec spec;
    spec.name = name;
    const auto policy = make_policy(spec);
    WorkingCluster working;
    Snapshot snapshot = scene.snapshot();
    snapshot.stop = StopToken(flag);
    {
      Transaction t(snapshot, working);
      CHECK_THROWS_AS(policy->cycle(snapshot, t), Interrupted);
    }
    CHECK(working.occupancy() == scene.cluster.occupancy);
    policy->drop_caches();
    CHECK(pass(*policy, scene, working).size() == 2);
  }
}

TEST_CASE("what holds for every policy", "[policy][property]") {
  for (const std::string& name : policy_names()) {
    for (const std::string& placement :
         {std::string("first-fit"), std::string("best-fit"), std::string("worst-fit")}) {
      INFO(name << " with " << placement);
      REQUIRE(rc::check(name + " with " + placement, [&] {
        PolicySpec spec;
        spec.name = name;
        spec.placement = placement;
        const auto policy = make_policy(spec);
        WorkingCluster working;
        Scene scene = random_scene();
        const std::vector<Bind> binds = pass(*policy, scene, working);
        RC_ASSERT(working.occupancy() == scene.cluster.occupancy);  // the transaction took itself back

        policy->drop_caches();
        WorkingCluster fresh;
        const std::vector<Bind> again = pass(*policy, scene, fresh);
        RC_ASSERT(binds.size() == again.size());
        for (std::size_t i = 0; i < binds.size(); ++i) {
          RC_ASSERT(binds[i].pod == again[i].pod);
          RC_ASSERT(binds[i].node == again[i].node);
          RC_ASSERT(binds[i].devices == again[i].devices);
        }

        std::map<WorkloadId, int> bound;
        for (const Bind& b : binds) {
          // Holding throws when a device or a node would be over-allocated.
          scene.cluster.occupancy.hold(b.node, scene.cluster.nodes[b.node], scene.workloads.shape_of(b.pod),
                                       b.devices);
          bound[scene.workloads.pods[b.pod].workload] += 1;
        }
        for (const auto& [id, count] : bound) {
          RC_ASSERT(count >= scene.workloads.all[id].spec.sub_groups[0].min_pods);
        }

        Scene idle = random_scene();
        idle.members.clear();
        idle.waiting = {};
        policy->drop_caches();
        WorkingCluster other;
        RC_ASSERT(pass(*policy, idle, other).empty());
      }));
    }
  }
}
