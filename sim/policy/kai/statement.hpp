// The one way to change a session: allocate, pipeline, evict, un-evict, each with its exact reverse. Going back to a
// checkpoint costs what was changed since; statuses, counts, rooms, groups and queue amounts are restored bit for bit
// (save for the listed bug of section 10.15).
//
// Queue amounts move at once, virtually too (section 10.1): allocate, pipeline and un-evict add, evict subtracts.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/policy/decision.hpp"
#include "sim/policy/kai/node_booking.hpp"
#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

// Something that a statement made real, in order.
struct Committed {
  enum class Kind : std::uint8_t { bind, pipeline, evict, move };
  Kind kind = Kind::bind;
  TaskIx task{};
  NodeIx node = none<NodeIx>();  // bind, pipeline, move: where to
  std::vector<GroupIx> groups;   // likewise
  EvictionCause cause = EvictionCause::policy;
  JobIx for_job = none<JobIx>();
};

// A group of a shared task's choice: an open one, or none() for a device to be opened.
using GroupChoice = std::vector<GroupIx>;

class Statement {
 public:
  explicit Statement(Session& session) : session_(session) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Session& session() { return session_; }
  const Session& session() const { return session_; }

  struct Checkpoint {
    std::size_t tasks = 0, queues = 0, nodes = 0;
  };
  Checkpoint checkpoint() const { return {task_undo_.size(), queue_undo_.size(), node_undo_.size()}; }
  void roll_back(const Checkpoint& to);

  // A pending task takes room on the node.
  void allocate(TaskIx task, NodeIx node, const GroupChoice& groups);
  // It takes room that is idle or being released. A task that the simulation has evicted is moved.
  void pipeline(TaskIx task, NodeIx node, const GroupChoice& groups);
  // An allocated task gives up its room for room that is being released on its node.
  void convert_to_pipelined(TaskIx task);
  // A task becomes releasing. One that is so already only lowers its queue's amounts once more (section 10.3).
  void evict(TaskIx task);
  // A task that the simulation has evicted is as it was before.
  void unevict(TaskIx task);

  // What was done since `from`, the outermost checkpoint, becomes real and cannot be undone any more. Appends to `log`
  // what it comes to, in the order in which tasks were first touched; allocated tasks become binding.
  void commit(const Checkpoint& from, EvictionCause cause, JobIx for_job, std::vector<Committed>& log);

  // Tasks changed since `from`, each once, in the order in which they were first touched. `out` is overwritten.
  // `before`: their status then, appended.
  void tasks_changed_since(const Checkpoint& from, std::vector<TaskIx>& out,
                           std::vector<TaskStatus>* before = nullptr);

 private:
  struct TaskUndo {
    TaskIx task{};
    TaskStatus status{};
    TaskStatus before_eviction{};
    bool evicted_in_simulation = false;
    bool moved = false;
    bool groups_changed = false;
    bool left_a_node = false;
    NodeIx node{};
    double accepted_gpu = 0;
    Resources job_allocated;
    std::uint64_t job_version = 0;
    std::vector<GroupIx> groups;
  };
  struct QueueUndo {
    QueueIx queue{};
    Resources allocated;
    Resources allocated_non_preemptible;
  };

  void place(TaskIx task, NodeIx node, const GroupChoice& choice, TaskStatus status);
  TaskInfo& remember(TaskIx task);
  void set_status(TaskInfo& task, TaskStatus status);
  void charge(const TaskInfo& task, bool add);
  void undo(TaskUndo& op);

  Session& session_;
  std::vector<TaskUndo> task_undo_;
  std::vector<QueueUndo> queue_undo_;
  std::vector<NodeChange> node_undo_;
  std::vector<std::uint32_t> touched_;  // tasks_changed_since: by task, the pass that saw it last
  std::uint32_t pass_ = 0;
};

}  // namespace berth::policy::kai
