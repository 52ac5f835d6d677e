// The journal: every transition of a run in order, in a compact, checksummed binary form, with images of the
// World so that any instant costs one image and one stretch. The format is sim/simulation/journal/journal_format.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/stop.hpp"
#include "berth/core/time.hpp"
#include "berth/engine/event_key.hpp"
#include "berth/policy/policy.hpp"
#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/transition.hpp"
#include "berth/simulation/world.hpp"

namespace berth::simulation {

// A journal that is not what it should be: truncated, altered, of another version. `what()` is a sentence
// with the offset; the caller adds the file's name.
class JournalError : public std::runtime_error {
 public:
  JournalError(std::uint64_t offset, const std::string& message);
  std::uint64_t offset() const { return offset_; }

 private:
  std::uint64_t offset_;
};

enum class JournalForm : std::uint8_t {
  sealed,  // has a footer; a truncated or altered one is refused
  live,    // grows; recovered to the last whole record
};

// What a document needs to know of a run and no transition says.
struct RunHeader {
  std::string program_version;
  std::string name;
  std::uint64_t seed = 1;
  Instant start;
  std::optional<Instant> end;  // nothing: until drained
  policy::PolicySpec policy;
  std::optional<Duration> cycle_period;  // nothing: immediate
  engine::InstantOrder order = engine::InstantOrder::batched;
};

struct Record {
  std::uint64_t sequence = 0;  // from 0, without gaps
  Instant at;
  Transition transition;
};

struct JournalOptions {
  JournalForm form = JournalForm::sealed;
  std::size_t block_bytes = 64 * 1024;  // at most this
  // Bytes of transitions between two images: at least `image_every`, and at least `stretch_per_image` times the last
  // image, because a World is large when many workloads are over.
  std::uint64_t image_every = 16 * 1024 * 1024;
  std::uint64_t stretch_per_image = 4;
};

class JournalWriter {
 public:
  // Writes the header and the image of `first`. The sink must outlive the writer.
  JournalWriter(ByteSink& sink, const RunHeader& header, const World& first, JournalOptions options = {});
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // `before`: the World that the transition is about to change.
  void append(const Transition& transition, Instant at, const World& before);
  // All appended so far is on the medium when this returns.
  void sync();
  // Writes the footer. Nothing may be appended afterwards.
  void seal();

  std::uint64_t bytes() const;  // written and buffered

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct BlockInfo {
  std::uint64_t offset = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
  Instant first, last;
};
struct ImageInfo {
  std::uint64_t offset = 0;
  std::uint64_t sequence = 0;  // the World before this transition
  Instant now;                 // World::now of the image
};

class JournalReader {
 public:
  // Throws JournalError. The source must outlive the reader. A sealed journal is checked whole (every
  // checksum) when `verify` is set, else as far as it is read. Everything that reads polls `stop` once a block, and so throws
  // Interrupted.
  explicit JournalReader(const ByteSource& source, bool verify = true, StopToken stop = {});
  ~JournalReader();
  JournalReader(JournalReader&&) noexcept;

  const RunHeader& header() const;
  JournalForm form() const;
  std::uint64_t size() const;  // transitions
  Instant last() const;        // instant of the last transition; the start when there is none
  const std::vector<BlockInfo>& blocks() const;
  const std::vector<ImageInfo>& images() const;
  // Live journals: what was cut off at the end, as a sentence; empty when nothing was.
  const std::string& dropped() const;
  // Live journals: the length up to which the bytes are whole.
  std::uint64_t whole_bytes() const;

  // In order, from `first` on, until the visitor returns false.
  void each(std::uint64_t first, const std::function<bool(const Record&)>& visit) const;
  // One workload's transitions, its pods' included, in order.
  std::vector<Record> of_workload(WorkloadId workload) const;

  // The World after every transition up to and including `at`; before all of them it is that of the start.
  World world_at(Instant at) const;
  // The World before transition `sequence` (size(): after the last).
  World world_before(std::uint64_t sequence) const;
  // The sequence of the first transition later than `at`; size() when there is none.
  std::uint64_t sequence_after(Instant at) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::simulation
