// What a policy found out in a cycle that was run with somebody listening: for `explain`, and for the messages that policy
// cases expect. Words and numbers only; nothing decides by it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"

namespace berth::policy {

struct Explanation {
  struct Workload {
    WorkloadId id{};
    std::string message;  // why it was not placed, as the record's condition says it; empty: nothing to say
    std::vector<std::string> lines;  // the decision with its numbers, a line each
    // GPUs that its pods were granted where they were placed last in the cycle, be it taken back since.
    std::int64_t accepted_gpu_milli = 0;
  };
  // A node's whole GPUs after the cycle.
  struct Node {
    NodeId id{};
    std::int64_t idle_gpus = 0;
    std::int64_t releasing_gpus = 0;
  };
  std::vector<Workload> workloads;  // members of the pool, in order of WorkloadId
  std::vector<Node> nodes;          // in order of NodeId
};

}  // namespace berth::policy
