// A run, opened for reading: its journal and the ids of its documents.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "berth/simulation/journal.hpp"
#include "sim/records/workloads/view.hpp"
#include "sim/runs/input_error.hpp"
#include "sim/simulation/journal/replay.hpp"

namespace berth::runs {

class RunReader {
 public:
  // The folder that a run left, or its journal itself. Throws InputError with the reason.
  explicit RunReader(const std::string& path);

  const std::string& path() const { return path_; }  // as it was named
  const std::string& file() const { return file_; }  // the journal's
  const simulation::JournalReader& journal() const { return *journal_; }

  // "2026-01-07T00:00:00Z" or an offset from the start ("2d6h"), inside the run or not; nothing when it is neither.
  std::optional<Instant> instant(const std::string& text) const;
  Instant first() const { return journal_->header().start; }
  Instant last() const;  // of the last transition; no earlier than first()

  // The World at that instant; the view refers to the reader and to `world`.
  records::View view(const simulation::World& world, Instant at);

 private:
  std::string path_, file_;
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

}  // namespace berth::runs
