// The openb trace of a production GPU cluster, in its published forms; the header line tells which.
//
//   nodes      sn,cpu_milli,memory_mib,gpu,model                       in the order of the file
//              sim_name,node,cpu_milli,memory_mib,gpu,model            numbered by sim_name ascending
//   workloads  name,cpu_milli,memory_mib,num_gpu,gpu_milli[,gpu_spec][,qos][,pod_phase]
//                   [,creation_time,deletion_time[,scheduled_time]]    with or without times
//              seq,sim_name,cpu_milli,memory_mib,num_gpu,gpu_milli[,gpu_spec]   an ordered list without times
//
// gpu_milli is of each device. Times are seconds from an arbitrary origin. With times, a row's length is deletion -
// scheduled, or deletion - creation where it was never scheduled; a length of 0 becomes 1 s; phase Failed means that it
// failed, any other that it completed. Without a deletion time, and in a list without times, a row never ends.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/request.hpp"

namespace berth::formats {

// Bounds: a row beyond them is a fault.
inline constexpr std::int64_t max_openb_rows = 5'000'000;
inline constexpr std::int64_t max_openb_cpu_milli = 1'000'000'000;
inline constexpr std::int64_t max_openb_memory_mib = 1 << 21;  // 2 TiB
inline constexpr std::int64_t max_openb_gpus = 64;

struct OpenbNode {
  std::string name;
  CpuMilli cpu;
  Bytes memory;
  std::int32_t gpus = 0;
  std::string model;  // empty: no GPU
  int line = 0;
};

struct OpenbPod {
  std::string name;
  CpuMilli cpu;
  Bytes memory;
  std::int32_t gpus = 0;
  GpuMilli milli;                     // of each device
  std::uint32_t spec = 0;             // index into OpenbPods::specs
  Duration created{};                 // from the trace's origin; 0 without times
  Duration length = Duration::max();  // max: never ends
  bool failed = false;
  bool never_scheduled = false;
  bool zero_length = false;  // mended to 1 s
  int line = 0;

  workload::GpuRequest gpu() const;
};

struct OpenbPods {
  std::vector<OpenbPod> rows;                       // by (created, position in the file); a `seq` list by seq
  std::vector<std::vector<std::string>> specs{{}};  // allowed models; the first is "any"
  bool timed = false;
};

// Faults go to `diagnostics` under `name`; what could be read is returned all the same.
std::vector<OpenbNode> read_openb_nodes(std::istream& in, const std::string& name, Diagnostics& diagnostics);
OpenbPods read_openb_pods(std::istream& in, const std::string& name, Diagnostics& diagnostics);

// What a scenario's trace holds.
struct OpenbTrace {
  std::vector<OpenbNode> nodes;
  OpenbPods workloads;
  OpenbPods typical;  // empty: the workloads
};

// The GPU labels of the public trace (cluster-trace-gpu-v2023, csv/). G2 and G3 are models that its publishers do not name.
const std::vector<std::string>& openb_gpu_labels();

}  // namespace berth::formats
