// berth explain: why a workload waits, or what became of it.
#include <iostream>
#include <sstream>

#include "berth/core/diagnostic.hpp"
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/words/explain.hpp"
#include "tools/commands.hpp"
#include "tools/run_argument.hpp"

namespace berth::tools {
namespace {

void print_json(const std::string& name, Instant at, const std::string& text) {
  records::JsonWriter out(2);
  out.begin_object().key("workload").string(name).key("at").instant(at).key("lines").begin_array();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.string(line);
  out.end_array().end_object();
  std::cout << out.text() << "\n";
}

// When a workload of that name is first submitted in the run.
std::optional<Instant> submitted(const simulation::JournalReader& journal, const std::string& name) {
  const simulation::World end = journal.world_at(journal.last());
  for (const auto& workload : end.workloads.all) {
    if (workload.spec.name == name) return workload.created;
  }
  return std::nullopt;
}

}  // namespace

void add_explain_options(po::options_description_easy_init& add) {
  add("from", po::value<std::string>()->value_name("DIR"), "the folder of a run");
  add("at", po::value<std::string>()->value_name("INSTANT"),
      "as of when: an instant or an offset from the start (default: the end)");
}

int run_explain(const Arguments& arguments) {
  if (!arguments.has("from")) throw UsageError("option '--from' is missing: which run?");
  const std::string name = arguments.positional[0];
  runs::RunReader run = open_run(arguments.text("from"));
  return runs::reading(arguments.text("from"), [&] {
    const Instant at = instant_of(run, arguments, "at");
    const simulation::World world = run.journal().world_at(at);
    const records::View view = run.view(world, at);
    const auto id = records::workload_named(view, name);
    if (!id) {
      if (const auto later = submitted(run.journal(), name))
        throw InputError("workload " + berth::quoted(name) + " is submitted later, at " +
                         print_instant(*later));
      std::vector<std::string> names;
      for (const auto& workload : world.workloads.all) names.push_back(workload.spec.name);
      const auto nearest = nearest_name(name, names);
      throw InputError("at that instant there is no workload " + berth::quoted(name) +
                       (nearest ? "; did you mean " + berth::quoted(*nearest) + "?" : ""));
    }
    const std::string text = records::explain_workload(view, run.journal(), *id);
    if (arguments.json)
      print_json(name, at, text);
    else
      std::cout << text;
    return done;
  });
}

}  // namespace berth::tools
