#include "sim/runs/scenario_check.hpp"

#include <utility>

#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/run.hpp"

namespace berth::runs {

std::vector<records::CheckedExpectation> check_scenario(const scenario::Scenario& scenario,
                                                        simulation::Input input,
                                                        std::unique_ptr<policy::Policy> policy) {
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.take_bytes());
  const simulation::JournalReader journal(source, false);
  return records::check_expectations(scenario, journal);
}

}  // namespace berth::runs
