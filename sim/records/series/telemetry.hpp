// Telemetry: one number as of now, or one a group (contract/NOTES.md section 5).
//
// What the page leaves open, Berth fills so:
//   - USED_ values: a running pod uses what it was given (CPU, memory, its share of the device's memory).
//   - a quota that is unlimited adds nothing to a sum of quotas.
//   - PENDING_TIME_DISTRIBUTION has all four buckets for every group, empty ones as 0.
#pragma once

#include <string>
#include <vector>

#include "sim/records/json_writer.hpp"
#include "sim/records/query.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

enum class TelemetryScope { workloads, nodes, projects, departments };

// The body for a request's parameters (telemetryType, groupBy, filters). Throws BadRequest.
std::string telemetry_body(TelemetryScope scope, const Query& query, const View& view);

// telemetry.json: an array of the bodies of every scope and type, without grouping and by each single key. Each has an
// extra member `request` that says what it answers.
void write_telemetry_file(JsonWriter& out, const View& view);

}  // namespace berth::records
