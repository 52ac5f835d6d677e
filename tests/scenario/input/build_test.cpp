// A scenario as a run's input: nodes, queues, submissions and what happens when.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

simulation::Input build(const std::string& text) {
  const Loaded loaded = test::load(text);
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario);
  return build_input(*loaded.scenario);
}

}  // namespace

TEST_CASE("build: nodes of groups, with their model's figures and templates") {
  const simulation::Input input = build(
      "version: 1\n"
      "cluster:\n"
      "  topology: [block, rack]\n"
      "  gpu_models: [{name: X1, memory: 40Gi, gpus_per_node: 4}]\n"
      "  node_pools:\n"
      "    - name: a\n"
      "      nodes:\n"
      "        - {name: \"h-{index:02}\", count: 3, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8},\n"
      "           labels: {block: \"b{index/2}\", rack: \"r{index%2:02}\"}}\n"
      "        - {name: m, gpus: {model: H100-SXM5-80GB, count: 2}, mig: {strategy: mixed, layout: [3g.40gb, "
      "1g.10gb]}}\n"
      "      placement: {gpu: spread}\n"
      "    - {name: b, nodes: [{name: x, gpus: {model: X1}}, {name: c, cpu: 2, memory: 4Gi}]}\n");
  const auto& nodes = input.cluster.nodes;
  REQUIRE(nodes.size() == 6);
  const cluster::NodeSpec& h2 = nodes[NodeId{2}];
  CHECK(h2.name == "h-02");
  CHECK(*cluster::find_label(h2.labels, "block") == "b1");
  CHECK(*cluster::find_label(h2.labels, "rack") == "r00");
  CHECK(*cluster::find_label(h2.labels, "nvidia.com/gpu.product") == "NVIDIA-H100-80GB-HBM3");
  CHECK(*cluster::find_label(h2.labels, "nvidia.com/gpu.memory") == "81559");
  CHECK(*cluster::find_label(h2.labels, "kubernetes.io/hostname") == "h-02");
  CHECK(h2.gpu_memory == mebibytes(81559));
  const cluster::NodeSpec& m = nodes[NodeId{3}];
  CHECK(m.mig_enabled);
  CHECK(m.mig_layout.size() == 4);  // two instances on each of two devices
  CHECK(nodes[NodeId{4}].gpus == 4);
  CHECK(nodes[NodeId{4}].gpu_memory == Bytes(40LL << 30));
  CHECK(nodes[NodeId{5}].gpus == 0);
  CHECK(nodes[NodeId{5}].cpu == CpuMilli(2000));
  CHECK(input.cluster.pools[PoolId{0}].gpu_placement == cluster::Packing::spread);
  CHECK(input.cluster.pools[PoolId{0}].cpu_placement == cluster::Packing::binpack);
  CHECK(input.cluster.topologies[0].levels == std::vector<std::string>{"block", "rack"});
  CHECK(input.organization.queues.size() == 2);  // department and project default
}

TEST_CASE("build: queues a minute apart, quotas of every pool") {
  const simulation::Input input = build(
      "version: 1\n"
      "cluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 8}]}, {name: b, nodes: [{name: m, gpus: "
      "8}]}]}\n"
      "organization:\n"
      "  departments:\n"
      "    - {name: d, quota: {gpu: 8}, projects: [{name: p, quota: {b: {gpu: 2.5, limit: 4}}, min_runtime: "
      "{reclaim: 1h}}]}\n"
      "    - {name: e, departments: [{name: f, projects: [{name: q, node_pools: [b, a], priority: 7}]}]}\n");
  const auto& queues = input.organization.queues;
  REQUIRE(queues.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(queues[id_of<QueueId>(i)].created == input.start - minutes(static_cast<std::int64_t>(5 - i)));
  }
  using organization::Resource;
  const auto& p = queues[QueueId{1}];
  CHECK(p.parent == QueueId{0});
  CHECK(organization::at(p.quota[PoolId{0}].quota, Resource::gpu) == 0);
  CHECK(organization::at(p.quota[PoolId{1}].quota, Resource::gpu) == 2500);
  CHECK(organization::at(p.quota[PoolId{1}].limit, Resource::gpu) == 4000);
  CHECK(organization::at(p.quota[PoolId{1}].limit, Resource::cpu) == organization::unlimited);
  CHECK(p.quota[PoolId{1}].over_quota_weight[2] == 2.5);
  CHECK(p.reclaim_min_runtime == hours(1));
  CHECK(!p.preempt_min_runtime);
  const auto& q = queues[QueueId{4}];
  CHECK(q.parent == QueueId{3});
  CHECK(q.node_pools == std::vector<PoolId>{PoolId{1}, PoolId{0}});
  CHECK(q.priority == 7);
}

