// Every fault that a user can write, with its whole message.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using berth::test::faults_of;
using berth::test::small;

TEST_CASE("bad input: all mistakes of a file in one go, sorted by place") {
  CHECK(faults_of("version: 1\n"
                  "clok: {zone: Europe/Berlin}\n"
                  "clock: {zone: Europe/Berln, duration: 6 parsecs}\n"
                  "cluster:\n"
                  "  node_pools:\n"
                  "    - name: h100\n"
                  "      nodes:\n"
                  "        - {name: \"h-{index}\", count: -2}\n"
                  "        - {name: \"g-{index}\", cpu: [1, 2], memory: 20Gb}\n"
                  "organization:\n"
                  "  departments:\n"
                  "    - name: research\n"
                  "      projects:\n"
                  "        - {name: vision, quota: {h10: {gpu: 3}}}\n"
                  "        - {name: vision}\n"
                  "workloads:\n"
                  "  - {name: a, project: visoin, gpu: 1, duration: 1h}\n"
                  "  - {name: a, project: vision, gpu: 1.5, node_pools: [a100]}\n"
                  "  - {project: vision}\n") ==
        "s.yaml:2:1: error: unknown key 'clok' in the scenario; did you mean 'clock'?\n"
        "s.yaml:3:15: error: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?\n"
        "s.yaml:3:39: error: duration: '6 parsecs' is not a duration such as 90s, 5m, 2h, 3d or 1h30m: a "
        "number lacks "
        "its unit (us, ms, s, m, h, d or w)\n"
        "s.yaml:8:38: error: count: '-2' is out of range (expected 0 to 1000000)\n"
        "s.yaml:9:36: error: cpu: expected a number of CPU cores such as 4 or 500m, found a list\n"
        "s.yaml:9:52: error: memory: '20Gb' has the unknown suffix 'Gb' (expected none, n, u, m, k, M, G, T, "
        "P, E, Ki, "
        "Mi, Gi, Ti, Pi or Ei)\n"
        "s.yaml:14:34: error: unknown node pool 'h10'; did you mean 'h100'?\n"
        "s.yaml:15:18: error: project 'vision' stands twice; first in line 14\n"
        "s.yaml:17:24: error: unknown project 'visoin'; did you mean 'vision'?\n"
        "s.yaml:18:12: error: workload 'a' stands twice; first in line 17\n"
        "s.yaml:18:37: error: gpu: '1.5' is not a number of whole GPUs, nor a fraction below 1 (expected "
        "such as 8, "
        "0.5, {memory: 20Gi} or {mig: 1g.10gb})\n"
        "s.yaml:18:55: error: unknown node pool 'a100'; did you mean 'h100'?\n"
        "s.yaml:19:5: error: a workload needs the key 'name'\n");
}

TEST_CASE("bad input: a billion nodes") {
  const auto with_count = [](const std::string& nodes) {
    return "version: 1\ncluster:\n  node_pools:\n    - name: p\n      nodes: [" + nodes + "]\n";
  };
  CHECK(faults_of(with_count("{name: \"n-{index}\", count: 1000000000}")) ==
        "s.yaml:5:42: error: count: '1000000000' is out of range (expected 0 to 1000000)\n");
  CHECK(faults_of(with_count("{name: \"n-{index}\", count: 1000000}, {name: m}")) ==
        "s.yaml:4:13: error: the cluster has 1000001 nodes with all that join later; at most 1000000 can be "
        "simulated\n");
}

TEST_CASE("bad input: a pod larger than any node of its pools is a warning") {
  const auto loaded =
      berth::test::load(small("workloads:\n"
                              "  - {name: big, project: vision, gpu: 16, duration: 1h}\n"
                              "  - {name: fat, project: vision, memory: 1Ti, duration: 1h}\n"
                              "  - {name: fine, project: vision, gpu: 8, duration: 1h}\n"));
  CHECK(loaded.scenario.has_value());
  CHECK(loaded.diagnostics.to_text() ==
        "s.yaml:9:39: warning: a pod of workload 'big' is larger than any node of its node pools (h100); it "
        "stays "
        "pending\n"
        "s.yaml:10:12: warning: a pod of workload 'fat' is larger than any node of its node pools (h100); it "
        "stays "
        "pending\n");
}

