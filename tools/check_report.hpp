// The results of `berth check` in their three forms.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cases/policy_case.hpp"

namespace berth::tools {

struct CheckedCase {
  std::string file, name;
  scenario::CaseResult result;
  std::int64_t micros = 0;  // wall time; only JUnit's form has it
};

class CheckReport {
 public:
  void add(CheckedCase checked);
  std::int64_t failed() const { return failed_; }
  std::int64_t passed() const { return static_cast<std::int64_t>(all_.size()) - failed_; }

  // What failed and why; the last line is "N passed, M failed". Quiet: the last line alone.
  std::string text(bool quiet) const;
  std::string json() const;
  // Throws InputError when it cannot be written.
  void write_junit(const std::string& path) const;

 private:
  std::vector<CheckedCase> all_;
  std::int64_t failed_ = 0;
};

}  // namespace berth::tools
