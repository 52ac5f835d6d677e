// An example of every key: what to set, and two values that must make a difference (heeded_keys_test.cpp).
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tests/scenario/texts.hpp"

namespace berth::tests {

using Sets = std::vector<std::string>;

inline const std::string lab = R"(version: 1
name: base
seed: 3
clock: {start: 2026-01-05T08:00:00Z, duration: 12h}
cluster:
  name: lab
  topology: [block, rack]
  gpu_models:
    - {name: X1, product_label: Maker-X1, memory: 40Gi, gpus_per_node: 4, nvlink_domain_gpus: 1, mig: {compute_slices: 2, memory_slices: 2,
       profiles: [{name: 1g.20gb, compute_slices: 1, memory_slices: 1, max_instances: 2, starts: [0, 1], memory: 20Gi},
                  {name: 2g.40gb, compute_slices: 2, memory_slices: 2, max_instances: 1, starts: [0], memory: 40Gi}]}}
  node_pools:
    - name: a
      nodes: [{name: "a-{index}", count: 2, gpus: {model: X1, count: 4}, cpu: 32, memory: 128Gi, labels: {block: "b", rack: "r{index}"}}]
    - name: b
      nodes: [{name: "b-{index}", count: 1, gpus: {model: X1, count: 1}, cpu: 16, memory: 64Gi, mig: {strategy: mixed, layout: [1g.20gb, 1g.20gb]}}]
    - name: c
      nodes: [{name: "c-{index}", count: 1, cpu: 16, memory: 64Gi}]
organization:
  departments:
    - name: d
      quota: {a: {gpu: 8}, b: {gpu: 8}}
      projects:
        - {name: p, quota: {a: {gpu: 4}, b: {gpu: 8}}, node_pools: [a, b, c]}
        - {name: q, quota: {a: {gpu: 4}}, node_pools: [a]}
policy: {name: kai, options: {order: batched}}
workloads:
  - {name: w, kind: training, project: p, submit: 10m, gpu: 1, cpu: 1, memory: 1Gi, duration: 1h, node_pools: [a]}
  - {name: v, kind: training, project: q, submit: 20m, gpu: 4, cpu: 1, duration: 2h, node_pools: [a]}
generators:
  - {name: g, kind: training, project: p, arrivals: {per_hour: 2, count: 3}, gpu: 1, cpu: 1, duration: 30m, node_pools: [a]}
)";

enum class Shows {
  by_runs,  // the two sides come to different documents (always heeded) or decisions (by the policies that heed it)
  by_fault,  // it is read: the second side is refused at its place
};

struct Example {
  std::string noun, key;
  std::string path;        // what --set sets, and so where a warning must stand
  std::string one, other;  // two values of it
  Sets around{};           // what else stands there
  Shows shows = Shows::by_runs;
  std::string text = lab;
};

// A trace of four pods on two nodes, written where `file` says.
inline std::string trace_text(const test::TestFolder& folder) {
  folder.write("nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nt-0,8000,32768,2,T4\nt-1,8000,32768,2,T4\n");
  folder.write("fewer.csv", "sn,cpu_milli,memory_mib,gpu,model\nt-0,8000,32768,1,T4\n");
  const std::string header =
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
      "scheduled_time\n";
  folder.write("pods.csv",
               header +
                   "a,1000,1024,1,500,,LS,Succeeded,0,4000,10\nb,1000,1024,1,1000,,LS,Succeeded,600,4000,"
                   "700\nc,1000,1024,2,1000,,LS,Succeeded,1200,8000,1300\n");
  folder.write("other.csv", header + "a,1000,1024,1,500,,LS,Failed,0,4000,10\n");
  return "version: 1\nclock: {duration: 12h}\ntrace: {format: openb, nodes: " + folder.path() +
         "/nodes.csv, workloads: " + folder.path() + "/pods.csv, typical: " + folder.path() + "/pods.csv}\n" +
         "expect: [{metric: fragmentation, equals: 0%}]\n";
}

// Two workloads of project p (or p and q) that want the same four GPUs: one of them waits.
inline Sets contention(const std::string& first, const std::string& second) {
  return {"cluster.node_pools.a.nodes[0].count=1", "generators=[]",
          "workloads=[{name: w, kind: training, gpu: 4, cpu: 1, duration: 1h, node_pools: [a], " + first +
              "}, {name: v, kind: training, gpu: 4, cpu: 1, duration: 1h, node_pools: [a], " + second + "}]"};
}

