#include "sim/records/workloads/workload_record.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/records/words/fit_messages.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
using berth::tests::FinishedRun;
using berth::tests::Moment;
using nlohmann::json;

namespace {

// One node of two GPUs in the pool big, one MIG node; every kind of request; a suspension; a failure; waiting.
const char* const mixture = R"(
version: 1
name: mixture
seed: 42
clock: {start: 2026-01-05T08:00:00Z, duration: 1d}
cluster:
  name: lab
  node_pools:
    - name: big
      nodes: [{name: "big-{index}", count: 1, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, cpu: 32, memory: 256Gi}]
    - name: cut
      nodes:
        - name: cut-0
          gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}
          cpu: 32
          memory: 256Gi
          mig: {strategy: mixed, layout: [3g.40gb, 1g.10gb]}
organization:
  departments:
    - name: research
      quota: {big: {gpu: 2}, cut: {gpu: 1}}
      projects:
        - {name: vision, quota: {big: {gpu: 2}, cut: {gpu: 1}}}
policy: {name: fifo-skip}
defaults: {image_pull: 30s}
workloads:
  - {name: whole, kind: training, project: vision, submit: 0s, gpu: 1, cpu: 4, memory: 8Gi, duration: 2h, node_pools: [big], submitted_by: ada@lab.example}
  - {name: half, kind: workspace, project: vision, submit: 10m, gpu: {fraction: 0.5}, cpu: 500m, duration: 20h, idle: 60%, node_pools: [big]}
  - {name: tiny, kind: training, project: vision, submit: 10m, gpu: {mig: 1g.10gb}, duration: 1h, node_pools: [cut]}
  - {name: mem, kind: training, project: vision, submit: 20m, gpu: {memory: 20Gi}, duration: 1h, node_pools: [big]}
  - {name: gang, kind: distributed, framework: PyTorch, project: vision, submit: 30m, gpu: 1, pods: 2, duration: 1h, node_pools: [big]}
  - {name: bad, kind: training, project: vision, submit: 0s, duration: 1m, outcome: failed, node_pools: [big], backoff_limit: 0}
events:
  - {at: 5h, suspend: half}
  - {at: 6h, resume: half}
)";

const FinishedRun& mixture_run() {
  static const FinishedRun run(mixture);
  return run;
}

json record_of(const std::string& name, Duration offset, Detail detail = Detail::full) {
  const Moment moment(mixture_run(), offset);
  const auto id = moment.world.find_workload(name);
  REQUIRE(id);
  JsonWriter out;
  write_workload(out, moment.view, *id, detail);
  return json::parse(out.text());
}

}  // namespace

TEST_CASE("a record says who submitted what, and where") {
  const json record = record_of("whole", hours(1));
  CHECK(record["tenantId"] == 1001);
  CHECK(record["id"] == print_uuid(uuid_of({"workload", "42", "vision", "whole", "0"})));
  CHECK(record["clusterId"] == print_uuid(uuid_of({"cluster", "42", "lab"})));
  CHECK(record["name"] == "whole");
  CHECK(record["namespace"] == "runai-vision");
  CHECK(record["submittedBy"] == "ada@lab.example");
  CHECK(record["source"] == "Control-plane");
  CHECK(record["type"] == "Training");
  CHECK(record["category"] == "Train");
  CHECK(record["projectName"] == "vision");
  CHECK(record["departmentName"] == "research");
  CHECK(record["projectId"] != record["departmentId"]);
  CHECK(record["priority"] == 40);
  CHECK(record["priorityClassName"] == "low");
  CHECK(record["preemptible"] == true);
  CHECK(record["createdAt"] == "2026-01-05T08:00:00.000Z");
  CHECK(record["requestedNodePools"] == json::array({"big"}));
}

TEST_CASE("a running workload: devices, pods and totals") {
  const json record = record_of("whole", hours(1));
  CHECK(record["phase"] == "Running");
  CHECK(record["phaseUpdatedAt"] == "2026-01-05T08:00:30.000Z");
  CHECK(record["phaseMessage"] == "");
  CHECK(record["phaseReason"] == nullptr);
  CHECK(record["k8sPhase"] == "Running");
  CHECK(record["k8sPhaseUpdatedAt"] == "2026-01-05T08:00:30.000Z");
  CHECK(record["conditions"] == json::array());
  CHECK(record["runningPods"] == 1);
  CHECK(record["currentNodePools"] == json::array({"big"}));
  CHECK(record["totalRunningTimeSeconds"] == 3570);
  CHECK(record["totalPendingTimeSeconds"] == 0);
  CHECK(record["completedAt"] == nullptr);
  CHECK(record["deletedAt"] == nullptr);
  CHECK(record["pendingSchedulingMessages"] == nullptr);
  CHECK(
      record["workloadRequestedResources"] ==
      json::parse(
          R"({"gpuRequestType":"portion","gpu":{"limit":1,"request":1},"gpuMemory":{"limit":null,"request":null},
                        "cpu":{"limit":null,"request":4},"cpuMemory":{"limit":null,"request":"8Gi"},"extendedResources":[]})"));
  CHECK(record["podsRequestedResources"] == record["workloadRequestedResources"]);
  CHECK(record["allocatedResources"]["gpu"] == 1);
  CHECK(record["allocatedResources"]["cpu"] == 4);
  CHECK(record["allocatedResources"]["cpuMemory"] == "8Gi");
  const auto mebibytes_of_h100 = mixture_run().world().cluster.nodes[NodeId{0}].gpu_memory.value >> 20;
  CHECK(record["allocatedResources"]["gpuMemory"] == std::to_string(mebibytes_of_h100) + "Mi");
  CHECK(record["idleAllocatedGpus"] == 0);
  CHECK(record["requestedPods"] ==
        json::parse(R"({"number":1,"min":null,"max":null,"parallelism":null,"completions":null})"));
}

