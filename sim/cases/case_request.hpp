// What a task of a policy case asks for, in full (`request`): everything that a PodShape holds. JSON lines that come from
// runs and from cases in YAML use it; the tables' own short fields cannot say all of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "berth/workload/request.hpp"

namespace berth::scenario::case_json {

// Throws Fault (case_json.hpp); `where` is the task or job in words.
workload::PodShape read_request(const nlohmann::json& request, const std::string& where);
// Reading it gives an equal shape.
nlohmann::ordered_json write_request(const workload::PodShape& shape);

}  // namespace berth::scenario::case_json
