#include "sim/policy/kai/statement.hpp"

#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::policy::kai {

TaskInfo& Statement::remember(TaskIx ix) {
  TaskInfo& task = session_.tasks[ix];
  const JobInfo& job = session_.jobs[task.job];
  task_undo_.push_back({ix,
                        task.status,
                        task.before_eviction,
                        task.evicted_in_simulation,
                        task.moved,
                        false,
                        false,
                        task.node,
                        task.accepted_gpu,
                        job.allocated,
                        job.version,
                        {}});
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

void Statement::place(TaskIx ix, NodeIx node, const GroupChoice& choice, TaskStatus status) {
  TaskInfo& task = remember(ix);
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
  place(task, node, groups, TaskStatus::allocated);
}

void Statement::pipeline(TaskIx ix, NodeIx node, const GroupChoice& groups) {
  const bool moved = session_.tasks[ix].evicted_in_simulation;
  const NodeIx from = session_.tasks[ix].node;
  if (moved && from != node) session_.tasks[ix].left.push_back({from, session_.tasks[ix].groups});
  place(ix, node, groups, TaskStatus::pipelined);
  if (moved) {
    task_undo_.back().left_a_node = from != node;
    session_.tasks[ix].evicted_in_simulation = false;
    session_.tasks[ix].moved = true;
  }
}

void Statement::convert_to_pipelined(TaskIx ix) {
  TaskInfo& task = remember(ix);
  BERTH_INVARIANT(task.status == TaskStatus::allocated, "only an allocated task can wait instead");
  set_status(task, TaskStatus::pipelined);
  relay(session_, task.node, task.shape, task.groups, Lies::firm, Lies::pipelined, &node_undo_);
}

void Statement::evict(TaskIx ix) {
  TaskInfo& task = remember(ix);
  if (task.status != TaskStatus::releasing) {
    task.before_eviction = task.status;
    task.evicted_in_simulation = true;
    set_status(task, TaskStatus::releasing);
    relay(session_, task.node, task.shape, task.groups, lies(task.before_eviction), Lies::releasing,
          &node_undo_);
  }
  charge(task, false);
}

void Statement::unevict(TaskIx ix) {
  TaskInfo& task = remember(ix);
  BERTH_INVARIANT(task.evicted_in_simulation, "only an evicted task can go back");
  task.evicted_in_simulation = false;
  set_status(task, task.before_eviction);
  relay(session_, task.node, task.shape, task.groups, Lies::releasing, lies(task.status), &node_undo_);
  charge(task, true);
}

void Statement::undo(TaskUndo& op) {
  TaskInfo& task = session_.tasks[op.task];
  const NodeIx from = task.node;
  const bool was_moved = task.moved && !op.moved;
  if (task.status != op.status) {
    JobInfo& job = session_.jobs[task.job];
    PodSet& pod_set = session_.pod_sets[task.pod_set];
    job.counts.add(task.status, -1);
    pod_set.counts.add(task.status, -1);
    job.counts.add(op.status, 1);
    pod_set.counts.add(op.status, 1);
  }
  JobInfo& job = session_.jobs[task.job];
  job.allocated = op.job_allocated;
  job.version = ++session_.last_version;  // statuses have changed: the reference forgets the job's request
  task.status = op.status;
  task.before_eviction = op.before_eviction;
  task.evicted_in_simulation = op.evicted_in_simulation;
  task.moved = op.moved;
  task.node = op.node;
  task.accepted_gpu = op.accepted_gpu;
  if (op.groups_changed) task.groups = std::move(op.groups);
  if (op.left_a_node) task.left.pop_back();
  // Section 10.15: undoing a shared task moved on its own node leaves its old share there.
  if (was_moved && from == op.node && session_.options.bugs.undo_leaves_releasing_share) {
    for (const GroupIx group : task.groups) leave_releasing_share(session_, op.node, task.shape, group);
  }
}

void Statement::roll_back(const Checkpoint& to) {
  while (node_undo_.size() > to.nodes) {
    kai::undo(session_, node_undo_.back());
    node_undo_.pop_back();
  }
  while (queue_undo_.size() > to.queues) {
    const QueueUndo& op = queue_undo_.back();
    session_.queues[op.queue].allocated = op.allocated;
    session_.queues[op.queue].allocated_non_preemptible = op.allocated_non_preemptible;
    queue_undo_.pop_back();
  }
  while (task_undo_.size() > to.tasks) {
    undo(task_undo_.back());
    task_undo_.pop_back();
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
