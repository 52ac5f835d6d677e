// What every command that reads a scenario has in common: the options, and faults on standard error.
#pragma once

#include <string>

#include "berth/scenario/load.hpp"
#include "tools/command.hpp"

namespace berth::tools {

// --set and --allow-outside.
void add_scenario_options(po::options_description_easy_init& add);

// Loads it, prints every fault and warning by place, and throws InputError when it has errors.
scenario::Scenario load_scenario(const std::string& path, const Arguments& arguments);

}  // namespace berth::tools
