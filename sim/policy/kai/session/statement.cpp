#include "sim/policy/kai/session/statement.hpp"

#include <algorithm>
#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::policy::kai {

TaskInfo& Statement::remember(Op kind, TaskIx ix) {
  TaskInfo& task = session_.tasks[ix];
  TaskUndo& op = task_undo_.emplace_back();
  op.op = kind;
  op.task = ix;
  op.status = task.status;
  op.before_eviction = task.before_eviction;
  op.evicted_in_simulation = task.evicted_in_simulation;
  op.moved = task.moved;
  op.unknown_to_node = task.unknown_to_node;
  op.node = task.node;
  op.accepted_gpu = task.accepted_gpu;
  op.job_allocated = session_.jobs[task.job].allocated;
  op.node_changes = node_undo_.size();
  return task;
}

void Statement::set_status(TaskInfo& task, TaskStatus status) {
  JobInfo& job = session_.jobs[task.job];
  PodSet& pod_set = session_.pod_sets[task.pod_set];
  job.counts.add(task.status, -1);
  pod_set.counts.add(task.status, -1);
  const Resources& amounts = session_.shapes[task.shape].amounts;
  if (allocated(task.status)) job.allocated -= amounts;
  if (allocated(status)) job.allocated += amounts;
  task.status = status;
  job.counts.add(status, 1);
  pod_set.counts.add(status, 1);
  job.version = ++session_.last_version;
}

void Statement::charge(const TaskInfo& task, bool add) {
  const Shape& shape = session_.shapes[task.shape];
  const Resources amounts{shape.amounts.cpu, shape.amounts.memory, task.accepted_gpu};
  const JobInfo& job = session_.jobs[task.job];
  for (QueueIx q = job.queue; q != none<QueueIx>(); q = session_.queues[q].parent) {
    QueueInfo& queue = session_.queues[q];
    queue_undo_.push_back({q, queue.allocated, queue.allocated_non_preemptible});
    if (add) {
      queue.allocated += amounts;
      if (!job.preemptible) queue.allocated_non_preemptible += amounts;
    } else {
      queue.allocated -= amounts;
      if (!job.preemptible) queue.allocated_non_preemptible -= amounts;
    }
  }
}

void Statement::place(Op kind, TaskIx ix, NodeIx node, const GroupChoice& choice, TaskStatus status) {
  TaskInfo& task = remember(kind, ix);
  if (!choice.empty() || !task.groups.empty()) {
    TaskUndo& op = task_undo_.back();
    op.groups_changed = true;
    op.groups = std::exchange(task.groups, choice);
    for (GroupIx& group : task.groups) {
      if (group == none<GroupIx>()) group = open_group(session_, node, false, &node_undo_);
    }
  }
  task.node = node;
  task.accepted_gpu = accepted_gpu(session_.nodes[node], session_.shapes[task.shape]);
  task.last_accepted_gpu = task.accepted_gpu;
  set_status(task, status);
  relay(session_, node, task.shape, task.groups, Lies::nowhere, lies(status), &node_undo_);
  charge(task, true);
}

void Statement::allocate(TaskIx task, NodeIx node, const GroupChoice& groups) {
  place(Op::allocate, task, node, groups, TaskStatus::allocated);
}

void Statement::pipeline(TaskIx ix, NodeIx node, const GroupChoice& groups) {
  TaskInfo& task = session_.tasks[ix];
  const bool moved = task.evicted_in_simulation;
  const NodeIx from = task.node;
  const std::vector<GroupIx> from_groups = moved ? task.groups : std::vector<GroupIx>();
  place(Op::pipeline, ix, node, groups, TaskStatus::pipelined);
  if (!moved) return;
  TaskUndo& op = task_undo_.back();
  // Of a node that holds a copy, the new entry takes the place of it. The node that it leaves keeps one, unless it has none.
  const auto here = [&](const TaskInfo::Copy& copy) { return copy.node == node; };
  const bool takes_place_of_copy = std::any_of(task.left.begin(), task.left.end(), here);
  const bool leaves_copy = from != node && !op.unknown_to_node;
  if (takes_place_of_copy || leaves_copy) {
    op.left_changed = true;
    op.left = task.left;
    task.left.erase(std::remove_if(task.left.begin(), task.left.end(), here), task.left.end());
    if (leaves_copy) task.left.push_back({from, from_groups});
  }
  task.unknown_to_node = false;
  task.evicted_in_simulation = false;
  task.moved = true;
}

