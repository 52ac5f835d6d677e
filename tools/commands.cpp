#include "tools/commands.hpp"

namespace berth::tools {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"run", "SCENARIO [--out DIR]", "simulates a scenario and writes what came of it",
       "Simulates the scenario and prints a summary. With --out, a folder of that name holds the journal, "
       "the summary,\n"
       "the workload records, telemetry and metrics; it appears whole or not at all. Ctrl-C and SIGTERM "
       "leave "
       "nothing\n"
       "behind.",
       1, 1, add_run_options, run_run},
      {"validate", "SCENARIO", "checks everything about a scenario that needs no run",
       "Prints every fault of the scenario with file, line and column. --print shows it as it will be run, "
       "with all\n"
       "defaults spelled out.",
       1, 1, add_validate_options, run_validate},
      {"get", "'GET /api/v1/...' --from DIR [--at INSTANT]",
       "prints what the API would answer at a simulated instant",
       "Prints the body of the answer; an error's body, too, as the API would give it, with exit code 1. The "
       "query is the\n"
       "contract's: "
       "'GET /api/v1/workloads?filterBy=phase==Pending&sortBy=createdAt&limit=5'.",
       1, 2, add_get_options, run_get},
      {"explain", "NAME --from DIR [--at INSTANT]", "says why a workload waits, or what became of it",
       "Tells what happened to the workload, and what it waits for at that instant, with the numbers: the "
       "queues' quotas\n"
       "and use, and what the nodes of its pools lack.",
       1, 1, add_explain_options, run_explain},
      {"timeline", "DIR", "shows a run in the terminal",
       "Shows what the node pools had allocated and waiting over time, and the phases of workloads.", 1, 1,
       add_timeline_options, run_timeline},
      {"journal", "DIR [--diff OTHER]", "prints a run's transitions, or the first difference of two runs",
       "Prints a line a transition, numbered as `berth replay --until` takes them.", 1, 1,
       add_journal_options, run_journal},
      {"replay", "DIR [--until N | --at INSTANT]", "prints the state of a run at a transition or an instant",
       "Goes through the journal and prints the cluster and the live workloads as they were.", 1, 1,
       add_replay_options, run_replay},
      {"check", "FILE...", "checks policy regression cases and scenarios with expectations",
       "Runs policy cases and says what was expected and what came instead. A .jsonl file has one case a "
       "line;\n"
       "a .yaml file with the one key `cases` is a case file as a person writes it "
       "(scenarios/policy/README.md).\n"
       "Any other .yaml is a scenario: it is run, and its `expect:` held against what came. The last line "
       "is\n"
       "`N passed, M failed`. A case that cannot be read is told with its place and left out; the others "
       "run.\n\n"
       "  berth check FILE...                       which cases hold\n"
       "  berth check --policy POLICY FILE...       under another policy than the cases name\n"
       "  berth check --compare A B FILE...         where two policies decide differently\n"
       "  berth check --approve FILE...             write what came as the new expectation of what failed\n"
       "  berth check --capture DIR --at T [FILE]   one cycle of a run as a case that holds\n"
       "  berth check --shrink FILE...              failing cases made small, a JSON line each\n\n"
       "A POLICY is NAME or NAME:OPTION=VALUE,OPTION=VALUE; options of the case stay where the "
       "policy\n"
       "has them, and the others are left out with a warning.\n"
       "--shrink leaves out what it can while the first difference stays the same. Cases hold counts of "
       "devices;\n"
       "--capture says so when that changes what is decided.\n\n"
       "Exit codes: 0 all hold (--compare: the policies agree), 1 some do not, 2 a file or a case cannot be "
       "read, or there\n"
       "is nothing to check.",
       0, 10000, add_check_options, run_check},
      {"models", "[NAME]", "lists GPU models, policies and whatever else a scenario chooses from",
       "Lists the GPU models that ship: name, product label, memory, MIG profiles. NAME is a model's name or "
       "label, which\n"
       "shows that one with the places of its MIG instances, or a family such as H100, which lists its "
       "models. Exit code 2\n"
       "when no model is of that family.",
       0, 1, add_models_options, run_models},
  };
  return all;
}

}  // namespace berth::tools
