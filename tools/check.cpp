// berth check: policy regression cases, and scenarios that say what they expect.
#include <chrono>
#include <iostream>
#include <stdexcept>

#include "sim/runs/in_parallel.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"
#include "tools/check_report.hpp"
#include "tools/commands.hpp"
#include "tools/scenario_input.hpp"
#include "tools/whole_file.hpp"

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

// Flags that say what to do other than to tell which cases hold, and the options that mean nothing to each.
struct Mode {
  const char* flag;
  int (*run)(const Arguments&);
  std::vector<const char*> excludes;
};
const std::vector<Mode> modes{
    {"compare",
     compare_policies,
     {"approve", "capture", "shrink", "policy", "junit", "at", "set", "allow-outside"}},
    {"approve", approve_cases, {"capture", "shrink", "junit", "at", "set", "allow-outside", "json"}},
    {"capture",
     capture_cycle,
     {"shrink", "filter", "policy", "jobs", "junit", "set", "allow-outside", "json"}},
    {"shrink", shrink_cases, {"junit", "at", "set", "allow-outside"}},
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

// Of the cases' options those that the other policy lacks: told once, not case by case.
static void tell_left_out(const std::vector<scenario::PolicyCase>& cases, const PolicyArgument& instead) {
  std::set<std::string> all;
  for (const scenario::PolicyCase& one : cases) {
    for (std::string& option : instead.left_out(one.policy)) all.insert(std::move(option));
  }
  instead.tell_left_out(all, "policy");
}

int run_check(const Arguments& arguments) {
  const Mode* chosen = nullptr;
  for (const Mode& mode : modes) {
    if (!arguments.has(mode.flag)) continue;
    arguments.exclude(mode.flag, mode.excludes);
    chosen = &mode;
    break;
  }
  if (arguments.has("at") && !arguments.has("capture")) throw UsageError("'--at' goes with '--capture'");
  if (arguments.positional.empty() && !arguments.has("capture")) throw UsageError("FILE is missing");
  if (chosen != nullptr) return chosen->run(arguments);

  std::optional<PolicyArgument> instead;
  if (arguments.has("policy")) instead = parse_policy(arguments.text("policy"), "policy");
  if (arguments.has("junit")) require_writable(arguments.text("junit"));
  const int jobs = jobs_of(arguments);
  const std::string filter = filter_of(arguments);
  CaseFiles files = load_case_files(arguments.positional, filter);
  if (files.scenarios.empty() && (arguments.has("set") || arguments.has("allow-outside")))
    throw UsageError("'--set' and '--allow-outside' are about scenarios, and none of the files is one");
  if (instead) tell_left_out(files.cases, *instead);
  std::vector<CheckedCase> results(files.cases.size());
  runs::in_parallel(results.size(), jobs, [&](std::size_t i) {
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
  if (report.passed() + report.failed() == 0 && !files.malformed) nothing_to_check(filter);
  if (arguments.has("junit")) report.write_junit(arguments.text("junit"));
  std::cout << (arguments.json ? report.json() : report.text(arguments.quiet));
  if (files.malformed) return bad_input;
  return report.failed() > 0 ? check_failed : done;
}

}  // namespace berth::tools
