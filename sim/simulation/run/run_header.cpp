#include "sim/simulation/run/run_header.hpp"

namespace berth::simulation {

RunHeader header_of(const Input& input) {
  RunHeader header;
  header.program_version = BERTH_VERSION;
  header.name = input.name;
  header.seed = input.seed;
  header.start = input.start;
  header.end = input.end;
  header.policy = input.policy;
  header.cycle_period = input.cycle_period;
  header.order = input.order;
  return header;
}

}  // namespace berth::simulation