void Statement::convert_to_pipelined(TaskIx ix) {
  TaskInfo& task = remember(Op::convert, ix);
  BERTH_INVARIANT(task.status == TaskStatus::allocated, "only an allocated task can wait instead");
  set_status(task, TaskStatus::pipelined);
  relay(session_, task.node, task.shape, task.groups, Lies::firm, Lies::pipelined, &node_undo_);
}

bool Statement::evict(TaskIx ix) {
  if (session_.tasks[ix].unknown_to_node) return false;
  TaskInfo& task = remember(Op::evict, ix);
  const TaskStatus before = task.status;
  if (before == TaskStatus::releasing) {
    // The reference evicts a second copy, made before the search: undone, it is as it was then (section 10.3).
    TaskUndo& op = task_undo_.back();
    op.status = task.before_eviction;
    op.evicted_in_simulation = false;
    if (allocated(op.status)) op.job_allocated += session_.shapes[task.shape].amounts;
  } else {
    task.before_eviction = before;
    task.evicted_in_simulation = true;
  }
  set_status(task, TaskStatus::releasing);
  relay(session_, task.node, task.shape, task.groups, lies(before), Lies::releasing, &node_undo_);
  charge(task, false);
  return true;
}

void Statement::unevict(TaskIx ix) {
  TaskInfo& task = remember(Op::unevict, ix);
  BERTH_INVARIANT(task.evicted_in_simulation, "only an evicted task can go back");
  task.evicted_in_simulation = false;
  set_status(task, task.before_eviction);
  relay(session_, task.node, task.shape, task.groups, Lies::releasing, lies(task.status), &node_undo_);
  charge(task, true);
}

// What `op` did to nodes; the task still is as it left it.
void Statement::undo_node_changes(const TaskUndo& op) {
  const TaskInfo& task = session_.tasks[op.task];
  const bool was_there = op.op == Op::convert || op.op == Op::evict || op.op == Op::unevict;
  const Lies now = task.unknown_to_node ? Lies::nowhere : lies(task.status);
  relay(session_, task.node, task.shape, task.groups, now, was_there ? lies(op.status) : Lies::nowhere,
        nullptr);
  for (; node_undo_.size() > op.node_changes; node_undo_.pop_back()) {
    kai::undo(session_, node_undo_.back());
  }
}

void Statement::undo(TaskUndo& op) {
  undo_node_changes(op);
  TaskInfo& task = session_.tasks[op.task];
  JobInfo& job = session_.jobs[task.job];
  if (task.status != op.status) {
    PodSet& pod_set = session_.pod_sets[task.pod_set];
    job.counts.add(task.status, -1);
    pod_set.counts.add(task.status, -1);
    job.counts.add(op.status, 1);
    pod_set.counts.add(op.status, 1);
  }
  job.allocated = op.job_allocated;
  job.version = ++session_.last_version;  // statuses have changed: the reference forgets the job's request
  // Section 11.5. An entry that took the place of another goes, and the other does not come back.
  const bool forgets = session_.options.bugs.undo_leaves_releasing_share &&
                       session_.shapes[task.shape].shared() && op.op == Op::pipeline &&
                       op.evicted_in_simulation;
  task.unknown_to_node = forgets && (op.unknown_to_node || task.node == op.node);
  if (op.left_changed) {
    const NodeIx lost = forgets ? task.node : none<NodeIx>();
    op.left.erase(std::remove_if(op.left.begin(), op.left.end(),
                                 [&](const TaskInfo::Copy& copy) { return copy.node == lost; }),
                  op.left.end());
    task.left = std::move(op.left);
  }
  task.status = op.status;
  task.before_eviction = op.before_eviction;
  task.evicted_in_simulation = op.evicted_in_simulation;
  task.moved = op.moved;
  task.node = op.node;
  task.accepted_gpu = op.accepted_gpu;
  if (op.groups_changed) task.groups = std::move(op.groups);
}

