#include "tools/run_scenario.hpp"

#include <stdexcept>

#include "tools/command.hpp"

namespace berth::tools {

simulation::RunHeader header_of(const simulation::Input& input) {
  simulation::RunHeader out;
  out.program_version = BERTH_VERSION;
  out.name = input.name;
  out.seed = input.seed;
  out.start = input.start;
  out.end = input.end;
  out.policy = input.policy;
  out.cycle_period = input.cycle_period;
  out.order = input.order;
  return out;
}

std::unique_ptr<policy::Policy> policy_of(const policy::PolicySpec& spec) {
  try {
    return policy::make_policy(spec);
  } catch (const std::invalid_argument& error) {
    throw InputError(error.what());
  }
}

}  // namespace berth::tools