TEST_CASE("build: gangs, masters and sub-groups") {
  simulation::Input input = build(
      test::small("workloads:\n"
                  "  - {name: t, project: vision, gpu: 1, pods: 4}\n"
                  "  - {name: d, project: vision, kind: distributed, gpu: 1, pods: 3, master: {cpu: 2}}\n"
                  "  - {name: e, project: vision, kind: distributed, gpu: 1, gang: {min_pods: 2, max_pods: "
                  "6}, submit: 1h, after: [t]}\n"
                  "  - {name: s, project: vision, kind: distributed, gpu: 1, submit: 2h, sub_groups: [{name: "
                  "a, pods: 2, pod: {gpu: 2}},\n"
                  "     {name: b, sub_groups: [{name: c, pods: 3, min_pods: 1, role: worker}]}]}\n"));
  std::vector<workload::WorkloadSpec> all;
  while (auto next = input.submissions->next()) all.push_back(next->spec);
  REQUIRE(all.size() == 4);
  CHECK(all[0].pod_count() == 4);
  CHECK(all[0].min_pods() == 1);  // they start singly
  CHECK(all[1].pod_count() == 4);
  CHECK(all[1].min_pods() == 4);
  CHECK(all[1].templates[0].role == "master");
  CHECK(all[1].templates[1].role == "worker");
  CHECK(all[2].min_pods() == 2);
  CHECK(all[2].pod_count() == 6);
  CHECK(all[2].after == std::vector<std::string>{"t"});
  CHECK(all[2].submit == input.start + hours(1));
  REQUIRE(all[3].sub_groups.size() == 4);
  CHECK(all[3].sub_groups[1].name == "a");
  CHECK(all[3].sub_groups[3].parent == 2);
  CHECK(all[3].min_pods() == 3);
  CHECK(all[3].templates[1].sub_group == 3);
}

TEST_CASE("build: growth, shrinkage and events in time") {
  const simulation::Input input = build(
      "version: 1\n"
      "cluster: {node_pools: [{name: p, nodes: [{name: \"n-{index}\", count: 2, gpus: 8}], changes: [\n"
      "  {at: 2d, group: \"n-{index}\", remove: 2}, {at: 1d, group: \"n-{index}\", add: 1}, {at: 3d, group: "
      "\"n-{index}\", "
      "add: 1}]}]}\n"
      "organization: {departments: [{name: d, projects: [{name: q, quota: {gpu: 4}}]}]}\n"
      "events:\n"
      "  - {at: 2h, quota: {project: q, limit: 6}}\n"
      "  - {at: 1h, quota: {project: q, gpu: 5}}\n"
      "  - {at: 3h, cordon: n-2}\n");
  REQUIRE(input.actions.size() == 6);
  const auto* grow = std::get_if<simulation::AddNodes>(&input.actions[0].action);
  REQUIRE(grow);
  CHECK(grow->nodes[0].name == "n-2");
  const auto* shrink = std::get_if<simulation::RemoveNodes>(&input.actions[1].action);
  REQUIRE(shrink);
  CHECK(shrink->nodes == std::vector<std::string>{"n-2", "n-1"});
  // Numbers are not used again.
  CHECK(std::get<simulation::AddNodes>(input.actions[2].action).nodes[0].name == "n-3");
  using organization::Resource;
  const auto& first = std::get<simulation::SetQuota>(input.actions[3].action);
  CHECK(input.actions[3].at == input.start + hours(1));
  CHECK(organization::at(first.quota.quota, Resource::gpu) == 5000);
  CHECK(organization::at(first.quota.limit, Resource::gpu) == organization::unlimited);
  const auto& second = std::get<simulation::SetQuota>(input.actions[4].action);
  CHECK(organization::at(second.quota.quota, Resource::gpu) == 5000);  // what it does not say stays
  CHECK(organization::at(second.quota.limit, Resource::gpu) == 6000);
  CHECK(second.quota.over_quota_weight[2] == 4);
  CHECK(std::get<simulation::Cordon>(input.actions[5].action).node == "n-2");
}

TEST_CASE("build: the clock, the policy and the order within an instant") {
  const simulation::Input input = build(
      test::small("seed: 77\nclock: {start: 2026-01-05T00:00:00+01:00, duration: 3d}\n"
                  "policy: {name: fifo, placement: worst-fit, cycle: 10s, options: {order: per-event}}\n"));
  CHECK(input.seed == 77);
  CHECK(input.start == Instant{1'767'567'600'000'000});
  CHECK(input.end == input.start + days(3));
  CHECK(input.policy.name == "fifo");
  CHECK(input.policy.placement == "worst-fit");
  CHECK(input.cycle_period == seconds(10));
  CHECK(input.order == simulation::InstantOrder::per_event);
  CHECK(!build(test::small("policy: {name: fifo}\n")).end);
}

TEST_CASE("build: without an organisation there is one project, and nobody names it") {
  simulation::Input input = build(
      "version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 8}]}]}\n"
      "workloads: [{name: w, duration: 1h}]\n"
      "generators: [{name: g, duration: 1h, arrivals: {per_hour: 1, count: 1}}]\n");
  REQUIRE(input.organization.queues.size() == 2);
  while (auto next = input.submissions->next()) CHECK(next->spec.project == QueueId{1});
}

TEST_CASE("build: the quickstart loads without a word") {
  const Loaded loaded = load_scenario(BERTH_SOURCE_DIR "/scenarios/quickstart.yaml");
  CHECK(loaded.diagnostics.to_text() == "");
  CHECK(loaded.scenario.has_value());
}
