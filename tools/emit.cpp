#include "tools/emit.hpp"

#include <array>
#include <utility>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "sim/core/text.hpp"
#include "tools/command.hpp"

namespace berth::tools {

records::RunFiles parse_emit(const std::string& text) {
  using records::RunFiles;
  static constexpr std::array<std::pair<const char*, bool RunFiles::*>, 6> names{
      {{"summary", &RunFiles::summary},
       {"journal", &RunFiles::journal},
       {"records", &RunFiles::records},
       {"telemetry", &RunFiles::telemetry},
       {"metrics", &RunFiles::metrics},
       {"fragmentation", &RunFiles::fragmentation}}};
  RunFiles out{false, false, false, false, false, false, false};
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, comma - at);
    at = comma + 1;
    bool known = false;
    std::vector<std::string> candidates;
    for (const auto& [name, member] : names) {
      candidates.emplace_back(name);
      if (item != name) continue;
      out.*member = true;
      known = true;
    }
    if (known) continue;
    if (item == "report") throw UsageError("--emit: 'report' is not supported by this version");
    const auto nearest = nearest_name(item, candidates);
    throw UsageError("--emit: unknown item " + berth::quoted(item) +
                     (nearest ? "; did you mean " + berth::quoted(*nearest) + "?"
                              : "; expected some of summary, journal, records, telemetry, metrics, "
                                "fragmentation, joined by commas"));
  }
  return out;
}

}  // namespace berth::tools
