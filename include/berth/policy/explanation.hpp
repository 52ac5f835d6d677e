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
    // What the cycle comes to for a workload with pods that want a place, in one sentence: "no room for its pod, and queue
    // q may not take any from others: 1 GPU in use + 16 asked for > fair share 16". Empty: nothing waits.
    std::string conclusion;
    // Why it was not placed, in the words of the policy that is reproduced; empty: it has none for that.
    std::string message;
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
  // In order of WorkloadId; at least those of the pool that have pods to place.
  std::vector<Workload> workloads;
  std::vector<Node> nodes;  // in order of NodeId; policies that count whole nodes only
};

}  // namespace berth::policy
