// --emit: what a run leaves behind.
#pragma once

#include <string>

#include "sim/records/folder/run_folder.hpp"

namespace berth::tools {

// A comma list of names; throws UsageError.
records::RunFiles parse_emit(const std::string& text);

}  // namespace berth::tools
