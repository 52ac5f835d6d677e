// The print of a scenario: defaults spelled out, and the same scenario when it is read again.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

// A scenario that says something with every key.
const std::string everything = R"(version: 1
name: "a: name"
seed: 42
clock: {start: 2026-01-05T00:00:00.25Z, zone: America/New_York, duration: 7d}
cluster:
  name: east
  topology: {network: [block, rack], power: [feed]}
  gpu_models:
    - {name: X1, memory: 40Gi, gpus_per_node: 4, nvlink_domain_gpus: 4,
       mig: {compute_slices: 2, memory_slices: 2, profiles: [{name: 1g.20gb, compute_slices: 1, memory_slices: 1,
         max_instances: 2, starts: [0, 1], memory: 20Gi}]}}
    - {name: X2, product_label: "NVIDIA X2", memory: 278Gi, mig: GB300-278GB}
  node_pools:
    - name: h100
      nodes:
        - {name: "h-{index:02}", count: 2, gpus: {model: NVIDIA-H100-80GB-HBM3}, cpu: 192, memory: 2Ti, max_pods: 250,
           labels: {block: "b{index/8}", rack: "r{index%2}"}, taints: [{key: k, value: v, effect: NoSchedule}]}
        - {name: "m-{index}", gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8},
           mig: {strategy: mixed, layout: [3g.40gb@0, 2g.20gb@4], repartition: on-demand}}
        - {name: "x-{index}", gpus: {model: X1}}
        - {name: "plain-{index}", count: 0, gpus: 3}
      placement: {gpu: spread, cpu: spread}
      changes: [{at: 3d, group: "h-{index:02}", add: 4}, {at: 2026-01-09T00:00:00Z, group: "h-{index:02}", remove: 1}]
    - {name: cpu-only, nodes: [{name: c}]}
organization:
  departments:
    - name: research
      quota: {gpu: 80, h100: {gpu: 12.5, cpu: 100, memory: 1Ti, limit: {gpu: 20, cpu: unlimited}, over_quota_weight: 0}}
      priority: 50
      min_runtime: {preempt: 1h}
      projects:
        - {name: vision, quota: {h100: {gpu: unlimited, limit: -1, over_quota_weight: {gpu: 0.3, cpu: 2}}},
           node_pools: [cpu-only, h100], priority: 120, min_runtime: {reclaim: 30m}}
      departments: [{name: inner, projects: [{name: speech}]}]
policy: {name: fifo-skip, placement: worst-fit, cycle: 30s, options: {order: per-event}}
defaults: {image_pull: 20s, creation_delay: 1s, termination_grace: 30s, checkpoint: {every: 30m, cost: 20s, restart: 90s}}
workloads:
  - {name: "123", kind: training, project: vision, submit: 1h, gpu: 8, pods: 4, duration: 6h, estimate: 8h}
  - {name: "yes", kind: workspace, project: speech, submit: 2026-01-06T00:00:00+01:00, gpu: {fraction: 0.5, limit: 0.75},
     duration: 9h, idle: 60%, outcome: stopped}
  - {name: mem, project: speech, gpu: {memory: 20Gi, devices: 2, limit: 30Gi}, after: ["123", "yes"], backoff_limit: 0}
  - {name: mig, project: speech, gpu: {mig: {1g.10gb: 2, 2g.20gb: 1}}, priority: 77, preemptible: false, delete_after: 1d}
  - {name: one, project: speech, gpu: {mig: 1g.10gb}, priority: build, terminate_after_preemption: true}
  - name: llm
    kind: distributed
    framework: PyTorch
    project: vision
    gang: {min_pods: 8, max_pods: 16, topology: {topology: network, required: block, preferred: rack}}
    master: {cpu: 4, memory: 8Gi}
    gpu: 8
    cpu: 1500m
    memory: 1.5Gi
    speed: {X1: 0.5, NVIDIA-H100-80GB-HBM3: 2}
    topology_slowdown: 0.8
    gpu_models: [X1, NVIDIA-H100-80GB-HBM3]
    node_selector: {zone: a}
    node_affinity: [{key: tier, operator: NotIn, values: [slow]}, {key: fast, operator: Exists}]
    tolerations: [{key: k, value: v, effect: NoSchedule}, {operator: Exists}]
    labels: {app: llm}
    pod_affinity: [{anti: true, labels: {app: llm}, topology_key: rack}]
    submitted_by: someone@example.com
    image: "registry/llm:1"
  - name: tree
    kind: distributed
    project: vision
    gpu: 1
    gang: {topology: {preferred: block}}
    sub_groups:
      - {name: lead, pods: 1, role: leader, pod: {gpu: 0, cpu: 2}}
      - {name: work, topology: {required: rack}, sub_groups: [{name: a, pods: 4, min_pods: 2, role: worker}, {name: b, pods: 2}]}