// What listed workloads and generators share; `at` is where one of them stands.
inline void add_common(std::vector<Example>& all, const std::string& noun, const std::string& at) {
  const auto add = [&](const std::string& key, const std::string& one, const std::string& other,
                       Sets around = {}) {
    all.push_back({noun, key, at + key, one, other, std::move(around)});
  };
  const auto on = [&](const std::string& key, const std::string& value) { return at + key + "=" + value; };
  const std::string taint = "cluster.node_pools.a.nodes[0].taints=[{key: k, value: v, effect: NoSchedule}]";
  add("pods", "1", "2");
  add("cpu", "1", "40");
  add("memory", "1Gi", "200Gi");
  add("gang", "{min_pods: 2, max_pods: 3}", "{min_pods: 3, max_pods: 3}",
      {on("kind", "distributed"), on("gpu", "4")});
  add("master", "{cpu: 1}", "{cpu: 40}", {on("kind", "distributed")});
  add("sub_groups", "[{name: s, pods: 1}]", "[{name: s, pods: 2}]");
  add("node_pools", "[a]", "[c]");
  add("gpu_models", "[X1]", "[T4]");
  add("node_selector", "{rack: r0}", "{rack: r1}");
  add("node_affinity", "[{key: rack, values: [r0]}]", "[{key: rack, values: [r1]}]");
  add("tolerations", "[]", "[{key: k, operator: Exists}]", {taint});
  const std::string down = "events=[{at: 50m, node_down: a-0}]";
  add("checkpoint", "{every: 0s}", "{every: 5m, cost: 10s}",
      {down, on("duration", "1h"), "workloads.v.submit=11h30m"});
  add("image_pull", "0s", "5m");
  add("creation_delay", "0s", "5m");
  const std::string name = at == "workloads.w." ? "w" : "g-0";
  add("termination_grace", "0s", "5m", {"events=[{at: 50m, suspend: " + name + "}]", on("duration", "9h")});
  add("backoff_limit", "0", "3", {on("outcome", "failed")});
  add("delete_after", "5m", "50m");
  add("speed", "{X1: 1}", "{X1: 0.5}");
  add("topology_slowdown", "1", "0.5",
      {on("kind", "distributed"), on("pods", "2"), on("gpu", "3"), "workloads.v.submit=11h"});
  add("idle", "0%", "60%", {on("duration", "20h")});
  add("framework", "PyTorch", "XGBoost");
  add("submitted_by", "ada@example.org", "ben@example.org");
  add("image", "one:1", "two:2");
  // What some policies heed.
  const bool drawn = noun == "a generator";
  const std::string rival = drawn ? "{name: w, kind: training, project: p, submit: 0s, gpu: 4, cpu: 1, "
                                    "duration: 11h, node_pools: [a]}"
                                  : "{name: v, kind: training, project: p, submit: 10m, gpu: 4, cpu: 1, "
                                    "duration: 2h, node_pools: [a]}, "
                                    "{name: w, kind: training, project: p, submit: 10m, gpu: 4, cpu: 1, "
                                    "duration: 2h, node_pools: [a]}";
  const std::string room = "cluster.node_pools.a.nodes[0].count=1", four = on("gpu", "4");
  Sets crowd = {"workloads=[" + rival + "]", room, four};
  if (!drawn) crowd.push_back("generators=[]");
  add("priority", drawn ? "low" : "very-low", "medium", crowd);
  add("preemptible", "true", "false", {"organization.departments.d.projects.p.quota.a.gpu=0"});
  const std::string of_app =
      "{name: v, kind: training, project: q, submit: 0s, gpu: 1, cpu: 1, duration: 9h, node_pools: [a], "
      "labels: {app: x}}";
  if (drawn) {
    add("pod_affinity", "[]", "[{anti: true, labels: {app: x}, topology_key: rack}]",
        {"workloads=[" + of_app + "]"});
    add("labels", "{app: y}", "{app: x}",
        {"workloads=[{name: v, kind: training, project: q, submit: 5h, gpu: 1, cpu: 1, duration: 6h, "
         "node_pools: [a], "
         "pod_affinity: [{anti: true, labels: {app: x}, topology_key: rack}]}]",
         on("duration", "20h")});
    add("terminate_after_preemption", "false", "true",
        {room, four, on("duration", "20h"), on("arrivals", "{per_hour: 9, count: 1}"),
         "workloads=[{name: v, kind: training, project: p, submit: 3h, gpu: 4, cpu: 1, duration: 1h, "
         "node_pools: [a], priority: medium}]"});
  } else {
    const Sets two = {"generators=[]", "workloads=[" + of_app +
                                           ", {name: w, kind: training, project: p, submit: 10m, gpu: 1, "
                                           "cpu: 1, duration: 1h, node_pools: [a]}]"};
    add("pod_affinity", "[]", "[{anti: true, labels: {app: x}, topology_key: rack}]", two);
    add("labels", "{app: y}", "{app: x}",
        {"generators=[]",
         "workloads=[{name: w, kind: training, project: p, submit: 0s, gpu: 1, cpu: 1, duration: 9h, "
         "node_pools: [a]}, "
         "{name: v, kind: training, project: q, submit: 1h, gpu: 1, cpu: 1, duration: 1h, node_pools: [a], "
         "pod_affinity: "
         "[{anti: true, labels: {app: x}, topology_key: rack}]}]"});
    add("terminate_after_preemption", "false", "true",
        contention("project: p", "project: p, submit: 10m, priority: medium"));
  }
  for (const char* key : {"replicas", "load", "utilization", "time_limit"}) add(key, "", "1");
}

