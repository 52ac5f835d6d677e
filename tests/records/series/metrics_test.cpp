#include "sim/records/series/metrics.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/records/folder/run_documents.hpp"
#include "sim/records/series/measured.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
using nlohmann::json;

namespace {

// Two pools, two projects, training and a notebook that idles.
const char* const two_pools = R"(
version: 1
seed: 5
clock: {start: 2026-01-05T00:00:00Z, duration: 4h}
cluster:
  name: lab
  node_pools:
    - {name: p, nodes: [{name: p-0, gpus: {model: Tesla-T4, count: 4}, cpu: 8, memory: 64Gi}]}
    - {name: q, nodes: [{name: "q-{index}", count: 2, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, cpu: 16, memory: 64Gi}]}
organization:
  departments:
    - {name: d, quota: {p: {gpu: 4}, q: {gpu: 4}}, projects: [{name: a, quota: {p: {gpu: 3}}}, {name: b, quota: {p: {gpu: 1}, q: {gpu: 4}}}]}
policy: {name: fifo-skip}
workloads:
  - {name: t, kind: training, project: a, submit: 0s, gpu: 2, cpu: 2, memory: 16Gi, duration: 2h, node_pools: [p]}
  - {name: n, kind: workspace, project: b, submit: 1h, gpu: {fraction: 0.5}, cpu: 1, memory: 8Gi, duration: 10h, idle: 100%, node_pools: [q]}
  - {name: big, kind: training, project: b, submit: 1h, gpu: 2, pods: 3, duration: 1h, node_pools: [q], gang: {min_pods: 3}}
)";

const tests::FinishedRun& run() {
  static const tests::FinishedRun made(two_pools);
  return made;
}

}  // namespace

TEST_CASE("what is measured adds up over pools, projects and categories") {
  const tests::Moment moment(run(), minutes(90));
  const Measured measured(moment.view);
  const PoolId p{0}, q{1};
  const QueueId a = *moment.world.organization.find("a"), b = *moment.world.organization.find("b");
  const QueueId d = *moment.world.organization.find("d");
  CHECK(measured.capacity({}).gpus == 8);
  CHECK(measured.capacity({p, {}, {}, {}}).gpus == 4);
  CHECK(measured.capacity({q, {}, {}, {}}).gpu_nodes == 2);
  CHECK(measured.use({}).gpu == 2500);
  CHECK(measured.use({p, {}, {}, {}}).gpu == 2000);
  CHECK(measured.use({{}, a, {}, {}}).gpu == 2000);
  CHECK(measured.use({{}, b, {}, {}}).gpu == 500);
  CHECK(measured.use({{}, {}, d, {}}).gpu == 2500);
  CHECK(measured.use({{}, {}, {}, "Build"}).gpu == 500);
  CHECK(measured.use({}).busy_gpu == 2000);  // the notebook idles
  CHECK(measured.use({}).workloads == 3);
  CHECK(measured.use({q, {}, {}, {}}).pending == 1);
  CHECK(measured.use({}).pending_micros == minutes(30).micros);
  CHECK(measured.quota({{}, a, {}, {}}, organization::Resource::gpu) == 3000);
  CHECK(measured.quota({p, {}, {}, {}}, organization::Resource::gpu) == 4000);
  CHECK(measured.quota({{}, {}, d, {}}, organization::Resource::gpu) == 8000);
  // Two devices fully at work, six at rest.
  CHECK(measured.capacity({}).devices_by_utilization == std::array<std::int64_t, 4>{6, 0, 0, 2});
}

TEST_CASE("metrics.json has every default body, each saying what it answers") {
  JsonWriter out;
  write_metrics_file(out, run().end(), *run().journal);
  const json bodies = json::parse(out.text());
  // The cluster, its four groupings, two pools, a department and two projects.
  REQUIRE(bodies.size() == 10);
  std::set<std::string> requests;
  for (const auto& body : bodies) {
    CHECK(requests.insert(body["request"]).second);
    CHECK_FALSE(body["measurements"].empty());
  }
  const json& cluster = bodies[0]["measurements"];
  for (const auto& series : cluster) {
    REQUIRE(series["values"].size() == 20);
    CHECK(series["values"][0]["timestamp"] == "2026-01-05T00:00:00.000Z");
    CHECK(series["values"][19]["timestamp"] == "2026-01-05T04:00:00.000Z");
  }
  // ALLOCATED_GPU is the sum of those of the pools, at every instant.
  const auto allocated = [](const json& measurements) {
    std::vector<double> out_values(20, 0.0);
    for (const auto& series : measurements)
      if (series["type"] == "ALLOCATED_GPU")
        for (std::size_t i = 0; i < 20; ++i)
          out_values[i] += std::stod(series["values"][i]["value"].get<std::string>());
    return out_values;
  };
  for (const auto& body : bodies)
    if (body["request"].get<std::string>().find("groupBy") != std::string::npos)
      CHECK(allocated(body["measurements"]) == allocated(cluster));
}

TEST_CASE("workloads.json is a list's body without next, with the details beside it") {
  simulation::MemorySink list, details;
  write_workloads_file(list, run().end());
  write_details_file(details, run().end());
  const json body = json::parse(list.bytes());
  CHECK(body.size() == 1);
  REQUIRE(body["workloads"].size() == 3);
  std::string line;
  std::size_t lines = 0;
  for (const std::uint8_t byte : details.bytes()) {
    if (byte != '\n') {
      line.push_back(static_cast<char>(byte));
      continue;
    }
    json record = json::parse(line);
    CHECK(record.contains("pendingSchedulingMessages"));
    record.erase("pendingSchedulingMessages");
    CHECK(record == body["workloads"][lines]);
    line.clear();
    ++lines;
  }
  CHECK(lines == 3);
  CHECK(line.empty());
}