generators:
  - {name: g1, kind: workspace, project: {weights: {vision: 3, speech: 0.5}}, gpu: {choice: {0.25: 2, 0.5: 1, 4: 1, 1g.10gb: 1}},
     arrivals: {per_hour: 0.5, by_hour: office, weekend: 0.3, from: 1d, until: 2d, count: 10},
     duration: {lognormal: {median: 2h, p95: 10h}}, estimate_factor: 2.5, outcome: {completed: 0.7, failed: 0.1, stopped: 0.2}}
  - {name: g2, project: vision, gpu: {memory: 10Gi}, duration: {exponential: 1h}, outcome: failed, node_pools: [h100],
     arrivals: {per_hour: 1, by_hour: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0.5]}}
  - {name: g3, project: vision, duration: {choice: {1h: 1, 2h: 2}}, arrivals: {per_hour: 1}, pods: {choice: {1: 3, 8: 0.5}}}
  - {name: gang-of-some, project: vision, kind: distributed, gang: {min_pods: 2}, arrivals: {per_hour: 1}, pods: {lognormal: {median: 2.5, p95: 16}}}
  - {name: some, project: vision, arrivals: {per_hour: 1}, pods: {exponential: 3}}
  - {name: g4, project: vision, duration: 90s, arrivals: {per_hour: 1}}
events:
  - {at: 2d, suspend: mem}
  - {at: 2d2h, resume: mem}
  - {at: 3d, delete: g1-7}
  - {at: 30h, cordon: h-03}
  - {at: 31h, uncordon: h-03}
  - {at: 32h, node_down: c}
  - {at: 33h, node_up: c}
  - {at: 50h, quota: {project: speech, node_pool: h100, gpu: 40, limit: 50}}
  - {at: 51h, quota: {department: inner, over_quota_weight: 3}}
expect:
  - {workload: "123", phase: Running, by: 2h}
  - {workload: mem, preemptions: 0, node: c, at: 1d}
  - {metric: "wait_p90{project=vision}", at_most: 30m}
  - {metric: gpu_allocation, at_least: 50%, at: 2d}
)";

}  // namespace

TEST_CASE("print: reading it gives the same scenario and the same print") {
  const auto loaded = test::load(everything);
  for (const Diagnostic& d : loaded.diagnostics.all()) {
    INFO(d.place.line << ": " << d.message);
    CHECK(d.severity == Severity::warning);
  }
  REQUIRE(loaded.scenario);
  const std::string print = print_scenario(*loaded.scenario);
  const auto again = load_scenario_text(print, "again.yaml");
  INFO(print);
  INFO(again.diagnostics.to_text());
  REQUIRE(again.scenario);
  CHECK(*again.scenario == *loaded.scenario);
  CHECK(print_scenario(*again.scenario) == print);
}

