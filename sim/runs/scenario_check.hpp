// A scenario's `expect:` after a run of it that leaves nothing behind.
#pragma once

#include <memory>
#include <vector>

#include "berth/policy/policy.hpp"
#include "berth/scenario/scenario.hpp"
#include "sim/records/words/expectations.hpp"

namespace berth::runs {

// Runs `input`, the scenario's or what somebody made of it, and tells what became of each expectation, in order.
std::vector<records::CheckedExpectation> check_scenario(const scenario::Scenario& scenario,
                                                        simulation::Input input,
                                                        std::unique_ptr<policy::Policy> policy);

}  // namespace berth::runs