TEST_CASE("bad input: GPUs") {
  const auto gpu = [](const std::string& ask) {
    return faults_of(small("workloads: [{name: w, project: vision, gpu: " + ask + "}]\n"));
  };
  CHECK(gpu("{fraction: 0}") ==
        "s.yaml:8:56: error: fraction: '0' is not a fraction of one GPU (expected above 0, up to 1)\n");
  CHECK(gpu("{fraction: -0.5}") ==
        "s.yaml:8:56: error: fraction: '-0.5' is not a fraction of one GPU (expected above 0, up to 1)\n");
  CHECK(gpu("{fraction: 1.5}") ==
        "s.yaml:8:56: error: fraction: '1.5' is not a fraction of one GPU (expected above 0, up to 1)\n");
  CHECK(gpu("{fraction: 0.5, mig: 1g.10gb}") ==
        "s.yaml:8:45: error: gpu: MIG and a fraction asked together; they exclude each other\n");
  CHECK(gpu("{memory: 1Gi, mig: 1g.10gb}") ==
        "s.yaml:8:45: error: gpu: MIG and GPU memory asked together; they exclude each other\n");
  CHECK(gpu("{memory: 100Gi}") ==
        "s.yaml:8:45: error: gpu: 100Gi of GPU memory is more than any device of its node pools has "
        "(81559Mi)\n");
  CHECK(gpu("{mig: 1g.11gb}") ==
        "s.yaml:8:45: error: unknown MIG profile '1g.11gb'; did you mean '1g.10gb'?\n");
  CHECK(gpu("{mig: 1g}") ==
        "s.yaml:8:45: error: unknown MIG profile '1g'; did you mean '1g.10gb', '1g.10gb.me' or '1g.20gb'?\n");
  CHECK(gpu("{fraction: 0.5, limit: 0.2}") == "s.yaml:8:68: error: limit: '0.2' is below the request\n");
  CHECK(gpu("{devices: 2}") == "s.yaml:8:45: error: gpu: expected one of 'fraction', 'memory' and 'mig'\n");
  CHECK(
      gpu("-1") ==
      "s.yaml:8:45: error: gpu: '-1' is not a number of whole GPUs, nor a fraction below 1 (expected such as "
      "8, 0.5, {memory: 20Gi} or {mig: 1g.10gb})\n");
  CHECK(
      gpu("[1]") ==
      "s.yaml:8:45: error: gpu: expected a request such as 8, 0.5, {memory: 20Gi} or {mig: 1g.10gb}, found a "
      "list\n");
  CHECK(gpu("1, node_pools: h100") ==
        "s.yaml:8:60: error: node_pools: expected a list such as [h100], found 'h100'\n");
  CHECK(gpu("1g.10gb") ==
        "s.yaml:8:45: error: gpu: '1g.10gb' is not a number of whole GPUs, nor a fraction below 1 (expected "
        "such as 8, 0.5, {memory: 20Gi} or {mig: 1g.10gb}); did you mean {mig: 1g.10gb}?\n");
  CHECK(
      gpu("20Gi") ==
      "s.yaml:8:45: error: gpu: '20Gi' is not a number of whole GPUs, nor a fraction below 1 (expected such "
      "as 8, 0.5, {memory: 20Gi} or {mig: 1g.10gb}); did you mean {memory: 20Gi}?\n");
  CHECK(gpu("{fraction: 1}") == "");
}

TEST_CASE("bad input: models and MIG layouts") {
  const auto group = [](const std::string& rest) {
    return faults_of("version: 1\ncluster:\n  node_pools:\n    - name: p\n      nodes: [{name: n, " + rest +
                     "}]\n");
  };
  CHECK(group("gpus: {model: H100-SXM5-80G, count: 8}") ==
        "s.yaml:5:39: error: unknown GPU model 'H100-SXM5-80G'; did you mean 'H100-SXM5-80GB'?\n");
  const std::string h100 = "gpus: {model: H100-SXM5-80GB, count: 8}, mig: ";
  CHECK(group(h100 + "{strategy: mixed, layout: [3g.41gb]}") ==
        "s.yaml:5:98: error: mig: GPU model H100-SXM5-80GB has no MIG profile '3g.41gb'; did you mean "
        "'3g.40gb'?\n");
  CHECK(group(h100 + "{strategy: mixed, layout: [4g.40gb@0, 3g.40gb@0]}") ==
        "s.yaml:5:98: error: mig: GPU model H100-SXM5-80GB cannot hold the layout 4g.40gb@0, 3g.40gb@0: "
        "3g.40gb at slices "
        "0-3 collides with 4g.40gb at slices 0-3\n");
  CHECK(group(h100 + "{strategy: mixd}") ==
        "s.yaml:5:82: error: unknown MIG strategy 'mixd'; did you mean 'mixed'?\n");
  CHECK(group(h100 + "{strategy: single, layout: [1g.10gb, 2g.20gb]}") ==
        "s.yaml:5:108: error: mig: strategy single makes instances of one profile; '2g.20gb' stands beside "
        "'1g.10gb'\n");
  CHECK(group("gpus: {model: Tesla-T4, count: 4}, mig: {strategy: mixed, layout: [1g.10gb]}") ==
        "s.yaml:5:92: error: mig: GPU model 'T4' cannot be cut into MIG instances\n");
  CHECK(group("gpus: {count: 65}") == "s.yaml:5:39: error: count: '65' is out of range (expected 0 to 64)\n");
}

