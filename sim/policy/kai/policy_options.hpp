// The options of `kai` as text: what a scenario's `policy.options` and a policy case may say.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/policy/policy.hpp"
#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/policy.hpp"

namespace berth::policy::kai {

// Throws std::invalid_argument with a sentence that names option and value. Keys that no option has are not looked at: the
// registry refuses them.
Options read_options(const std::map<std::string, std::string>& text);
// Every key, its default and meaning.
std::vector<PolicyOption> option_table();

bool is_plugin(std::string_view name);
std::vector<std::string> plugin_names();

std::unique_ptr<Policy> make_kai(const PolicySpec& spec);

}  // namespace berth::policy::kai
