// What the cluster has, what every queue asks for and holds, and its fair share (kai-semantics.md section 2). The division
// itself is organization/fair_share.hpp. Done once, when a session opens: fair share and request stay fixed (10.1).
#pragma once

#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// A pod that lies on a node, as the cluster total sees it.
struct PodOnNode {
  bool of_this_scheduler = true;
  bool scheduler_helper =
      false;  // made by the scheduler itself (GPU reservation, scaling), whoever schedules it
  TaskStatus status = TaskStatus::running;
  Resources request;
};

struct NodeCapacity {
  Resources allocatable;  // whole GPUs in `gpu`
  double mig_gpus = 0;    // sum of g-number x count over advertised instances
  bool ready = true;
  bool gpu_worker = false;  // carries the label that restrict mode asks for
};

// What one node adds to the cluster's total: nothing unless ready; less the active pods of other schedulers.
Resources node_total(const NodeCapacity& node, bool restrict_gpu_to_labelled_nodes,
                     const std::vector<PodOnNode>& pods);

// Amounts that a pending task adds to its queue's request: GPU memory as devices x memory / MinNodeGPUMemory.
Resources pending_amounts(const Shape& shape, std::int64_t min_node_gpu_memory);

// Sets session.total and, of every queue, request, allocated, allocated_non_preemptible, fair_share and allocatable_share,
// from the nodes, the tasks' statuses and the queues' quotas, limits, weights and usage. Sums run over jobs in order of
// creation, then tasks in task order.
void set_fair_shares(Session& session);

}  // namespace berth::policy::kai