TEST_CASE("bad input: names of nodes") {
  const auto group = [](const std::string& nodes) {
    return faults_of("version: 1\ncluster:\n  node_pools:\n    - name: p\n      nodes: [" + nodes + "]\n");
  };
  CHECK(group("{name: n, count: 2}") ==
        "s.yaml:5:22: error: all nodes of this group would be named 'n'; put {index} into the name\n");
  CHECK(group("{name: \"n{index/2}\", count: 3}") == "s.yaml:5:22: error: two nodes would be named 'n0'\n");
  CHECK(group("{name: \"n{idx}\", count: 3}") ==
        "s.yaml:5:22: error: name: '{idx}' is not a template (expected such as {index}, {index:02}, "
        "{index/8} or "
        "{index%8})\n");
  CHECK(group("{name: a}, {name: a}") ==
        "s.yaml:5:33: error: node group 'a' stands twice; first in line 5\n");
  CHECK(faults_of("version: 1\ncluster: {node_pools: [{name: gpu, nodes: [{name: n}]}]}\n") ==
        "s.yaml:2:31: error: a node pool may not be named 'gpu': the word has a meaning in quotas\n");
  CHECK(faults_of("version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n}]}, {name: a, nodes: "
                  "[{name: m}]}]}\n") == "s.yaml:2:62: error: node pool 'a' stands twice; first in line 2\n");
  CHECK(faults_of("version: 1\n") ==
        "s.yaml: error: the scenario has no nodes: give cluster.node_pools, or trace.nodes\n");
}

TEST_CASE("bad input: dependencies between workloads") {
  CHECK(faults_of(small("workloads:\n"
                        "  - {name: a, project: vision, after: [c]}\n"
                        "  - {name: b, project: vision, after: [a]}\n"
                        "  - {name: c, project: vision, after: [b, d]}\n"
                        "  - {name: d, project: vision, after: [e]}\n"
                        "  - {name: e, project: vision, after: [e, ee]}\n")) ==
        "s.yaml:9:12: error: workloads wait for each other for ever: a -> c -> b -> a\n"
        "s.yaml:13:12: error: workloads wait for each other for ever: e -> e\n"
        "s.yaml:13:43: error: unknown workload 'ee'; did you mean 'e'?\n");
}

TEST_CASE("bad input: gangs and topology") {
  const auto workload = [](const std::string& rest) {
    return faults_of(small("workloads: [{name: w, project: vision, kind: distributed, " + rest + "}]\n"));
  };
  CHECK(workload("gang: {min_pods: 4, max_pods: 2}") ==
        "s.yaml:8:65: error: min_pods 4 is more than the 2 pods that the workload has\n");
  CHECK(workload("pods: 3, gang: {max_pods: 2}") ==
        "s.yaml:8:74: error: 'pods' is 3 and 'max_pods' 2; they mean the same, give one of them\n");
  CHECK(workload("gang: {topology: {required: rack}}") ==
        "s.yaml:8:87: error: the cluster has no 'topology' whose levels could be asked for\n");
  CHECK(workload("sub_groups: [{name: a, pods: 2, min_pods: 3}, {name: b}]") ==
        "s.yaml:8:72: error: min_pods 3 is more than the sub-group's 2 pods\n"
        "s.yaml:8:105: error: a sub-group needs 'pods' or 'sub_groups'\n");
  CHECK(workload("pods: 0") == "s.yaml:8:65: error: pods: '0' is out of range (expected 1 to 100000)\n");
  CHECK(workload("priority: hihg") == "s.yaml:8:69: error: unknown priority 'hihg'; did you mean 'high'?\n");
}

