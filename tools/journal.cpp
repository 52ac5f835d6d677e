// berth journal: a run's transitions a line each, and the first difference of two runs.
#include <deque>
#include <iostream>

#include "berth/core/text.hpp"
#include "berth/records/json_writer.hpp"
#include "berth/records/summary.hpp"
#include "commands.hpp"
#include "run_reader.hpp"

namespace berth::tools {
namespace {

constexpr std::size_t context_lines = 5;

std::string numbered(std::uint64_t sequence, const std::string& line) {
  std::string number = std::to_string(sequence);
  number.insert(0, number.size() < 8 ? 8 - number.size() : 0, ' ');
  return number + "  " + line;
}

void print_line(const simulation::Record& record, const simulation::World& before, bool json) {
  const std::string line = simulation::line_of(record, before);
  if (!json) {
    std::cout << numbered(record.sequence, line) << "\n";
    return;
  }
  records::JsonWriter out;
  out.begin_object()
      .key("sequence")
      .integer(static_cast<std::int64_t>(record.sequence))
      .key("at")
      .instant(record.at);
  out.key("transition").string(simulation::name_of(record.transition)).key("line").string(line).end_object();
  std::cout << out.text() << "\n";
}

void print_start(const simulation::World& start, bool json) {
  for (const std::string& line : simulation::lines_of_start(start)) {
    if (!json) {
      std::cout << "   start  " << line << "\n";
      continue;
    }
    records::JsonWriter out;
    out.begin_object().key("at").instant(start.start).key("line").string(line).end_object();
    std::cout << out.text() << "\n";
  }
}

int list(const Arguments& arguments) {
  const std::string path = arguments.positional[0];
  RunReader run(path);
  return reading(path, [&] {
    const auto& journal = run.journal();
    const std::uint64_t from = arguments.has("from") ? arguments.values["from"].as<std::uint64_t>() : 0;
    const std::uint64_t count =
        arguments.has("count") ? arguments.values["count"].as<std::uint64_t>() : journal.size();
    WorkloadId only = none<WorkloadId>();
    if (arguments.has("workload")) {
      const auto found = journal.world_before(journal.size()).find_workload(arguments.text("workload"));
      if (!found)
        throw InputError("there is no workload " + berth::quoted(arguments.text("workload")) +
                         " in this run");
      only = *found;
    }
    simulation::Replay replay(journal);
    if (arguments.has("initial")) print_start(replay.world(), arguments.json);
    std::uint64_t printed = 0;
    journal.each(from, [&](const simulation::Record& record) {
      if (printed >= count || !std::cout) return false;
      if (only != none<WorkloadId>() && simulation::workload_of(record.transition) != only) return true;
      replay.advance_before(record.sequence);
      print_line(record, replay.world(), arguments.json);
      ++printed;
      return true;
    });
    if (!journal.dropped().empty()) std::cerr << "berth journal: " << journal.dropped() << "\n";
    return done;
  });
}

void print_side(const char* name, const std::optional<simulation::Record>& record,
                const simulation::World& before) {
  std::cout << name
            << (record ? numbered(record->sequence, simulation::line_of(*record, before))
                       : "    the journal ends here")
            << "\n";
}

int diff(const Arguments& arguments) {
  const std::string left_path = arguments.positional[0], right_path = arguments.text("diff");
  RunReader left(left_path), right(right_path);
  return reading(left_path + " or " + right_path, [&] {
    const auto difference = simulation::first_difference(left.journal(), right.journal());
    if (!difference) {
      if (!arguments.quiet)
        std::cout << "no difference in " << records::grouped(static_cast<std::int64_t>(left.journal().size()))
                  << " transitions\n";
      return done;
    }
    const std::uint64_t sequence = difference->sequence;
    simulation::Replay replay(left.journal());
    const std::uint64_t first = sequence > context_lines ? sequence - context_lines : 0;
    left.journal().each(first, [&](const simulation::Record& record) {
      if (record.sequence >= sequence) return false;
      replay.advance_before(record.sequence);
      std::cout << "  " << numbered(record.sequence, simulation::line_of(record, replay.world())) << "\n";
      return true;
    });
    replay.advance_before(sequence);
    print_side("< ", difference->left, replay.world());
    print_side("> ", difference->right, right.journal().world_before(sequence));
    return check_failed;
  });
}

}  // namespace

void add_journal_options(po::options_description_easy_init& add) {
  add("diff", po::value<std::string>()->value_name("OTHER"),
      "print the first difference to another run; exit code 1 if there is one");
  add("workload", po::value<std::string>()->value_name("NAME"),
      "only this workload's transitions, its pods' included");
  add("initial", "first the nodes and queues that the run begins with, a line each");
  add("from", po::value<std::uint64_t>()->value_name("N"), "begin at transition N");
  add("count", po::value<std::uint64_t>()->value_name("N"), "print at most N lines");
}

int run_journal(const Arguments& arguments) {
  return arguments.has("diff") ? diff(arguments) : list(arguments);
}

}  // namespace berth::tools
