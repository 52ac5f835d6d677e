// A policy as the command line names it: NAME, or NAME:OPTION=VALUE,OPTION=VALUE. A value may hold commas: what has no '='
// belongs to the option before it (`kai:actions=allocate,reclaim`).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth::tools {

struct PolicyArgument {
  std::string text;  // as written
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;

  // `base` with this policy's name and options. Options of `base` stay where this policy has them, too; `placement` is that
  // of the PolicySpec.
  policy::PolicySpec over(policy::PolicySpec base) const;
  // Options of `base` that do not stay, other than those at their default.
  std::vector<std::string> left_out(const policy::PolicySpec& base) const;
  // The warning for them, on standard error; nothing for none.
  void tell_left_out(const std::set<std::string>& lacking, const std::string& option) const;
};

// `option` is the command-line option it stands after. Throws UsageError: no such policy or option, a bad value, or a
// placement for a policy that does not heed it.
PolicyArgument parse_policy(const std::string& text, const std::string& option);

}  // namespace berth::tools
