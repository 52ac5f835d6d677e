// A finished run, opened for reading: its journal and the ids of its documents.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "berth/simulation/journal.hpp"
#include "sim/records/workloads/view.hpp"
#include "sim/simulation/journal/replay.hpp"
#include "tools/command.hpp"

namespace berth::tools {

class RunReader {
 public:
  // The folder that `berth run --out` wrote, or its journal itself. Throws InputError with the reason; what a live journal has
  // lost at its end is told on standard error.
  explicit RunReader(const std::string& path);

  const simulation::JournalReader& journal() const { return *journal_; }
  // "2026-01-07T00:00:00Z" or an offset from the start ("2d6h"). Throws UsageError when it is neither, InputError when it lies
  // outside the run. Nothing given: the end of the run.
  Instant instant(const Arguments& arguments, const char* option) const;
  // The World at that instant; the view refers to the reader and to `world`.
  records::View view(const simulation::World& world, Instant at);

 private:
  std::string path_;
  std::unique_ptr<simulation::ByteSource> source_;
  std::optional<simulation::JournalReader> journal_;
  std::optional<records::Identities> ids_;
};

// Runs `use`; a journal that turns out to be broken while it is read becomes an InputError.
template <class Use>
auto reading(const std::string& path, Use use) {
  try {
    return use();
  } catch (const simulation::JournalError& error) {
    throw InputError(path + ": " + error.what());
  }
}

}  // namespace berth::tools
