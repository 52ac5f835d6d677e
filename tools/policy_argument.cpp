#include "tools/policy_argument.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "berth/core/diagnostic.hpp"
#include "sim/core/text.hpp"
#include "tools/command.hpp"

namespace berth::tools {

std::vector<std::string> PolicyArgument::left_out(const policy::PolicySpec& base) const {
  std::vector<std::string> out;
  const std::vector<policy::PolicyOption> own = policy::policy_options(name);
  const std::vector<policy::PolicyOption> theirs = policy::policy_options(base.name);
  for (const auto& entry : base.options) {
    const std::string& option = entry.first;
    const std::string& value = entry.second;
    // A scenario's options are there with their defaults, too: those ask for nothing.
    const bool says_default = std::any_of(theirs.begin(), theirs.end(), [&](const auto& o) {
      return o.name == option && o.default_value == value;
    });
    if (says_default) continue;
    const bool has = std::any_of(own.begin(), own.end(), [&](const auto& o) { return o.name == option; });
    if (!has) out.push_back(option);
  }
  return out;
}

void PolicyArgument::tell_left_out(const std::set<std::string>& lacking, const std::string& option) const {
  if (lacking.empty()) return;
  std::string list;
  for (const std::string& one : lacking) list += (list.empty() ? "" : ", ") + one;
  std::cerr << "--" << option << " " << text << ": warning: left out, as policy " << name << " has no such "
            << (lacking.size() == 1 ? "option: " : "options: ") << list << "\n";
}

policy::PolicySpec PolicyArgument::over(policy::PolicySpec base) const {
  const std::vector<policy::PolicyOption> own = policy::policy_options(name);
  std::erase_if(base.options, [&](const auto& one) {
    return std::none_of(own.begin(), own.end(), [&](const auto& o) { return o.name == one.first; });
  });
  base.name = name;
  for (const auto& [option, value] : options) {
    if (option == "placement")
      base.placement = value;
    else
      base.options[option] = value;
  }
  return base;
}

PolicyArgument parse_policy(const std::string& text, const std::string& option) {
  PolicyArgument out;
  out.text = text;
  const std::size_t colon = std::min(text.find(':'), text.size());
  out.name = text.substr(0, colon);
  const std::vector<std::string> names = policy::policy_names();
  if (std::find(names.begin(), names.end(), out.name) == names.end())
    throw UsageError("--" + option + ": " + policy::wrong_policy(out.name).sentence);
  for (std::size_t at = colon + 1; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, comma - at);
    at = comma + 1;
    const std::size_t equals = item.find('=');
    if (equals != std::string::npos) {
      out.options.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    } else if (!out.options.empty()) {
      out.options.back().second += "," + item;
    } else {
      throw UsageError("--" + option + ": " + berth::quoted(item) + " is no option; expected " + out.name +
                       ":OPTION=VALUE");
    }
  }
  const bool places = std::any_of(out.options.begin(), out.options.end(),
                                  [](const auto& one) { return one.first == "placement"; });
  if (places && !policy::heeds(out.name, policy::Matter::placement))
    throw UsageError("--" + option + ": policy " + out.name + " does not heed 'placement'; " +
                     joined_by_or(policy::policies_heeding(policy::Matter::placement)) + " would");
  try {
    policy::PolicySpec base;
    base.name = out.name;
    policy::make_policy(out.over(base));
  } catch (const std::invalid_argument& error) {
    throw UsageError("--" + option + ": " + error.what());
  }
  return out;
}

}  // namespace berth::tools
