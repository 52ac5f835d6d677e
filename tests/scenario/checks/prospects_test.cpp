// What is valid and will disappoint: each warning, and its neighbour that deserves none.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using berth::test::faults_of;

namespace {

// Two racks of two nodes with eight GPUs in pool a, one node of pool b; department d.
std::string lab(const std::string& organization, const std::string& more, const std::string& policy = "kai") {
  return "version: 1\n"
         "policy: {name: " +
         policy +
         "}\n"
         "cluster: {topology: [rack], node_pools: [{name: a, nodes: [{name: \"a-{index}\", count: 4, gpus: "
         "8, "
         "labels: {rack: \"r{index/2}\"}}]}, {name: b, nodes: [{name: b, gpus: 2, taints: [{key: k, effect: "
         "NoSchedule}]}]}]}\n"
         "organization: {departments: [" +
         organization + "]}\n" + more;
}
const std::string rich = "{name: d, quota: {gpu: unlimited}, projects: [{name: p, quota: {gpu: unlimited}}]}";
std::string workload(const std::string& rest) {
  return "workloads: [{name: w, project: p, " + rest + "}]\n";
}

}  // namespace

TEST_CASE("prospects: limits and quotas above what stands above them") {
  const auto queues = [](const std::string& departments, const std::string& policy = "kai") {
    return faults_of(lab(departments, "", policy));
  };
  CHECK(queues("{name: d, quota: {a: {gpu: 8, limit: 8}}, projects: [{name: p, quota: {a: {gpu: 8, limit: "
               "16}}}]}") ==
        "s.yaml:4:104: warning: the GPU limit 16 of project 'p' in node pool a is above that of department "
        "'d', 8, "
        "which holds\n");
  CHECK(queues("{name: d, quota: {a: {gpu: 8, limit: 8}}, projects: [{name: p, quota: {a: {gpu: 8, limit: "
               "8}}}, {name: "
               "q, quota: {b: {limit: 99}}}]}") == "");
  CHECK(queues("{name: d, quota: {limit: {cpu: 8, memory: 1Gi}}, projects: [{name: p, quota: {limit: {cpu: "
               "9}}}]}") ==
        "s.yaml:4:107: warning: the CPU limit 9 of project 'p' in node pool a is above that of department "
        "'d', 8, which holds\n");
  CHECK(
      queues(
          "{name: d, departments: [{name: e, quota: {a: {limit: 4}}, projects: [{name: p, quota: {a: {limit: "
          "5}}}]}]}")
          .find("the GPU limit 5 of project 'p' in node pool a is above that of department 'e', 4") !=
      std::string::npos);
  CHECK(queues("{name: d, quota: {a: {gpu: 9, limit: 8}}}") ==
        "s.yaml:4:51: warning: the GPU quota 9 of department 'd' in node pool a is above its limit 8, which "
        "holds\n");
  CHECK(queues("{name: d, quota: {a: {gpu: 8}}, projects: [{name: p, quota: {a: {gpu: 5}}}, {name: q, quota: "
               "{a: {gpu: "
               "4}}}]}") ==
        "s.yaml:4:51: warning: what is below department 'd' has GPU quotas of 9 together in node pool a, "
        "above its "
        "own 8: they cannot all be had\n");
  // A department that says none for the pool leaves them to its projects.
  CHECK(queues("{name: d, quota: {a: {gpu: 8}}, projects: [{name: p, quota: {a: {gpu: 8}, b: {gpu: 2}}}]}") ==
        "");
  // A policy that heeds none of it is warned of for that, and not for the numbers.
  CHECK(queues("{name: d, quota: {a: {limit: 8}}, projects: [{name: p, quota: {a: {limit: 16}}}]}", "fifo") ==
        "s.yaml:4:52: warning: policy fifo does not heed 'limit' in a quota; kai does; the first of 2 "
        "places\n");
}

