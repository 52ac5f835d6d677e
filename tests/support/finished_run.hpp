// A whole run in memory, from a scenario's text: for tests of what is made of a journal.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "berth/scenario/load.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/run.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::tests {

class FinishedRun {
 public:
  explicit FinishedRun(const std::string& yaml) : FinishedRun(loaded(yaml)) {}
  explicit FinishedRun(scenario::Scenario checked) : scenario(std::move(checked)) {
    auto input = scenario::build_input(scenario);
    auto policy = policy::make_policy(input.policy);
    run.emplace(std::move(input), std::move(policy), sink);
    result = run->execute();
    source = std::make_unique<simulation::MemorySource>(sink.bytes());
    journal.emplace(*source);
    ids.emplace(journal->header().seed, run->world().cluster.name);
    ids->follow(run->world().workloads, run->world().organization);
  }

  const simulation::World& world() const { return run->world(); }
  Instant start() const { return journal->header().start; }
  records::View end() const { return {run->world(), *ids, result.end}; }
  records::Summary summary() const { return records::summarize(run->world(), journal->header(), result); }

  scenario::Scenario scenario;
  simulation::MemorySink sink;
  std::optional<simulation::Run> run;
  simulation::RunResult result;
  std::unique_ptr<simulation::MemorySource> source;
  std::optional<simulation::JournalReader> journal;
  std::optional<records::Identities> ids;

 private:
  static scenario::Scenario loaded(const std::string& yaml) {
    auto loaded = scenario::load_scenario_text(yaml, "test.yaml");
    if (!loaded.scenario) throw std::runtime_error(loaded.diagnostics.to_text());
    return std::move(*loaded.scenario);
  }
};

// The World of a run at an offset from its start, and the view of it.
struct Moment {
  Moment(const FinishedRun& of, Duration offset)
      : world(of.journal->world_at(of.start() + offset)), view(world, *of.ids, of.start() + offset) {}
  simulation::World world;
  records::View view;
};

}  // namespace berth::tests
