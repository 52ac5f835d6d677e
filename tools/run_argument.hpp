// A run and an instant of it, as the command line names them.
#pragma once

#include <string>

#include "sim/runs/run_reader.hpp"
#include "tools/command.hpp"

namespace berth::tools {

// Throws InputError with the reason; what a live journal has lost at its end is told on standard error.
runs::RunReader open_run(const std::string& path);

// The option's instant, or offset from the start. Throws UsageError when it is neither, InputError when it lies outside the
// run. Not given: the end of the run.
Instant instant_of(const runs::RunReader& run, const Arguments& arguments, const char* option);

}  // namespace berth::tools
