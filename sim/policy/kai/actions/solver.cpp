#include "sim/policy/kai/actions/solver.hpp"

#include <algorithm>

#include "sim/policy/kai/actions/allocate_job.hpp"
#include "sim/policy/kai/actions/victim_set.hpp"
#include "sim/policy/kai/nodes/feasible_nodes.hpp"
#include "sim/policy/kai/order/job_heap.hpp"
#include "sim/policy/kai/session/partial_job.hpp"

namespace berth::policy::kai {
namespace {

// Nodes on which the simulation may place tasks: an ascending list with quick membership.
class NodeSet {
 public:
  NodeSet(std::size_t node_count, const NodeList& nodes) : in_(node_count, 0), list_(nodes) {
    for (const NodeIx n : nodes) in_[index_of(n)] = 1;
  }
  // False: it was there.
  bool add(NodeIx n) {
    if (in_[index_of(n)] != 0) return false;
    in_[index_of(n)] = 1;
    list_.insert(std::lower_bound(list_.begin(), list_.end(), n), n);
    return true;
  }
  void remove(NodeIx n) {
    in_[index_of(n)] = 0;
    list_.erase(std::lower_bound(list_.begin(), list_.end(), n));
  }
  const NodeList& list() const { return list_; }

 private:
  std::vector<std::uint8_t> in_;
  NodeList list_;
};

class Solver {
 public:
  Solver(Cycle& cycle, JobIx job, const Search& search)
      : c_(cycle), s_(cycle.session), job_(job), search_(search) {}

  bool run() {
    const std::int32_t active_before = s_.jobs[job_].counts.active_used();
    const std::vector<TaskIx> tasks = c_.requests.tasks(s_, job_);  // as remembered (section 11.4)
    if (tasks.empty()) return false;
    feasible_ = feasible_nodes(s_, all_tasks_of(job_));
    const Statement::Checkpoint start = c_.statement.checkpoint();
    for (std::size_t k = 1; k <= tasks.size(); ++k) {
      s_.stop.poll();
      if (!solve_first({tasks.begin(), tasks.begin() + static_cast<std::ptrdiff_t>(k)}, k < tasks.size(),
                       start)) {
        return false;
      }
    }
    if (gang_satisfied() && s_.jobs[job_].counts.active_used() > active_before) return true;
    c_.statement.roll_back(start);
    return false;
  }

 private:
  std::vector<TaskIx> all_tasks_of(JobIx job) const {
    std::vector<TaskIx> all;
    for (const PodSetIx p : s_.jobs[job].pod_sets) {
      all.insert(all.end(), s_.pod_sets[p].tasks.begin(), s_.pod_sets[p].tasks.end());
    }
    return all;
  }

  bool gang_satisfied() const {
    const auto& pod_sets = s_.jobs[job_].pod_sets;
    return std::all_of(pod_sets.begin(), pod_sets.end(), [&](PodSetIx p) {
      return s_.pod_sets[p].counts.active_used() >= s_.pod_sets[p].min_available;
    });
  }

  // 10.2: the chunks of which some task is evicted for as long as the simulation stands, then those of which one is moved. A
  // chunk stays whole: what else it holds is recorded with it, even un-evicted tasks.
  void record(const Statement::Checkpoint& start, const VictimSet& set) {
    std::vector<TaskIx> evicted;
    c_.statement.evicted_since(start, evicted);
    std::vector<std::size_t> kept;
    for (const bool moved : {false, true}) {
      for (const TaskIx t : evicted) {
        if ((s_.tasks[t].status == TaskStatus::pipelined) != moved) continue;
        const std::size_t chunk = set.chunk_of(t);
        if (chunk == VictimSet::no_chunk || std::find(kept.begin(), kept.end(), chunk) != kept.end())
          continue;
        kept.push_back(chunk);
      }
    }
    std::vector<std::vector<TaskIx>> recorded;
    for (const std::size_t chunk : kept) recorded.push_back(set.chunks()[chunk]);
    recorded_ = std::move(recorded);
  }

  // One step: the job's first tasks alone. True: the statement holds the solution; of a step before the last only its
  // victims are recorded.
  bool solve_first(const std::vector<TaskIx>& tasks, bool more_steps, const Statement::Checkpoint& start) {
    PartialJobs copies(s_);
    const JobIx pending = copies.representative(job_, tasks);
    // Section 11.10: none of the remembered tasks can be placed any more, so that there is no set.
    if (c_.requests.tasks(s_, pending).empty()) return false;
    NodeSet nodes(s_.nodes.size(), feasible_);
    for (const auto& chunk : recorded_) {
      for (const TaskIx t : chunk) nodes.add(s_.tasks[t].node);
    }
    VictimSet set(c_, copies, pending, tasks, search_.victims, recorded_, nodes.list());
    do {
      s_.stop.poll();
      if (!set.passes_filters()) {
        tell(set, tasks.size(), VictimSetOutcome::End::rejected_by_filter, {});
        continue;
      }
      if (!try_victims(set, pending, tasks.size(), nodes)) continue;
      if (more_steps) {
        record(start, set);
        c_.statement.roll_back(start);
      }
      return true;
    } while (set.grow());
    return false;
  }

  enum class Result : std::uint8_t { solved, dead, does_not_fit };

