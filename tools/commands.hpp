// The entry points of the subcommands, one file each.
#pragma once

#include "command.hpp"

namespace berth::tools {

void add_run_options(po::options_description_easy_init& add);
int run_run(const Arguments& arguments);
void add_validate_options(po::options_description_easy_init& add);
int run_validate(const Arguments& arguments);

}  // namespace berth::tools
