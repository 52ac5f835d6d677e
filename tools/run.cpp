// berth run: simulates a scenario and writes what came of it.
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "berth/core/time_text.hpp"
#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/run.hpp"
#include "sim/cases/case_tools.hpp"
#include "sim/policy/shadow.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "sim/records/folder/run_folder.hpp"
#include "sim/simulation/run/commit.hpp"
#include "tools/commands.hpp"
#include "tools/emit.hpp"
#include "tools/interrupt.hpp"
#include "tools/policy_argument.hpp"
#include "tools/progress.hpp"
#include "tools/run_scenario.hpp"
#include "tools/scenario_input.hpp"
#include "tools/timing.hpp"
#include "tools/whole_file.hpp"

namespace berth::tools {
namespace {

records::TraceNotes trace_notes(const scenario::Scenario& scenario) {
  if (!scenario.trace) return {};
  const auto& counts = scenario.trace->counts;
  return {{"workloads", counts.workloads},
          {"nodes", counts.nodes},
          {"never_scheduled", counts.never_scheduled},
          {"zero_length", counts.zero_length},
          {"without_end", counts.without_end}};
}

// A trace whose every row has one attempt: what the placement study is.
bool is_study(const scenario::Scenario& scenario) {
  return scenario.trace && scenario.policy.name.value == "try-once";
}

// Where the journal goes: into the folder; into memory when it is only read once; or nowhere.
class JournalPlace {
 public:
  JournalPlace(records::OutputFolder* folder, const records::RunFiles& files)
      : folder_(folder), kept_(folder && files.journal), read_(folder && files.read_journal()) {
    if (kept_)
      sink_ = folder->create("journal.berth");
    else if (read_)
      sink_ = std::make_unique<simulation::MemorySink>();
    else
      sink_ = std::make_unique<simulation::NullSink>();
  }

  simulation::ByteSink& sink() { return *sink_; }

  // After the run. The sealed journal, when there are documents to be made of it.
  std::unique_ptr<simulation::ByteSource> close() {
    if (kept_) {
      sink_->sync();
      sink_.reset();
      if (!read_) return nullptr;
      return simulation::open_file(folder_->path_of("journal.berth"));
    }
    if (!read_) return nullptr;
    return std::make_unique<simulation::MemorySource>(
        static_cast<simulation::MemorySink&>(*sink_).take_bytes());
  }

