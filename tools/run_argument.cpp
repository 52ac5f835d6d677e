#include "tools/run_argument.hpp"

#include <iostream>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::tools {

runs::RunReader open_run(const std::string& path) {
  runs::RunReader run(path);
  if (!run.journal().dropped().empty())
    std::cerr << run.file() << ": warning: " << run.journal().dropped() << "\n";
  return run;
}

Instant instant_of(const runs::RunReader& run, const Arguments& arguments, const char* option) {
  const Instant start = run.first(), end = run.last();
  if (!arguments.has(option)) return end;
  const std::string text = arguments.text(option);
  const auto instant = run.instant(text);
  if (!instant)
    throw UsageError(
        "--" + std::string(option) + ": " + berth::quoted(text) +
        " is neither an instant (2026-01-07T00:00:00Z) nor an offset from the run's start (2d6h)");
  if (*instant >= start && *instant <= end) return *instant;
  throw InputError("--" + std::string(option) + " " + text + " is outside the run, which goes from " +
                   print_instant(start) + " to " + print_instant(end) + " (" + print_duration(end - start) +
                   " after its start)");
}

}  // namespace berth::tools
