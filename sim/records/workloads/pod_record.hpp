// The Pod document of the API (contract/NOTES.md section 2, Pods).
#pragma once

#include <vector>

#include "sim/records/json_writer.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

// `names`: verbosity=full adds workloadName and projectName.
void write_pod(JsonWriter& out, const View& view, PodId id, bool names);

// All pods that a workload ever had, by index.
std::vector<PodId> pods_of(const View& view, WorkloadId workload);

}  // namespace berth::records
