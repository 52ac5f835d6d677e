// The files of a run folder that hold API documents, each written straight to its sink. Both throw Interrupted when the view's
// stop asks.
#pragma once

#include "berth/simulation/byte_store.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

// workloads.json: a body of GET /api/v1/workloads with all workloads, deleted ones too, without `next`.
void write_workloads_file(simulation::ByteSink& sink, const View& view);
// workload-details.jsonl: one WorkloadDetailed a line.
void write_details_file(simulation::ByteSink& sink, const View& view);

// A writer that streams to the sink; flush it at the end.
JsonWriter writer_to(simulation::ByteSink& sink, int indent);

}  // namespace berth::records
