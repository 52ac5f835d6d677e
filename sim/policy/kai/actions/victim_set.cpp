#include "sim/policy/kai/actions/victim_set.hpp"

#include <algorithm>

namespace berth::policy::kai {

VictimSet::VictimSet(Cycle& cycle, PartialJobs& copies, JobIx pending, const std::vector<TaskIx>& tasks,
                     const std::vector<JobIx>& victims, const std::vector<std::vector<TaskIx>>& recorded,
                     const NodeList& nodes)
    : c_(cycle),
      copies_(copies),
      heap_(cycle.session, cycle.requests, JobHeap::Order::victims),
      chunks_(recorded),
      chunk_of_(cycle.session.tasks.size(), no_chunk),
      idle_gpus_(cycle.session, tasks),
      topology_(cycle.session, pending) {
  heap_.init(victims);
  for (const TaskIx t : tasks) {
    c_.session.stop.poll();
    if (!c_.filters.affinity_satisfiable(t, nodes)) picky_.push_back(t);
  }
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    for (const TaskIx t : chunks_[i]) {
      chunk_of_[index_of(t)] = i;
      recorded_.push_back(t);
      free(t);
    }
  }
  victims_ = recorded_;
  recorded_chunks_ = chunks_.size();
}

void VictimSet::free(TaskIx task) {
  idle_gpus_.free_victim(task);
  topology_.free_victim(task);
  if (picky_.empty()) return;
  const NodeList there{c_.session.tasks[task].node};
  picky_.erase(std::remove_if(picky_.begin(), picky_.end(),
                              [&](TaskIx t) { return c_.filters.affinity_satisfiable(t, there); }),
               picky_.end());
}

bool VictimSet::passes_filters() const {
  return picky_.empty() && topology_.passes() && idle_gpus_.passes();
}

bool VictimSet::grow() {
  while (!heap_.empty()) {
    if (add_chunk(heap_.pop())) return true;
  }
  return false;
}

bool VictimSet::add_chunk(JobIx popped) {
  const Session& s = c_.session;
  const Chunk chunk = tasks_to_evict(s, popped);
  const auto recorded = [&](TaskIx t) { return chunk_of_[index_of(t)] < recorded_chunks_; };
  const auto put_back = [&](auto&& drops) {
    std::vector<TaskIx> rest;
    for (const PodSetIx p : s.jobs[popped].pod_sets) {
      for (const TaskIx t : s.pod_sets[p].tasks) {
        if (!drops(t)) rest.push_back(t);
      }
    }
    if (!rest.empty()) heap_.push(copies_.with_tasks(popped, rest));
  };
  if (std::any_of(chunk.tasks.begin(), chunk.tasks.end(), recorded)) {
    put_back(recorded);
    return false;
  }
  if (chunk.more_left) {
    put_back(
        [&](TaskIx t) { return std::find(chunk.tasks.begin(), chunk.tasks.end(), t) != chunk.tasks.end(); });
  }
  if (chunk.tasks.empty()) return true;  // nothing new: the set before is tried again
  latest_ = original_of(s, popped);
  chunks_.push_back(chunk.tasks);
  for (const TaskIx t : chunk.tasks) {
    chunk_of_[index_of(t)] = chunks_.size() - 1;
    victims_.push_back(t);
    free(t);
  }
  return true;
}

void VictimSet::victims_at(NodeIx node, std::vector<TaskIx>& out) {
  out.clear();
  if (node == none<NodeIx>()) return;
  const Session& s = c_.session;
  marks_.resize(s.jobs.size(), 0);
  ++pass_;
  bool any = false;
  for (std::size_t i = recorded_.size(); i < victims_.size(); ++i) {
    const TaskInfo& task = s.tasks[victims_[i]];
    if (task.node != node) continue;
    marks_[index_of(task.job)] = pass_;
    any = true;
  }
  if (!any) return;
  for (const TaskIx t : victims_) {
    if (marks_[index_of(s.tasks[t].job)] == pass_) out.push_back(t);
  }
}

}  // namespace berth::policy::kai
