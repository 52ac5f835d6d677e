#include "sim/records/words/spread.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"

using namespace berth;

namespace {

// What is said of each workload, by name, when all of them run.
std::string said(const std::string& cluster, const std::string& workload) {
  const auto loaded = scenario::load_scenario_text(
      "version: 1\npolicy: {name: fifo-skip, placement: first-fit}\nclock: {duration: 1m}\ncluster:\n" +
          cluster + "\nworkloads:\n  - {name: it, duration: 1h, " + workload + "}\n",
      "scenario.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  auto policy = policy::make_policy(input.policy);
  simulation::NullSink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  const auto result = run.execute();
  records::Identities ids(1, run.world().cluster.name);
  ids.follow(run.world().workloads, run.world().organization);
  const records::View view(run.world(), ids, result.end);
  return records::spread_text(view, run.world().workloads.all[WorkloadId{0}]);
}

std::string nodes(const char* gpus) {
  return std::string(
             "  topology: [block, rack]\n  node_pools: [{name: a, nodes: [{name: \"n{index}\", count: 4, "
             "gpus: {") +
         gpus + "}, labels: {block: \"b{index/2}\", rack: \"r{index}\"}}]}]";
}

}  // namespace

TEST_CASE("explain says how far apart pods are and what that costs") {
  const std::string t4 = nodes("model: T4, count: 1");
  const std::string gang = "kind: distributed, gpu: 1, topology_slowdown: 0.5, ";
  CHECK(said(t4, gang + "gang: {min_pods: 4, max_pods: 4}") ==
        "  its pods span block, so it runs at 50% of its speed\n");
  CHECK(said(t4, gang + "gang: {min_pods: 2, max_pods: 2}") ==
        "  its pods span rack, so it runs at 75% of its speed\n");
  CHECK(said(t4, "kind: distributed, gpu: 1, gang: {min_pods: 4, max_pods: 4}") == "  its pods span block\n");
  CHECK(said(t4, "kind: training, gpu: 1").empty());
  CHECK(said("  topology: [zone]\n  node_pools: [{name: a, nodes: [{name: \"n{index}\", count: 2, labels: "
             "{zone: z}, gpus: {model: T4, count: 1}}]}]",
             gang + "gang: {min_pods: 2, max_pods: 2}") == "  its pods are in one zone\n");
}

TEST_CASE("explain says when a pod's GPUs are in several NVLink domains") {
  CHECK(said(nodes("model: H100-NVL-94GB, count: 4"), "kind: training, gpu: 3") ==
        "  the GPUs of pod 0 are in 2 NVLink domains: 0 1 | 2\n");
  CHECK(said(nodes("model: H100-NVL-94GB, count: 4"), "kind: training, gpu: 2").empty());
  CHECK(said(nodes("model: H100-SXM5-80GB, count: 8"), "kind: training, gpu: 8").empty());
  CHECK(said(nodes("model: T4, count: 4"), "kind: training, gpu: 4").empty());
}
