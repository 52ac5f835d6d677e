// Orders of jobs, pod sets and tasks (kai-semantics.md section 2, JOB ORDER, PODSET ORDER, TASK ORDER).
//
// A session's tables carry two of them already: JobInfo::age_rank is (created, UID), and tasks stand in task order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/order/queue_order.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

GangState gang_state(const Session& session, JobIx job);

// Priority descending, gang state, then age. `equal` only for a job and itself.
First compare_gang_state(const Session& session, JobIx left, JobIx right);
First compare_jobs(const Session& session, JobIx left, JobIx right);

// Job order as one number, smaller first: heaps of thousands of jobs compare nothing else. Remembered until the job's
// version changes.
void refresh_order_key(const Session& session, JobIx job);
inline std::uint64_t order_key(const Session& session, JobIx job) {
  const JobInfo& info = session.jobs[job];
  if (info.order_version != info.version) refresh_order_key(session, job);
  return info.order_key;
}

// Unsatisfied first; of two satisfied ones that with fewer active tasks for its minimum. Names are not compared.
struct PodSetState {
  std::int32_t min_available = 1;
  std::int32_t active_allocated = 0;
};
First compare_pod_sets(const PodSetState& left, const PodSetState& right);
// The job's pod sets in pod set order, names deciding ties. `out` is overwritten.
void pod_sets_in_order(const Session& session, JobIx job, std::vector<PodSetIx>& out);

// Criteria of task order, each alone; a role or label that is not there is nullopt.
First compare_kubeflow_role(std::optional<std::string_view> left, std::optional<std::string_view> right);
First compare_ray_role(std::optional<std::string_view> left, std::optional<std::string_view> right);
First compare_explicit_order(std::optional<std::string_view> left, std::optional<std::string_view> right);

// What decides a task's place among its job's tasks.
struct TaskOrderKey {
  std::optional<std::string> role;
  std::optional<std::string> explicit_order;
  Instant created;
  std::string uid;
};
// Positions of `tasks` in task order: kubeflow role, ray role, explicit order, creation, UID; `plugins` says which take
// part. Two labels that are no integers tie here (the pair alone has no consistent answer).
std::vector<std::size_t> task_order(const std::vector<TaskOrderKey>& tasks, const Plugins& plugins);

}  // namespace berth::policy::kai
