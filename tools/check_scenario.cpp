// berth check SCENARIO: runs it, and holds its `expect:` against what came.
#include <chrono>
#include <iostream>

#include "berth/simulation/run.hpp"
#include "sim/records/words/expectations.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"
#include "tools/policy_argument.hpp"
#include "tools/run_scenario.hpp"
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
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), policy_of(spec), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source, false);

  std::vector<CheckedCase> out;
  const std::string filter = filter_of(arguments);
  for (const auto& checked : records::check_expectations(scenario, journal)) {
    CheckedCase one;
    one.file = path;
    one.result.id = path + (checked.line > 0 ? ":" + std::to_string(checked.line) : "");
    one.name = checked.text;
    one.result.passed = checked.holds;
    if (!checked.holds) one.result.differences.push_back(checked.difference);
    if (filter_takes(filter, one.result.id, one.name)) out.push_back(std::move(one));
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  if (!out.empty()) out.front().micros = took.count();  // the run served them all
  return out;
}

}  // namespace berth::tools
