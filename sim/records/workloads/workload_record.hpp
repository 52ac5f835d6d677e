// The Workload and WorkloadDetailed documents of the API (contract/NOTES.md section 2), one pure function of the view.
#pragma once

#include "sim/records/json_writer.hpp"
#include "sim/records/workloads/view.hpp"
#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {

enum class Detail {
  listed,  // Workload: as in GET /workloads
  full,    // WorkloadDetailed: with pendingSchedulingMessages, as in GET /workloads/{id}
};

// Every nullable field is there, null when there is nothing to say; every other optional field is there, empty.
void write_workload(JsonWriter& out, const View& view, WorkloadId id, Detail detail);

// The resource objects, which pods have too. `write_requested` sums `count` pods of each shape.
struct RequestedShape {
  const workload::PodShape* shape = nullptr;
  std::int64_t count = 0;
};
void write_requested(JsonWriter& out, const std::vector<RequestedShape>& shapes);
void write_allocated(JsonWriter& out, const Amounts& amounts);

}  // namespace berth::records