TEST_CASE("prospects: a gang larger than any domain that it requires") {
  const auto gang = [](const std::string& rest, const std::string& policy = "kai") {
    return faults_of(lab(rich, workload("kind: distributed, gpu: 8, node_pools: [a], " + rest), policy));
  };
  CHECK(gang("gang: {min_pods: 3, topology: {required: rack}}") ==
        "s.yaml:5:120: warning: the gang of workload 'w' needs 3 pods at once, more than any rack of its "
        "node pools (a) "
        "can hold; it stays pending\n");
  CHECK(gang("gang: {min_pods: 2, max_pods: 9, topology: {required: rack}}") == "");
  CHECK(gang("gang: {min_pods: 3, topology: {preferred: rack}}") == "");
  CHECK(gang("gang: {min_pods: 5}") ==
        "s.yaml:5:85: warning: the gang of workload 'w' needs 5 pods at once, more than any of its node "
        "pools (a) can "
        "hold together; it stays pending\n");
  CHECK(gang("gang: {min_pods: 4}") == "");
  CHECK(gang("sub_groups: [{name: s, pods: 3, topology: {required: rack}}, {name: t, pods: 1}]") ==
        "s.yaml:5:132: warning: sub-group 's' of workload 'w' needs 3 pods at once, more than any rack of "
        "its node pools "
        "(a) can hold; it stays pending\n");
  CHECK(gang("gang: {topology: {required: rack}}, sub_groups: [{name: s, pods: 2}, {name: t, pods: 2}]")
            .find("the gang of workload 'w' needs 4 pods at once") != std::string::npos);
  // Nodes that join later count; so does nothing under a policy that does not look at racks.
  CHECK(faults_of("version: 1\ncluster: {topology: [rack], node_pools: [{name: a, nodes: [{name: "
                  "\"a{index}\", gpus: 8, "
                  "labels: {rack: r}}], changes: [{at: 1h, group: \"a{index}\", add: 1}]}]}\n"
                  "workloads: [{name: w, kind: distributed, gpu: 8, gang: {min_pods: 2, topology: {required: "
                  "rack}}}]\n") == "");
  CHECK(gang("gang: {min_pods: 3, topology: {required: rack}}", "fifo-skip").find("more than any") ==
        std::string::npos);
}

TEST_CASE("prospects: each size of a gang that may be drawn") {
  const auto drawn = [](const std::string& rest) {
    return faults_of(lab(rich,
                         "clock: {duration: 1d}\ngenerators: [{name: g, project: p, node_pools: [a], gpu: 8, "
                         "arrivals: {per_hour: 1}, " +
                             rest + "}]\n"));
  };
  CHECK(drawn("kind: distributed, pods: {choice: {1: 1, 4: 1, 5: 1}}") ==
        "s.yaml:6:21: warning: the gang of generator 'g' needs 5 pods at once, more than any of its node "
        "pools (a) can "
        "hold together; it stays pending\n");
  CHECK(drawn("kind: distributed, pods: {choice: {1: 1, 4: 1, 5: 0}}") == "");
  CHECK(drawn("kind: training, pods: {choice: {5: 1}}") == "");  // singly
  CHECK(drawn("kind: distributed, gang: {min_pods: 4}, pods: {choice: {5: 1}}") == "");
}

