#include "sim/runs/run_reader.hpp"

#include <algorithm>
#include <filesystem>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::runs {

RunReader::RunReader(const std::string& path) : path_(path), file_(path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw InputError(berth::quoted(path) + " does not exist");
  if (fs::is_directory(path, ignored)) {
    file_ = (fs::path(path) / "journal.berth").string();
    if (!fs::exists(file_, ignored))
      throw InputError(berth::quoted(path) +
                       " holds no journal.berth: it is not a run's folder, or --emit left the journal out");
  }
  source_ = simulation::open_file(file_);
  reading(file_, [&] { journal_.emplace(*source_); });
}

std::optional<Instant> RunReader::instant(const std::string& text) const {
  if (const auto offset = parse_duration(text)) return first() + *offset;
  if (const auto instant = parse_instant(text)) return *instant;
  return std::nullopt;
}

Instant RunReader::last() const {
  return std::max(journal_->last(), first());
}

records::View RunReader::view(const simulation::World& world, Instant at) {
  if (!ids_) ids_.emplace(journal_->header().seed, world.cluster.name);
  ids_->follow(world.workloads, world.organization);
  return {world, *ids_, at};
}

}  // namespace berth::runs
