// One cycle of a run as a policy case.
#pragma once

#include <string>

#include "sim/cases/policy_case.hpp"
#include "sim/runs/run_reader.hpp"

namespace berth::runs {

struct CapturedCycle {
  scenario::PolicyCase one;  // expects what comes of it
  std::string line;          // as a JSON line of a file of cases, with its line end
  // The case is counts where the run has devices: false when that makes the policy decide it otherwise than the run's cycle.
  bool decided_alike = true;
};

// The first cycle that decided something at or after `at`. Throws InputError when there is none, or when it cannot be written
// as a case.
CapturedCycle capture_cycle(const RunReader& run, Instant at);

}  // namespace berth::runs
