#include "sim/records/words/expectations.hpp"

#include <catch2/catch.hpp>

#include "tests/support/finished_run.hpp"

using namespace berth;

TEST_CASE("a length of time that missed its bound is told in full: cut short it would seem to keep it") {
  const tests::FinishedRun run(R"(
version: 1
clock: {duration: 1h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 4}}]}]}
policy: {name: fifo-skip}
workloads: [{name: one, submit: 1m, gpu: 1, duration: 10m, image_pull: 400ms}]
expect: [{workload: one, phase: Running, by: 60s}]
)");
  const auto checked = records::check_expectations(run.scenario, *run.journal);
  REQUIRE(checked.size() == 1);
  CHECK_FALSE(checked[0].holds);
  CHECK(checked[0].difference == "it was Initializing then, and was so first after 1m400ms");
}
