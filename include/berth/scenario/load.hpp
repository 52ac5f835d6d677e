// From text to a Scenario, from a Scenario to a run's input, and back to text.
//
// Loading never throws for what a user wrote: every fault of the files, of `--set` and of the traces is
// collected, by place. All input is bounded (limits.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/core/time.hpp"
#include "berth/scenario/scenario.hpp"
#include "berth/simulation/input.hpp"

namespace berth::scenario {

struct LoadOptions {
  std::vector<std::string> sets;  // `path.to.key=value`, applied in order after includes are merged
  bool allow_outside = false;     // `include` may leave the scenario's folder
  bool read_traces = true;     // false: trace files need not exist and are not read (documents of a past run)
  std::optional<Instant> now;  // what `clock.start: now` means; nothing: an error to use it
};

struct Loaded {
  std::optional<Scenario> scenario;  // empty iff diagnostics has errors
  Diagnostics diagnostics;           // sorted by place; may hold warnings beside a scenario
};

Loaded load_scenario(const std::string& path, const LoadOptions& options = {});
// `file` names the text in diagnostics; relative paths in it are relative to that name's folder.
Loaded load_scenario_text(const std::string& text, const std::string& file, const LoadOptions& options = {});

// The scenario as YAML with all defaults spelled out and includes merged. Reading it gives an equal Scenario,
// whose print is the same text.
std::string print_scenario(const Scenario& scenario);

// What the run needs. The scenario must come from loading (a broken one is an invariant) and, when it has a
// trace, with LoadOptions::read_traces.
simulation::Input build_input(const Scenario& scenario);

}  // namespace berth::scenario