void Statement::roll_back(const Checkpoint& to) {
  for (; task_undo_.size() > to.tasks; task_undo_.pop_back()) undo(task_undo_.back());
  for (; queue_undo_.size() > to.queues; queue_undo_.pop_back()) {
    const QueueUndo& op = queue_undo_.back();
    session_.queues[op.queue].allocated = op.allocated;
    session_.queues[op.queue].allocated_non_preemptible = op.allocated_non_preemptible;
  }
}

void Statement::tasks_changed_since(const Checkpoint& from, std::vector<TaskIx>& out,
                                    std::vector<TaskStatus>* before) {
  out.clear();
  touched_.resize(session_.tasks.size(), 0);
  ++pass_;
  for (std::size_t i = from.tasks; i < task_undo_.size(); ++i) {
    const TaskIx task = task_undo_[i].task;
    if (touched_[index_of(task)] == pass_) continue;
    touched_[index_of(task)] = pass_;
    out.push_back(task);
    if (before != nullptr) before->push_back(task_undo_[i].status);
  }
}

void Statement::evicted_since(const Checkpoint& from, std::vector<TaskIx>& out) const {
  std::vector<std::pair<TaskIx, int>> evictions;  // in the order of the first
  for (std::size_t i = from.tasks; i < task_undo_.size(); ++i) {
    const TaskUndo& op = task_undo_[i];
    if (op.op != Op::evict && op.op != Op::unevict) continue;
    auto at =
        std::find_if(evictions.begin(), evictions.end(), [&](const auto& e) { return e.first == op.task; });
    if (at == evictions.end()) at = evictions.insert(evictions.end(), {op.task, 0});
    at->second += op.op == Op::evict ? 1 : -1;
  }
  out.clear();
  for (const auto& [task, count] : evictions) {
    if (count > 0) out.push_back(task);
  }
}

void Statement::commit(const Checkpoint& from, EvictionCause cause, JobIx for_job,
                       std::vector<Committed>& log) {
  BERTH_INVARIANT(from.tasks == 0 && from.queues == 0 && from.nodes == 0,
                  "only the outermost statement commits");
  std::vector<TaskIx> changed;
  std::vector<TaskStatus> before;
  tasks_changed_since(from, changed, &before);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const TaskIx ix = changed[i];
    TaskInfo& task = session_.tasks[ix];
    if (task.status == TaskStatus::allocated) {
      set_status(task, TaskStatus::binding);
      log.push_back({Committed::Kind::bind, ix, task.node, task.groups, cause, for_job});
    } else if (task.evicted_in_simulation) {
      log.push_back({Committed::Kind::evict, ix, none<NodeIx>(), {}, cause, for_job});
    } else if (task.status == TaskStatus::pipelined && task.moved) {
      log.push_back({Committed::Kind::move, ix, task.node, task.groups, cause, for_job});
    } else if (task.status == TaskStatus::pipelined && before[i] != TaskStatus::pipelined) {
      // One that was pipelined before and put back where it was is no new decision.
      log.push_back({Committed::Kind::pipeline, ix, task.node, task.groups, cause, for_job});
    }
    // What was evicted for good is not allocatable any more, but the reference goes on with the request that it remembers.
    if (task.evicted_in_simulation && !session_.options.bugs.request_outlives_commit) {
      session_.jobs[task.job].version = ++session_.last_version;
    }
    task.evicted_in_simulation = false;
    task.moved = false;
  }
  task_undo_.clear();
  queue_undo_.clear();
  node_undo_.clear();
}

}  // namespace berth::policy::kai