  // 10.3. Recorded victims go once; then, for the nodes of all pods of the latest victim job, by name (that of a pending pod is
  // the empty one), those that go with the node, until the job fits.
  bool try_victims(VictimSet& set, JobIx pending, std::size_t wanted, NodeSet& nodes) {
    if (set.latest() == none<JobIx>() && set.recorded().empty()) return false;
    const Statement::Checkpoint start = c_.statement.checkpoint();
    if (try_with_recorded(set, pending, wanted, nodes) == Result::solved) return true;
    c_.statement.roll_back(start);
    return false;
  }

  Result try_with_recorded(VictimSet& set, JobIx pending, std::size_t wanted, NodeSet& nodes) {
    if (!evict(set.recorded())) return Result::dead;
    if (set.latest() == none<JobIx>()) return simulate(set, {}, pending, wanted, nodes);
    std::vector<TaskIx> going;
    for (const NodeIx n : nodes_of(set.latest())) {
      const Statement::Checkpoint before = c_.statement.checkpoint();
      set.victims_at(n, going);
      if (!evict(going)) return Result::dead;
      NodeList added;
      for (const TaskIx t : going) {
        if (nodes.add(s_.tasks[t].node)) added.push_back(s_.tasks[t].node);
      }
      const Result result = simulate(set, going, pending, wanted, nodes);
      if (result != Result::does_not_fit) return result;  // dead: other nodes are not tried
      for (const NodeIx a : added) nodes.remove(a);       // 10.12
      c_.statement.roll_back(before);
    }
    return Result::does_not_fit;
  }

  NodeList nodes_of(JobIx job) const {
    NodeList list;
    bool nowhere = false;
    for (const TaskIx t : all_tasks_of(job)) {
      if (s_.tasks[t].node == none<NodeIx>()) {
        nowhere = true;
      } else {
        list.push_back(s_.tasks[t].node);
      }
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    if (nowhere) list.insert(list.begin(), none<NodeIx>());
    return list;
  }

  bool evict(const std::vector<TaskIx>& tasks) {
    return std::all_of(tasks.begin(), tasks.end(), [&](TaskIx t) {
      const bool again = s_.tasks[t].evicted_in_simulation;
      return (again && !s_.options.bugs.recorded_chunk_evicted_twice) || c_.statement.evict(t);
    });
  }

  Result simulate(const VictimSet& set, const std::vector<TaskIx>& going, JobIx pending, std::size_t wanted,
                  const NodeSet& nodes) {
    std::vector<JobIx> jobs{pending};
    for (const TaskIx t : set.recorded()) jobs.push_back(s_.tasks[t].job);
    for (const TaskIx t : going) jobs.push_back(s_.tasks[t].job);
    if (!walk(pending, jobs, nodes.list())) {
      tell(set, wanted, VictimSetOutcome::End::does_not_fit, {});
      return Result::does_not_fit;
    }
    ReclaimVerdict verdict;
    const VictimSetOutcome::End end = search_.validate(pending, set.victims(), verdict);
    tell(set, wanted, end, verdict);
    return end == VictimSetOutcome::End::accepted ? Result::solved : Result::dead;
  }

  // 10.4: every job with a pending task, the victims' jobs and the pending job, each popped once. Only the victims' jobs
  // and the pending job are attempted; the others steer the order.
  bool walk(JobIx pending, std::vector<JobIx>& attempted, const NodeList& nodes) {
    std::sort(attempted.begin(), attempted.end());
    attempted.erase(std::unique(attempted.begin(), attempted.end()), attempted.end());
    std::vector<JobIx> all;
    const std::size_t real_jobs = s_.jobs.size();
    std::size_t next = 0;
    for (std::size_t i = 0; i < real_jobs; ++i) {
      const JobIx j = id_of<JobIx>(i);
      if (s_.jobs[j].original != none<JobIx>()) break;
      while (next < attempted.size() && attempted[next] < j) ++next;
      const bool victim = next < attempted.size() && attempted[next] == j;
      if (j == job_) {
        all.push_back(pending);
      } else if (victim || s_.jobs[j].counts[TaskStatus::pending] > 0) {
        all.push_back(j);
      }
    }
    JobHeap heap(s_, c_.requests, JobHeap::Order::jobs);
    heap.init(all);
    std::size_t left = attempted.size();
    while (left > 0 && !heap.empty()) {
      const JobIx j = heap.pop();
      if (!std::binary_search(attempted.begin(), attempted.end(), j)) continue;
      --left;
      // Remembered as of now: a validator asks when the tasks are placed (section 11.4).
      c_.requests.of(s_, j);
      if (allocate_job(c_, j, nodes, Attempt::simulated)) continue;
      if (j == pending) return false;
      c_.requests.tasks(s_, j);  // likewise, before a commit takes them off the list
    }
    return true;
  }

  void tell(const VictimSet& set, std::size_t wanted, VictimSetOutcome::End end,
            const ReclaimVerdict& verdict) {
    if (c_.ear == nullptr) return;
    auto& told = c_.ear->jobs[job_].victim_sets;
    if (told.size() >= most_told) {
      // Only what a validator said is worth more than what came first.
      if (end == VictimSetOutcome::End::rejected_by_filter || end == VictimSetOutcome::End::does_not_fit)
        return;
      told.pop_back();
    }
    told.push_back({search_.action, wanted, set.victims(), end, verdict});
  }

  static constexpr std::size_t most_told = 64;

  Cycle& c_;
  Session& s_;
  JobIx job_;
  const Search& search_;
  NodeList feasible_;
  std::vector<std::vector<TaskIx>> recorded_;  // chunks
};

}  // namespace

bool solve(Cycle& cycle, JobIx job, const Search& search) {
  return Solver(cycle, job, search).run();
}

}  // namespace berth::policy::kai
