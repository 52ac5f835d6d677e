// A task: one pod as the session sees it, with what the session has decided about it so far.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "sim/policy/kai/session/indices.hpp"

namespace berth::policy::kai {

// The reference's pod statuses (section 1).
enum class TaskStatus : std::uint8_t {
  pending,
  gated,
  allocated,
  pipelined,
  binding,
  bound,
  running,
  releasing,
  succeeded,
  failed,
  unknown,
  deleted,
};
inline constexpr std::size_t task_status_count = 12;

constexpr bool active_used(TaskStatus s) {
  return s == TaskStatus::allocated || s == TaskStatus::pipelined || s == TaskStatus::binding ||
         s == TaskStatus::bound || s == TaskStatus::running || s == TaskStatus::releasing;
}
constexpr bool active_allocated(TaskStatus s) {
  return active_used(s) && s != TaskStatus::releasing;
}
constexpr bool alive(TaskStatus s) {
  return active_allocated(s) || s == TaskStatus::pending || s == TaskStatus::gated;
}
// Queue accounting when the session opens: neither pipelined nor releasing.
constexpr bool allocated(TaskStatus s) {
  return active_allocated(s) && s != TaskStatus::pipelined;
}

struct TaskInfo {
  JobIx job{};
  PodSetIx pod_set{};
  ShapeIx shape{};
  TaskStatus status = TaskStatus::pending;
  // Evicted by the simulation in progress (a "virtual" releasing): may be placed again (section 9.2).
  bool evicted_in_simulation = false;
  TaskStatus before_eviction = TaskStatus::running;  // valid while evicted_in_simulation
  bool moved = false;                                // was evicted and is now pipelined elsewhere
  NodeIx node = none<NodeIx>();                      // while it uses one
  // Nodes that it was moved away from in this cycle: they still hold a copy of it, as releasing. A simulation that puts
  // the task on such a node finds the copy and takes the eviction back instead: the task stays where it is now.
  struct Copy {
    NodeIx node{};
    std::vector<GroupIx> groups;
  };
  std::vector<Copy> left;
  // `node` has lost its entry of this task, which was moved to other devices there and moved back again: what the entry had
  // booked stays booked (section 11.5), and the task is new to the node when it comes next.
  bool unknown_to_node = false;
  std::vector<GroupIx> groups;  // shared requests: the devices it shares
  double accepted_gpu = 0;  // GPUs that its queue is charged while placed (section 2: node-specific portion)
  // The same of the latest placement, were it undone since: what the reference's records go on showing.
  double last_accepted_gpu = 0;
  PodId pod{};  // in the World
};

// Number of tasks by status, and the sums that orders ask for.
class StatusCounts {
 public:
  std::int32_t operator[](TaskStatus s) const { return counts_[static_cast<std::size_t>(s)]; }
  void add(TaskStatus s, std::int32_t n) {
    counts_[static_cast<std::size_t>(s)] += n;
    if (kai::active_allocated(s)) active_allocated_ += n;
  }
  std::int32_t active_allocated() const { return active_allocated_; }
  std::int32_t active_used() const { return active_allocated_ + (*this)[TaskStatus::releasing]; }
  std::int32_t alive() const {
    return active_allocated_ + (*this)[TaskStatus::pending] + (*this)[TaskStatus::gated];
  }
  bool operator==(const StatusCounts&) const = default;

 private:
  std::array<std::int32_t, task_status_count> counts_{};
  std::int32_t active_allocated_ = 0;
};

}  // namespace berth::policy::kai
