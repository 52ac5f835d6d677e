// A scenario's run, as every command that makes one begins it.
#pragma once

#include <memory>

#include "berth/policy/policy.hpp"
#include "berth/scenario/scenario.hpp"
#include "berth/simulation/input.hpp"
#include "berth/simulation/journal.hpp"

namespace berth::tools {

simulation::RunHeader header_of(const simulation::Input& input);
// Throws InputError when an option is refused.
std::unique_ptr<policy::Policy> policy_of(const policy::PolicySpec& spec);

}  // namespace berth::tools