TEST_CASE("print: defaults are spelled out") {
  const auto loaded =
      test::load(test::small("policy: {name: fifo-skip}\n"
                             "workloads: [{name: w, project: vision, gpu: 1, duration: 1h}]\n"));
  REQUIRE(loaded.scenario);
  CHECK(print_scenario(*loaded.scenario) ==
        R"(version: 1
name: s
seed: 1
clock:
  start: 2026-01-01T00:00:00Z
  zone: UTC
  until: drained
cluster:
  name: cluster
  node_pools:
    - name: h100
      nodes:
        - name: "h-{index}"
          count: 2
          gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}
          cpu: 64
          memory: 512Gi
          max_pods: 110
      placement: {gpu: binpack, cpu: binpack}
organization:
  departments:
    - name: research
      quota:
        h100:
          gpu: 16
          cpu: unlimited
          memory: unlimited
          limit: {gpu: unlimited, cpu: unlimited, memory: unlimited}
          over_quota_weight: {gpu: 16, cpu: 1, memory: 1}
      priority: 100
      projects:
        - name: vision
          quota:
            h100:
              gpu: 16
              cpu: unlimited
              memory: unlimited
              limit: {gpu: unlimited, cpu: unlimited, memory: unlimited}
              over_quota_weight: {gpu: 16, cpu: 1, memory: 1}
          priority: 100
policy:
  name: fifo-skip
  placement: best-fit
  cycle: immediate
  options: {order: batched}
defaults:
  image_pull: 0s
  creation_delay: 0s
  termination_grace: 0s
  repartition: 2m
  checkpoint: {every: 0s, cost: 0s, restart: 0s}
workloads:
  - name: w
    kind: training
    project: vision
    submit: 0s
    gpu: 1
    duration: 1h
    estimate: 1h
    outcome: completed
    pods: 1
    cpu: 0
    memory: 0
    priority: low
    node_pools: [h100]
    checkpoint: {every: 0s, cost: 0s, restart: 0s}
    image_pull: 0s
    creation_delay: 0s
    termination_grace: 0s
    topology_slowdown: 1
    idle: 0%
    terminate_after_preemption: false
)");
}

TEST_CASE("print: what a workload's checkpoint does not say is that of the defaults") {
  const auto loaded =
      test::load(test::small("defaults: {checkpoint: {every: 30m, cost: 20s}}\n"
                             "workloads: [{name: w, project: vision, checkpoint: {every: 1h}}]\n"));
  REQUIRE(loaded.scenario);
  const CheckpointSpec& c = *loaded.scenario->workloads[0].checkpoint;
  CHECK(c == CheckpointSpec{hours(1), seconds(20), Duration{}});
}

TEST_CASE("print: the defaults of what is not said") {
  const auto loaded = test::load(
      "version: 1\n"
      "cluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 8}]}, {name: b, nodes: [{name: m, gpus: "
      "8}]}]}\n"
      "organization: {departments: [{name: d, projects: [{name: p, quota: {b: {gpu: 2}}}, {name: q}, "
      "{name: r, quota: {a: {gpu: 0, over_quota_weight: 0}, b: {gpu: unlimited}}}]}]}\n"
      "workloads: [{name: w1, project: p}, {name: w2, project: q, kind: workspace}, "
      "{name: w3, project: q, kind: inference}, {name: w4, project: r, kind: distributed, pods: 3}]\n");
  CHECK(loaded.diagnostics.to_text() == "");
  REQUIRE(loaded.scenario);
  const auto& projects = loaded.scenario->organization.departments[0].projects;
  const auto weight = [&](std::size_t project, std::size_t pool) {
    return projects[project].quota[pool].quota.gpu_weight.value();
  };
  CHECK(weight(0, 0) == 1);  // quota 0
  CHECK(weight(0, 1) == 2);  // the quota
  CHECK(weight(1, 0) == 1);
  CHECK(weight(2, 0) == 0);  // said
  CHECK(weight(2, 1) == 1);  // unlimited
  const auto& w = loaded.scenario->workloads;
  CHECK(w[0].node_pools == std::vector<Name>{Name("b")});  // where the project has quota
  CHECK(w[1].node_pools == std::vector<Name>{Name("a"), Name("b")});
  CHECK(w[0].priority->class_name == "low");
  CHECK(w[1].priority->value == 125);
  CHECK(w[2].priority->value == 150);
  CHECK(!w[0].gang);
  CHECK(w[3].gang->min_pods == 3);
  const std::vector<std::string> policies = policy::policy_names();
  const bool kai = std::find(policies.begin(), policies.end(), "kai") != policies.end();
  CHECK(loaded.scenario->policy.name.value == (kai ? "kai" : "fifo-skip"));
  CHECK(loaded.scenario->policy.cycle == (kai ? std::optional(seconds(1)) : std::nullopt));
}
