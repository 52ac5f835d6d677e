// berth check SCENARIO: runs it, and holds its `expect:` against what came.
#include <chrono>
#include <iostream>

#include "sim/runs/scenario_check.hpp"
#include "sim/runs/scenario_run.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"
#include "tools/policy_argument.hpp"
#include "tools/scenario_input.hpp"

namespace berth::tools {

std::vector<CheckedCase> check_scenario(const std::string& path, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const scenario::Scenario scenario = load_scenario(path, arguments);
  if (scenario.expect.empty()) {
    std::cerr << path << ": warning: the scenario expects nothing (it has no key 'expect')\n";
    return {};
  }
  simulation::Input input = scenario::build_input(scenario);
  policy::PolicySpec spec = input.policy;
  if (arguments.has("policy")) {
    const PolicyArgument instead = parse_policy(arguments.text("policy"), "policy");
    const std::vector<std::string> left_out = instead.left_out(spec);
    instead.tell_left_out({left_out.begin(), left_out.end()}, "policy");
    spec = instead.over(spec);
  }
  std::vector<CheckedCase> out;
  const std::string filter = filter_of(arguments);
  for (const auto& checked : runs::check_scenario(scenario, std::move(input), runs::policy_of(spec))) {
    CheckedCase one;
    one.file = path;
    one.result.id = path + (checked.line > 0 ? ":" + std::to_string(checked.line) : "");
    one.name = checked.text;
    one.result.passed = checked.holds;
    if (!checked.holds) one.result.differences.push_back(checked.difference);
    if (runs::filter_takes(filter, one.result.id, one.name)) out.push_back(std::move(one));
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  if (!out.empty()) out.front().micros = took.count();  // the run served them all
  return out;
}

}  // namespace berth::tools
