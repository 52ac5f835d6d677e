// Metrics: a series of numbers, each what holds at its instant (contract/NOTES.md section 6).
//
// N samples from start to end: N >= 2 gives start + i (end - start) / (N - 1) in whole milliseconds; 1 gives the end; 0
// none. No point before the object existed, after it was gone, or after the view's instant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/simulation/journal.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/query.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

enum class MetricLevel { cluster, node_pool, project, department, workload };

// What the series are about: of the ids, the one that the level needs.
struct MetricObject {
  MetricLevel level = MetricLevel::cluster;
  PoolId pool{};
  QueueId queue{};
  WorkloadId workload{};
};

// The series that were asked for cannot be grouped so: answered with 422.
class Ungroupable : public BadRequest {
 public:
  using BadRequest::BadRequest;
};

struct MetricsAnswer {
  int status = 200;  // 207: some of the types could not be had
  std::string body;
};

// For a request's parameters (metricType, start, end, numberOfSamples, groupBy, nodepoolName). Throws BadRequest.
MetricsAnswer metrics_body(const MetricObject& object, const Query& query, const View& view,
                           const simulation::JournalReader& journal);

// metrics.json: an array of the bodies over the whole run (20 samples) of the cluster, ungrouped and by each grouping, and of
// every node pool, department and project. Each has an extra member `request` that says what it answers.
void write_metrics_file(JsonWriter& out, const View& view, const simulation::JournalReader& journal);

}  // namespace berth::records
