// Which tasks of a job an attempt takes, and what they ask for (sections 9.2, 9.3).
#pragma once

#include <vector>

#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

// A real allocation takes pending tasks; a simulation also those that it has evicted itself.
enum class Attempt : std::uint8_t { real, simulated };

bool allocatable(const TaskInfo& task, Attempt attempt);

// The tasks that the next attempt at this job takes, pod set by pod set, in task order.
void tasks_to_allocate(const Session& session, JobIx job, Attempt attempt, std::vector<TaskIx>& out);

// What they ask for together.
struct AttemptRequest {
  Resources amounts;  // GPU memory counts 0
  double gpu_memory_mib =
      0;  // devices x MiB of GPU memory requests: queue order adds this / MinNodeGPUMemory
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

}  // namespace berth::policy::kai
