// Example scenarios that say what they expect.
#include <catch2/catch.hpp>
#include <string>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"
#include "sim/records/words/expectations.hpp"

using namespace berth;

TEST_CASE("what the example of devices expects comes true") {
  const auto loaded = scenario::load_scenario(BERTH_SOURCE_DIR "/scenarios/devices.yaml", {});
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  simulation::Input input = scenario::build_input(*loaded.scenario);
  auto policy = policy::make_policy(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const auto checked = records::check_expectations(*loaded.scenario, simulation::JournalReader(source));
  CHECK(checked.size() == 7);
  for (const auto& expectation : checked) {
    INFO(expectation.text << ": " << expectation.difference);
    CHECK(expectation.holds);
  }
}
