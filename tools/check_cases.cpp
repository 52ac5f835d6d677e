#include "tools/check_cases.hpp"

#include <iostream>
#include <stdexcept>

#include "sim/core/text.hpp"

namespace berth::tools {

void nothing_to_check(const std::string& filter) {
  throw InputError("there is nothing to check: " +
                   (filter.empty() ? "the files hold no case, and no scenario that expects something"
                                   : "no id or name contains " + berth::quoted(filter) + " (--filter)"));
}

std::string filter_of(const Arguments& arguments) {
  return arguments.has("filter") ? arguments.text("filter") : "";
}

CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter) {
  return runs::load_case_files(paths, filter,
                               [](const Diagnostics& faults) { std::cerr << faults.to_text(); });
}

CaseFiles load_some_case_files(const std::vector<std::string>& paths, const std::string& filter) {
  CaseFiles files = load_case_files(paths, filter);
  if (files.cases.empty() && files.scenarios.empty() && !files.malformed) nothing_to_check(filter);
  return files;
}

int jobs_of(const Arguments& arguments) {
  return static_cast<int>(arguments.number("jobs", 1, 1024).value_or(1));
}

std::unique_ptr<policy::Policy> policy_for(const scenario::PolicyCase& one,
                                           const std::optional<PolicyArgument>& instead) {
  try {
    return policy::make_policy(instead ? instead->over(one.policy) : one.policy);
  } catch (const std::invalid_argument& error) {
    throw InputError("case " + berth::quoted(one.id) + ": " + error.what());
  }
}

}  // namespace berth::tools