 private:
  records::OutputFolder* folder_;
  bool kept_, read_;
  std::unique_ptr<simulation::ByteSink> sink_;
};

constexpr std::size_t shadow_shown = 10;  // differences that are listed

// Where the shadow decided differently, for a person.
std::string shadow_text(const policy::ShadowReport& report, const std::string& name, const std::string& first,
                        Instant start) {
  std::string out = "\n  shadow " + name + ": differs in " +
                    records::grouped(static_cast<std::int64_t>(report.parted)) + " of " +
                    records::grouped(static_cast<std::int64_t>(report.passes)) + " passes\n";
  for (const auto& difference : report.differences) {
    out += "    " + print_instant(difference.at) + " (+" + print_duration(difference.at - start) + ") pool " +
           difference.pool + "\n";
    for (const auto& words : difference.first_only) out += "      only " + first + ": " + words + "\n";
    for (const auto& words : difference.second_only) out += "      only " + name + ": " + words + "\n";
  }
  if (report.parted > report.differences.size())
    out += "    ... and " +
           records::grouped(static_cast<std::int64_t>(report.parted - report.differences.size())) + " more\n";
  return out;
}

void write_shadow(records::JsonWriter& out, const policy::ShadowReport& report, const std::string& name) {
  const auto list = [&](const char* key, const std::vector<std::string>& all) {
    out.key(key).begin_array();
    for (const auto& words : all) out.string(words);
    out.end_array();
  };
  out.begin_object().key("policy").string(name);
  out.key("passes").integer(static_cast<std::int64_t>(report.passes));
  out.key("differing_passes").integer(static_cast<std::int64_t>(report.parted));
  out.key("differences").begin_array();
  for (const auto& difference : report.differences) {
    out.begin_object().key("at").instant(difference.at).key("node_pool").string(difference.pool);
    list("only_first", difference.first_only);
    list("only_shadow", difference.second_only);
    out.end_object();
  }
  out.end_array().end_object();
}

// A decision that the World refuses is a bug of the policy: what the pass saw is written as a policy case, to be looked at.
simulation::RunResult execute(simulation::Run& run, const scenario::Scenario& scenario,
                              const Arguments& arguments) {
  try {
    return run.execute();
  } catch (const simulation::PolicyError& error) {
    const std::string path =
        (arguments.has("out") ? arguments.text("out") : "berth") + ".illegal-decision.jsonl";
    simulation::Input again = scenario::build_input(scenario);
    auto policy = policy_of(again.policy);
    scenario::PolicyCase one =
        scenario::capture_pass(std::move(again), std::move(policy), run.progress().cycles);
    one.id = "illegal-decision";
    one.name = error.what();
    records::append_text(*simulation::create_file(path), scenario::print_policy_case(one) + "\n");
    throw std::runtime_error(std::string(error.what()) + "\nWhat the policy saw is written to " + path +
                             " as a policy case; please send it too.");
  }
}

int simulate(const Arguments& arguments, const records::RunFiles& emit) {
  Timing timing;
  if (arguments.has("timing")) require_writable(arguments.text("timing"));
  const scenario::Scenario scenario = load_scenario(arguments.positional[0], arguments);
  timing.stage("load");

  simulation::Input input = scenario::build_input(scenario);
  const simulation::RunHeader header = header_of(input);
  auto policy = policy_of(input.policy);
  policy::ShadowReport shadow;
  std::string shadow_name;
  if (arguments.has("shadow")) {
    const PolicyArgument second = parse_policy(arguments.text("shadow"), "shadow");
    shadow_name = second.text;
    const std::vector<std::string> left_out = second.left_out(input.policy);
    second.tell_left_out({left_out.begin(), left_out.end()}, "shadow");
    policy = std::make_unique<policy::Shadowed>(std::move(policy), policy_of(second.over(input.policy)),
                                                shadow, shadow_shown);
  }
  // Without a folder there is nothing to put away: a signal ends the program there and then.
  std::optional<Unfinished> unfinished;
  std::optional<records::OutputFolder> folder;
  try {
    if (arguments.has("out")) unfinished.emplace();
    if (arguments.has("out")) folder.emplace(records::disk(), arguments.text("out"), records::run_files());
  } catch (const records::OutputRefused& error) {
    throw InputError(error.what());
  }
  records::RunFiles files = emit;
  files.study = is_study(scenario) && (emit.summary || emit.metrics);
  JournalPlace journal(folder ? &*folder : nullptr, files);

  std::optional<Progress> progress;
  progress.emplace(!arguments.quiet, input.start, input.end, input.submissions->remaining());
  simulation::RunHooks hooks;
  hooks.progress = [&](const simulation::RunProgress& at) { progress->show(at); };
  hooks.stop = stop_token();
  auto run = std::make_unique<simulation::Run>(std::move(input), std::move(policy), journal.sink(), hooks);
  timing.stage("build");
  const simulation::RunResult result = execute(*run, scenario, arguments);
  progress.reset();
  timing.stage("simulate");
  stop_token().poll();

  records::Summary summary = records::summarize(run->world(), header, result);
  summary.trace = trace_notes(scenario);
  if (folder) {
    const auto source = journal.close();
    std::optional<simulation::JournalReader> reader;
    if (source) reader.emplace(*source, false, stop_token());
    const simulation::JournalReader* read = reader ? &*reader : nullptr;
    {
      records::Identities ids(header.seed, run->world().cluster.name);
      ids.follow(run->world().workloads, run->world().organization);
      records::View view(run->world(), ids, result.end);
      view.stop = stop_token();
      records::write_run_files(*folder, files, scenario, summary, view, read);
    }
    run.reset();  // one World in memory at a time: the journal is replayed next
    records::write_replayed_files(*folder, files, read);
    stop_token().poll();
    folder->commit();
    catch_interrupts("berth run: interrupted");
    unfinished.reset();
  }
  timing.stage("write");
  if (arguments.has("timing")) timing.write(arguments.text("timing"), result);

  if (arguments.json) {
    records::JsonWriter out(2);
    if (shadow_name.empty()) {
      records::write_summary(out, summary);
    } else {
      out.begin_object().key("summary");
      records::write_summary(out, summary);
      out.key("shadow");
      write_shadow(out, shadow, shadow_name);
      out.end_object();
    }
    std::cout << out.text() << "\n";
  } else if (!arguments.quiet) {
    std::cout << records::summary_text(summary);
    if (!shadow_name.empty()) std::cout << shadow_text(shadow, shadow_name, header.policy.name, header.start);
    if (folder) std::cout << "\n  written to " << arguments.text("out") << "\n";
  }
  return done;
}

}  // namespace

void add_run_options(po::options_description_easy_init& add) {
  add("out", po::value<std::string>()->value_name("DIR"), "the folder to write; replaced if berth wrote it");
  add("emit", po::value<std::string>()->value_name("LIST"),
      "what to write, joined by commas: summary, journal, records, telemetry, metrics (these by default), "
      "fragmentation");
  add("shadow", po::value<std::string>()->value_name("POLICY"),
      "a second policy (NAME or NAME:OPTION=VALUE,...) decides on every snapshot, too; nothing of it is "
      "applied; lists where the two part");
  add("timing", po::value<std::string>()->value_name("FILE"),
      "write wall seconds by stage, counts and peak memory");
  add_scenario_options(add);
}

int run_run(const Arguments& arguments) {
  const records::RunFiles emit =
      arguments.has("emit") ? parse_emit(arguments.text("emit")) : records::RunFiles{};
  if (arguments.has("emit") && !arguments.has("out"))
    throw UsageError("--emit says which files --out writes; give --out DIR as well");
  if (arguments.has("out")) catch_interrupts("berth run: interrupted; nothing was written");
  return simulate(arguments, emit);
}

}  // namespace berth::tools
