#include "sim/runs/captured_cycle.hpp"

#include <catch2/catch.hpp>

#include "tests/runs/small_run.hpp"
#include "tests/support/folder.hpp"

using namespace berth;
using tests::Folder;

TEST_CASE("a cycle of a run becomes a case that holds") {
  const Folder folder;
  const runs::RunReader run(tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path("out")));
  const runs::CapturedCycle cycle = runs::capture_cycle(run, run.first() + minutes(5));
  CHECK(cycle.decided_alike);
  CHECK(cycle.one.id.rfind("two-in-turn/p/", 0) == 0);
  CHECK(cycle.line.back() == '\n');
  Diagnostics faults;
  const auto read = scenario::read_policy_cases(cycle.line, "captured", faults);
  REQUIRE(read.size() == 1);
  // The first job gives up its GPUs; the second one gets one of them.
  CHECK(scenario::run_policy_case(read[0], *runs::policy_of(read[0].policy)).passed);
  CHECK_FALSE(read[0].expected.jobs.empty());
}

TEST_CASE("after the last decision there is no cycle to capture") {
  const Folder folder;
  const runs::RunReader run(tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path("out")));
  CHECK_THROWS_WITH(runs::capture_cycle(run, run.first() + minutes(59)),
                    Catch::Contains("no cycle decided anything at or after"));
}
