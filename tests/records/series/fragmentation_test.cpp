#include "sim/records/series/fragmentation.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"
#include "sim/records/words/expectations.hpp"

using namespace berth;

namespace {

// Two GPUs; a pod of 0.6 of one for the first and the third of four hours. Typical pods ask for 0.6.
const char* const scenario_text = R"(version: 1
policy: {name: fifo-skip}
clock: {duration: 4h}
cluster:
  node_pools:
    - {name: t4, nodes: [{name: "n{index}", count: 1, gpus: {model: Tesla-T4, count: 2}}]}
organization: {departments: [{name: d, projects: [{name: p, quota: {t4: {gpu: 2}}}]}]}
workloads:
  - {name: a, kind: training, project: p, submit: 0s, gpu: {fraction: 0.6}, duration: 1h}
  - {name: b, kind: training, project: p, submit: 2h, gpu: {fraction: 0.6}, duration: 1h}
expect:
  - {metric: fragmentation, at_most: 11.77%, at_least: 11.76%}
  - {metric: "fragmentation{node_pool=t4}", at: 1h, at_most: 28.6%, at_least: 28.5%}
  - {metric: fragmentation, at_most: 11%}
)";

}  // namespace

TEST_CASE("fragmentation over time is what typical pods could not use of the free GPUs") {
  const auto loaded = scenario::load_scenario_text(scenario_text, "scenario.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  auto policy = policy::make_policy(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source);

  simulation::MemorySink out;
  const auto summary = records::write_fragmentation(out, journal, 5);
  // A device with 0.4 left is of no use to a pod of 0.6.
  CHECK(std::string(out.bytes().begin(), out.bytes().end()) ==
        "seconds,node_pool,free_gpus,fragmented_gpus,fragmentation_percent\n"
        "0.000000,t4,1.4000,0.4000,28.5714\n"
        "3600.000000,t4,2.0000,0.0000,0.0000\n"
        "7200.000000,t4,1.4000,0.4000,28.5714\n"
        "10800.000000,t4,2.0000,0.0000,0.0000\n"
        "14400.000000,t4,2.0000,0.0000,0.0000\n");
  REQUIRE(summary.size() == 1);
  CHECK(summary[0].pool == "t4");
  CHECK(summary[0].micro == Integral(400'000'000, hours(2)));
  CHECK(summary[0].idle == Integral(1400, hours(2)) + Integral(2000, hours(2)));
  CHECK(summary[0].at_end.used == 0);
  CHECK(summary[0].at_end.capacity == 2000);
  CHECK(records::average_fragmentation(journal, journal.last())[0].micro == summary[0].micro);

  // As a metric: 0.8 of 6.8 GPU hours over the run, 0.4 of 1.4 in the first hour.
  const auto checked = records::check_expectations(*loaded.scenario, journal);
  REQUIRE(checked.size() == 3);
  CHECK(checked[0].holds);
  CHECK(checked[1].holds);
  CHECK_FALSE(checked[2].holds);
  CHECK(checked[2].difference.find("11.76") != std::string::npos);
}

TEST_CASE("the meter brought up to date equals one made anew") {
  const auto loaded = scenario::load_scenario(BERTH_SOURCE_DIR "/scenarios/studies/openb/openb.yaml", {});
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  const auto typical = input.policy.typical;
  const auto models = input.cluster.models;
  auto policy = policy::make_policy(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source);

  simulation::World world = journal.world_before(0);
  records::FragmentationMeter following(typical, models);
  following.follow(world);
  journal.each(0, [&](const simulation::Record& record) {
    world.apply(record.transition, record.at);
    following.follow(world);
    if (record.sequence % 7 == 0) {
      records::FragmentationMeter fresh(typical, models);
      fresh.follow(world);
      CHECK(following.total() == fresh.total());
    }
    return true;
  });
  CHECK(following.total().capacity == 66'000);
}

TEST_CASE("a share of nothing is 0") {
  CHECK(records::fragmentation_percent(0, 0) == "0");
  CHECK(records::fragmentation_percent(400'000'000, 1400) == "28.5714");
}

TEST_CASE("of a device in MIG mode the memory slices of its used instances are held") {
  const auto loaded = scenario::load_scenario_text(R"(version: 1
policy: {name: fifo-skip}
clock: {duration: 1h}
cluster:
  node_pools:
    - name: cut
      nodes: [{name: n0, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, mig: {strategy: mixed, layout: [3g.40gb, 1g.10gb]}}]
organization: {departments: [{name: d, projects: [{name: p, quota: {gpu: 2}}]}]}
workloads:
  - {name: a, project: p, gpu: {mig: 1g.10gb}, duration: 2h}
  - {name: b, project: p, gpu: {mig: 3g.40gb}, duration: 2h}
)",
                                                   "scenario.yaml");
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  auto policy = policy::make_policy(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source);
  simulation::MemorySink out;
  const auto summary = records::write_fragmentation(out, journal, 2);
  REQUIRE(summary.size() == 1);
  CHECK(summary[0].at_end.used == 625);
  CHECK(summary[0].at_end.capacity == 2000);
}
