// The entry points of the subcommands, one file each.
#pragma once

#include "tools/command.hpp"

namespace berth::tools {

void add_run_options(po::options_description_easy_init& add);
int run_run(const Arguments& arguments);
void add_validate_options(po::options_description_easy_init& add);
int run_validate(const Arguments& arguments);
void add_get_options(po::options_description_easy_init& add);
int run_get(const Arguments& arguments);
void add_journal_options(po::options_description_easy_init& add);
int run_journal(const Arguments& arguments);
void add_timeline_options(po::options_description_easy_init& add);
int run_timeline(const Arguments& arguments);
void add_replay_options(po::options_description_easy_init& add);
int run_replay(const Arguments& arguments);
void add_explain_options(po::options_description_easy_init& add);
int run_explain(const Arguments& arguments);
void add_check_options(po::options_description_easy_init& add);
int run_check(const Arguments& arguments);
void add_models_options(po::options_description_easy_init& add);
int run_models(const Arguments& arguments);

}  // namespace berth::tools