TEST_CASE("initializing while the image is pulled") {
  const json record = record_of("whole", seconds(10));
  CHECK(record["phase"] == "Initializing");
  CHECK(record["k8sPhase"] == "Pending");
  CHECK(record["runningPods"] == 0);
  CHECK(record["allocatedResources"]["gpu"] == 1);
}

TEST_CASE("fractions, memory and MIG each have their form") {
  const json half = record_of("half", hours(1));
  CHECK(half["type"] == "Workspace");
  CHECK(half["category"] == "Build");
  CHECK(half["workloadRequestedResources"]["gpu"] == json::parse(R"({"limit":0.5,"request":0.5})"));
  CHECK(half["workloadRequestedResources"]["cpu"]["request"] == 0.5);
  CHECK(half["allocatedResources"]["gpu"] == 0.5);

  const json mem = record_of("mem", hours(1));
  CHECK(mem["workloadRequestedResources"]["gpuRequestType"] == "memory");
  CHECK(mem["workloadRequestedResources"]["gpu"] == json::parse(R"({"limit":null,"request":null})"));
  CHECK(mem["workloadRequestedResources"]["gpuMemory"] ==
        json::parse(R"({"limit":"20Gi","request":"20Gi"})"));
  CHECK(mem["allocatedResources"]["gpuMemory"] == "20480Mi");

  const json tiny = record_of("tiny", hours(1));
  CHECK(tiny["workloadRequestedResources"]["gpuRequestType"] == nullptr);
  CHECK(tiny["workloadRequestedResources"]["extendedResources"] ==
        json::parse(R"([{"resource":"nvidia.com/mig-1g.10gb","quantity":"1","exclude":false}])"));
  CHECK(tiny["allocatedResources"]["extendedResources"][0]["quantity"] == "1");
  CHECK(tiny["currentNodePools"] == json::array({"cut"}));
}

TEST_CASE("a pending gang has no room, says so, and has no message with a code") {
  const json record = record_of("gang", hours(1));
  CHECK(record["type"] == "Distributed");
  CHECK(record["distributedFramework"] == "PyTorch");
  CHECK(record["phase"] == "Pending");
  CHECK(record["phaseMessage"] == "Not enough resources in the requested nodepool");
  CHECK(record["phaseReason"] == nullptr);
  CHECK(record["k8sPhase"] == "Pending");
  CHECK(record["totalPendingTimeSeconds"] == 1800);
  CHECK(record["requestedPods"]["number"] == 2);
  CHECK(record["allocatedResources"]["gpu"] == 0);
  CHECK(record["currentNodePools"] == json::array());
  CHECK(record["idleAllocatedGpus"] == nullptr);
  CHECK(record["pendingSchedulingMessages"] == json::array());
  REQUIRE(record["conditions"].size() == 1);
  CHECK(record["conditions"][0]["type"] == "PodScheduled");
  CHECK(record["conditions"][0]["status"] == "False");
  CHECK(record["conditions"][0]["reason"] == "Unschedulable");
}

TEST_CASE("pendingSchedulingMessages stands in get by id only") {
  CHECK(record_of("gang", hours(1), Detail::full).contains("pendingSchedulingMessages"));
  CHECK_FALSE(record_of("gang", hours(1), Detail::listed).contains("pendingSchedulingMessages"));
}

TEST_CASE("the end of a failed and of a completed workload") {
  const json bad = record_of("bad", hours(1));
  CHECK(bad["phase"] == "Failed");
  CHECK(bad["phaseMessage"] == "bad exited with code 1");
  CHECK(bad["k8sPhase"] == "Failed");
  CHECK(bad["completedAt"] == "2026-01-05T08:01:30.000Z");
  CHECK(bad["allocatedResources"]["cpu"] == 0);
  const json whole = record_of("whole", hours(3));
  CHECK(whole["phase"] == "Completed");
  CHECK(whole["phaseMessage"] == "");
  CHECK(whole["k8sPhase"] == "Succeeded");
  CHECK(whole["completedAt"] == "2026-01-05T10:00:30.000Z");
  CHECK(whole["totalRunningTimeSeconds"] == 7200);
}

