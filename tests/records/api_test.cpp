#include "sim/records/api.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/records/query.hpp"
#include "sim/records/series/telemetry.hpp"
#include "sim/records/words/explain.hpp"
#include "sim/records/workloads/workload_events.hpp"
#include "sim/records/workloads/workload_list.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
using berth::tests::FinishedRun;
using berth::tests::Moment;
using nlohmann::json;

namespace {

// 60 short jobs on one GPU, two long ones on another node that never both fit.
const char* const sixty = R"(
version: 1
seed: 3
clock: {start: 2026-01-05T00:00:00Z, duration: 2d}
cluster:
  name: lab
  node_pools:
    - {name: small, nodes: [{name: s-0, gpus: {model: Tesla-T4, count: 1}, cpu: 8, memory: 64Gi}]}
    - {name: large, nodes: [{name: l-0, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}, cpu: 64, memory: 512Gi}]}
organization:
  departments:
    - name: dep
      projects: [{name: one, quota: {small: {gpu: 1}, large: {gpu: 8}}}, {name: two, quota: {large: {gpu: 8}}}]
policy: {name: fifo-skip}
workloads:
  - {name: long-a, kind: training, project: two, submit: 0s, gpu: 6, duration: 1d, node_pools: [large]}
  - {name: "long,b", kind: training, project: two, submit: 1h, gpu: 4, duration: 1h, node_pools: [large], delete_after: 1h}
generators:
  - {name: job, kind: training, project: one, node_pools: [small], arrivals: {per_hour: 30}, gpu: 1, duration: 30s}
)";

const FinishedRun& sixty_run() {
  static const FinishedRun run(sixty);
  return run;
}

Answer ask(const std::string& target, Duration offset = hours(2), const std::string& method = "GET") {
  const Moment moment(sixty_run(), offset);
  return answer(method, target, moment.view, *sixty_run().journal);
}

json body(const std::string& target, Duration offset = hours(2)) {
  const Answer got = ask(target, offset);
  INFO(target << " answers " << got.body);
  REQUIRE(got.status == 200);
  return json::parse(got.body);
}

std::int64_t count(const std::string& query, Duration offset = hours(2)) {
  return body("/api/v1/workloads/count?" + query, offset)["count"];
}

std::string id_of_workload(const std::string& name) {
  return print_uuid(sixty_run().ids->workload(*sixty_run().world().find_workload(name)));
}

}  // namespace

TEST_CASE("a list is paged, and its pages are the whole") {
  const auto total = count("");
  REQUIRE(total > 50);
  const json first = body("/api/v1/workloads");
  CHECK(first["workloads"].size() == 50);
  CHECK(first["next"] == 50);
  std::set<std::string> seen;
  std::int64_t offset = 0;
  for (;;) {
    const json page = body("/api/v1/workloads?limit=7&offset=" + std::to_string(offset));
    for (const auto& one : page["workloads"]) CHECK(seen.insert(one["id"]).second);
    if (!page.contains("next")) break;
    CHECK(page["next"] == offset + 7);
    offset = page["next"];
  }
  CHECK(static_cast<std::int64_t>(seen.size()) == total);
  CHECK(body("/api/v1/workloads?offset=100000")["workloads"].empty());
}

TEST_CASE("filters compare numbers as numbers, instants as instants and texts exactly or without case") {
  const auto total = count("");
  CHECK(count("filterBy=name==long-a") == 1);
  CHECK(count("filterBy=name==LONG-A") == 0);
  CHECK(count("filterBy=name=%5eLONG") == 2);
  CHECK(count("filterBy=name!=long-a") == total - 1);
  CHECK(count("filterBy=name=@ng-") == 1);
  CHECK(count("filterBy=name!@long") == total - 2);
  CHECK(count("filterBy=name=$-a") == 1);
  CHECK(count("filterBy=allocatedGPU>=6") == 1);
  CHECK(count("filterBy=allocatedGPU>=5.5,phase==Running") == 1);
  CHECK(count("filterBy=phase==Running&filterBy=allocatedGPU>=6") == 1);
  CHECK(count("filterBy=createdAt<=2026-01-05T00:00:00Z") == 1);
  CHECK(count("filterBy=createdAt<=2026-01-05T01%3A00%3A00%2B01%3A00") == 1);
  CHECK(count("filterBy=nodepool==large") == 2);
  CHECK(count("filterBy=projectName==two") == 2);
  CHECK(count("filterBy=priority>=41") == 0);
}

