// A job (pod group): its pod sets, and the tree of sub-group sets that carries its topology constraints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/spec.hpp"
#include "sim/policy/kai/session/resources.hpp"
#include "sim/policy/kai/session/task_info.hpp"

namespace berth::policy::kai {

// A leaf of the tree: pods with one minimum (section 5).
struct PodSet {
  std::string name;
  JobIx job{};
  SubGroupSetIx parent{};
  std::int32_t min_available = 1;
  workload::TopologyConstraint topology;
  std::vector<TaskIx> tasks;  // task order
  StatusCounts counts;        // of `tasks`
};

struct SubGroupSet {
  std::string name;
  JobIx job{};
  SubGroupSetIx parent = none<SubGroupSetIx>();  // none: the root
  workload::TopologyConstraint topology;
  std::vector<SubGroupSetIx> children;  // by name
  std::vector<PodSetIx> pod_sets;       // its own, by name
};

// How a job's gang stands (the elastic plugin): a pod set below its minimum; all at it; one above it and none below.
enum class GangState : std::uint8_t { below, at, above };

struct JobInfo {
  // What comparisons read stands first, in one cache line: heaps of thousands of jobs are built again and again.
  QueueIx queue = none<QueueIx>();  // none: the queue does not exist
  std::int32_t priority = 0;
  std::uint32_t age_rank = 0;  // by (created, UID); what job order compares last
  bool preemptible = true;
  bool deleting = false;  // releasing tasks stay releasing
  bool leaving = false;   // over for the scheduler, but for what its pods still hold (Snapshot::leaving)
  // Memo of order_key (job_order.hpp) as of `order_version`.
  mutable std::uint64_t order_key = 0;
  mutable std::uint64_t order_version = ~std::uint64_t{0};
  // Grows with each change of a task's status: caches of what is computed from statuses compare it.
  std::uint64_t version = 0;
  // Sum of the requests of its allocated tasks (active-allocated; GPU memory counts 0, section 10.9).
  Resources allocated;

  std::vector<PodSetIx> pod_sets;  // all of them, by name
  StatusCounts counts;             // of all tasks
  TaskIx first_task{};
  std::uint32_t task_count = 0;  // [first_task, first_task + task_count) in task order
  SubGroupSetIx root{};
  // A partial copy of a pending job (solver, section 10.4): `tasks` of its pod sets are a subset. none: a
  // real job.
  JobIx original = none<JobIx>();
  WorkloadId workload = none<WorkloadId>();
  Instant created;
  std::optional<Instant> last_start;  // LastStartTimestamp
  std::optional<Instant> stale_since;
  std::string name;
  std::string namespace_name;
  std::string uid;
};

}  // namespace berth::policy::kai
