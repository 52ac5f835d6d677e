#include "sim/records/workloads/pod_record.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
using nlohmann::json;

namespace {

// Suspended after an hour, resumed after two.
const char* const retried = R"(
version: 1
seed: 5
clock: {start: 2026-01-05T00:00:00Z, duration: 4h}
cluster:
  name: lab
  node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 1}, cpu: 8, memory: 64Gi, labels: {zone: a}}]}]
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 1}}}]}]}
policy: {name: fifo-skip}
defaults: {image_pull: 30s, termination_grace: 20s}
workloads:
  - {name: w, kind: training, project: a, submit: 0s, gpu: 1, cpu: 2, memory: 4Gi, duration: 3h, image: "lab/train:1"}
events: [{at: 1h, suspend: w}, {at: 2h, resume: w}]
)";

json pod_at(Duration offset, std::int32_t index) {
  static const tests::FinishedRun run(retried);
  const tests::Moment moment(run, offset);
  for (const PodId id : pods_of(moment.view, WorkloadId{0}))
    if (moment.world.workloads.pods[id].index == index) {
      JsonWriter out;
      write_pod(out, moment.view, id, true);
      return json::parse(out.text());
    }
  return nullptr;
}

}  // namespace

TEST_CASE("a pod from its creation to its end") {
  const json pulling = pod_at(seconds(10), 0);
  CHECK(pulling["name"] == "w-0");
  CHECK(pulling["workloadName"] == "w");
  CHECK(pulling["projectName"] == "a");
  CHECK(pulling["k8sPhase"] == "Pending");
  CHECK(pulling["nodeName"] == "n-0");
  CHECK(pulling["currentNodePool"] == "p");
  CHECK(pulling["containers"] == json::parse(R"([{"name":"w","image":"lab/train:1","startedAt":null}])"));
  CHECK(pulling["allocatedResources"]["gpu"] == 1);
  CHECK(pulling["requestedResources"]["cpu"]["request"] == 2);

  const json running = pod_at(minutes(30), 0);
  CHECK(running["k8sPhase"] == "Running");
  CHECK(running["k8sPhaseUpdatedAt"] == "2026-01-05T00:00:30.000Z");
  CHECK(running["containers"][0]["startedAt"] == "2026-01-05T00:00:30.000Z");
  CHECK(running["completedAt"] == nullptr);

  const json going = pod_at(hours(1) + seconds(10), 0);  // in its grace
  CHECK(going["k8sPhase"] == "Running");
  CHECK(going["allocatedResources"]["gpu"] == 0);  // no longer counts
  CHECK(going["deletedAt"] == nullptr);

  const json gone = pod_at(hours(1) + seconds(30), 0);
  CHECK(gone["k8sPhase"] == "Failed");
  CHECK(gone["deletedAt"] == "2026-01-05T01:00:20.000Z");
  CHECK(gone["currentNodePool"] == nullptr);
}

TEST_CASE("a resumed workload has new pods, with ids of their own") {
  CHECK(pod_at(hours(1), 1).is_null());
  const json second = pod_at(hours(3), 1);
  REQUIRE_FALSE(second.is_null());
  CHECK(second["createdAt"] == "2026-01-05T02:00:00.000Z");
  CHECK(second["k8sPhase"] == "Running");
  CHECK(second["id"] != pod_at(hours(3), 0)["id"]);
  CHECK(second["workloadId"] == pod_at(hours(3), 0)["workloadId"]);
}