TEST_CASE("bad input: policy") {
  CHECK(faults_of(small("policy: {name: fifo-skp, placement: best-ft}\n")) ==
        "s.yaml:8:16: error: unknown policy 'fifo-skp'; did you mean 'fifo-skip'?\n"
        "s.yaml:8:37: error: unknown placement 'best-ft'; did you mean 'best-fit'?\n");
  CHECK(faults_of(small("policy: {name: fifo, options: {oder: batched}}\n")) ==
        "s.yaml:8:38: error: unknown option of policy fifo 'oder'; did you mean 'order'?\n");
  CHECK(faults_of(small("policy: {name: fifo, options: {order: random}, cycle: 0s}\n")) ==
        "s.yaml:8:39: error: unknown order 'random'; expected batched or per-event\n"
        "s.yaml:8:55: error: cycle: '0s' must be longer than 0\n");
}

TEST_CASE("bad input: generators") {
  const auto generator = [](const std::string& rest) {
    return faults_of(small("clock: {duration: 1d}\ngenerators: [{name: g, " + rest + "}]\n"));
  };
  CHECK(generator("project: {weights: {vision: 0}}, arrivals: {per_hour: 1}") ==
        "s.yaml:9:43: error: project: the weights sum to 0; at least one must be above it\n");
  CHECK(generator("project: {weights: {vision: 1, speech: 1}}, arrivals: {per_hour: -1}") ==
        "s.yaml:9:55: error: unknown project 'speech'; expected vision\n"
        "s.yaml:9:89: error: per_hour: '-1' is out of range (expected 0 to 1000000)\n");
  CHECK(generator("project: vision, arrivals: {per_hour: 1, by_hour: [1, 2]}") ==
        "s.yaml:9:74: error: by_hour: expected flat, office or a list of 24 numbers, found a list\n");
  CHECK(generator("project: vision, arrivals: {per_hour: 1}, gpu: {choice: {1.5: 1}}") ==
        "s.yaml:9:81: error: gpu: '1.5' is not a number of GPUs, a fraction of one or a MIG profile "
        "(expected such as "
        "8, 0.25 or 1g.10gb)\n");
  CHECK(generator("project: vision, arrivals: {per_hour: 1}, duration: {lognormal: {median: 2h, p95: 1h}}") ==
        "s.yaml:9:88: error: lognormal: p95 is below the median\n");
  CHECK(faults_of(small("generators: [{name: g, project: vision, arrivals: {per_hour: 1}}]\n")) ==
        "s.yaml:8:14: error: generator 'g' never ends and the clock runs until drained; give arrivals "
        "'until' or "
        "'count', or the clock a 'duration'\n");
  CHECK(faults_of(small("workloads: [{name: g-3, project: vision}]\n"
                        "generators: [{name: g, project: vision, arrivals: {per_hour: 1, count: 9}}]\n")) ==
        "s.yaml:8:20: error: workload 'g-3' is named as generator 'g' names what it draws\n");
}

TEST_CASE("bad input: more pods than can be simulated") {
  std::string many = "workloads:\n";
  for (int i = 0; i < 102; ++i)
    many += "  - {name: w" + std::to_string(i) + ", project: vision, pods: 100000}\n";
  CHECK(faults_of(small(many)) ==
        "s.yaml:109:5: error: the workloads up to here have more than 10000000 pods\n");
  many = "workloads:\n";
  for (int i = 0; i < 12; ++i) {
    many += "  - {name: w" + std::to_string(i) + ", project: vision, pods: 100000, memory: 2Ti}\n";
  }
  CHECK(faults_of(small(many)) ==
        "s.yaml:19:5: error: the workloads up to here ask for more than 2Ei of memory\n");
  CHECK(faults_of(small("clock: {duration: 1000d}\n"
                        "generators: [{name: g, project: vision, arrivals: {per_hour: 1000000}}]\n")) ==
        "s.yaml:9:14: error: generator 'g' would draw more than 10000000 pods until it ends\n");
  CHECK(faults_of(small(
            "clock: {duration: 1000d}\n"
            "generators: [{name: g, project: vision, arrivals: {per_hour: 1000000, count: 10}}]\n")) == "");
}