TEST_CASE("a comma belongs to the value unless a field and an operator follow") {
  CHECK(count("filterBy=name==long,b") == 1);
  CHECK(count("filterBy=name==long,b,phase==Pending") == 1);
  CHECK(count("filterBy=name==long,b,phase==Running") == 0);
}

TEST_CASE("a null field satisfies only the negations") {
  const auto total = count("");
  CHECK(count("filterBy=deletedAt>=2020-01-01") == 0);
  CHECK(count("filterBy=deletedAt!=2020-01-01") == total);
  CHECK(count("filterBy=submittedBy!@ada") == total);
}

TEST_CASE("sorting puts nulls last and settles ties by id") {
  const json page = body("/api/v1/workloads?sortBy=allocatedGPU&sortOrder=desc&limit=1");
  CHECK(page["workloads"][0]["name"] == "long-a");
  const json ended = body("/api/v1/workloads?sortBy=completedAt&limit=500&sortOrder=desc");
  bool null_seen = false;
  for (const auto& one : ended["workloads"]) {
    CHECK((!null_seen || one["completedAt"].is_null()));
    null_seen = null_seen || one["completedAt"].is_null();
  }
  CHECK(null_seen);
  const json same = body("/api/v1/workloads?sortBy=type&limit=500");
  for (std::size_t i = 1; i < same["workloads"].size(); ++i)
    CHECK(same["workloads"][i - 1]["id"] < same["workloads"][i]["id"]);
}

TEST_CASE("search looks at names, projects, departments, types and ids without case") {
  CHECK(count("search=LONG") == 2);
  CHECK(count("search=TWO") == 2);
  CHECK(count("search=" + id_of_workload("long-a")) == 1);
  CHECK(count("search=training") == count(""));
  CHECK(count("search=nothing-like-it") == 0);
}

TEST_CASE("a deleted workload is in the list of deleted ones, by its id, and forgotten after 14 days") {
  // long,b waits until long-a is done after a day, runs an hour, and is deleted an hour later.
  const Duration gone = days(1) + hours(2) + minutes(1);
  CHECK(count("filterBy=projectName==two", gone) == 1);
  CHECK(count("filterBy=projectName==two&deleted=true", gone) == 1);
  const json record = body("/api/v1/workloads/" + id_of_workload("long,b"), gone);
  CHECK(record["deletedAt"] == "2026-01-06T02:00:00.000Z");
  CHECK(record["actionsSupport"]["delete"] == false);
  CHECK(count("filterBy=projectName==two&deleted=true", gone + days(14)) == 0);
  CHECK(ask("/api/v1/workloads/" + id_of_workload("long,b"), gone + days(14)).status == 404);
}

