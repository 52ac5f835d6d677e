// Which tasks of a job an attempt takes, what they ask for, and which the next chunk of a victim gives (sections 9.2, 9.3).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// A real allocation takes pending tasks; a simulation also those that it has evicted itself.
enum class Attempt : std::uint8_t { real, simulated };

bool allocatable(const TaskInfo& task, Attempt attempt);
std::int32_t count_allocatable(const Session& session, PodSetIx pod_set, Attempt attempt);

// How many tasks of the pod set an attempt takes: what it lacks of its minimum, else one more if there is one.
std::int32_t count_to_allocate(const Session& session, PodSetIx pod_set, Attempt attempt);

// The tasks that the next attempt at this job takes, pod set by pod set, in task order. `out` is overwritten.
void tasks_to_allocate(const Session& session, JobIx job, Attempt attempt, std::vector<TaskIx>& out);

// What tasks ask for together, added task by task (section 11.8: in double, the order counts).
struct AttemptRequest {
  Resources amounts;  // GPU memory counts 0
  // As queue order and the reclaim gate see it: GPU memory as devices x its part of MinNodeGPUMemory (section 6).
  Resources with_gpu_memory;
  double gpu_memory_mib = 0;  // MiB of GPU memory requests, one device of each
};
AttemptRequest request_of_tasks(const Session& session, const std::vector<TaskIx>& tasks);
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

// The tasks of a job's next simulated attempt and what they ask for, GPU memory included: worked out when first asked for and
// remembered until the status of one of its tasks changes (section 11.4). Who asks first, and when, is part of the outcome: a
// commit changes no status, so that what was remembered before goes on counting tasks that were evicted for good
// (KnownBugs::request_outlives_commit), and the validator of a simulation sees what the job asked for before it was placed.
// One a session.
class AttemptRequests {
 public:
  const std::vector<TaskIx>& tasks(const Session& session, JobIx job);
  const Resources& of(const Session& session, JobIx job);

 private:
  struct Entry {
    std::uint64_t version = 0;  // of the job
    bool request_known = false;
    std::vector<TaskIx> tasks;  // empty: not known; nothing to allocate is worked out anew each time
    Resources request;
  };
  Entry& entry_of(const Session& session, JobIx job);

  IdVector<JobIx, Entry> entries_;
};

}  // namespace berth::policy::kai