TEST_CASE("bad input: events, changes and expectations") {
  CHECK(
      faults_of(small("events:\n"
                      "  - {at: 1h, suspend: w}\n"
                      "  - {at: 1h, cordon: h-2}\n"
                      "  - {at: 1h, cordon: h-1, suspend: w}\n"
                      "  - {at: 1h, quota: {project: vison, gpu: 3}}\n"
                      "  - {at: 1h, quota: {project: vision, node_pool: h10}}\n"
                      "  - {at: 2026-02-30T00:00:00Z, cordon: h-1}\n")) ==
      "s.yaml:9:23: error: unknown workload 'w'\n"
      "s.yaml:10:22: error: unknown node 'h-2'; did you mean 'h-0'?\n"
      "s.yaml:11:5: error: an event needs 'at' and exactly one of suspend, resume, delete, cordon, uncordon, "
      "node_down, node_up and quota\n"
      "s.yaml:11:36: error: unknown workload 'w'\n"
      "s.yaml:12:31: error: unknown project 'vison'; did you mean 'vision'?\n"
      "s.yaml:13:21: error: a quota event changes nothing: give 'gpu', 'cpu', 'memory', 'limit' or "
      "'over_quota_weight'\n"
      "s.yaml:13:50: error: unknown node pool 'h10'; did you mean 'h100'?\n"
      "s.yaml:14:10: error: at: '2026-02-30T00:00:00Z' is not an instant such as 2026-01-05T08:00:00Z: there "
      "is no "
      "such date\n");
  CHECK(faults_of(
            "version: 1\ncluster: {node_pools: [{name: p, nodes: [{name: \"n-{index}\", count: 2}], changes: "
            "[{at: 1d, group: \"n-{index}\", remove: 3}, {at: 1d, group: m, add: 1}, {at: 2d, group: "
            "\"n-{index}\"}]}]}\n") ==
        "s.yaml:2:84: error: removes 3 nodes of group 'n-{index}', which then has 2\n"
        "s.yaml:2:141: error: unknown node group 'm'; expected n-{index}\n"
        "s.yaml:2:153: error: a change needs exactly one of 'add' and 'remove'\n");
  CHECK(faults_of(small("workloads: [{name: w, project: vision, duration: 1h}]\n"
                        "expect:\n"
                        "  - {workload: v, phase: Runing}\n"
                        "  - {workload: w}\n"
                        "  - {metric: wait_p90}\n"
                        "  - {workload: w, phase: Running, by: 1h, at: 2h}\n")) ==
        "s.yaml:10:16: error: unknown workload 'v'; expected w\n"
        "s.yaml:10:26: error: unknown phase 'Runing'; did you mean 'Running'?\n"
        "s.yaml:11:5: error: an expectation about a workload needs 'phase', 'node' or 'preemptions'\n"
        "s.yaml:12:5: error: an expectation about a metric needs 'at_most', 'at_least' or 'equals'\n"
        "s.yaml:13:5: error: an expectation has both 'by' and 'at'; give one of them\n");
}

TEST_CASE("bad input: a key of the scenario that is not one, even a far one") {
  CHECK(faults_of(small("includ: other.yaml\n")) ==
        "s.yaml:8:1: error: unknown key 'includ' in the scenario; did you mean 'include'?\n");
  CHECK(faults_of(small("clock: {xyzzy: 1}\n")) ==
        "s.yaml:8:9: error: unknown key 'xyzzy' in clock; expected start, zone, duration or until\n");
  CHECK(faults_of(small("sweep: {}\n")) ==
        "s.yaml:8:1: error: 'sweep' in the scenario is not supported by this version\n");
}

TEST_CASE("bad input: the clock") {
  CHECK(faults_of(small("clock: {duration: 1d, until: drained}\n")) ==
        "s.yaml:8:23: error: clock has both 'duration' and 'until'; give one of them\n");
  CHECK(faults_of(small("clock: {start: now}\n")) ==
        "s.yaml:8:16: error: start: 'now' has no meaning here; give an instant\n");
  CHECK(faults_of(small("clock: {start: 2026-01-05 at noon}\n")) ==
        "s.yaml:8:16: error: start: '2026-01-05 at noon' is not an instant such as 2026-01-05T08:00:00Z: "
        "expected "
        "hh:mm:ss after the date\n");
  CHECK(faults_of(small("clock:\n")) == "s.yaml:8:1: error: clock: expected a value, found nothing\n");
  CHECK(faults_of("version: 2\ncluster: {node_pools: [{name: p, nodes: [{name: n}]}]}\n") ==
        "s.yaml:1:10: error: version: '2' is out of range (expected 1)\n");
}

