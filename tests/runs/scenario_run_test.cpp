#include "sim/runs/scenario_run.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>

#include "sim/cases/policy_case.hpp"
#include "sim/runs/text_file.hpp"
#include "tests/runs/small_run.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/policies/toy_policies.hpp"

using namespace berth;
using tests::Folder;

namespace {

// Binds a pod to a node, and says that it goes nowhere on it.
policy::CycleResult lie(const policy::Snapshot& snapshot, policy::Transaction& transaction) {
  for (const WorkloadId id : *snapshot.waiting)
    transaction.evict(snapshot.workloads->all[id].pods.front(), policy::EvictionCause::policy,
                      none<WorkloadId>());
  return {};
}

std::vector<std::string> files_in(const std::string& folder) {
  return records::disk().entries(folder);
}

}  // namespace

TEST_CASE("a run's folder is there after the commit and not before") {
  const Folder folder;
  const scenario::Scenario scenario = tests::scenario_of(tests::two_in_turn);
  runs::RunPlan plan;
  plan.folder = folder.path("out");
  std::uint64_t told = 0;
  plan.progress = [&](const simulation::RunProgress& at) { told = at.events; };
  simulation::Input input = scenario::build_input(scenario);
  auto policy = runs::policy_of(input.policy);
  {
    runs::ScenarioRun run(scenario, std::move(input), std::move(policy), plan);
    CHECK(run.extent().arrivals == 2U);
    CHECK(run.extent().end == run.extent().start + hours(1));
    run.simulate();
    CHECK(run.result().ended == simulation::RunEnd::end_reached);
    CHECK(run.summary().seed == scenario.seed);
    run.write();
    CHECK_FALSE(std::filesystem::exists(folder.path("out")));
    run.commit();
  }
  CHECK(files_in(folder.path()) == std::vector<std::string>{"out"});
  CHECK(files_in(folder.path("out")) ==
        std::vector<std::string>{"journal.berth", "metrics.json", "scenario.yaml", "summary.json",
                                 "telemetry.json", "workload-details.jsonl", "workloads.json"});
}

TEST_CASE("documents are the same whether the journal is kept or only read") {
  const Folder folder;
  const scenario::Scenario scenario = tests::scenario_of(tests::two_in_turn);
  tests::run_into(scenario, folder.path("kept"));
  runs::RunPlan plan;
  plan.folder = folder.path("read");
  plan.files.journal = false;
  tests::run_into(scenario, std::move(plan));
  for (const std::string& name : files_in(folder.path("read"))) {
    INFO(name);
    CHECK(name != "journal.berth");
    CHECK(runs::text_of_file(folder.path("read/" + name)) == runs::text_of_file(folder.path("kept/" + name)));
  }
}

TEST_CASE("a run without a folder leaves nothing and has a summary") {
  const scenario::Scenario scenario = tests::scenario_of(tests::two_in_turn);
  simulation::Input input = scenario::build_input(scenario);
  auto policy = runs::policy_of(input.policy);
  runs::ScenarioRun run(scenario, std::move(input), std::move(policy), {});
  run.simulate();
  run.write();
  run.commit();
  CHECK(run.result().transitions > 0);
}

TEST_CASE("a run that is asked to stop leaves nothing") {
  const Folder folder;
  const std::atomic<bool> flag{true};
  runs::RunPlan plan;
  plan.folder = folder.path("out");
  plan.stop = StopToken(flag);
  CHECK_THROWS_AS(tests::run_into(tests::scenario_of(tests::two_in_turn), std::move(plan)), Interrupted);
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("a folder that berth did not write is not replaced") {
  const Folder folder;
  folder.write("thesis.txt", "years of work");
  CHECK_THROWS_AS(tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path()), runs::InputError);
  policy::PolicySpec spec;
  spec.name = "kai";
  spec.options["actions"] = "dance";
  CHECK_THROWS_AS(runs::policy_of(spec), runs::InputError);
}

TEST_CASE("what the pass saw whose decision was refused is written as a case") {
  const Folder folder;
  const scenario::Scenario scenario = tests::scenario_of(tests::two_in_turn);
  runs::RunPlan plan;
  plan.illegal_decision = folder.path("case.jsonl");
  runs::ScenarioRun run(scenario, scenario::build_input(scenario), std::make_unique<tests::Scripted>(lie),
                        std::move(plan));
  CHECK_THROWS_WITH(run.simulate(), Catch::Contains("What the policy saw is written to " +
                                                    folder.path("case.jsonl") + " as a policy case"));
  Diagnostics faults;
  const auto cases =
      scenario::read_policy_cases(runs::text_of_file(folder.path("case.jsonl")), "case.jsonl", faults);
  CHECK(faults.to_text().empty());
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].id == "illegal-decision");
  CHECK(cases[0].workloads.all.size() == 1);
}
