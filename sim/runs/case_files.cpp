#include "sim/runs/case_files.hpp"

#include "sim/runs/text_file.hpp"
#include "sim/scenario/text/document.hpp"

namespace berth::runs {
namespace {

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

// A file of cases has the one key 'cases'; what cannot be parsed is shown by whoever reads it as cases.
bool is_scenario(const CaseFile& file) {
  Diagnostics ignored;
  scenario::Document document;
  const auto root = document.parse(file.text, document.add_file(file.path), ignored);
  return root && root->is_map() && root->find("cases") == nullptr;
}

}  // namespace

std::vector<scenario::PolicyCase> read_cases(const CaseFile& file, Diagnostics& faults) {
  return file.yaml ? scenario::read_policy_cases_yaml(file.text, file.path, faults)
                   : scenario::read_policy_cases(file.text, file.path, faults);
}

bool filter_takes(const std::string& filter, const std::string& id, const std::string& name) {
  return filter.empty() || id.find(filter) != std::string::npos || name.find(filter) != std::string::npos;
}

CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter,
                          const std::function<void(const Diagnostics&)>& tell) {
  CaseFiles out;
  for (const std::string& path : paths) {
    CaseFile file{path, text_of_file(path), ends_with(path, ".yaml") || ends_with(path, ".yml")};
    if (file.yaml && is_scenario(file)) {
      out.scenarios.push_back(path);
      continue;
    }
    Diagnostics faults;
    std::vector<scenario::PolicyCase> cases = read_cases(file, faults);
    faults.sort_by_place();
    out.malformed = out.malformed || faults.has_errors();
    tell(faults);
    for (auto& one : cases) {
      if (filter_takes(filter, one.id, one.name)) out.cases.push_back(std::move(one));
    }
    out.files.push_back(std::move(file));
  }
  return out;
}

}  // namespace berth::runs
