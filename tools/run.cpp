// berth run: simulates a scenario and writes what came of it.
#include <iostream>
#include <optional>
#include <utility>

#include "berth/records/fragmentation.hpp"
#include "berth/records/output_folder.hpp"
#include "berth/records/run_documents.hpp"
#include "berth/records/study_series.hpp"
#include "berth/records/summary.hpp"
#include "berth/simulation/run.hpp"
#include "commands.hpp"
#include "emit.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "scenario_input.hpp"
#include "timing.hpp"

namespace berth::tools {
namespace {

// Nothing is left to do but to go: the folder's destructor throws away what was written.
class Interrupted {};

void go_on_unless_interrupted() {
  if (interrupt_asked()) throw Interrupted();
}

simulation::RunHeader header_of(const simulation::Input& input) {
  simulation::RunHeader out;
  out.program_version = BERTH_VERSION;
  out.name = input.name;
  out.seed = input.seed;
  out.start = input.start;
  out.end = input.end;
  out.policy = input.policy;
  out.cycle_period = input.cycle_period;
  out.order = input.order;
  return out;
}

records::TraceNotes trace_notes(const scenario::Scenario& scenario) {
  if (!scenario.trace) return {};
  const auto& counts = scenario.trace->counts;
  return {{"workloads", counts.workloads},
          {"nodes", counts.nodes},
          {"never_scheduled", counts.never_scheduled},
          {"zero_length", counts.zero_length},
          {"without_end", counts.without_end}};
}

// Writes one file of the folder and makes sure that it is on the medium.
template <class Write>
void write_file(records::OutputFolder& folder, const std::string& name, Write write) {
  go_on_unless_interrupted();
  const auto sink = folder.create(name);
  write(*sink);
  sink->sync();
}

void write_documents(records::OutputFolder& folder, const Emit& emit, const scenario::Scenario& scenario,
                     const records::Summary& summary, const records::View& view) {
  write_file(folder, "scenario.yaml", [&](simulation::ByteSink& sink) {
    records::append_text(sink, scenario::print_scenario(scenario));
  });
  if (emit.summary)
    write_file(folder, "summary.json", [&](simulation::ByteSink& sink) {
      auto out = records::writer_to(sink, 2);
      records::write_summary(out, summary);
      out.newline().flush();
    });
  if (emit.records) {
    write_file(folder, "workloads.json",
               [&](simulation::ByteSink& sink) { records::write_workloads_file(sink, view); });
    write_file(folder, "workload-details.jsonl",
               [&](simulation::ByteSink& sink) { records::write_details_file(sink, view); });
  }
}

// A trace whose every row has one attempt: what the placement study is.
bool is_study(const scenario::Scenario& scenario) {
  return scenario.trace && scenario.policy.name.value == "try-once";
}

// The files that are made of the journal alone.
void write_journal_files(records::OutputFolder& folder, const Emit& emit, bool study,
                         const simulation::ByteSource& source) {
  const simulation::JournalReader journal(source, false);
  if (study) {
    write_file(folder, "study.csv",
               [&](simulation::ByteSink& sink) { records::write_study_series(sink, journal); });
  }
  if (emit.metrics) {
    write_file(folder, "fragmentation.csv",
               [&](simulation::ByteSink& sink) { records::write_fragmentation(sink, journal, 201); });
  }
}

std::unique_ptr<policy::Policy> policy_of(const simulation::Input& input) {
  try {
    return policy::make_policy(input.policy);
  } catch (const std::invalid_argument& error) {
    throw InputError(error.what());
  }
}

int simulate(const Arguments& arguments, const Emit& emit) {
  Timing timing;
  const scenario::Scenario scenario = load_scenario(arguments.positional[0], arguments);
  timing.stage("load");

  simulation::Input input = scenario::build_input(scenario);
  const simulation::RunHeader header = header_of(input);
  auto policy = policy_of(input);
  std::optional<records::OutputFolder> folder;
  try {
    if (arguments.has("out")) folder.emplace(records::disk(), arguments.text("out"), records::run_files());
  } catch (const records::OutputRefused& error) {
    throw InputError(error.what());
  }
  std::unique_ptr<simulation::ByteSink> journal = std::make_unique<simulation::NullSink>();
  const simulation::MemorySink* kept = nullptr;  // a journal that is read once and not left behind
  const bool study = is_study(scenario) && (emit.summary || emit.metrics);
  if (folder && emit.journal) {
    journal = folder->create("journal.berth");
  } else if (folder && (emit.metrics || study)) {
    auto memory = std::make_unique<simulation::MemorySink>();
    kept = memory.get();
    journal = std::move(memory);
  }

  std::optional<Progress> progress;
  progress.emplace(!arguments.quiet, input.start, input.end, input.submissions->remaining());
  simulation::RunHooks hooks;
  hooks.progress = [&](const simulation::RunProgress& at) { progress->show(at); };
  hooks.stop = interrupt_asked;
  simulation::Run run(std::move(input), std::move(policy), *journal, hooks);
  timing.stage("build");
  const simulation::RunResult result = run.execute();
  progress.reset();
  timing.stage("simulate");
  go_on_unless_interrupted();

  records::Summary summary = records::summarize(run.world(), header, result);
  summary.trace = trace_notes(scenario);
  if (folder) {
    records::Identities ids(header.seed, run.world().cluster.name);
    ids.follow(run.world().workloads, run.world().organization);
    const records::View view(run.world(), ids, result.end);
    if (emit.journal) journal->sync();
    write_documents(*folder, emit, scenario, summary, view);
    if (kept != nullptr) {
      write_journal_files(*folder, emit, study, simulation::MemorySource(kept->bytes()));
    } else if (emit.metrics || study) {
      write_journal_files(*folder, emit, study, *simulation::open_file(folder->path_of("journal.berth")));
    }
    journal.reset();
    go_on_unless_interrupted();
    folder->commit();
  }
  timing.stage("write");
  if (arguments.has("timing")) timing.write(arguments.text("timing"), result);

  if (arguments.json) {
    records::JsonWriter out(2);
    records::write_summary(out, summary);
    std::cout << out.text() << "\n";
  } else if (!arguments.quiet) {
    std::cout << records::summary_text(summary);
    if (folder) std::cout << "\n  written to " << arguments.text("out") << "\n";
  }
  return done;
}

}  // namespace

void add_run_options(po::options_description_easy_init& add) {
  add("out", po::value<std::string>()->value_name("DIR"), "the folder to write; replaced if berth wrote it");
  add("emit", po::value<std::string>()->value_name("LIST"),
      "what to write, joined by commas: summary, journal, records, telemetry, metrics (default: all)");
  add("timing", po::value<std::string>()->value_name("FILE"),
      "write wall seconds by stage, counts and peak memory");
  add_scenario_options(add);
}

int run_run(const Arguments& arguments) {
  const Emit emit = arguments.has("emit") ? parse_emit(arguments.text("emit")) : Emit{};
  catch_interrupts();
  try {
    return simulate(arguments, emit);
  } catch (const Interrupted&) {
    std::cerr << "berth run: interrupted" << (arguments.has("out") ? "; nothing was written" : "") << "\n";
    return interrupted;
  }
}

}  // namespace berth::tools
