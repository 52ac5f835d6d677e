// --timing FILE: wall seconds by stage, counts and peak memory. These never enter a result file.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "berth/simulation/run.hpp"

namespace berth::tools {

class Timing {
 public:
  // The stage that began with the last call (or with the object) ends here.
  void stage(const std::string& name);
  // Throws InputError when it cannot be written.
  void write(const std::string& path, const simulation::RunResult& result) const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
  std::vector<std::pair<std::string, std::chrono::microseconds>> stages_;
};

}  // namespace berth::tools
