#include "tools/check_cases.hpp"

#include <atomic>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sim/core/file_fault.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/text/document.hpp"

namespace berth::tools {
namespace {

std::string text_of(const std::string& path) {
  std::error_code ignored;
  const auto refuse = [&](std::errc why) {
    throw InputError(file_fault("read", path, std::make_error_code(why)));
  };
  if (std::filesystem::is_directory(path, ignored)) refuse(std::errc::is_a_directory);
  if (!std::filesystem::exists(path, ignored)) refuse(std::errc::no_such_file_or_directory);
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse(std::errc::permission_denied);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  // An empty file sets the stream's failbit: nothing was copied.
  if (!in || (out.fail() && in.peek() != std::ifstream::traits_type::eof()))
    throw InputError(berth::quoted(path) + " cannot be read");
  return out.str();
}

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

void nothing_to_check(const std::string& filter) {
  throw InputError("there is nothing to check: " +
                   (filter.empty() ? "the files hold no case, and no scenario that expects something"
                                   : "no id or name contains " + berth::quoted(filter) + " (--filter)"));
}

void CaseFiles::require_some(const std::string& filter) const {
  if (cases.empty() && scenarios.empty() && !malformed) nothing_to_check(filter);
}

std::string filter_of(const Arguments& arguments) {
  return arguments.has("filter") ? arguments.text("filter") : "";
}

bool filter_takes(const std::string& filter, const std::string& id, const std::string& name) {
  return filter.empty() || id.find(filter) != std::string::npos || name.find(filter) != std::string::npos;
}

CaseFiles load_case_files(const std::vector<std::string>& paths, const std::string& filter) {
  CaseFiles out;
  for (const std::string& path : paths) {
    CaseFile file{path, text_of(path), ends_with(path, ".yaml") || ends_with(path, ".yml")};
    if (file.yaml && is_scenario(file)) {
      out.scenarios.push_back(path);
      continue;
    }
    Diagnostics faults;
    std::vector<scenario::PolicyCase> cases = read_cases(file, faults);
    faults.sort_by_place();
    std::cerr << faults.to_text();
    out.malformed = out.malformed || faults.has_errors();
    for (auto& one : cases) {
      if (filter_takes(filter, one.id, one.name)) out.cases.push_back(std::move(one));
    }
    out.files.push_back(std::move(file));
  }
  return out;
}

int jobs_of(const Arguments& arguments) {
  return static_cast<int>(arguments.number("jobs", 1, 1024).value_or(1));
}

void in_parallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> thrown(count);
  const auto go = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < jobs && static_cast<std::size_t>(t) < count; ++t) threads.emplace_back(go);
  go();
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& one : thrown)
    if (one) std::rethrow_exception(one);
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
