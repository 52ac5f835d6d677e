// berth check: policy regression cases, and scenarios that say what they expect.
#include <chrono>
#include <iostream>
#include <stdexcept>

#include "check_cases.hpp"
#include "check_modes.hpp"
#include "check_report.hpp"
#include "commands.hpp"
#include "scenario_input.hpp"

namespace berth::tools {
namespace {

scenario::CaseResult run_one(const scenario::PolicyCase& one, const std::optional<PolicyArgument>& instead) {
  const auto policy = policy_for(one, instead);
  try {
    return scenario::run_policy_case(one, *policy);
  } catch (const std::invalid_argument& error) {  // this policy cannot be shown the case
    return {one.id, false, {error.what()}, {}};
  }
}

// Flags that say what to do other than to tell which cases hold.
const std::vector<std::pair<const char*, int (*)(const Arguments&)>> modes{
    {"compare", compare_policies},
    {"approve", approve_cases},
    {"capture", capture_cycle},
    {"shrink", shrink_cases},
};

}  // namespace

void add_check_options(po::options_description_easy_init& add) {
  add("filter", po::value<std::string>()->value_name("TEXT"), "only cases whose id or name contains TEXT");
  add("policy", po::value<std::string>()->value_name("NAME"),
      "decide by this policy instead of the case's own; also NAME:OPTION=VALUE,...");
  add("jobs", po::value<std::string>()->value_name("N"),
      "run cases in N threads; the output is the same for every N");
  add("junit", po::value<std::string>()->value_name("FILE"), "write the results as JUnit XML, too");
  add("approve",
      "write what came into the files of the failed cases as their new expectation; all of them or none");
  add("compare", "FILE... begins with two policies A and B: say where they decide differently");
  add("capture", po::value<std::string>()->value_name("DIR"),
      "write one cycle of the run in DIR as a case to FILE, or to standard output");
  add("at", po::value<std::string>()->value_name("INSTANT"),
      "--capture: the first cycle that decided something at or after this instant, or offset from the start");
  add("shrink", "print each failed case, made small, as a JSON line");
  add_scenario_options(add);
}

int run_check(const Arguments& arguments) {
  int (*chosen)(const Arguments&) = nullptr;
  std::string name;
  for (const auto& [mode, run] : modes) {
    if (!arguments.has(mode)) continue;
    if (chosen != nullptr) throw UsageError("'--" + name + "' and '--" + mode + "' exclude one another");
    chosen = run;
    name = mode;
  }
  if (arguments.has("at") && name != "capture") throw UsageError("'--at' goes with '--capture'");
  if (arguments.positional.empty() && name != "capture") throw UsageError("FILE is missing");
  if (chosen != nullptr) return chosen(arguments);

  std::optional<PolicyArgument> instead;
  if (arguments.has("policy")) instead = parse_policy(arguments.text("policy"), "policy");
  const int jobs = jobs_of(arguments);
  CaseFiles files =
      load_case_files(arguments.positional, arguments.has("filter") ? arguments.text("filter") : "");
  std::vector<CheckedCase> results(files.cases.size());
  in_parallel(results.size(), jobs, [&](std::size_t i) {
    const scenario::PolicyCase& one = files.cases[i];
    const auto began = std::chrono::steady_clock::now();
    auto result = run_one(one, instead);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    results[i] = {one.place.file, one.name, std::move(result), took.count()};
  });
  CheckReport report;
  for (CheckedCase& one : results) report.add(std::move(one));
  for (const std::string& path : files.scenarios) {
    try {
      for (CheckedCase& one : check_scenario(path, arguments)) report.add(std::move(one));
    } catch (const InputError& error) {
      std::cerr << "berth check: " << error.what() << "\n";
      files.malformed = true;
    }
  }
  if (arguments.has("junit")) report.write_junit(arguments.text("junit"));
  std::cout << (arguments.json ? report.json() : report.text(arguments.quiet));
  if (files.malformed) return bad_input;
  return report.failed() > 0 ? check_failed : done;
}

}  // namespace berth::tools
