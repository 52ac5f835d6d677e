// berth check: policy regression cases.
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "berth/core/text.hpp"
#include "berth/records/json_writer.hpp"
#include "berth/scenario/policy_case.hpp"
#include "check_report.hpp"
#include "commands.hpp"

namespace berth::tools {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(berth::quoted(path) + " cannot be read");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Loaded {
  std::vector<scenario::PolicyCase> cases;
  bool malformed = false;
};

// Cases as a person writes them, or JSON lines.
bool is_yaml(const std::string& path) {
  const auto ends_with = [&](const std::string& ending) {
    return path.size() >= ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
  };
  return ends_with(".yaml") || ends_with(".yml");
}

// Malformed cases are told on standard error; the others still run.
Loaded load(const Arguments& arguments) {
  Loaded out;
  const std::string filter = arguments.has("filter") ? arguments.text("filter") : "";
  for (const auto& path : arguments.positional) {
    Diagnostics faults;
    auto cases = is_yaml(path) ? scenario::read_policy_cases_yaml(text_of(path), path, faults)
                               : scenario::read_policy_cases(text_of(path), path, faults);
    std::cerr << faults.to_text();
    out.malformed = out.malformed || faults.has_errors();
    for (auto& one : cases)
      if (filter.empty() || one.id.find(filter) != std::string::npos ||
          one.name.find(filter) != std::string::npos)
        out.cases.push_back(std::move(one));
  }
  return out;
}

scenario::CaseResult run_one(scenario::PolicyCase& one, const Arguments& arguments) {
  if (arguments.has("policy")) {
    one.policy.name = arguments.text("policy");
    one.policy.options.clear();
  }
  try {
    const auto policy = policy::make_policy(one.policy);
    return scenario::run_policy_case(one, *policy);
  } catch (const std::invalid_argument& error) {
    return {one.id, false, {error.what()}, {}};
  }
}

}  // namespace

void add_check_options(po::options_description_easy_init& add) {
  add("filter", po::value<std::string>()->value_name("TEXT"), "only cases whose id or name contains TEXT");
  add("policy", po::value<std::string>()->value_name("NAME"),
      "decide by this policy instead of the case's own");
  add("junit", po::value<std::string>()->value_name("FILE"), "write the results as JUnit XML, too");
}

int run_check(const Arguments& arguments) {
  Loaded loaded = load(arguments);
  CheckReport report;
  for (auto& one : loaded.cases) {
    const auto began = std::chrono::steady_clock::now();
    auto result = run_one(one, arguments);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    report.add({one.place.file, one.name, std::move(result), took.count()});
  }
  if (arguments.has("junit")) report.write_junit(arguments.text("junit"));
  std::cout << (arguments.json ? report.json() : report.text(arguments.quiet));
  if (loaded.malformed) return bad_input;
  return report.failed() > 0 ? check_failed : done;
}

}  // namespace berth::tools
