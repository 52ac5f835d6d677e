// What a journal is good for without a run: the World again, and the first difference of two journals.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/simulation/journal.hpp"

namespace berth::simulation {

// A World that goes forward through a journal; a reader asks for instants in ascending order and pays for
// each transition once.
class Replay {
 public:
  explicit Replay(const JournalReader& journal);
  // Starts from the image nearest before `at` instead of from the beginning.
  Replay(const JournalReader& journal, Instant at);
  // The same, standing before transition `sequence` (size(): after the last).
  static Replay before(const JournalReader& journal, std::uint64_t sequence);

  const World& world() const { return world_; }
  std::uint64_t next() const { return next_; }  // sequence of the next transition
  // Up to and including `at`.
  void advance_to(Instant at);
  // Up to but not including `sequence`.
  void advance_before(std::uint64_t sequence);
  // The transitions to come, each with the World before it, which it then changes; until the visitor returns false (that
  // one is not applied: it is still to come) or the journal ends. Each is read and applied once: who prints or searches
  // a stretch goes through it here, not by advance_before() for each, which reads its block again.
  void each(const std::function<bool(const Record&, const World& before)>& visit);

 private:
  Replay(const JournalReader& journal, std::uint64_t next, World world)
      : journal_(journal), world_(std::move(world)), next_(next) {}

  const JournalReader& journal_;
  World world_;
  std::uint64_t next_ = 0;
};

struct JournalDifference {
  std::uint64_t sequence = 0;
  std::optional<Record> left, right;  // nothing: that journal has ended
};
// The first transition in which they differ; nothing: none does.
std::optional<JournalDifference> first_difference(const JournalReader& left, const JournalReader& right);

// A transition as one line, with names taken from the World before it. The instant counts from the start:
// "+3600.000000s  pod-bound  train-a 0 on h100-03 {0 1}, gpu 1000m, cpu 8, memory 64Gi". `gpu` is the pod's share of each
// of its devices, in thousandths; a MIG instance is its device and first memory slice, "1@4".
std::string line_of(const Record& record, const World& world);

// What a listing must know of the World that the journal begins with: its nodes and what they have, the quotas and limits
// of its queues, a line each: "node  h100-03 in h100: gpus 8, cpu 192, memory 2Ti, pods 110".
std::vector<std::string> lines_of_start(const World& world);

}  // namespace berth::simulation
