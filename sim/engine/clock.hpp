// The clock of a run goes forward only. Cycles with a period lie at start + k * period, k = 0, 1, ...
#pragma once

#include <string>

#include "berth/core/invariant.hpp"
#include "berth/core/time.hpp"

namespace berth::engine {

class Clock {
 public:
  explicit Clock(Instant start) : start_(start), now_(start) {}

  Instant start() const { return start_; }
  Instant now() const { return now_; }
  void advance_to(Instant at) {
    BERTH_INVARIANT(at >= now_, "the clock would go back from " + std::to_string(now_.micros) + " to " +
                                    std::to_string(at.micros));
    now_ = at;
  }

 private:
  Instant start_;
  Instant now_;
};

// The first beat at or after `at`; never() when there is none before the end of time.
Instant beat_at_or_after(Instant start, Duration period, Instant at);
// The first beat later than `at`.
Instant beat_after(Instant start, Duration period, Instant at);

}  // namespace berth::engine
