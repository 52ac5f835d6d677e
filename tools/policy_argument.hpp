// A policy as the command line names it: NAME, or NAME:OPTION=VALUE,OPTION=VALUE. A value may hold commas: what has no '='
// belongs to the option before it (`kai:actions=allocate,reclaim`).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth::tools {

struct PolicyArgument {
  std::string text;  // as written
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;

  // `base` with this policy's name and options. Options of `base` stay when it names the same policy; `placement` is that
  // of the PolicySpec.
  policy::PolicySpec over(policy::PolicySpec base) const;
};

// `option` is the command-line option it stands after. Throws UsageError: no such policy or option, or a bad value.
PolicyArgument parse_policy(const std::string& text, const std::string& option);

}  // namespace berth::tools