TEST_CASE("errors have a code and a sentence") {
  const auto error = [](const std::string& target, const std::string& method = "GET") {
    const Answer got = ask(target, hours(2), method);
    const json parsed = json::parse(got.body);
    CHECK(parsed["code"] == got.status);
    return std::to_string(got.status) + " " + parsed["message"].get<std::string>();
  };
  CHECK(error("/api/v1/workloads?limit=0") == "400 limit: '0' is out of range (expected 1 to 500)");
  CHECK(error("/api/v1/workloads?limit=501") == "400 limit: '501' is out of range (expected 1 to 500)");
  CHECK(error("/api/v1/workloads?offset=-1").starts_with("400 offset:"));
  CHECK(error("/api/v1/workloads?deleted=yes") == "400 deleted: 'yes' is neither true nor false");
  CHECK(error("/api/v1/workloads?sortBy=colour") ==
        "400 sortBy: 'colour' is not a field that workloads are sorted by");
  CHECK(error("/api/v1/workloads?sortOrder=up") == "400 sortOrder: 'up' is none of asc, desc");
  CHECK(error("/api/v1/workloads?filterBy=colour==red") ==
        "400 filterBy: 'colour==red' does not begin with a field and an operator");
  CHECK(error("/api/v1/workloads?filterBy=name==") == "400 filterBy: 'name==' has no value");
  CHECK(error("/api/v1/workloads?search=%zz") == "400 The request target has a broken percent escape");
  CHECK(error("/api/v1/workloads/not-an-id") == "404 Resource id not found.");
  CHECK(error("/api/v1/workloads/00000000-0000-0000-0000-000000000000") == "404 Resource id not found.");
  CHECK(error("/api/v1/nothing") == "404 Unknown path");
  CHECK(error("/metrics") == "404 Unknown path");
  CHECK(error("/api/v1/workloads", "DELETE") == "405 Method not allowed");
  CHECK(error("/api/v1/workloads/telemetry") == "400 Required parameter is missing: telemetryType");
  CHECK(
      error("/api/v1/workloads/telemetry?telemetryType=ALLOCATION_RATIO").starts_with("400 telemetryType:"));
  CHECK(error("/api/v1/workloads/telemetry?telemetryType=PENDING_TIME_DISTRIBUTION&groupBy=Type,Phase") ==
        "400 groupBy: at most 1 key with PENDING_TIME_DISTRIBUTION");
}

TEST_CASE("a workload that is not there yet is not found") {
  CHECK(ask("/api/v1/workloads/" + id_of_workload("long,b"), minutes(59)).status == 404);
  CHECK(ask("/api/v1/workloads/" + id_of_workload("long,b"), minutes(60)).status == 200);
}

TEST_CASE("pods, events and history of a workload") {
  const std::string path = "/api/v1/workloads/" + id_of_workload("long,b");
  const json pods = body(path + "/pods?verbosity=full");
  REQUIRE(pods["pods"].size() == 1);
  CHECK(pods["pods"][0]["name"] == "long,b-0");
  CHECK(pods["pods"][0]["workloadName"] == "long,b");
  CHECK(pods["pods"][0]["nodeName"] == nullptr);
  CHECK(pods["pods"][0]["k8sPhase"] == "Pending");
  CHECK(pods["pods"][0]["containers"][0]["startedAt"] == nullptr);
  const json events = body(path + "/events");
  REQUIRE(events["events"].size() == 1);
  CHECK(events["events"][0]["type"] == "Warning");
  CHECK(events["events"][0]["reason"] == "Unschedulable");
  CHECK(events["events"][0]["source"] == "kai-scheduler");

  const Duration later = days(1) + minutes(30);
  const json running = body(path + "/pods", later);
  CHECK(running["pods"][0]["nodeName"] == "l-0");
  CHECK(running["pods"][0]["currentNodePool"] == "large");
  CHECK(running["pods"][0]["allocatedResources"]["gpu"] == 4);
  const json newest = body(path + "/events", later);
  CHECK(newest["events"][0]["reason"] == "Started");
  CHECK(newest["events"].back()["reason"] == "Unschedulable");
  std::vector<std::string> phases;
  const json history = body(path + "/history", later);
  for (const auto& entry : history["records"])
    if (entry["meta"]["type"] == "PhaseUpdate") phases.push_back(entry["spec"]["phaseUpdate"]["phase"]);
  CHECK(phases == std::vector<std::string>{"Creating", "Pending", "Initializing", "Running"});
  CHECK(body("/api/v1/workloads/pods/count?completed=false")["count"] >= 2);
}

