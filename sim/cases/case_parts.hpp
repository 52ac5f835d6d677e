// Parts of reading a policy case, each in a file of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sim/cases/policy_case.hpp"

namespace berth::scenario::case_json {

// The policy that a line of JSON names: the tables' settings with its actions and plugins, or its own `policy` whole. Throws
// Fault (case_json.hpp).
policy::PolicySpec read_case_policy(const nlohmann::json& line);

// Its `expected`; cluster and workloads of the case have been read. Throws Fault.
void read_expectations(const nlohmann::json& line, PolicyCase& c);

// `mig_layout`: the instances of the node's devices; only policies that place on devices look at them. Its GPU model
// has been read. Throws Fault.
void read_mig_layout(const nlohmann::json& node, const cluster::ModelTable& models, cluster::NodeSpec& spec,
                     const std::string& where);

// A task lies on a node only if the node, with all that lies there, has the room: a sentence about the first that does not;
// empty: all do. Devices opened for sharing count by what is taken of them: a case may have more of them than the node has
// GPUs.
std::string lack_of_room(const PolicyCase& c);

}  // namespace berth::scenario::case_json
