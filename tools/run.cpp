// berth run: simulates a scenario and writes what came of it.
#include <iostream>
#include <optional>
#include <utility>

#include "berth/core/time_text.hpp"
#include "sim/policy/shadow.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/runs/scenario_run.hpp"
#include "tools/commands.hpp"
#include "tools/emit.hpp"
#include "tools/interrupt.hpp"
#include "tools/policy_argument.hpp"
#include "tools/progress.hpp"
#include "tools/scenario_input.hpp"
#include "tools/timing.hpp"
#include "tools/whole_file.hpp"

namespace berth::tools {
namespace {

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

int simulate(const Arguments& arguments, const records::RunFiles& emit) {
  Timing timing;
  if (arguments.has("timing")) require_writable(arguments.text("timing"));
  const scenario::Scenario scenario = load_scenario(arguments.positional[0], arguments);
  timing.stage("load");

  simulation::Input input = scenario::build_input(scenario);
  const policy::PolicySpec spec = input.policy;
  auto policy = runs::policy_of(spec);
  policy::ShadowReport shadow;
  std::string shadow_name;
  if (arguments.has("shadow")) {
    const PolicyArgument second = parse_policy(arguments.text("shadow"), "shadow");
    shadow_name = second.text;
    const std::vector<std::string> left_out = second.left_out(spec);
    second.tell_left_out({left_out.begin(), left_out.end()}, "shadow");
    policy = std::make_unique<policy::Shadowed>(std::move(policy), runs::policy_of(second.over(spec)), shadow,
                                                shadow_shown);
  }
  // Without a folder there is nothing to put away: a signal ends the program there and then.
  std::optional<Unfinished> unfinished;
  std::optional<Progress> progress;
  runs::RunPlan plan;
  plan.files = emit;
  plan.stop = stop_token();
  plan.progress = [&](const simulation::RunProgress& at) { progress->show(at); };
  if (arguments.has("out")) {
    unfinished.emplace();
    plan.folder = arguments.text("out");
    plan.illegal_decision = arguments.text("out") + ".illegal-decision.jsonl";
  }
  runs::ScenarioRun run(scenario, std::move(input), std::move(policy), std::move(plan));
  timing.stage("build");
  progress.emplace(!arguments.quiet, run.extent());
  run.simulate();
  progress.reset();
  timing.stage("simulate");
  run.write();
  if (unfinished) {
    run.commit();
    catch_interrupts("berth run: interrupted");
    unfinished.reset();
  }
  timing.stage("write");
  if (arguments.has("timing")) timing.write(arguments.text("timing"), run.result());

  const records::Summary& summary = run.summary();
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
    if (!shadow_name.empty()) std::cout << shadow_text(shadow, shadow_name, spec.name, run.extent().start);
    if (arguments.has("out")) std::cout << "\n  written to " << arguments.text("out") << "\n";
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
