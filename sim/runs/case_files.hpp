// Files of policy cases, and the scenarios among them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "sim/cases/policy_case.hpp"

namespace berth::runs {

struct CaseFile {
  std::string path;
  std::string text;
  bool yaml = false;  // cases as a person writes them; else JSON lines
};

struct CaseFiles {
  std::vector<CaseFile> files;
  std::vector<scenario::PolicyCase> cases;  // in order of the files; those that the filter takes
  std::vector<std::string> scenarios;       // paths
  bool malformed = false;                   // some cases were left out: their faults were told
};

// Does a filter take what goes by this id and name? The empty one takes everything.
bool filter_takes(const std::string& filter, const std::string& id, const std::string& name);

// `tell` gets the faults of each file of cases, by place; there may be none. Throws InputError when a file cannot be read.
CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter,
                          const std::function<void(const Diagnostics&)>& tell);
// The cases of one text, faults into `faults`.
std::vector<scenario::PolicyCase> read_cases(const CaseFile& file, Diagnostics& faults);

}  // namespace berth::runs
