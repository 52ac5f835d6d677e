// What `berth check` does other than telling which cases hold, one file each.
#pragma once

#include <string>
#include <vector>

#include "tools/check_report.hpp"
#include "tools/command.hpp"

namespace berth::tools {

// A scenario's `expect:`, after a run of it: an entry each. Throws InputError when the scenario has faults.
std::vector<CheckedCase> check_scenario(const std::string& path, const Arguments& arguments);
// --compare A B CASES.
int compare_policies(const Arguments& arguments);
// --approve.
int approve_cases(const Arguments& arguments);
// --capture DIR --at T.
int capture_cycle(const Arguments& arguments);
// --shrink.
int shrink_cases(const Arguments& arguments);

}  // namespace berth::tools
