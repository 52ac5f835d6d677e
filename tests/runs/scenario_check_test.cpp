#include "sim/runs/scenario_check.hpp"

#include <catch2/catch.hpp>

#include "tests/runs/small_run.hpp"

using namespace berth;

TEST_CASE("each expectation of a scenario is told with what came instead") {
  const scenario::Scenario scenario = tests::scenario_of(tests::two_in_turn);
  simulation::Input input = scenario::build_input(scenario);
  auto policy = runs::policy_of(input.policy);
  const auto checked = runs::check_scenario(scenario, std::move(input), std::move(policy));
  REQUIRE(checked.size() == 2);
  CHECK(checked[0].holds);
  CHECK(checked[0].difference.empty());
  CHECK_FALSE(checked[1].holds);
  CHECK_FALSE(checked[1].difference.empty());
}
