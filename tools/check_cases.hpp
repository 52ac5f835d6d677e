// What `berth check` was given: policy cases, each with the file that it stands in, and scenarios.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cases/policy_case.hpp"
#include "tools/command.hpp"
#include "tools/policy_argument.hpp"

namespace berth::tools {

struct CaseFile {
  std::string path;
  std::string text;
  bool yaml = false;  // cases as a person writes them; else JSON lines
};

struct CaseFiles {
  std::vector<CaseFile> files;
  std::vector<scenario::PolicyCase> cases;  // in order of the files; those that the filter takes
  std::vector<std::string> scenarios;       // paths
  bool malformed = false;                   // some cases were left out: told on standard error

  // Throws InputError when there is neither a case nor a scenario nor a fault that was told, saying whether the filter or the
  // files are to blame.
  void require_some(const std::string& filter) const;
};

// --filter; empty: all.
std::string filter_of(const Arguments& arguments);
// Does a filter take what goes by this id and name? The empty one takes everything.
bool filter_takes(const std::string& filter, const std::string& id, const std::string& name);
[[noreturn]] void nothing_to_check(const std::string& filter);

// Throws InputError when a file cannot be read.
CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter);
// The cases of one text, faults into `faults`.
std::vector<scenario::PolicyCase> read_cases(const CaseFile& file, Diagnostics& faults);

// --jobs: at least 1; throws UsageError.
int jobs_of(const Arguments& arguments);

// Calls work(0) .. work(count - 1), each once, from `jobs` threads. What one throws is thrown here, that of the lowest
// number first.
void in_parallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

// The case's own policy, or the one of --policy. Throws InputError with the case's id.
std::unique_ptr<policy::Policy> policy_for(const scenario::PolicyCase& one,
                                           const std::optional<PolicyArgument>& instead);

}  // namespace berth::tools
