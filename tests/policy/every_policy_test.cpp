// What holds for every policy and placement that a scenario can name, on random snapshots with pods that run, shares of
// devices and MIG instances, cycle after cycle: its binds fit on the nodes and devices as they are, no gang is left short, it
// decides the same when every cache is dropped before every cycle, and nothing waiting means nothing bound.
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "berth/policy/policy.hpp"
#include "sim/cluster/gpu_checks.hpp"
#include "sim/policy/fit.hpp"
#include "tests/support/scene.hpp"

using namespace berth;
using namespace berth::policy;
using tests::Scene;
using workload::GpuRequest;
using workload::PodStatus;

namespace {

int between(int least, int most) {
  return *rc::gen::inRange(least, most + 1);
}

GpuRequest random_request() {
  switch (between(0, 6)) {
    case 0:
      return {};
    case 1:
      return GpuRequest::fraction(GpuMilli(between(1, 9) * 100));
    case 2:
      return GpuRequest::fraction(GpuMilli(between(1, 9) * 100), 2);
    case 3:
      return GpuRequest::memory_of(mebibytes(between(1, 8) * 10'000));
    case 4: {
      GpuRequest gpu;
      gpu.kind = workload::GpuRequestKind::mig;
      gpu.mig = {{*rc::gen::element<std::string>("1g.10gb", "2g.20gb", "3g.40gb"), between(1, 2)}};
      return gpu;
    }
    default:
      return GpuRequest::whole(between(1, 3));
  }
}

struct RandomScene : Scene {
  std::vector<QueueId> leaves;

  RandomScene() {
    const auto& table = cluster::ModelTable::standard();
    const cluster::GpuModel& h100 = table[*table.find("H100-SXM5-80GB")];
    const GpuModelId model = cluster.models.add(h100);
    for (int n = between(1, 4); n > 0; --n) {
      cluster::NodeSpec node = tests::node_spec("n" + std::to_string(n), between(0, 4), between(2, 12));
      if (node.gpus > 0) node.gpu_model = model;
      if (node.gpus > 0 && between(0, 2) == 0) {
        node.mig_enabled = true;
        node.mig_strategy = cluster::MigStrategy::mixed;
        node.repartition_on_demand = between(0, 1) == 1;
        const std::vector<std::string> layouts[] = {
            {"1g.10gb", "1g.10gb", "2g.20gb", "3g.40gb"}, {"3g.40gb", "3g.40gb"}, {"7g.80gb"}};
        const auto written = cluster::read_mig_layout(h100, layouts[between(0, 2)]);
        node.mig_layout = cluster::layout_for(node.gpus, written.instances);
      }
      cluster.add_node(node);
    }
    const QueueId top = add_queue("d", none<QueueId>(), between(0, 8));
    leaves = {add_queue("p", top, between(0, 4)), add_queue("q", top, between(0, 4))};
    if (between(0, 3) == 0) {
      at(organization.queues[leaves[0]].quota[PoolId{0}].limit, organization::Resource::gpu) =
          between(1, 4) * 1000;
    }
  }

  void submit_some(int most) {
    for (int count = between(0, most); count > 0; --count) {
      const int pods = between(1, 3);
      const WorkloadId id = submit(tests::shape(random_request(), between(1, 4)), pods, between(1, pods),
                                   leaves[static_cast<std::size_t>(between(0, 1))]);
      workloads.all[id].spec.priority = *rc::gen::element(40, 80, 125);
      if (between(0, 1) == 1) workloads.all[id].spec.termination_grace = seconds(30);
    }
  }
  // Whatever fits of the first of them runs already.
  void run_some(cluster::DeviceBook book) {
    for (const WorkloadId id : std::vector<WorkloadId>(members.begin(), members.end())) {
      if (between(0, 2) == 0) continue;
      for (const PodId pod : workloads.all[id].pods) {
        const workload::PodShape& shape = workloads.shape_of(pod);
        for (const NodeId node : cluster.pools[PoolId{0}].nodes) {
          const cluster::NodeOccupancy& state = cluster.occupancy[node];
          if (!could_fit(cluster, node, shape) || !fits_now(cluster, node, state, shape)) continue;
          start(pod, node, choose_devices(cluster, node, state, shape, DeviceRule::lowest),
                PodStatus::running, book);
          workloads.all[id].last_start = now - minutes(between(0, 60));
          break;
        }
      }
    }
  }
  // Until the next cycle: pods end, go and come, a node is cordoned, time passes.
  void live() {
    for (std::size_t i = 0; i < workloads.pods.size(); ++i) {
      const PodId pod = id_of<PodId>(i);
      if (workloads.pods[pod].status == PodStatus::running && between(0, 5) == 0) finish(pod);
    }
    if (between(0, 1) == 1) end_releasing();
    if (between(0, 5) == 0) {
      const NodeId node =
          id_of<NodeId>(static_cast<std::size_t>(between(0, static_cast<int>(cluster.nodes.size()) - 1)));
      cluster.occupancy.set_cordoned(node, between(0, 1) == 1);
    }
    submit_some(3);
    now = now + seconds(between(0, 120));
  }
};

PolicySpec spec_of(const std::string& name, const std::string& placement) {
  PolicySpec spec;
  spec.name = name;
  spec.placement = placement;
  spec.typical = {{CpuMilli(1000), GpuMilli(1000), 1, {}, 2},
                  {CpuMilli(2000), GpuMilli(500), 1, {}, 1},
                  {CpuMilli(2000), GpuMilli(1000), 2, {}, 1}};
  return spec;
}

// Each gang of which something was bound is at its minimum, unless somebody took from it in the same cycle.
void check_gangs(const Scene& scene, const std::vector<Decision>& decisions) {
  std::map<WorkloadId, bool> bound;
  const auto of = [&](PodId pod) { return scene.workloads.pods[pod].workload; };
  for (const Decision& d : decisions) {
    if (const auto* b = std::get_if<Bind>(&d)) bound.emplace(of(b->pod), true);
    if (const auto* e = std::get_if<Evict>(&d)) bound[of(e->pod)] = false;
    if (const auto* m = std::get_if<Move>(&d)) bound[of(m->pod)] = false;
  }
  for (const auto& [id, whole] : bound) {
    const workload::Workload& w = scene.workloads.all[id];
    const auto live = std::count_if(w.pods.begin(), w.pods.end(), [&](PodId pod) {
      const PodStatus status = scene.workloads.pods[pod].status;
      return workload::counts_as_allocated(status) || status == PodStatus::succeeded;
    });
    if (whole) RC_ASSERT(live >= w.spec.sub_groups[0].min_pods);
  }
}

}  // namespace

TEST_CASE("every policy with something to do leaves when it is asked to stop", "[policy]") {
  std::atomic<bool> flag{true};
  for (const std::string& name : policy_names()) {
    INFO(name);
    Scene scene;
    scene.cluster.add_node(tests::node_spec("n", 4));
    const QueueId top = scene.add_queue("d", none<QueueId>(), 4);
    scene.submit(tests::shape(GpuRequest::whole(1)), 2, 2, scene.add_queue("p", top, 4));
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
    CHECK(tests::binds_of(tests::one_pass(*policy, scene, working)).size() == 2);
  }
}

// Some cycles of one scene, decided by a policy that keeps its caches and by one that forgets them before each.
void keeps_and_forgets(const PolicySpec& spec, std::map<std::size_t, int>& seen) {
  const auto keeps = make_policy(spec), forgets = make_policy(spec);
  WorkingCluster working;
  RandomScene scene;
  scene.submit_some(8);
  scene.run_some(keeps->book());
  for (int cycle = between(1, 5); cycle > 0; --cycle) {
    const std::vector<Decision> decisions = one_pass(*keeps, scene, working);
    RC_ASSERT(working.occupancy() == scene.cluster.occupancy);  // the transaction took itself back
    forgets->drop_caches();
    WorkingCluster fresh;
    RC_ASSERT(scene.news(one_pass(*forgets, scene, fresh)) == scene.news(decisions));
    for (const Decision& d : decisions) seen[d.index()] += 1;
    scene.apply(decisions, keeps->book());  // an invariant breaks where devices are not free
    check_gangs(scene, decisions);
    scene.live();
  }
  scene.members.clear();
  scene.waiting = {};
  keeps->drop_caches();
  WorkingCluster other;
  RC_ASSERT(tests::binds_of(one_pass(*keeps, scene, other)).empty());
}

TEST_CASE("what holds for every policy and placement", "[policy][property]") {
  std::map<std::size_t, int> seen;  // kinds of decisions
  for (const std::string& name : policy_names()) {
    const bool places = heeds(name, Matter::placement);
    for (const std::string& placement : places ? placement_names() : std::vector<std::string>{"best-fit"}) {
      INFO(name << " with " << placement);
      // One that heeds no placement decides as many scenes as the others with all placements together.
      const std::size_t scenes = places ? 1 : placement_names().size() * 4;
      REQUIRE(rc::check(name + " with " + placement, [&] {
        for (std::size_t i = 0; i < scenes; ++i) keeps_and_forgets(spec_of(name, placement), seen);
      }));
    }
  }
  // Every kind of decision was among them: 3,600 scenes of `kai` show each dozens of times.
  for (std::size_t kind = 0; kind < std::variant_size_v<Decision>; ++kind) {
    INFO("kind " << kind);
    CHECK(seen[kind] > 0);
  }
}