TEST_CASE("telemetry counts what the list shows") {
  const auto values = [](const std::string& query) { return body("/api/v1/" + query)["values"]; };
  CHECK(values("workloads/telemetry?telemetryType=WORKLOADS_COUNT")[0]["value"] == std::to_string(count("")));
  const json phases = values("workloads/telemetry?telemetryType=WORKLOADS_COUNT&groupBy=Phase");
  for (const auto& one : phases)
    CHECK(one["value"] ==
          std::to_string(count("filterBy=phase==" + one["groups"][0]["value"].get<std::string>())));
  // As a Python client sends an enum's member.
  const json pools = values(
      "workloads/telemetry?telemetryType=WorkloadTelemetryType.GPU_ALLOCATION&groupBy=CurrentNodepools");
  CHECK(pools[0]["groups"][0]["value"] == "");
  CHECK(pools[0]["value"] == "0");
  CHECK(pools[1]["groups"][0]["value"] == "large");
  CHECK(pools[1]["value"] == "6");
  const json waits =
      values("workloads/telemetry?telemetryType=PENDING_TIME_DISTRIBUTION&filterByPhases=Pending");
  REQUIRE(waits.size() == 4);
  CHECK(waits[0]["groups"][0]["value"] == "<5m");
  CHECK(waits[2]["groups"][0]["value"] == "1h-24h");
  CHECK(waits[2]["value"] == "1");
  CHECK(values("nodes/telemetry?telemetryType=TOTAL_GPUS")[0]["value"] == "9");
  CHECK(values("nodes/telemetry?telemetryType=ALLOCATED_GPUS&nodepoolName=large")[0]["value"] == "6");
  CHECK(values("nodes/telemetry?telemetryType=FREE_GPUS&groupBy=Nodepool")[0]["value"] == "2");
  CHECK(values("org-unit/projects/telemetry?telemetryType=GPU_QUOTA")[0]["value"] == "17");
  CHECK(values("org-unit/departments/telemetry?telemetryType=GPU_ALLOCATION")[0]["value"] ==
        values("nodes/telemetry?telemetryType=ALLOCATED_GPUS")[0]["value"]);
}

TEST_CASE("telemetry: an idle MIG node is free, and a device is not while an instance of it is used") {
  static const FinishedRun run(R"(
version: 1
clock: {start: 2026-01-05T00:00:00Z, duration: 9h}
cluster:
  name: lab
  node_pools:
    - name: cut
      nodes:
        - {name: mixed, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, mig: {strategy: mixed, layout: [3g.40gb, 1g.10gb]}}
        - {name: single, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, mig: {strategy: single, layout: [3g.40gb, 3g.40gb]}}
    - {name: plain, nodes: [{name: none, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, mig: {strategy: none}}]}
organization: {departments: [{name: d, projects: [{name: p, quota: {gpu: 8}}]}]}
workloads:
  - {name: small, project: p, submit: 1h, gpu: {mig: 1g.10gb}, duration: 1h, node_pools: [cut]}
  - {name: half, project: p, submit: 3h, gpu: 1, duration: 1h, node_pools: [cut]}
)");
  const auto value = [&](const std::string& type, Duration at, const std::string& node = "") {
    const Moment moment(run, at);
    const Answer got = answer("GET", "/api/v1/nodes/telemetry?telemetryType=" + type + "&groupBy=Node",
                              moment.view, *run.journal);
    REQUIRE(got.status == 200);
    std::int64_t milli = 0;
    const json telemetry = json::parse(got.body);
    for (const json& one : telemetry["values"]) {
      if (!node.empty() && one["groups"][0]["name"] != node) continue;
      milli += std::llround(std::stod(one["value"].get<std::string>()) * 1000);
    }
    return milli;
  };
  CHECK(value("FREE_GPUS", minutes(30)) == 6000);
  CHECK(value("FULLY_FREE_GPU_NODES", minutes(30)) == 3000);
  CHECK(value("ALLOCATED_GPUS", minutes(30)) == 0);
  CHECK(value("FREE_GPUS", minutes(90), "mixed") == 1000);
  CHECK(value("FULLY_FREE_GPU_NODES", minutes(90), "mixed") == 0);
  CHECK(value("ALLOCATED_GPUS", minutes(90), "mixed") == 125);  // one memory slice of eight
  CHECK(value("FREE_GPUS", minutes(210), "single") == 1000);
  CHECK(value("FULLY_FREE_GPU_NODES", minutes(210)) == 2000);
  CHECK(value("ALLOCATED_GPUS", minutes(210), "single") == 500);
  CHECK(value("FREE_GPUS", hours(5)) == 6000);
  CHECK(value("TOTAL_GPUS", hours(5)) == 6000);
}

