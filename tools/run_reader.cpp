#include "tools/run_reader.hpp"

#include <filesystem>
#include <iostream>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::tools {

RunReader::RunReader(const std::string& path) : path_(path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw InputError(berth::quoted(path) + " does not exist");
  std::string file = path;
  if (fs::is_directory(path, ignored)) {
    file = (fs::path(path) / "journal.berth").string();
    if (!fs::exists(file, ignored))
      throw InputError(berth::quoted(path) +
                       " holds no journal.berth: it is not a run's folder, or --emit left the journal out");
  }
  source_ = simulation::open_file(file);
  reading(file, [&] { journal_.emplace(*source_); });
  if (!journal_->dropped().empty()) std::cerr << file << ": warning: " << journal_->dropped() << "\n";
}

Instant RunReader::instant(const Arguments& arguments, const char* option) const {
  const Instant start = journal_->header().start, end = std::max(journal_->last(), start);
  if (!arguments.has(option)) return end;
  const std::string text = arguments.text(option);
  const auto offset = parse_duration(text);
  const auto instant = offset ? Parsed<Instant>(start + *offset) : parse_instant(text);
  if (!instant)
    throw UsageError(
        "--" + std::string(option) + ": " + berth::quoted(text) +
        " is neither an instant (2026-01-07T00:00:00Z) nor an offset from the run's start (2d6h)");
  if (*instant >= start && *instant <= end) return *instant;
  throw InputError("--" + std::string(option) + " " + text + " is outside the run, which goes from " +
                   print_instant(start) + " to " + print_instant(end) + " (" + print_duration(end - start) +
                   " after its start)");
}

records::View RunReader::view(const simulation::World& world, Instant at) {
  if (!ids_) ids_.emplace(journal_->header().seed, world.cluster.name);
  ids_->follow(world.workloads, world.organization);
  return {world, *ids_, at};
}

}  // namespace berth::tools
