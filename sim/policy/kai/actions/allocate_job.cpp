#include "sim/policy/kai/actions/allocate_job.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "sim/policy/kai/nodes/device_choice.hpp"
#include "sim/policy/kai/nodes/node_scores.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/order/job_order.hpp"
#include "sim/policy/kai/words/fit_reasons.hpp"

namespace berth::policy::kai {
namespace {

// Topology scores in force: those of the nearest sub-group that has a preferred level (10.6). Null: none.
using Scores = const TopologyScores*;

class JobAttempt {
 public:
  JobAttempt(Cycle& cycle, JobIx job, Attempt attempt)
      : c_(cycle),
        s_(cycle.session),
        ix_(job),
        real_(cycle.session.jobs[job].original == none<JobIx>() ? job : cycle.session.jobs[job].original),
        attempt_(attempt),
        ear_(attempt == Attempt::real ? cycle.ear : nullptr),
        order_(device_order(cycle.session.options.plugins)) {}

  bool run(const NodeList& nodes) {
    tasks_to_allocate(s_, ix_, attempt_, tasks_);
    if (tasks_.empty() || !queue_has_room()) return false;
    const Statement::Checkpoint start = c_.statement.checkpoint();
    if (!place_set(s_.jobs[ix_].root, tasks_, nodes, nullptr)) return false;
    if (must_wait_as_a_whole()) pipeline_all(start);
    return true;
  }

 private:
  // --- The queue (section 3) ----------------------------------------------------------------------------------------
  bool queue_has_room() {
    if (!s_.options.plugins.proportion) return true;
    const AttemptRequest request = request_of_tasks(s_, tasks_);
    const Resources& amounts =
        s_.options.bugs.job_check_ignores_gpu_memory ? request.amounts : request.with_gpu_memory;
    const JobInfo& job = s_.jobs[ix_];
    const CapacityVerdict verdict = check_capacity(s_.queues, job.queue, amounts, job.preemptible);
    if (attempt_ == Attempt::real) c_.refused[real_] = {verdict, false};
    if (verdict.allowed()) return true;
    if (ear_ != nullptr) {
      JobOutcome& outcome = ear_->jobs[real_];
      outcome.refused_by = verdict;
      outcome.errors.push_back(capacity_error(s_, verdict));
    }
    return false;
  }

  // --- Sub-groups (10.14) -------------------------------------------------------------------------------------------
  bool place_set(SubGroupSetIx set_ix, const std::vector<TaskIx>& tasks, const NodeList& nodes,
                 Scores scores) {
    if (tasks.empty()) return true;
    const SubGroupSet& set = s_.sub_group_sets[set_ix];
    const auto inside = [&](const NodeList& chosen, Scores chosen_scores) {
      std::vector<TaskIx> part;
      for (const SubGroupSetIx child : set.children) {
        part.clear();
        for (const TaskIx t : tasks) {
          if (below(s_.pod_sets[s_.tasks[t].pod_set].parent, child)) part.push_back(t);
        }
        if (!place_set(child, part, chosen, chosen_scores)) return false;
      }
      if (set.pod_sets.size() == 1 && set.children.empty()) {
        return place_pod_set(set.pod_sets.front(), tasks, chosen, chosen_scores);
      }
      std::vector<PodSetIx> order;
      pod_sets_in_order(s_, ix_, order);
      for (const PodSetIx p : order) {
        const PodSetIx original = original_pod_set(p);
        if (std::find(set.pod_sets.begin(), set.pod_sets.end(), original) == set.pod_sets.end()) continue;
        part.clear();
        for (const TaskIx t : tasks) {
          if (s_.tasks[t].pod_set == original) part.push_back(t);
        }
        if (!place_pod_set(original, part, chosen, chosen_scores)) return false;
      }
      return true;
    };
    if (!constrained(set.topology)) return inside(nodes, scores);
    std::vector<PodSetIx> members;
    for (const PodSetIx p : s_.jobs[ix_].pod_sets) {
      if (below(s_.pod_sets[p].parent, set_ix)) members.push_back(p);
    }
    return on_node_sets(set.name, set.topology, members, tasks, nodes, scores, inside);
  }

  bool place_pod_set(PodSetIx original, const std::vector<TaskIx>& tasks, const NodeList& nodes,
                     Scores scores) {
    if (tasks.empty()) return true;
    const auto inside = [&](const NodeList& chosen, Scores chosen_scores) {
      return std::all_of(tasks.begin(), tasks.end(), [&](TaskIx t) {
        if (place_task(t, chosen, chosen_scores)) return true;
        if (ear_ != nullptr) note_failed_task(t, original);
        return false;
      });
    };
    const PodSet& set = s_.pod_sets[original];
    if (!constrained(set.topology)) return inside(nodes, scores);
    return on_node_sets(set.name, set.topology, {copied_pod_set(original)}, tasks, nodes, scores, inside);
  }

