// A scenario's run with its documents: made, run to its end, written into a folder that is there whole or not at all.
//
//   simulation::Input input = scenario::build_input(scenario);
//   auto policy = runs::policy_of(input.policy);
//   runs::ScenarioRun run(scenario, std::move(input), std::move(policy), plan);
//   run.simulate();
//   run.write();       // every document, under the folder's temporary name
//   run.commit();      // without it, nothing is left
//   run.summary();
//
// Without a folder in the plan, write and commit do nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "berth/core/stop.hpp"
#include "berth/policy/policy.hpp"
#include "berth/scenario/scenario.hpp"
#include "berth/simulation/input.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/run.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "sim/records/folder/run_folder.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/runs/input_error.hpp"

namespace berth::runs {

// Throws InputError when an option is refused.
std::unique_ptr<policy::Policy> policy_of(const policy::PolicySpec& spec);

struct RunPlan {
  std::optional<std::string> folder;  // where to
  records::RunFiles files;  // what the folder gets; `study` is the scenario's to say, not the caller's
  // Where a pass whose decisions the World refused is written as a policy case: a bug of the policy, to be looked at.
  std::string illegal_decision = "berth.illegal-decision.jsonl";
  std::function<void(const simulation::RunProgress&)> progress;
  StopToken stop;
};

// How long the run will be, as far as its input says.
struct RunExtent {
  Instant start;
  std::optional<Instant> end;             // nothing: until it is drained
  std::optional<std::uint64_t> arrivals;  // submissions of the scenario; nothing: not known
};

class ScenarioRun {
 public:
  // `input` and `policy` are the scenario's, or what somebody made of them. The scenario must outlive the run. Throws InputError
  // when the folder cannot be written or must not be replaced.
  ScenarioRun(const scenario::Scenario& scenario, simulation::Input input,
              std::unique_ptr<policy::Policy> policy, RunPlan plan);
  ~ScenarioRun();
  ScenarioRun(const ScenarioRun&) = delete;
  ScenarioRun& operator=(const ScenarioRun&) = delete;

  const RunExtent& extent() const { return extent_; }

  // Throws Interrupted when it was asked to stop, std::runtime_error when the policy decided what it may not: what() says where
  // the case of it is.
  void simulate();
  // What came of it; after simulate().
  const simulation::RunResult& result() const { return result_; }
  const records::Summary& summary() const { return summary_; }

  // Throws Interrupted when it was asked to stop.
  void write();
  void commit();

 private:
  class Journal;

  const scenario::Scenario& scenario_;
  RunPlan plan_;
  simulation::RunHeader header_;
  RunExtent extent_;
  std::optional<records::OutputFolder> folder_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<simulation::Run> run_;
  simulation::RunResult result_;
  records::Summary summary_;
};

}  // namespace berth::runs