TEST_CASE("bad input: what the chosen policy does not heed is a warning") {
  const std::string text =
      "version: 1\n"
      "cluster: {topology: [rack], node_pools: [{name: p, nodes: [{name: n, gpus: 8, labels: {rack: r}}]}]}\n"
      "workloads:\n"
      "  - {name: a, kind: distributed, gang: {topology: {required: rack}}}\n"
      "  - {name: b, pod_affinity: [{labels: {app: x}, topology_key: rack}]}\n";
  CHECK(faults_of(text + "policy: {name: fifo}\n") ==
        "s.yaml:4:41: warning: policy fifo does not heed 'topology' in gang; kai does\n"
        "s.yaml:5:15: warning: policy fifo does not heed 'pod_affinity' in a workload; kai does\n");
  CHECK(faults_of(text + "policy: {name: kai}\n") == "");
  CHECK(faults_of(text + "policy: {name: kai, placement: best-fit}\n") ==
        "s.yaml:6:21: warning: policy kai does not heed 'placement' in policy; fifo, fifo-skip and try-once "
        "do\n");
}

TEST_CASE(
    "bad input: a key that is not heeded is told once, with how often; what asks for nothing is not told") {
  const auto queues = [](const std::string& projects) {
    return faults_of(
        "version: 1\n"
        "cluster: {node_pools: [{name: p, nodes: [{name: n, gpus: 8}], placement: {gpu: binpack}}]}\n"
        "policy: {name: fifo}\n"
        "organization: {departments: [{name: d, projects: " +
        projects + "}]}\n");
  };
  CHECK(queues("[{name: a, quota: {gpu: 3}, priority: 9}, {name: b, min_runtime: {reclaim: 1h}, quota: {gpu: "
               "1, limit: 4}}]") ==
        "s.yaml:4:78: warning: policy fifo does not heed 'priority' in a project; kai does\n"
        "s.yaml:4:102: warning: policy fifo does not heed 'min_runtime' in a project; kai does\n"
        "s.yaml:4:146: warning: policy fifo does not heed 'limit' in a quota; kai does\n");
  CHECK(queues("[{name: a, quota: {gpu: 0, cpu: unlimited, limit: {cpu: -1}, over_quota_weight: 1}, "
               "priority: 100, "
               "min_runtime: {reclaim: 0s}}]") == "");
  CHECK(
      faults_of(small("workloads: [{name: w, project: vision, gpu: 1, duration: 2h, estimate: 3h}, {name: v, "
                      "project: vision, gpu: 1, duration: 2h, estimate: 2h}]\n")) ==
      "s.yaml:8:62: warning: no policy of this version heeds 'estimate' in a workload\n");
}

TEST_CASE("bad input: what this version lacks and what it has") {
  CHECK(
      faults_of(small("policy: {name: easy}\n")) ==
      "s.yaml:8:16: error: policy 'easy' is not supported by this version; expected fifo, fifo-skip, kai or "
      "try-once\n");
  CHECK(faults_of(small("policy: {name: eezy}\n")) ==
        "s.yaml:8:16: error: unknown policy 'eezy'; expected fifo, fifo-skip, kai or try-once\n");
  CHECK(faults_of(small("policy: {name: fifo, placement: fit}\n")) ==
        "s.yaml:8:33: error: unknown placement 'fit'; did you mean 'first-fit', 'best-fit', 'worst-fit' or "
        "'study-best-fit'?\n");
  CHECK(
      faults_of(
          "version: 1\n"
          "cluster: {node_pools: [{name: a, nodes: [{name: n, count: 3, gpus: {model: H100, count: 8}}]}]}\n"
          "workloads: [{name: w, gpu: 1, duration: 1h, project: nosuch, node_pools: [b]}]\n") ==
      "s.yaml:2:49: error: all nodes of this group would be named 'n'; put {index} into the name\n"
      "s.yaml:2:76: error: unknown GPU model 'H100'; did you mean 'H100-SXM5-80GB' (NVIDIA-H100-80GB-HBM3), "
      "'H100-PCIE-80GB' (NVIDIA-H100-PCIe) or 'H100-NVL-94GB' (NVIDIA-H100-NVL)?\n"
      "s.yaml:3:54: error: unknown project 'nosuch'; without the key 'organization' there is only 'default'\n"
      "s.yaml:3:75: error: unknown node pool 'b'; expected a\n");
  CHECK(faults_of(
            "version: 1\ncluster: {topology: [topology.lab/block, topology.lab/rack], node_pools: [{name: a, "
            "nodes: [{name: n}]}]}\nworkloads: [{name: w, gang: {topology: {required: rack}}}]\n") ==
        "s.yaml:3:51: error: unknown topology level 'rack'; did you mean 'topology.lab/rack'?\n");
}