  bool constrained(const workload::TopologyConstraint& constraint) const {
    return s_.options.plugins.topology && !constraint.empty();
  }

  // Tries the node sets that the constraint offers, each from the same state.
  template <class Inside>
  bool on_node_sets(const std::string& name, const workload::TopologyConstraint& constraint,
                    const std::vector<PodSetIx>& pod_sets, const std::vector<TaskIx>& tasks,
                    const NodeList& nodes, Scores inherited, Inside&& inside) {
    NodeSetQuestion question;
    question.job = ix_;
    question.sub_group = name;
    question.constraint = &constraint;
    question.pod_sets = &pod_sets;
    question.tasks = &tasks;
    question.nodes = &nodes;
    NodeSets sets;
    c_.topologies.node_sets(question, ear_ != nullptr, sets);
    if (sets.kind == NodeSets::Kind::unchanged) return inside(nodes, inherited);
    if (sets.kind == NodeSets::Kind::none) {
      if (ear_ != nullptr) {
        auto& errors = ear_->jobs[real_].errors;
        errors.insert(errors.end(), sets.errors.begin(), sets.errors.end());
        // The reference only logs it; who waits is told here.
        if (!sets.config_error.empty())
          errors.push_back({name, std::string(reason_pod_scheduling_errors), {sets.config_error}, {}, ""});
      }
      return false;
    }
    TopologyScores own;
    if (!sets.preferred.empty()) c_.topologies.preferred_scores(sets, own);
    for (const DomainIx domain : sets.domains) {
      NodeList chosen;
      c_.topologies.nodes_of(sets.topology, domain, nodes, chosen);
      const Statement::Checkpoint before = c_.statement.checkpoint();
      if (inside(chosen, sets.preferred.empty() ? inherited : &own)) return true;
      c_.statement.roll_back(before);
    }
    return false;
  }

  bool below(SubGroupSetIx set, SubGroupSetIx ancestor) const {
    while (set != none<SubGroupSetIx>() && set != ancestor) set = s_.sub_group_sets[set].parent;
    return set == ancestor;
  }
  // Pod sets of a partial copy stand in the order of the job's own.
  PodSetIx original_pod_set(PodSetIx p) const {
    return shifted(p, s_.jobs[ix_].pod_sets.front(), s_.jobs[real_].pod_sets.front());
  }
  PodSetIx copied_pod_set(PodSetIx p) const {
    return shifted(p, s_.jobs[real_].pod_sets.front(), s_.jobs[ix_].pod_sets.front());
  }
  static PodSetIx shifted(PodSetIx p, PodSetIx from, PodSetIx to) {
    return id_of<PodSetIx>(index_of(p) - index_of(from) + index_of(to));
  }

  // --- A task (sections 4, 6) ---------------------------------------------------------------------------------------
  bool place_task(TaskIx task, const NodeList& nodes, Scores scores) {
    s_.stop.poll();
    if (!c_.filters.pre_filter(task)) {
      c_.refused[real_].never_fits = true;
      if (ear_ != nullptr) {
        PodFitErrors& errors = ear_->jobs[real_].pods[task];
        errors = {};
        errors.error = c_.filters.pre_filter_message(task);
      }
      return false;
    }
    if (ear_ != nullptr) ear_->jobs[real_].pods[task] = {};
    const ShapeIx shape = s_.tasks[task].shape;
    const NodeScorer scorer(s_, task, nodes, scores);
    candidates_.clear();
    for (const NodeIx n : nodes) {
      if (!fits_later(s_.nodes[n], s_.shapes[shape])) {
        if (ear_ != nullptr) note_no_fit(task, n);
        continue;
      }
      if (const auto score = scorer.score(n)) candidates_.push_back({*score, n});
    }
    // Best score first, ties by node name: the first that takes the task. That is mostly the best, so that the others are
    // put in order only when it does not.
    const auto worse = [](const Candidate& a, const Candidate& b) {
      return a.score < b.score || (a.score == b.score && b.node < a.node);
    };
    const auto best = std::max_element(candidates_.begin(), candidates_.end(), worse);
    if (best == candidates_.end()) return false;
    if (put_on(task, best->node)) return true;
    *best = candidates_.back();
    candidates_.pop_back();
    std::make_heap(candidates_.begin(), candidates_.end(), worse);
    while (!candidates_.empty()) {
      std::pop_heap(candidates_.begin(), candidates_.end(), worse);
      const NodeIx node = candidates_.back().node;
      candidates_.pop_back();
      if (put_on(task, node)) return true;
    }
    return false;
  }

