// A scenario's `expect:` held against what came of its run: a function of scenario and journal.
#pragma once

#include <string>
#include <vector>

#include "berth/scenario/scenario.hpp"
#include "berth/simulation/journal.hpp"

namespace berth::records {

struct CheckedExpectation {
  std::string text;  // "workload train-a is Running by 2h"
  int line = 0;      // where it stands in the scenario's file; 0: not known
  bool holds = true;
  std::string difference;  // what came instead; empty when it holds
};

// One entry an expectation, in order. Workloads of one name: the last one.
std::vector<CheckedExpectation> check_expectations(const scenario::Scenario& scenario,
                                                   const simulation::JournalReader& journal);

}  // namespace berth::records