TEST_CASE("bad input: one mistake is one message") {
  // A misspelt key is read as what was meant: nothing is missing, and what it defines is known.
  CHECK(faults_of(small("workloads: [{nam: w, projct: vision, gpu: 1}]\nevents: [{at: 1h, suspend: w}]\n")) ==
        "s.yaml:8:14: error: unknown key 'nam' in a workload; did you mean 'name'?\n"
        "s.yaml:8:22: error: unknown key 'projct' in a workload; did you mean 'project'?\n");
  CHECK(faults_of("version: 1\n"
                  "cluster: {node_pools: [{name: a, nods: [{name: n}]}]}\n"
                  "organisation: {departments: [{name: d, projects: [{name: p}]}]}\n"
                  "workloads: [{name: w, project: p, node_pools: [a]}]\n"
                  "events: [{at: 1h, cordon: n}]\n") ==
        "s.yaml:2:34: error: unknown key 'nods' in a node pool; did you mean 'nodes'?\n"
        "s.yaml:3:1: error: unknown key 'organisation' in the scenario; did you mean 'organization'?\n");
  // What could not be read may be what others name.
  const std::string users =
      "organization: {departments: [{name: d, projects: [{name: p, quota: {a: {gpu: 1}}}]}]}\n"
      "workloads: [{name: w, project: p, node_pools: [a]}]\n"
      "events: [{at: 1h, cordon: n}, {at: 1h, quota: {project: p, node_pool: a, gpu: 2}}]\n";
  CHECK(faults_of("version: 1\ncluster: {node_pools: {name: a, nodes: [{name: n}]}}\n" + users) ==
        "s.yaml:2:23: error: node_pools: expected a list, found a map\n");
  CHECK(faults_of("version: 1\ncluster: {node_pools: [{name: [a], nodes: [{name: n}]}]}\n" + users) ==
        "s.yaml:2:31: error: name: expected a name, found a list\n");
  CHECK(
      faults_of("version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: \"{x}\"}]}]}\n" + users) ==
      "s.yaml:2:49: error: name: '{x}' is not a template (expected such as {index}, {index:02}, {index/8} or "
      "{index%8})\n");
  CHECK(faults_of("version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: {model: [1]}, mig: "
                  "{strategy: mixed}}]}]}\n") ==
        "s.yaml:2:66: error: model: expected a name, found a list\n");
  CHECK(faults_of(small("policy: {name: [kai], options: {k_value: 1}}\n")) ==
        "s.yaml:8:16: error: name: expected a name, found a list\n");
  CHECK(faults_of("version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n}]}]}\norganization: []\n"
                  "workloads: [{name: w, project: p}]\n") ==
        "s.yaml:3:15: error: organization: expected a map, found a list\n");
  CHECK(
      faults_of(small("workloads: [{name: w, project: [vision]}]\ngenerators: [{name: g, project: [vision], "
                      "arrivals: {per_hour: 1, count: 1}}]\n")) ==
      "s.yaml:8:32: error: project: expected a name, found a list\n"
      "s.yaml:9:33: error: project: expected a name, found a list\n");
  CHECK(faults_of(small("workloads: [{name: a, project: vision}]\nworkloads: [{name: b, project: vision}]\n"
                        "events: [{at: 1h, suspend: b}]\n")) ==
        "s.yaml:9:1: error: key 'workloads' stands twice; first in line 8\n");
  CHECK(faults_of("version: 1\ninclude: none.yaml\n" + users).find("unknown") == std::string::npos);
  CHECK(faults_of("version: 1\ncluster: {topology: rack, node_pools: [{name: a, nodes: [{name: n}]}]}\n"
                  "workloads: [{name: w, gang: {topology: {required: rack}}}]\n") ==
        "s.yaml:2:21: error: topology: expected a list of node label keys, widest first, found 'rack'\n");
}

