// Nodes and workloads from a trace. The paths are resolved; what the files hold is read once, at loading.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "berth/scenario/place_of.hpp"

namespace berth::formats {
struct OpenbTrace;
}

namespace berth::scenario {

// What was mended or counted apart while the trace was read (summary.json has it).
struct TraceCounts {
  std::int64_t workloads = 0;
  std::int64_t nodes = 0;
  std::int64_t never_scheduled = 0;  // no start in the trace: run all the same
  std::int64_t zero_length = 0;      // became 1 s
  std::int64_t without_end = 0;      // endless
  bool operator==(const TraceCounts&) const = default;
};

struct TraceFile {
  Name path;           // absolute, normal; empty: none
  std::string sha256;  // of its bytes, lower-case hex; empty when it was not read
  bool operator==(const TraceFile&) const = default;
};

struct TraceSpec {
  std::string format = "openb";
  TraceFile nodes, workloads, typical;
  std::int64_t arrival_scale_micro = 1'000'000;
  Name project;                  // empty while loading: `default` of department `default`
  std::int32_t max_pods = 1001;  // of each node, as the published study sets it
  Mark mark;

  TraceCounts counts;                               // filled by reading
  std::shared_ptr<const formats::OpenbTrace> data;  // null when LoadOptions::read_traces is off
  bool operator==(const TraceSpec& o) const {
    return format == o.format && nodes == o.nodes && workloads == o.workloads && typical == o.typical &&
           arrival_scale_micro == o.arrival_scale_micro && project == o.project && max_pods == o.max_pods;
  }
};

}  // namespace berth::scenario
