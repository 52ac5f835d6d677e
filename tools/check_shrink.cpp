// berth check --shrink: failing cases made small.
#include <iostream>
#include <stdexcept>

#include "sim/cases/case_tools.hpp"
#include "sim/runs/in_parallel.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"

namespace berth::tools {
namespace {

std::string size_of(const scenario::PolicyCase& one) {
  return std::to_string(one.cluster.nodes.size()) + " nodes, " +
         std::to_string(one.organization.queues.size()) + " queues, " +
         std::to_string(one.workloads.all.size()) + " jobs, " + std::to_string(one.workloads.pods.size()) +
         " tasks";
}

struct Shrunk {
  std::string line;     // empty: the case passes
  std::string message;  // for a person
};

Shrunk shrink(scenario::PolicyCase one, const std::optional<PolicyArgument>& instead) {
  if (instead) one.policy = instead->over(one.policy);
  const auto run = [](const scenario::PolicyCase& c) -> scenario::CaseResult {
    try {
      return scenario::run_policy_case(c, *policy_for(c, std::nullopt));
    } catch (const std::invalid_argument& error) {  // the policy cannot be shown the case
      return {c.id, false, {error.what()}, {}};
    }
  };
  const scenario::CaseResult result = run(one);
  if (result.passed) return {};
  // It fails alike when the first difference reads the same.
  const std::string& difference = result.differences.front();
  Shrunk out;
  out.line = scenario::shrink_policy_case(scenario::print_policy_case(one),
                                          [&](const scenario::PolicyCase& smaller) {
                                            const scenario::CaseResult now = run(smaller);
                                            return !now.passed && now.differences.front() == difference;
                                          });
  Diagnostics ignored;
  const auto small = scenario::read_policy_cases(out.line + "\n", "small", ignored);
  out.message = "SMALLER " + one.id + ": " + size_of(one) + " -> " + size_of(small.front()) + "\n    " +
                difference + "\n";
  return out;
}

}  // namespace

int shrink_cases(const Arguments& arguments) {
  std::optional<PolicyArgument> instead;
  if (arguments.has("policy")) instead = parse_policy(arguments.text("policy"), "policy");
  const std::string filter = filter_of(arguments);
  CaseFiles files = load_some_case_files(arguments.positional, filter);
  if (!files.scenarios.empty())
    throw InputError(files.scenarios.front() + ": a scenario cannot be made small");
  std::vector<Shrunk> all(files.cases.size());
  runs::in_parallel(all.size(), jobs_of(arguments),
                    [&](std::size_t i) { all[i] = shrink(std::move(files.cases[i]), instead); });
  std::size_t failed = 0;
  for (const Shrunk& one : all) {
    if (one.line.empty()) continue;
    ++failed;
    std::cout << one.line << "\n";
    if (!arguments.quiet) std::cerr << one.message;
  }
  std::cerr << all.size() - failed << " passed, " << failed << " failed\n";
  if (files.malformed) return bad_input;
  return failed > 0 ? check_failed : done;
}

}  // namespace berth::tools
