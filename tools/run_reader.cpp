#include "run_reader.hpp"

#include <filesystem>

#include "berth/core/text.hpp"
#include "berth/core/time_text.hpp"

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
}

Instant RunReader::instant(const Arguments& arguments, const char* option) const {
  if (!arguments.has(option)) return std::max(journal_->last(), journal_->header().start);
  const std::string text = arguments.text(option);
  if (const auto offset = parse_duration(text)) return journal_->header().start + *offset;
  const auto instant = parse_instant(text);
  if (!instant)
    throw UsageError(
        "--" + std::string(option) + ": " + berth::quoted(text) +
        " is neither an instant (2026-01-07T00:00:00Z) nor an offset from the run's start (2d6h)");
  return *instant;
}

records::View RunReader::view(const simulation::World& world, Instant at) {
  if (!ids_) ids_.emplace(journal_->header().seed, world.cluster.name);
  ids_->follow(world.workloads, world.organization);
  return {world, *ids_, at};
}

}  // namespace berth::tools
