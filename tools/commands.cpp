#include "commands.hpp"

namespace berth::tools {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"run", "SCENARIO [--out DIR]", "simulates a scenario and writes what came of it",
       "Simulates the scenario and prints a summary. With --out, a folder of that name holds the journal, "
       "the summary,\n"
       "the workload records, telemetry and metrics; it appears whole or not at all. Ctrl-C leaves nothing "
       "behind.",
       1, 1, add_run_options, run_run},
      {"validate", "SCENARIO", "checks everything about a scenario that needs no run",
       "Prints every fault of the scenario with file, line and column. --print shows it as it will be run, "
       "with all\n"
       "defaults spelled out.",
       1, 1, add_validate_options, run_validate},
  };
  return all;
}

}  // namespace berth::tools