  bool put_on(TaskIx ix, NodeIx node_ix) {
    const NodeRefusal refusal = c_.filters.refusal(node_ix);
    if (refusal != NodeRefusal::none) {
      if (ear_ != nullptr) {
        ear_->jobs[real_].pods[ix].nodes.push_back(
            {s_.nodes[node_ix].name, {c_.filters.reason(node_ix, refusal)}, {}});
      }
      return false;
    }
    const TaskInfo& task = s_.tasks[ix];
    const NodeInfo& node = s_.nodes[node_ix];
    const Shape& shape = s_.shapes[task.shape];
    const bool pipeline_only = attempt_ == Attempt::simulated;
    if (shape.shared()) {
      choose_devices(node, shape, order_, pipeline_only, choice_);
      if (choice_.devices.empty()) return false;
    } else {
      choice_.devices.clear();
      choice_.pipelined = false;
    }
    if (pipeline_only) {
      // 10.5: a task back on its own node, and on its own shared devices, was never evicted. So too on a node that still
      // holds a copy of it, wherever it is now.
      const std::vector<GroupIx>* held = groups_held_on(task, node_ix);
      if (held != nullptr && *held == choice_.devices) {
        c_.statement.unevict(ix);
      } else {
        c_.statement.pipeline(ix, node_ix, choice_.devices);
      }
    } else if (choice_.pipelined || !fits_now(node, shape)) {
      c_.statement.pipeline(ix, node_ix, choice_.devices);
    } else {
      c_.statement.allocate(ix, node_ix, choice_.devices);
    }
    return true;
  }

  // The shared devices of the copy of an evicted task that the node holds; null: it holds none.
  static const std::vector<GroupIx>* groups_held_on(const TaskInfo& task, NodeIx node) {
    if (!task.evicted_in_simulation) return nullptr;
    if (task.node == node) return task.unknown_to_node ? nullptr : &task.groups;
    for (const TaskInfo::Copy& copy : task.left) {
      if (copy.node == node) return &copy.groups;
    }
    return nullptr;
  }

  // --- Pipelined as a whole (section 1, "Bind vs pipeline") -----------------------------------------------------------
  bool must_wait_as_a_whole() const {
    if (attempt_ == Attempt::simulated) return false;
    const auto& pod_sets = s_.jobs[real_].pod_sets;
    return std::any_of(pod_sets.begin(), pod_sets.end(), [&](PodSetIx p) {
      const PodSet& set = s_.pod_sets[p];
      const std::int32_t pipelined = set.counts[TaskStatus::pipelined];
      return pipelined > 0 && set.counts.active_allocated() - pipelined < set.min_available;
    });
  }
  void pipeline_all(const Statement::Checkpoint& start) {
    std::vector<TaskIx> changed;
    c_.statement.tasks_changed_since(start, changed);
    for (const TaskIx t : changed) {
      if (s_.tasks[t].status == TaskStatus::allocated) c_.statement.convert_to_pipelined(t);
    }
  }

  // --- What the ear hears -------------------------------------------------------------------------------------------
  void note_no_fit(TaskIx task, NodeIx node) {
    ear_->jobs[real_].pods[task].nodes.push_back(
        no_room_on_node(s_, task, node, s_.jobs[real_].task_count > 1));
  }
  void note_failed_task(TaskIx task, PodSetIx pod_set) {
    const auto placed = std::count_if(tasks_.begin(), tasks_.end(),
                                      [&](TaskIx t) { return active_allocated(s_.tasks[t].status); });
    JobOutcome& outcome = ear_->jobs[real_];
    outcome.errors.push_back(failed_task_error(s_, task, pod_set, placed, outcome.pods[task]));
  }

  struct Candidate {
    double score = 0;
    NodeIx node{};
  };

  Cycle& c_;
  Session& s_;
  JobIx ix_;
  JobIx real_;
  Attempt attempt_;
  CycleOutcome* ear_;  // hears what becomes of real attempts, not of those within the victim search
  DeviceOrder order_;
  std::vector<TaskIx> tasks_;
  std::vector<Candidate> candidates_;
  DeviceChoice choice_;
};

}  // namespace

bool allocate_job(Cycle& cycle, JobIx job, const NodeList& nodes, Attempt attempt) {
  const Statement::Checkpoint before = cycle.statement.checkpoint();
  if (cycle.ear != nullptr) {
    const JobInfo& info = cycle.session.jobs[job];
    cycle.ear->jobs[info.original == none<JobIx>() ? job : info.original].tried = true;
  }
  if (JobAttempt(cycle, job, attempt).run(nodes)) return true;
  cycle.statement.roll_back(before);
  return false;
}

}  // namespace berth::policy::kai
