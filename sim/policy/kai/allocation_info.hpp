// Which tasks of a job an attempt takes, what they ask for, and which the next chunk of a victim gives (sections 9.2, 9.3).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

// A real allocation takes pending tasks; a simulation also those that it has evicted itself.
enum class Attempt : std::uint8_t { real, simulated };

bool allocatable(const TaskInfo& task, Attempt attempt);
std::int32_t count_allocatable(const Session& session, PodSetIx pod_set, Attempt attempt);

// How many tasks of the pod set an attempt takes: what it lacks of its minimum, else one more if there is one.
std::int32_t count_to_allocate(const Session& session, PodSetIx pod_set, Attempt attempt);

// The tasks that the next attempt at this job takes, pod set by pod set, in task order. `out` is overwritten.
void tasks_to_allocate(const Session& session, JobIx job, Attempt attempt, std::vector<TaskIx>& out);

// What they ask for together.
struct AttemptRequest {
  Resources amounts;          // GPU memory counts 0
  double gpu_memory_mib = 0;  // devices x MiB of GPU memory requests
  // As queue order and the reclaim gate see it: GPU memory as a part of MinNodeGPUMemory (section 6).
  Resources with_gpu_memory(std::int64_t min_node_gpu_memory) const;
};
AttemptRequest tasks_to_allocate_request(const Session& session, JobIx job, Attempt attempt);

// The next chunk of a victim: its tasks, and whether the job has active tasks beyond them.
struct Chunk {
  std::vector<TaskIx> tasks;
  bool more_left = false;
};
Chunk tasks_to_evict(const Session& session, JobIx job);

// May the job enter an action at all (end of section 2): a pending task, every pod set with alive - gated >=
// minimum, a leaf queue whose parent exists.
bool ready_to_schedule(const Session& session, JobIx job);
// The last of these: its queue exists and is a leaf. (A queue without its parent is not in a session.)
bool has_leaf_queue(const Session& session, JobIx job);

// What the next simulated attempt asks for, GPU memory included, remembered until the job's version changes: comparisons of
// queues ask for it often. One a session; forgetting everything never changes an answer.
class AttemptRequests {
 public:
  const Resources& of(const Session& session, JobIx job);

 private:
  struct Entry {
    bool known = false;
    std::uint64_t version = 0;
    Resources request;
  };
  IdVector<JobIx, Entry> entries_;
};

}  // namespace berth::policy::kai
