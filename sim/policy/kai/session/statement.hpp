// The one way to change a session: allocate, pipeline, evict, un-evict, each with its reverse. Going back to a checkpoint costs
// what was changed since; statuses, counts and queue amounts are restored bit for bit, and so are rooms and groups, save for
// two known bugs of the reference. With `shared_gpus_booked_by_steps` a shared task is taken back as the reference does it: its
// present share comes off and its former one is put on, each by the steps of node_booking.hpp. With
// `undo_leaves_releasing_share` the node forgets a shared task that was moved on its own node and is moved back: when its
// eviction is undone, too, it is added as if it were new, beside the room and the share that were being released
// (section 11.5).
//
// Queue amounts move at once, virtually too (section 10.1): allocate, pipeline and un-evict add, evict subtracts.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/policy/decision.hpp"
#include "sim/policy/kai/nodes/node_booking.hpp"
#include "sim/policy/kai/session/session.hpp"

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
  // A task becomes releasing. One that is so already lowers its queue's amounts once more (section 10.3). False: its node does
  // not know it any more (TaskInfo::unknown_to_node), which fails the reference's scenario (a victim set here); nothing has changed.
  [[nodiscard]] bool evict(TaskIx task);
  // A task that the simulation has evicted is as it was before.
  void unevict(TaskIx task);

  // What was done since `from`, the outermost checkpoint, becomes real and cannot be undone any more. Appends to `log`
  // what it comes to, in the order in which tasks were first touched; allocated tasks become binding.
  void commit(const Checkpoint& from, EvictionCause cause, JobIx for_job, std::vector<Committed>& log);

  // Tasks changed since `from`, each once, in the order in which they were first touched. `out` is overwritten.
  // `before`: their status then, appended.
  void tasks_changed_since(const Checkpoint& from, std::vector<TaskIx>& out,
                           std::vector<TaskStatus>* before = nullptr);
  // Tasks evicted since `from` more often than un-evicted, in the order of their first evictions. `out` is overwritten.
  void evicted_since(const Checkpoint& from, std::vector<TaskIx>& out) const;

 private:
  enum class Op : std::uint8_t { allocate, pipeline, convert, evict, unevict };
  struct TaskUndo {
    Op op{};
    TaskIx task{};
    // As it was before.
    TaskStatus status{};
    TaskStatus before_eviction{};
    bool evicted_in_simulation = false;
    bool moved = false;
    bool unknown_to_node = false;
    NodeIx node{};
    double accepted_gpu = 0;
    Resources job_allocated;
    std::size_t node_changes = 0;  // in node_undo_
    bool groups_changed = false;   // only then the former ones are kept
    bool left_changed = false;     // likewise
    std::vector<GroupIx> groups;
    std::vector<TaskInfo::Copy> left;
  };
  struct QueueUndo {
    QueueIx queue{};
    Resources allocated;
    Resources allocated_non_preemptible;
  };

  void place(Op op, TaskIx task, NodeIx node, const GroupChoice& choice, TaskStatus status);
  TaskInfo& remember(Op op, TaskIx task);
  void set_status(TaskInfo& task, TaskStatus status);
  void charge(const TaskInfo& task, bool add);
  void undo(TaskUndo& op);
  void undo_node_changes(const TaskUndo& op);

  Session& session_;
  std::vector<TaskUndo> task_undo_;
  std::vector<QueueUndo> queue_undo_;
  std::vector<NodeChange> node_undo_;
  std::vector<std::uint32_t> touched_;  // tasks_changed_since: by task, the pass that saw it last
  std::uint32_t pass_ = 0;
};

}  // namespace berth::policy::kai
