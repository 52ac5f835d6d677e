#include "policy_argument.hpp"

#include <algorithm>
#include <stdexcept>

#include "berth/core/text.hpp"
#include "command.hpp"

namespace berth::tools {

policy::PolicySpec PolicyArgument::over(policy::PolicySpec base) const {
  if (base.name != name) base.options.clear();
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