TEST_CASE("bad input: what follows from a mistake is not told as another") {
  CHECK(faults_of(small("workloads: [{name: w, project: vision}]\n"
                        "events: [{at: 1h, quota: {projct: vision, gpu: 3}}]\n")) ==
        "s.yaml:9:27: error: unknown key 'projct' in a quota event; did you mean 'project'?\n");
  CHECK(faults_of(small("workloads: [{name: w, project: vision}]\n"
                        "events: [{at: 1h, quota: {project: vision, colour: 3}}]\n")) ==
        "s.yaml:9:44: error: unknown key 'colour' in a quota event; expected project, department, node_pool, "
        "gpu, cpu, memory, limit or over_quota_weight\n");
  CHECK(faults_of("version: 1\n"
                  "cluster: {gpu_models: [{name: X1, memory: 80Gi, mig: {geometry: H100-81GB}}], "
                  "node_pools: [{name: a, nodes: [{name: n, gpus: {model: X1}}]}]}\n"
                  "workloads: [{name: w, gpu_models: [X1]}]\n") ==
        "s.yaml:2:65: error: unknown MIG geometry 'H100-81GB'; did you mean 'H100-80GB'?\n");
  CHECK(faults_of("version: 1\n"
                  "cluster: {node_pools: [{name: a, nodes: [{name: n}, {name: n}]}]}\n") ==
        "s.yaml:2:60: error: node group 'n' stands twice; first in line 2\n");
  const berth::test::TestFolder folder("bad-trace");
  const std::string file = folder.write("t.csv", "colour,size\n");
  const std::string trace = "version: 1\ntrace: {nodes: " + file + ", format: ";
  CHECK(faults_of(trace + "opneb}\n").find("column") == std::string::npos);
  CHECK(faults_of(trace + "opneb}\n").find("unknown trace format 'opneb'; did you mean 'openb'?\n") !=
        std::string::npos);
  CHECK(berth::test::without(faults_of(trace + "openb}\n"), folder.path() + "/")
            .find("t.csv:1:1: error: unknown column 'colour'; expected some of sn, ") == 0);
}

TEST_CASE("bad input: words that are nearly right, and numbers of which there is one") {
  CHECK(faults_of(small("policy: {name: kai, cycle: immediat}\n")) ==
        "s.yaml:8:28: error: unknown cycle 'immediat'; did you mean 'immediate'?\n");
  CHECK(faults_of(small("policy: {name: kai, cycle: 1 s}\n")).find("is not a duration") != std::string::npos);
  CHECK(faults_of("version: 2\ncluster: {node_pools: [{name: a, nodes: [{name: n}]}]}\n") ==
        "s.yaml:1:10: error: version: '2' is out of range (expected 1)\n");
}

TEST_CASE("bad input: what comes before the run or after it") {
  CHECK(faults_of(small("clock: {start: 2026-01-05T00:00:00Z}\n"
                        "workloads: [{name: w, project: vision, submit: 2026-01-04T00:00:00Z}]\n"
                        "generators: [{name: g, project: vision, arrivals: {per_hour: 1, count: 1, from: "
                        "2026-01-04T00:00:00Z}}]\n"
                        "events: [{at: 2025-01-05T00:00:00Z, suspend: w}]\n")) ==
        "s.yaml:9:20: error: workload 'w' comes at 2026-01-04T00:00:00Z, before the start of the run "
        "(2026-01-05T00:00:00Z)\n"
        "s.yaml:10:21: error: generator 'g' comes at 2026-01-04T00:00:00Z, before the start of the run "
        "(2026-01-05T00:00:00Z)\n"
        "s.yaml:11:10: error: this event comes at 2025-01-05T00:00:00Z, before the start of the run "
        "(2026-01-05T00:00:00Z)\n");
  CHECK(faults_of(
            small("clock: {duration: 1d}\n"
                  "workloads: [{name: w, project: vision, submit: 2d}, {name: v, project: vision, submit: "
                  "1d}]\nevents: [{at: 5d, suspend: w}]\n")) ==
        "s.yaml:9:20: warning: workload 'w' comes after the end of the run (2026-01-02T00:00:00Z)\n"
        "s.yaml:10:10: warning: this event comes after the end of the run (2026-01-02T00:00:00Z)\n");
}
