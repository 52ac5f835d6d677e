// The progress of work, in integers: how much is done, when the rest will be, and what is lost when it stops.
//
// Work is measured in thousandths of a pod-microsecond at speed 1: a workload of P pods and duration D has
// P x D x 1000 units; a pod of speed s (milli) does s units a microsecond. While work goes on it alternates
// between `every` of work and `cost` of pause for a checkpoint; a restart is a pause before the first work.
#pragma once

#include <cstdint>

#include "berth/core/int128.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/spec.hpp"

namespace berth::simulation {

struct Work {
  Int128 total = -1;      // units; -1: endless
  Int128 done = 0;        // units, as of `since`
  Int128 saved = 0;       // units, as of the last checkpoint
  std::int64_t rate = 0;  // units a microsecond; 0: stands still
  Instant since;          // done, into and pause hold at this instant
  Duration into{};        // how far into the present span of `every` + `cost`
  Duration pause{};       // of restart, still to pass before work goes on

  bool operator==(const Work&) const = default;

  bool endless() const { return total < 0; }
  // Brings everything forward to `now` at the present rate.
  void advance(Instant now, const workload::Checkpoints& checkpoints);
  // The instant at which the work will be done at the present rate; never() when endless or standing still.
  Instant end(const workload::Checkpoints& checkpoints) const;
  // Goes back to the last checkpoint (to nothing, without checkpoints); returns the units lost. Advance
  // first.
  Int128 lose(const workload::Checkpoints& checkpoints);
};

// P x D x 1000; -1 for an endless duration.
Int128 units_of(std::int64_t pods, Duration duration);

}  // namespace berth::simulation
