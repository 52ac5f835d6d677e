// What is done with policy cases besides running them: one is taken out of a run, made small, or given its outcome as the
// new expectation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "berth/simulation/input.hpp"
#include "berth/simulation/world.hpp"
#include "sim/cases/policy_case.hpp"

namespace berth::scenario {

// What a pass over the pool at `now` would see, as a case of one cycle that expects nothing yet. Nodes become counts: shared
// devices keep their numbers as names ("device-3"), others are told by how many there are.
PolicyCase capture_policy_case(const simulation::World& world, PoolId pool, Instant now,
                               const policy::PolicySpec& policy);

// What the `pass`-th pass (from 1) of that run sees, as a case: the run is made again up to there. For a pass whose decisions
// the World refused, which is a bug: what is written down can be looked at. Throws std::out_of_range when the run ends
// before.
PolicyCase capture_pass(simulation::Input input, std::unique_ptr<policy::Policy> policy, std::uint64_t pass);

// Leaves expectations, jobs, tasks, nodes and queues out of the case in `line` (print_policy_case) while what is left can be
// read and `fails_alike`, from the last to the first of each, until nothing more can go. The same line gives the same line.
std::string shrink_policy_case(const std::string& line,
                               const std::function<bool(const PolicyCase&)>& fails_alike);

// A case's expectations as they are to stand in its file.
struct Approval {
  std::string id;
  Expected expected;
};
struct ApprovedChange {
  std::string id, before, after;
};
// A file's text with them; `changes` tells what stood there and what does now. A case that takes its expectation from
// another one is left as it is while that one changes: it may hold then.
// What stands around an expectation stays as it is, comments inside of one go. Throws std::invalid_argument with a sentence
// when a case's expectation cannot be replaced there.
std::string with_approvals(const std::string& text, const std::string& file, bool yaml,
                           const std::vector<Approval>& approvals, std::vector<ApprovedChange>& changes);

}  // namespace berth::scenario
