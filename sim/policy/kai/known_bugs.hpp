// Known bugs of the reference, each a switch, on by default: Berth decides as the reference does. Switched
// off, Berth decides as the reference's documents say.
#pragma once

#include <string_view>
#include <vector>

namespace berth::policy::kai {

struct KnownBugs {
  // #1369: the task-level limit and quota check on a node counts one device of a multi-device fraction.
  bool task_check_counts_one_device = true;
  // Fixed later by #1668: the job-level limit and quota check counts GPU memory as 0.
  bool job_check_ignores_gpu_memory = true;
  // #1847: MinNodeGPUMemory is min(100, x > 100), so always 100.
  bool min_node_gpu_memory_is_100 = true;
  // Section 4: the queue depth limit drops the last leaf of the heap, not the worst job.
  bool queue_depth_drops_last_leaf = true;
  // Section 2: a queue heap re-orders only its top, so that other entries stay stale.
  // (Not switchable: it is the order itself.)
  // Sections 10.15, 11.5: undoing a shared task moved on its own node leaves its old releasing share on the node, and the CPU,
  // memory and pod slot that went with it: the node has lost its entry, and the task is added anew.
  bool undo_leaves_releasing_share = true;
  // Section 10.15: a Kubernetes filter skipped once for a pod stays skipped all cycle.
  bool skipped_filter_stays_skipped = true;
  // Section 10.15: a group with a non-numeric name always demands two pod slots.
  bool named_group_takes_two_slots = true;
  // Section 10.3: a recorded chunk is evicted a second time, which lowers its queue's allocated twice. What is evicted is a copy
  // made before the search, so that undoing it leaves the task as it was then, not released.
  bool recorded_chunk_evicted_twice = true;
  // Found with the random cases: the tasks of a job's next attempt, and what they ask for, are remembered until the status of one
  // of its tasks changes. A commit changes none, but its evicted tasks can no more be placed again: orders, gates and searches
  // go on with them (sections 11.4, 11.10).
  bool request_outlives_commit = true;
  // A node's idle and releasing GPUs are kept by steps that look at the state they find, and go astray when shares of one
  // device lie differently: evicting from a device that is partly released already takes an idle GPU where GPUs are waited
  // for, one of several pipelined shares, once evicted, does not give the device back, and a roll back need not restore them.
  bool shared_gpus_booked_by_steps = true;
  bool operator==(const KnownBugs&) const = default;
};

struct KnownBug {
  std::string_view name;     // the option's key
  std::string_view meaning;  // one sentence
  bool KnownBugs::*flag;
};
const std::vector<KnownBug>& known_bugs();

}  // namespace berth::policy::kai
