// berth journal: a run's transitions a line each, and the first difference of two runs.
#include <iostream>

#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/words/summary.hpp"
#include "tools/commands.hpp"
#include "tools/run_argument.hpp"

namespace berth::tools {
namespace {

constexpr std::size_t context_lines = 5;
constexpr std::size_t write_from = 64 * 1024;  // bytes gathered before they are written

void append_numbered(std::string& out, std::uint64_t sequence, const std::string& line) {
  const std::string number = std::to_string(sequence);
  out.append(number.size() < 8 ? 8 - number.size() : 0, ' ');
  out += number;
  out += "  ";
  out += line;
}

std::string numbered(std::uint64_t sequence, const std::string& line) {
  std::string out;
  append_numbered(out, sequence, line);
  return out;
}

// Lines on standard output, many in one write.
class Lines {
 public:
  explicit Lines(bool json) : json_(json) {}
  ~Lines() { write(); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // False: standard output takes no more.
  bool add(const simulation::Record& record, const simulation::World& before) {
    const std::string line = simulation::line_of(record, before);
    if (json_)
      add_json(record, line);
    else
      append_numbered(text_, record.sequence, line);
    text_ += '\n';
    ++count_;
    return text_.size() < write_from || write();
  }
  std::uint64_t count() const { return count_; }

 private:
  void add_json(const simulation::Record& record, const std::string& line) {
    records::JsonWriter out;
    out.begin_object()
        .key("sequence")
        .integer(static_cast<std::int64_t>(record.sequence))
        .key("at")
        .instant(record.at);
    out.key("transition")
        .string(simulation::name_of(record.transition))
        .key("line")
        .string(line)
        .end_object();
    text_ += out.text();
  }
  bool write() {
    std::cout.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
    return static_cast<bool>(std::cout);
  }

  bool json_;
  std::string text_;
  std::uint64_t count_ = 0;
};

// --from, which must be a transition of the run.
std::uint64_t first_of(const Arguments& arguments, const simulation::JournalReader& journal) {
  const std::uint64_t from = arguments.number("from", 0).value_or(0);
  if (!arguments.has("from") || from < journal.size()) return from;
  throw InputError("--from " + std::to_string(from) + " is outside the run: " +
                   (journal.size() == 0
                        ? "it has no transitions"
                        : "its transitions are numbered from 0 to " + std::to_string(journal.size() - 1)));
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
  runs::RunReader run = open_run(path);
  return runs::reading(path, [&] {
    const auto& journal = run.journal();
    const std::uint64_t from = first_of(arguments, journal);
    const std::uint64_t most = arguments.number("count", 1).value_or(journal.size());
    if (arguments.has("initial")) print_start(journal.world_before(0), arguments.json);
    Lines lines(arguments.json);
    if (arguments.has("workload")) {
      const std::string name = arguments.text("workload");
      // Names stay: those of the last World serve all transitions.
      const simulation::World world = journal.world_before(journal.size());
      const auto only = world.find_workload(name);
      if (!only) throw InputError("there is no workload " + berth::quoted(name) + " in this run");
      for (const auto& record : journal.of_workload(*only)) {
        if (record.sequence < from) continue;
        if (lines.count() == most || !lines.add(record, world)) break;
      }
      if (lines.count() == 0)
        throw InputError("nothing happens to workload " + berth::quoted(name) + " from transition " +
                         std::to_string(from) + " on");
    } else {
      simulation::Replay::before(journal, from)
          .each([&](const simulation::Record& record, const simulation::World& before) {
            return lines.add(record, before) && lines.count() < most;
          });
    }
    return done;
  });
}

struct Side {
  const char* mark;
  const char* key;
  std::optional<simulation::Record> record;
  std::string line;  // empty: the journal ends before
};

Side side_of(const char* mark, const char* key, const std::optional<simulation::Record>& record,
             const simulation::World& before) {
  return {mark, key, record, record ? simulation::line_of(*record, before) : ""};
}

int diff(const Arguments& arguments) {
  arguments.exclude("diff", {"workload", "from", "count"});
  const std::string left_path = arguments.positional[0], right_path = arguments.text("diff");
  const runs::RunReader left = open_run(left_path), right = open_run(right_path);
  return runs::reading(left_path + " or " + right_path, [&] {
    const auto difference = simulation::first_difference(left.journal(), right.journal());
    records::JsonWriter json(2);
    json.begin_object().key("same").boolean(!difference);
    if (!difference) {
      json.key("transitions").integer(static_cast<std::int64_t>(left.journal().size())).end_object();
      if (arguments.json)
        std::cout << json.text() << "\n";
      else if (!arguments.quiet)
        std::cout << "no difference in " << records::grouped(static_cast<std::int64_t>(left.journal().size()))
                  << " transitions\n";
      return done;
    }
    const std::uint64_t sequence = difference->sequence;
    const std::uint64_t first = sequence > context_lines ? sequence - context_lines : 0;
    auto replay = simulation::Replay::before(left.journal(), first);
    std::string context;
    replay.each([&](const simulation::Record& record, const simulation::World& before) {
      if (record.sequence >= sequence) return false;
      context += "  " + numbered(record.sequence, simulation::line_of(record, before)) + "\n";
      return true;
    });
    const Side sides[] = {side_of("< ", "left", difference->left, replay.world()),
                          side_of("> ", "right", difference->right, right.journal().world_before(sequence))};
    if (arguments.json) {
      json.key("sequence").integer(static_cast<std::int64_t>(sequence));
      for (const Side& side : sides) {
        json.key(side.key);
        side.record ? json.string(side.line) : json.null();
      }
      json.end_object();
      std::cout << json.text() << "\n";
      return check_failed;
    }
    std::cout << context;
    for (const Side& side : sides)
      std::cout << side.mark << (side.record ? numbered(sequence, side.line) : "    the journal ends here")
                << "\n";
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
  add("from", po::value<std::string>()->value_name("N"), "begin at transition N");
  add("count", po::value<std::string>()->value_name("N"), "print at most N lines");
}

int run_journal(const Arguments& arguments) {
  return arguments.has("diff") ? diff(arguments) : list(arguments);
}

}  // namespace berth::tools
