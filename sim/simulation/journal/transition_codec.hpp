// Transitions as bytes. The coder keeps what the one before was about, so that ids and instants take a byte or two; it
// starts afresh with every block, so that blocks can be read alone.
#pragma once

#include "berth/simulation/journal.hpp"
#include "sim/simulation/journal/codec.hpp"

namespace berth::simulation {

class TransitionEncoder {
 public:
  // Starts a block: its first sequence and the instant that the first transition's counts from.
  void begin(Encoder& out, std::uint64_t first_sequence, Instant base);
  void encode(Encoder& out, const Transition& transition, Instant at);

 private:
  std::int64_t workload_ = 0, pod_ = 0, node_ = 0;
  Instant at_;
};

class TransitionDecoder {
 public:
  // Reads the beginning of a block. `payload` must outlive the decoder.
  explicit TransitionDecoder(Decoder in);
  std::uint64_t next_sequence() const { return sequence_; }
  bool done() const { return in_.done(); }
  // Throws DecodeError.
  Record next();

 private:
  Decoder in_;
  std::int64_t workload_ = 0, pod_ = 0, node_ = 0;
  std::uint64_t sequence_ = 0;
  Instant at_;
};

}  // namespace berth::simulation
