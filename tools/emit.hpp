// --emit: what a run leaves behind.
#pragma once

#include <string>

namespace berth::tools {

struct Emit {
  bool summary = true, journal = true, records = true, telemetry = true, metrics = true;
};

// A comma list of names; throws UsageError.
Emit parse_emit(const std::string& text);

}  // namespace berth::tools
