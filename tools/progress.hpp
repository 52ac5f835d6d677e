// One line on a terminal that tells how far a run is: simulated time, events a second, time left. Nothing in a pipe.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "berth/core/time.hpp"
#include "berth/simulation/run.hpp"
#include "sim/runs/scenario_run.hpp"

namespace berth::tools {

class Progress {
 public:
  // A run that goes until it is drained is told by the arrivals left.
  Progress(bool wanted, const runs::RunExtent& extent);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const simulation::RunProgress& at);

 private:
  using Clock = std::chrono::steady_clock;
  bool shown_ = false, wanted_ = false;
  runs::RunExtent extent_;
  Clock::time_point began_ = Clock::now(), last_ = began_;
};

// The line's text, without the terminal's control characters. `done_micro`: the share that is done, in millionths.
std::string progress_text(Duration simulated, std::uint64_t events, Duration elapsed,
                          std::optional<std::int64_t> done_micro);

}  // namespace berth::tools