TEST_CASE("prospects: projects and workloads that no quota lets start") {
  const auto in = [](const std::string& organization, const std::string& more) {
    return faults_of(lab(organization, more));
  };
  const std::string poor = "{name: d, quota: {gpu: 8}, projects: [{name: p, quota: {b: {gpu: 2}}}]}";
  CHECK(in(poor, workload("gpu: 1, node_pools: [a]")) ==
        "s.yaml:4:75: warning: project 'p' has no GPU quota in any node pool that its workloads use (a): "
        "they get what "
        "others leave, and those that are not preemptible never start\n");
  CHECK(in(poor, workload("gpu: 1, node_pools: [a, b], tolerations: [{operator: Exists}]")) == "");
  CHECK(in(poor, workload("cpu: 1, node_pools: [a]")) == "");
  CHECK(in(poor, workload("gpu: 1, node_pools: [a]") +
                     "events: [{at: 1h, quota: {project: p, node_pool: a, gpu: 3}}]\n") == "");
  // Where nothing is written there is nobody to blame, but what cannot start is told.
  const std::string alone =
      "version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 8}]}]}\nworkloads: ";
  CHECK(faults_of(alone + "[{name: w, gpu: 1}]\n") == "");
  CHECK(faults_of(alone + "[{name: w, gpu: 1, kind: workspace}]\n") ==
        "s.yaml:3:20: warning: workload 'w' asks for 1 GPU at least, above the quota 0 of project 'default' "
        "and the "
        "departments above it; it never starts, as it is not preemptible\n");
  const std::string some = "{name: d, quota: {gpu: 8}, projects: [{name: p, quota: {gpu: 4, limit: 6}}]}";
  CHECK(in(some, workload("gpu: 2, node_pools: [a], priority: high, pods: 3")) == "");
  CHECK(
      in(some, workload("gpu: 5, node_pools: [a], priority: high")) ==
      "s.yaml:5:20: warning: workload 'w' asks for 5 GPUs at least, above the quota 4 of project 'p' and the "
      "departments above it; it never starts, as it is not preemptible\n");
  CHECK(in(some, workload("gpu: 5, node_pools: [a]")) == "");
  CHECK(
      in(some, workload("gpu: 4, node_pools: [a], kind: distributed, pods: 2")) ==
      "s.yaml:5:20: warning: workload 'w' asks for 8 GPUs at least, above the limit 6 of project 'p' and the "
      "departments above it; it never starts\n");
  CHECK(in(some,
           "clock: {duration: 1d}\ngenerators: [{name: g, project: p, arrivals: {per_hour: 1}, gpu: {choice: "
           "{7: 1, 8: "
           "1}}, node_pools: [a]}]\n")
            .find("generator 'g' asks for 7 GPUs at least, above the limit 6") != std::string::npos);
}

TEST_CASE("prospects: workloads that no node takes") {
  const auto take = [](const std::string& rest) { return faults_of(lab(rich, workload(rest))); };
  CHECK(take("gpu: 9, node_pools: [a]") ==
        "s.yaml:5:40: warning: a pod of workload 'w' is larger than any node of its node pools (a); it stays "
        "pending\n");
  CHECK(take("gpu: {mig: 1g.10gb}, node_pools: [a]") ==
        "s.yaml:5:40: warning: no node of its node pools (a) can hold a pod of workload 'w': no node offers "
        "MIG "
        "instances; it stays pending\n");
  // What is wanting, where it is one thing.
  const auto without = [](const std::string& nodes, const std::string& ask) {
    return faults_of("version: 1\ncluster: {node_pools: [{name: a, nodes: [" + nodes +
                     "]}]}\nworkloads: [{name: w, " + ask + "}]\n");
  };
  const std::string none = "warning: no node of its node pools (a) can hold a pod of workload 'w': ";
  CHECK(without("{name: n, count: 0}", "cpu: 1") ==
        "s.yaml:3:20: " + none + "there are none; it stays pending\n");
  CHECK(without("{name: n, cpu: 4}", "gpu: 1") ==
        "s.yaml:3:28: " + none + "none has GPUs; it stays pending\n");
  CHECK(without("{name: n, cpu: 4}", "cpu: 5").find("is larger than any node of its node pools (a)") !=
        std::string::npos);
  CHECK(without("{name: n, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, mig: {strategy: mixed, layout: "
                "[3g.40gb]}}",
                "gpu: 1") == "s.yaml:3:28: " + none + "all their GPUs are in MIG mode; it stays pending\n");
  CHECK(take("gpu: 1, node_pools: [b]") ==
        "s.yaml:5:20: warning: no node of its node pools (b) takes a pod of workload 'w': all have taints "
        "that it does "
        "not tolerate; it stays pending\n");
  CHECK(take("gpu: 1, node_pools: [b], tolerations: [{key: k}]") == "");
  CHECK(take("gpu: 1, node_pools: [a], node_selector: {rack: r7}") ==
        "s.yaml:5:20: warning: no node of its node pools (a) takes a pod of workload 'w': none meets its "
        "node_affinity or "
        "node_selector; it stays pending\n");
  CHECK(take("gpu: 1, node_pools: [a], node_selector: {rack: r1}") == "");
  CHECK(take("gpu: 1, node_pools: [a], gpu_models: [T4]")
            .find("none has GPUs of its gpu_models; it stays pending") != std::string::npos);
}