TEST_CASE("a suspended workload keeps its record and has no pods") {
  const json record = record_of("half", hours(5) + minutes(30));
  CHECK(record["phase"] == "Stopped");
  CHECK(record["k8sPhase"] == "Suspended");
  CHECK(record["podsRequestedResources"] == nullptr);
  CHECK(record["workloadRequestedResources"]["gpu"]["request"] == 0.5);
  CHECK(record["actionsSupport"] == json::parse(R"({"delete":true,"suspend":true})"));
  CHECK(record_of("half", hours(7))["phase"] == "Running");
}

TEST_CASE("GPUs idle for the last part of each hour, and are told after five minutes") {
  // Starts at 10 min 30 s; 60 percent idle: at work for 24 minutes of each hour.
  const Duration started = minutes(10) + seconds(30);
  CHECK(record_of("half", started + minutes(20))["idleAllocatedGpus"] == 0);
  CHECK(record_of("half", started + minutes(28))["idleAllocatedGpus"] == 0);
  const json idle = record_of("half", started + minutes(30));
  CHECK(idle["idleAllocatedGpus"] == 0.5);
  CHECK(idle["idleGpus"] == 0);
  CHECK(record_of("half", started + minutes(61))["idleAllocatedGpus"] == 0);
}

TEST_CASE("refusals by limit and by quota carry the scheduler's numbers") {
  // Two projects under `kai`: one at its limit, one whose non-preemptible work is over quota.
  const FinishedRun run(R"(
version: 1
seed: 1
clock: {duration: 2h}
cluster:
  name: lab
  node_pools: [{name: big, nodes: [{name: "n-{index}", gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}, cpu: 64, memory: 512Gi}]}]
organization:
  departments:
    - name: research
      quota: {big: {gpu: 8}}
      projects:
        - {name: capped, quota: {big: {gpu: 2, limit: 3}}}
        - {name: fixed, quota: {big: {gpu: 1}}}
policy: {name: kai}
workloads:
  - {name: first, kind: training, project: capped, submit: 0s, gpu: 2, duration: 5h}
  - {name: second, kind: training, project: capped, submit: 1m, gpu: 2, duration: 5h}
  - {name: lasting, kind: training, project: fixed, submit: 0s, gpu: 1, duration: 5h, priority: high}
  - {name: more, kind: training, project: fixed, submit: 1m, gpu: 1, duration: 5h, priority: high}
)");
  const Moment moment(run, hours(1));
  const auto record = [&](const char* name) {
    JsonWriter out;
    write_workload(out, moment.view, *moment.world.find_workload(name), Detail::full);
    return json::parse(out.text());
  };
  const json second = record("second");
  CHECK(second["phase"] == "Pending");
  CHECK(second["phaseReason"] == "OverLimit");
  CHECK(second["phaseMessage"] == "You have reached the limit of resources");
  CHECK(second["pendingSchedulingMessages"] ==
        json::parse(R"([{"nodePool":"big","phaseReason":"OverLimit","reason":"Over limit","orgType":"PROJECT",
                         "userMessage":"You have reached the limit of resources"}])"));
  CHECK(second["conditions"][0]["message"] ==
        "node pool big: capped quota has reached the allowable limit of GPUs. Limit is 3 GPUs, currently 2 "
        "GPUs "
        "allocated and workload requested 2 GPUs");
  const json more = record("more");
  CHECK(more["preemptible"] == false);
  CHECK(more["phaseReason"] == "NonPreemptibleOverQuota");
  CHECK(more["pendingSchedulingMessages"][0]["reason"] == "Non-preemptible over quota");
  CHECK(more["conditions"][0]["message"] ==
        "node pool big: Non-preemptible workload is over quota. Workload requested 1 GPUs, but fixed quota "
        "is 1 GPUs, "
        "while 1 GPUs are already allocated for non-preemptible pods. Use a preemptible workload to go over "
        "quota.");
}

TEST_CASE("a refusal for want of room carries the policy's own sentence when it is asked for") {
  const FinishedRun run(R"(
version: 1
clock: {duration: 2h}
cluster:
  name: lab
  node_pools: [{name: big, nodes: [{name: "n-{index}", count: 3, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}, cpu: 64, memory: 512Gi}]}]
organization: {departments: [{name: research, quota: {big: {gpu: 24}}, projects: [{name: vision, quota: {big: {gpu: 24}}}]}]}
policy: {name: kai}
workloads:
  - {name: one, kind: training, project: vision, submit: 0s, gpu: 6, duration: 5h}
  - {name: two, kind: training, project: vision, submit: 0s, gpu: 6, duration: 5h}
  - {name: three, kind: training, project: vision, submit: 0s, gpu: 6, duration: 5h}
  - {name: waits, kind: training, project: vision, submit: 1m, gpu: 4, duration: 5h}
)");
  Moment moment(run, hours(1));
  const WorkloadId id = *moment.world.find_workload("waits");
  const FitMessages messages(moment.view, *run.journal, {id});
  moment.view.messages = &messages;
  JsonWriter out;
  write_workload(out, moment.view, id, Detail::full);
  const json record = json::parse(out.text());
  CHECK(record["phaseMessage"] == "Not enough resources in the requested nodepool");
  const std::string message = record["conditions"][0]["message"];
  INFO(message);
  CHECK(message.find("3 node(s) didn't have enough resources: GPUs") != std::string::npos);
}
