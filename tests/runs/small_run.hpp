// A scenario that runs in a moment, and its run into a folder.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "berth/scenario/load.hpp"
#include "sim/runs/scenario_run.hpp"

namespace berth::tests {

// Two GPUs; `first` takes both for 10 minutes, `second` one for 30 after it.
inline const char* const two_in_turn = R"(
version: 1
name: two-in-turn
clock: {start: 2026-01-05T00:00:00Z, duration: 1h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 2}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 2}}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: first, kind: training, project: a, submit: 0s, gpu: 2, duration: 10m}
  - {name: second, kind: training, project: a, submit: 1m, gpu: 1, duration: 30m}
expect:
  - {workload: second, phase: Running, by: 15m}
  - {workload: second, phase: Running, by: 5m}
)";

inline scenario::Scenario scenario_of(const std::string& yaml) {
  auto loaded = scenario::load_scenario_text(yaml, "test.yaml");
  if (!loaded.scenario) throw std::runtime_error(loaded.diagnostics.to_text());
  return std::move(*loaded.scenario);
}

// Runs it to its end into the plan's folder.
inline void run_into(const scenario::Scenario& scenario, runs::RunPlan plan) {
  simulation::Input input = scenario::build_input(scenario);
  auto policy = runs::policy_of(input.policy);
  runs::ScenarioRun run(scenario, std::move(input), std::move(policy), std::move(plan));
  run.simulate();
  run.write();
  run.commit();
}

inline std::string run_into(const scenario::Scenario& scenario, const std::string& folder) {
  runs::RunPlan plan;
  plan.folder = folder;
  run_into(scenario, std::move(plan));
  return folder;
}

}  // namespace berth::tests
