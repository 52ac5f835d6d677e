// What `berth check` was given: policy cases, each with the file that it stands in, and scenarios.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cases/policy_case.hpp"
#include "sim/runs/case_files.hpp"
#include "tools/command.hpp"
#include "tools/policy_argument.hpp"

namespace berth::tools {

using runs::CaseFile;
using runs::CaseFiles;

// --filter; empty: all.
std::string filter_of(const Arguments& arguments);
// Throws InputError that says whether the filter or the files are to blame.
[[noreturn]] void nothing_to_check(const std::string& filter);

// Faults on standard error. Throws InputError when a file cannot be read.
CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter);
// The same; throws InputError, too, when there is neither a case nor a scenario nor a fault that was told.
CaseFiles load_some_case_files(const std::vector<std::string>& paths, const std::string& filter);

// --jobs: at least 1; throws UsageError.
int jobs_of(const Arguments& arguments);

// The case's own policy, or the one of --policy. Throws InputError with the case's id.
std::unique_ptr<policy::Policy> policy_for(const scenario::PolicyCase& one,
                                           const std::optional<PolicyArgument>& instead);

}  // namespace berth::tools