TEST_CASE("metrics are sampled from start to end, and stop at the present") {
  const std::string cluster = "/api/v1/clusters/" + print_uuid(sixty_run().ids->cluster());
  const std::string span = "&start=2026-01-05T00:00:00Z&end=2026-01-05T04:00:00Z";
  const json five = body(
      cluster + "/metrics?metricType=ALLOCATED_GPU,TOTAL_GPU&numberOfSamples=5&nodepoolName=large" + span,
      hours(3));
  REQUIRE(five["measurements"].size() == 2);
  CHECK(five["measurements"][0]["type"] == "ALLOCATED_GPU");
  CHECK(five["measurements"][0]["labels"] == nullptr);
  const json& values = five["measurements"][0]["values"];
  REQUIRE(values.size() == 4);  // the fifth instant has not come
  CHECK(values[1]["timestamp"] == "2026-01-05T01:00:00.000Z");
  CHECK(values[1]["value"] == "6");
  CHECK(five["measurements"][1]["values"][0]["value"] == "8");
  CHECK(body(cluster + "/metrics?metricType=TOTAL_GPU&numberOfSamples=0" + span)["measurements"][0]["values"]
            .empty());

  const Answer grouped = ask(cluster + "/metrics?metricType=TOTAL_GPU&groupBy=Project" + span);
  CHECK(grouped.status == 422);
  const json projects =
      body(cluster + "/metrics?metricType=WORKLOADS_COUNT&groupBy=Project&numberOfSamples=1" +
           "&start=2026-01-05T00:00:00Z&end=2026-01-05T02:00:00Z");
  CHECK(projects["measurements"][1]["groups"][0] == json::parse(R"({"key":"Project","value":"two"})"));
  CHECK(projects["measurements"][1]["values"][0]["value"] == "2");

  const std::string workload =
      "/api/v1/workloads/" + id_of_workload("long,b") + "/metrics?numberOfSamples=3" + span;
  const json pods = body(workload + "&metricType=POD_COUNT", hours(4));
  CHECK(pods["measurements"][0]["values"].size() == 2);  // not before it was created
  const Answer some = ask(workload + "&metricType=POD_COUNT,NIM_NUM_REQUESTS_RUNNING");
  CHECK(some.status == 207);
  CHECK(json::parse(some.body)["measurements"].size() == 1);
  CHECK(ask(workload + "&metricType=COLOUR").status == 400);
  CHECK(ask(cluster + "/metrics?metricType=TOTAL_GPU&start=2026-01-05T00:00:00Z&end=2026-01-05T00:00:00Z")
            .status == 400);
  CHECK(ask("/api/v1/clusters/00000000-0000-0000-0000-000000000000/metrics?metricType=TOTAL_GPU" + span)
            .status == 404);
  CHECK(ask(cluster + "/nodepools/none/metrics?metricType=TOTAL_GPU" + span).status == 404);
}

TEST_CASE("an explanation names what lacks") {
  const Moment moment(sixty_run(), hours(2));
  const auto id = workload_named(moment.view, "long,b");
  REQUIRE(id);
  const std::string text = explain_workload(moment.view, *sixty_run().journal, *id);
  INFO(text);
  CHECK(text.find("asks for 1 pod with 4 GPUs") != std::string::npos);
  CHECK(text.find(
            "At 2026-01-05T02:00:00.000Z: Pending for 1h. Not enough resources in the requested nodepool") !=
        std::string::npos);
  CHECK(text.find("1 too few vacant GPUs") != std::string::npos);
  CHECK(workload_named(moment.view, id_of_workload("long,b")) == id);
  CHECK_FALSE(workload_named(moment.view, "long"));
}