inline std::vector<Example> examples(const test::TestFolder& folder) {
  std::vector<Example> all;
  std::string noun;
  const auto of = [&](const std::string& next) { noun = next; };
  const auto add = [&](const std::string& key, const std::string& path, const std::string& one,
                       const std::string& other, Sets around = {}) {
    all.push_back({noun, key, path, one, other, std::move(around)});
  };
  const auto fault = [&](const std::string& key, const std::string& path, const std::string& other,
                         Sets around = {}) {
    all.push_back({noun, key, path, "", other, std::move(around), Shows::by_fault});
  };
  const auto refused = [&](const std::string& path, std::initializer_list<const char*> keys) {
    for (const char* key : keys) all.push_back({noun, key, path + key, "", "1"});
  };
  const std::string group = "cluster.node_pools.a.nodes[0].", cut = "cluster.node_pools.b.nodes[0].mig.",
                    model = "cluster.gpu_models.X1.", w = "workloads.w.", g = "generators.g.",
                    p = "organization.departments.d.projects.p.", d = "organization.departments.d.";
  const std::string on_cut = "workloads.w.node_pools=[b]", alone = "workloads.v.submit=11h30m";

  of("clock");
  add("start", "clock.start", "2026-01-05T08:00:00Z", "2026-01-06T09:00:00Z");
  add("zone", "clock.zone", "UTC", "America/New_York",
      {g + "arrivals={per_hour: 2, by_hour: office, count: 3}"});
  add("duration", "clock.duration", "12h", "30m");
  add("until", "clock", "{duration: 30m}", "{until: drained}");
  of("cluster");
  add("name", "cluster.name", "lab", "hall");
  add("topology", "cluster.topology", "[block, rack]", "[block]",
      {w + "kind=distributed", w + "pods=2", w + "gpu=4", w + "topology_slowdown=0.5", alone});
  add("gpu_models", model + "memory", "40Gi", "80Gi");
  add("node_pools", group + "count", "2", "1");
  refused("cluster.", {"currency", "network"});
  of("a GPU model");
  fault("name", model + "name", "X9");
  add("product_label", model + "product_label", "Maker-X1", "Maker-X9",
      {w + "node_selector={nvidia.com/gpu.product: Maker-X1}"});
  add("memory", model + "memory", "40Gi", "80Gi");
  add("nvlink_domain_gpus", model + "nvlink_domain_gpus", "4", "2", {w + "gpu=4", w + "duration=9h"});
  add("gpus_per_node", model + "gpus_per_node", "4", "2", {group + "gpus={model: X1}"});
  fault("mig", model + "mig", "A30");
  of("mig of a model");
  fault("geometry", model + "mig", "{geometry: A30}");
  fault("compute_slices", model + "mig.compute_slices", "1");
  fault("memory_slices", model + "mig.memory_slices", "1");
  fault("profiles", model + "mig.profiles", "[]");
  of("a MIG profile");
  const std::string profile = model + "mig.profiles.1g.20gb.";
  fault("name", profile + "name", "1g.10gb");
  fault("compute_slices", profile + "compute_slices", "2");
  fault("memory_slices", profile + "memory_slices", "2");
  fault("max_instances", profile + "max_instances", "1");
  fault("starts", profile + "starts", "[0]");
  add("memory", profile + "memory", "20Gi", "10Gi", {on_cut, w + "gpu={mig: 1g.20gb}", w + "duration=20h"});
  of("a node pool");
  fault("name", "cluster.node_pools.a.name", "z");
  add("nodes", group + "count", "2", "1");
  add("placement", "cluster.node_pools.a.placement", "{gpu: binpack}", "{gpu: spread}", {alone});
  add("changes", "cluster.node_pools.a.changes", "[]", "[{at: 30m, group: \"a-{index}\", add: 1}]");
  refused("cluster.node_pools.a.", {"spot", "price", "min_guaranteed_runtime", "autoscaling"});
  of("placement");
  add("gpu", "cluster.node_pools.a.placement.gpu", "binpack", "spread", {alone});
  add("cpu", "cluster.node_pools.a.placement.cpu", "binpack", "spread", {w + "gpu=0", g + "gpu=0", alone});
  of("a change");
  const std::string changes = "cluster.node_pools.a.changes";
  const Sets grows = {changes + "=[{at: 30m, group: \"a-{index}\", add: 1}]"};
  add("at", changes + "[0].at", "30m", "6h", grows);
  fault("group", changes + "[0].group", "z", grows);
  add("add", changes + "[0].add", "1", "2", grows);
  add("remove", changes + "[0].remove", "1", "2",
      {changes + "=[{at: 30m, group: \"a-{index}\", remove: 1}]"});
  of("a node group");
  add("name", group + "name", "\"a-{index}\"", "\"z-{index}\"");
  add("count", group + "count", "2", "1");
  add("gpus", group + "gpus", "{model: X1, count: 4}", "{model: X1, count: 2}");
  add("cpu", group + "cpu", "32", "1");
  add("memory", group + "memory", "128Gi", "512Mi");
  add("max_pods", group + "max_pods", "110", "1");
  add("labels", group + "labels", "{rack: \"r{index}\"}", "{rack: \"s{index}\"}",
      {w + "node_selector={rack: r0}"});
  add("taints", group + "taints", "[]", "[{key: k, effect: NoSchedule}]");
  add("mig", cut + "layout", "[1g.20gb, 1g.20gb]", "[2g.40gb]", {on_cut, w + "gpu={mig: 1g.20gb}"});
  refused(group, {"price", "spot"});
  of("gpus");
  add("model", group + "gpus.model", "X1", "T4");
  add("count", group + "gpus.count", "4", "2");
  of("mig");
  add("strategy", cut + "strategy", "mixed", "single", {on_cut, w + "gpu={mig: 1g.20gb}"});
  add("layout", cut + "layout", "[1g.20gb, 1g.20gb]", "[2g.40gb]", {on_cut, w + "gpu={mig: 1g.20gb}"});
  add("repartition", cut + "repartition", "never", "on-demand", {on_cut, w + "gpu={mig: 2g.40gb}"});
  of("a taint");
  const Sets tainted = {group + "taints=[{key: k, value: v, effect: NoSchedule}]",
                        w + "tolerations=[{key: k, operator: Equal, value: v, effect: NoSchedule}]"};
  add("key", group + "taints[0].key", "k", "z", tainted);
  add("value", group + "taints[0].value", "v", "z", tainted);
  add("effect", group + "taints[0].effect", "NoSchedule", "NoExecute", tainted);

  of("organization");
  add("departments", "organization.departments.d.name", "d", "e");
  of("a department");
  add("name", "organization.departments.d.name", "d", "e");
  add("quota", d + "quota.a.gpu", "8", "0", {w + "priority=high"});
  const Sets two_departments = [&] {
    Sets sets = contention("project: p", "project: q");
    sets.push_back(
        "organization={departments: [{name: d, quota: {a: {gpu: 2}}, projects: [{name: p, quota: {a: {gpu: "
        "2}}}]}, "
        "{name: e, quota: {a: {gpu: 2}}, projects: [{name: q, quota: {a: {gpu: 2}}}]}]}");
    return sets;
  }();
  add("priority", "organization.departments.e.priority", "50", "200", two_departments);
  add("min_runtime", d + "min_runtime", "{preempt: 0s}", "{preempt: 40m}",
      contention("project: p", "project: p, submit: 10m, priority: medium"));
  add("projects", p + "quota.a.gpu", "4", "0", {w + "priority=high"});
  add("departments", d + "departments", "[]", "[{name: e, quota: {a: {gpu: 1}}}]");
  of("a project");
  fault("name", p + "name", "z");
  add("quota", p + "quota.a.gpu", "4", "0", {w + "priority=high"});
  add("node_pools", p + "node_pools", "[a, b, c]", "[c]",
      {"workloads=[{name: w, kind: training, project: p, gpu: 1, duration: 1h}]"});
  add("priority", "organization.departments.d.projects.q.priority", "50", "200", [&] {
    Sets sets = contention("project: p", "project: q");
    sets.push_back(p + "quota.a.gpu=2");
    sets.push_back("organization.departments.d.projects.q.quota.a.gpu=2");
    return sets;
  }());
  add("min_runtime", p + "min_runtime", "{preempt: 0s}", "{preempt: 40m}",
      contention("project: p", "project: p, submit: 10m, priority: medium"));
  refused(p, {"time_limits", "scheduling_rules"});
  of("a quota");
  add("gpu", p + "quota.a.gpu", "0", "4", {w + "priority=high"});
  add("cpu", p + "quota.a.cpu", "unlimited", "500m", {w + "priority=high"});
  add("memory", p + "quota.a.memory", "unlimited", "512Mi", {w + "priority=high"});
  add("limit", p + "quota.a.limit", "unlimited", "0");
  // p and q want all of the node and own nothing of it: q takes some back, or does not.
  const auto over_quota = [&](const std::string& resource) {
    const std::string one = resource == "gpu"   ? "gpu: 1, cpu: 100m, memory: 1Gi"
                            : resource == "cpu" ? "cpu: 8, memory: 1Gi"
                                                : "cpu: 100m, memory: 32Gi";
    const std::string half = "kind: training, pods: 4, duration: 5h, node_pools: [a], " + one;
    const std::string none = "{gpu: 0, cpu: 0, memory: 0";
    return Sets{
        "cluster.node_pools.a.nodes[0].count=1",
        "generators=[]",
        "workloads=[{name: w, project: p, " + half + "}, {name: v, project: q, submit: 10m, " + half + "}]",
        d + "quota.a={gpu: 8, cpu: unlimited, memory: unlimited}",
        p + "quota.a=" + none + "}",
        "organization.departments.d.projects.q.quota.a=" + none + "}"};
  };
  add("over_quota_weight", p + "quota.a.over_quota_weight", "1", "0", over_quota("gpu"));
  of("limit");
  add("gpu", p + "quota.a.limit.gpu", "unlimited", "0");
  add("cpu", p + "quota.a.limit.cpu", "unlimited", "0");
  add("memory", p + "quota.a.limit.memory", "unlimited", "0");
  of("over_quota_weight");
  for (const char* resource : {"gpu", "cpu", "memory"}) {
    add(resource, p + "quota.a.over_quota_weight." + resource, "1", "0", over_quota(resource));
  }
  of("min_runtime");
  add("preempt", p + "min_runtime.preempt", "0s", "40m",
      contention("project: p", "project: p, submit: 10m, priority: medium"));
  add("reclaim", p + "min_runtime.reclaim", "0s", "40m", [&] {
    Sets sets = contention("project: p", "project: q, submit: 10m");
    sets.push_back(p + "quota.a.gpu=0");
    return sets;
  }());

  of("defaults");
  add("image_pull", "defaults.image_pull", "0s", "5m");
  add("creation_delay", "defaults.creation_delay", "0s", "5m");
  add("termination_grace", "defaults.termination_grace", "0s", "5m", {"events=[{at: 50m, suspend: w}]"});
  add("repartition", "defaults.repartition", "2m", "9m",
      {on_cut, w + "gpu={mig: 2g.40gb}", cut + "repartition=on-demand"});
  const std::string down = "events=[{at: 50m, node_down: a-0}]";
  add("checkpoint", "defaults.checkpoint", "{every: 0s}", "{every: 5m}", {down, alone});
  of("checkpoint");
  add("every", w + "checkpoint.every", "0s", "5m", {down, alone});
  add("cost", w + "checkpoint.cost", "0s", "1m", {w + "checkpoint={every: 5m}"});
  add("restart", w + "checkpoint.restart", "0s", "9m", {down, alone});
  of("a workload");
  add("name", w + "name", "w", "z");
  add("kind", w + "kind", "training", "workspace");
  add("project", w + "project", "p", "q");
  add("submit", w + "submit", "10m", "30m");
  add("gpu", w + "gpu", "1", "2");
  add("duration", w + "duration", "1h", "2h");
  add("estimate", w + "estimate", "1h", "3h");
  add("outcome", w + "outcome", "completed", "failed");
  add("after", w + "after", "[]", "[v]");
  add_common(all, "a workload", w);
  of("a pod");
  const std::string gang = w + "kind=distributed";
  add("gpu", w + "master.gpu", "0", "1", {gang});
  add("cpu", w + "master.cpu", "1", "40", {gang});
  add("memory", w + "master.memory", "1Gi", "200Gi", {gang});
  of("gpu");
  add("fraction", w + "gpu.fraction", "0.5", "0.25", {w + "gpu={fraction: 0.5}"});
  add("memory", w + "gpu.memory", "10Gi", "30Gi", {w + "gpu={memory: 10Gi}"});
  add("mig", w + "gpu.mig", "1g.20gb", "2g.40gb", {w + "gpu={mig: 1g.20gb}", on_cut});
  add("devices", w + "gpu.devices", "1", "2", {w + "gpu={fraction: 0.5}"});
  add("limit", w + "gpu.limit", "0.6", "0.9", {w + "gpu={fraction: 0.5}"});
  of("gang");
  add("min_pods", w + "gang.min_pods", "2", "3", {gang, w + "gpu=4", w + "gang={max_pods: 3}"});
  add("max_pods", w + "gang.max_pods", "2", "3", {gang, w + "gang={min_pods: 2}"});
  const Sets apart = {gang, w + "pods=2", w + "gpu=4", alone};
  add("topology", w + "gang.topology", "{}", "{required: rack}", apart);
  of("topology");
  add("topology", w + "gang.topology", "{topology: net, required: block}", "{topology: feed, required: rack}",
      [&] {
        Sets sets = apart;
        sets.push_back("cluster.topology={net: [block], feed: [rack]}");
        return sets;
      }());
  add("required", w + "gang.topology.required", "block", "rack", apart);
  // Three of four GPUs of the first node are taken: packed, one pod of the gang goes there.
  add("preferred", w + "gang.topology.preferred", "block", "rack",
      {"generators=[]",
       "workloads=[{name: v, kind: training, project: q, gpu: 3, cpu: 1, duration: 9h, node_pools: [a]}, "
       "{name: w, kind: "
       "distributed, project: p, submit: 10m, pods: 2, gpu: 1, cpu: 1, duration: 1h, node_pools: [a]}]"});
  of("a sub-group");
  const Sets tree = {w + "sub_groups=[{name: s, pods: 2}, {name: t, pods: 1}]"};
  fault("name", w + "sub_groups[1].name", "s", tree);
  add("pods", w + "sub_groups.s.pods", "2", "3", tree);
  add("min_pods", w + "sub_groups.s.min_pods", "2", "1",
      {w + "sub_groups=[{name: s, pods: 2}]", w + "gpu=4", "workloads.v.submit=0s"});
  add("pod", w + "sub_groups.s.pod", "{gpu: 1}", "{gpu: 2}", tree);
  add("role", w + "sub_groups.s.role", "worker", "leader", tree);
  add("topology", w + "sub_groups.s.topology", "{}", "{required: rack}",
      {w + "sub_groups=[{name: s, pods: 2}]", w + "gpu=4", alone});
  add("sub_groups", w + "sub_groups.s.sub_groups", "[{name: x, pods: 1}]", "[{name: x, pods: 2}]",
      {w + "sub_groups=[{name: s}]"});
  of("a node affinity");
  const Sets affine = {w + "node_affinity=[{key: rack, operator: In, values: [r0]}]"};
  add("key", w + "node_affinity[0].key", "rack", "block", affine);
  add("operator", w + "node_affinity[0].operator", "In", "NotIn", affine);
  add("values", w + "node_affinity[0].values", "[r0]", "[r1]", affine);
  of("a toleration");
  add("key", w + "tolerations[0].key", "k", "z", tainted);
  add("operator", w + "tolerations[0]", "{key: k, operator: Equal}", "{key: k, operator: Exists}", tainted);
  add("value", w + "tolerations[0].value", "v", "z", tainted);
  add("effect", w + "tolerations[0].effect", "NoSchedule", "NoExecute", tainted);
  of("a pod affinity");
  const Sets near = {"generators=[]",
                     "workloads=[{name: v, kind: training, project: q, gpu: 1, cpu: 1, duration: 9h, "
                     "node_pools: [a], labels: {app: x}}, "
                     "{name: w, kind: training, project: p, submit: 10m, gpu: 1, cpu: 1, duration: 1h, "
                     "node_pools: [a], pod_affinity: "
                     "[{anti: true, labels: {app: x}, topology_key: rack}]}]"};
  add("anti", w + "pod_affinity[0].anti", "true", "false", near);
  add("labels", w + "pod_affinity[0].labels", "{app: x}", "{app: y}", near);
  add("topology_key", w + "pod_affinity[0].topology_key", "rack", "block", near);
  of("a generator");
  add("name", g + "name", "g", "z");
  add("kind", g + "kind", "training", "workspace");
  add("project", g + "project", "p", "q");
  add("arrivals", g + "arrivals.count", "3", "1");
  add("gpu", g + "gpu", "1", "2");
  add("duration", g + "duration", "30m", "40m");
  add("estimate_factor", g + "estimate_factor", "1", "2");
  add("outcome", g + "outcome", "completed", "failed");
  add_common(all, "a generator", g);
  of("arrivals");
  add("per_hour", g + "arrivals.per_hour", "2", "4");
  add("by_hour", g + "arrivals.by_hour", "flat", "office");
  add("weekend", g + "arrivals.weekend", "1", "0.1", {"clock.start=2026-01-10T08:00:00Z"});
  add("from", g + "arrivals.from", "0s", "5h");
  add("until", g + "arrivals.until", "10h", "30m");
  add("count", g + "arrivals.count", "3", "1");
  of("a number of pods");
  add("lognormal", g + "pods", "1", "{lognormal: {median: 4, p95: 8}}");
  add("exponential", g + "pods", "1", "{exponential: 5}");
  add("choice", g + "pods", "1", "{choice: {2: 1, 3: 1}}");
  of("a duration");
  add("lognormal", g + "duration", "30m", "{lognormal: {median: 1h, p95: 2h}}");
  add("exponential", g + "duration", "30m", "{exponential: 1h}");
  add("choice", g + "duration", "30m", "{choice: {1h: 1, 2h: 1}}");
  of("lognormal");
  const Sets drawn = {g + "duration={lognormal: {median: 1h, p95: 2h}}"};
  add("median", g + "duration.lognormal.median", "1h", "30m", drawn);
  add("p95", g + "duration.lognormal.p95", "2h", "4h", drawn);
  of("exponential");
  add("mean", g + "duration.exponential.mean", "1h", "2h", {g + "duration={exponential: {mean: 1h}}"});

  of("the scenario");
  fault("version", "version", "2");
  fault("include", "include", "none.yaml");
  add("name", "name", "base", "other");
  add("seed", "seed", "3", "4");
  add("clock", "clock.duration", "12h", "30m");
  add("cluster", group + "count", "2", "1");
  add("organization", d + "name", "d", "e");
  add("policy", "policy.cycle", "1s", "10m");
  add("defaults", "defaults.image_pull", "0s", "5m");
  add("workloads", w + "gpu", "1", "2");
  add("generators", g + "gpu", "1", "2");
  add("events", "events", "[]", "[{at: 30m, suspend: w}]");
  add("expect", "expect", "[]", "[{workload: w, phase: Running}]");
  refused("", {"failures", "maintenance", "sweep", "study", "targets"});
  of("policy");
  add("name", "policy.name", "fifo", "kai");
  add("placement", "policy.placement", "best-fit", "worst-fit", {alone});
  add("cycle", "policy.cycle", "1s", "10m");
  fault("options", "policy.options.order", "none");
  refused("policy.", {"latency", "by_pool"});
  of("an event");
  add("at", "events", "[{at: 30m, suspend: w}]", "[{at: 40m, suspend: w}]");
  add("suspend", "events", "[]", "[{at: 30m, suspend: w}]");
  add("resume", "events[1].at", "40m", "50m", {"events=[{at: 30m, suspend: w}, {at: 40m, resume: w}]"});
  add("delete", "events", "[]", "[{at: 30m, delete: w}]");
  add("cordon", "events", "[]", "[{at: 5m, cordon: a-0}]");
  add("uncordon", "events[1].at", "8m", "90m", {"events=[{at: 5m, cordon: a-0}, {at: 8m, uncordon: a-0}]"});
  add("node_down", "events", "[]", "[{at: 5m, node_down: a-0}]");
  add("node_up", "events[1].at", "8m", "90m", {"events=[{at: 5m, node_down: a-0}, {at: 8m, node_up: a-0}]"});
  add("quota", "events", "[]", "[{at: 5m, quota: {project: p, node_pool: a, gpu: 0}}]",
      {w + "priority=high"});
  for (const char* key : {"drain", "scale", "price"})
    all.push_back({noun, key, "events", "", "[{at: 1h, " + std::string(key) + ": a-0}]"});
  of("an expectation");
  const auto expects = [&](const std::string& key, const std::string& one, const std::string& other) {
    add(key, "expect", "[{" + one + "}]", "[{" + other + "}]");
  };
  expects("workload", "workload: w, phase: Pending", "workload: v, phase: Pending");
  expects("phase", "workload: w, phase: Pending", "workload: w, phase: Running");
  expects("preemptions", "workload: w, preemptions: 3", "workload: w, preemptions: 4");
  expects("node", "workload: w, node: c-0", "workload: w, node: b-0");
  expects("by", "workload: w, phase: Running, by: 1s", "workload: w, phase: Running, by: 2h");
  expects("at", "workload: w, phase: Completed, at: 30m", "workload: w, phase: Completed, at: 40m");
  expects("metric", "metric: wait_mean, at_most: 0s", "metric: wait_p50, at_most: 0s");
  expects("at_most", "metric: gpu_allocation, at_most: 0%", "metric: gpu_allocation, at_most: 1%");
  expects("at_least", "metric: gpu_allocation, at_least: 99%", "metric: gpu_allocation, at_least: 100%");
  expects("equals", "metric: gpu_allocation, equals: 99%", "metric: gpu_allocation, equals: 98%");

  const std::string rows = trace_text(folder), zeros(64, '0');
  const auto traced = [&](const std::string& key, const std::string& path, const std::string& one,
                          const std::string& other, Shows shows = Shows::by_runs) {
    all.push_back({noun, key, path, one, other, {}, shows, rows});
  };
  of("the scenario");
  traced("trace", "trace.nodes", folder.path() + "/nodes.csv", folder.path() + "/fewer.csv");
  of("trace");
  traced("format", "trace.format", "", "swf", Shows::by_fault);
  traced("nodes", "trace.nodes", folder.path() + "/nodes.csv", folder.path() + "/fewer.csv");
  traced("workloads", "trace.workloads", folder.path() + "/pods.csv", folder.path() + "/other.csv");
  traced("typical", "trace.typical", folder.path() + "/pods.csv", folder.path() + "/other.csv");
  traced("arrival_scale", "trace.arrival_scale", "1", "0.5");
  traced("project", "trace.project", "default", "p");
  traced("max_pods", "trace.max_pods", "1001", "1");
  traced("sha256", "trace.sha256", "", "{nodes: \"" + zeros + "\"}", Shows::by_fault);
  all.back().around = {};
  of("sha256");
  for (const char* file : {"nodes", "workloads", "typical"})
    traced(file, std::string("trace.sha256.") + file, "", "\"" + zeros + "\"", Shows::by_fault);
  return all;
}

}  // namespace berth::tests
