#include "sim/policy/kai/actions/recuts.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "sim/policy/fit.hpp"
#include "sim/policy/kai/actions/allocate_job.hpp"
#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/recuts.hpp"

namespace berth::policy::kai {
namespace {

using CutNode = RecutPlanner::CutNode;

// How many tasks of each shape an attempt takes.
using Ask = std::map<ShapeIx, std::int32_t>;

// The session after the cycle, in which cuts are done at once and jobs are tried on them.
class WhatIf {
 public:
  explicit WhatIf(const Session& after) : session_(after) { renew(); }
  WhatIf(const WhatIf&) = delete;
  WhatIf& operator=(const WhatIf&) = delete;

  Cycle& cycle() { return *cycle_; }

  // Has the job's queue room for it, after those that have been placed here?
  bool queue_has_room(JobIx ix) const {
    if (!session_.options.plugins.proportion) return true;
    const JobInfo& job = session_.jobs[ix];
    const AttemptRequest request = tasks_to_allocate_request(session_, ix, Attempt::real);
    return check_capacity(session_.queues, job.queue, request.amounts, job.preemptible).allowed();
  }

  // Would allocate place the job if the nodes were cut so? If so it is placed, else nothing has changed.
  bool place(JobIx job, const std::vector<CutNode>& cuts) {
    std::vector<std::pair<NodeIx, NodeInfo>> before;
    for (const CutNode& cut : cuts) {
      const auto found = std::find_if(session_.all_nodes.begin(), session_.all_nodes.end(),
                                      [&](NodeIx n) { return session_.nodes[n].id == cut.node; });
      before.emplace_back(*found, session_.nodes[*found]);
      advertise(session_.nodes[*found], cut);
    }
    // Filters and topologies of a cycle know its nodes as they were.
    if (!cuts.empty()) renew();
    if (allocate_job(*cycle_, job, session_.all_nodes, Attempt::real)) return true;
    for (auto& [node, info] : before) session_.nodes[node] = std::move(info);
    if (!cuts.empty()) renew();
    return false;
  }

 private:
  void renew() { cycle_.emplace(session_, nullptr); }

  void advertise(NodeInfo& node, const CutNode& cut) {
    for (std::vector<std::int32_t>* counts : {&node.mig_allocatable, &node.mig_idle, &node.mig_releasing})
      counts->resize(session_.mig_profiles.size(), 0);
    const auto add = [&](const cluster::MigInstance& instance, std::int32_t n) {
      const std::string& name = node.model->mig.profiles[instance.profile].name;
      const auto found = std::lower_bound(session_.mig_profiles.begin(), session_.mig_profiles.end(), name);
      const auto profile = static_cast<std::size_t>(found - session_.mig_profiles.begin());
      node.mig_allocatable[profile] += n;
      node.mig_idle[profile] += n;
    };
    for (const cluster::MigInstance& instance : cut.before) add(instance, -1);
    for (const cluster::MigInstance& instance : cut.after) add(instance, 1);
  }

  Session session_;
  std::optional<Cycle> cycle_;
};

class Asking {
 public:
  Asking(const Cycle& cycle, Transaction& transaction, Explanation* explanation)
      : cycle_(cycle),
        transaction_(transaction),
        explanation_(explanation),
        planner_(transaction.snapshot(), transaction.occupancy()) {}

  void run() {
    const Session& s = cycle_.session;
    for (const JobIx job : cycle_.refused_by_allocate) {
      if (!left_waiting(s, job)) continue;
      tasks_to_allocate(s, job, Attempt::real, tasks_);
      if (std::none_of(tasks_.begin(), tasks_.end(),
                       [&](TaskIx t) { return s.shape_of(t).gpu == GpuKind::mig; }))
        continue;
      if (!what_if_) {
        what_if_.emplace(s);
        reserve_what_waits();
      }
      serve(job);
    }
    planner_.ask(transaction_);
  }

 private:
  // What was pipelined in this cycle starts when room on its node comes free: its instances are no others'.
  void reserve_what_waits() {
    const auto& workloads = *transaction_.snapshot().workloads;
    for (const Decision& decision : transaction_.decisions()) {
      if (const auto* waits = std::get_if<Pipeline>(&decision)) {
        planner_.reserve(waits->node, workloads.shape_of(waits->pod));
      } else if (const auto* moves = std::get_if<Move>(&decision)) {
        planner_.reserve(moves->to, workloads.shape_of(moves->pod));
      }
    }
  }

  void serve(JobIx job) {
    const Session& s = cycle_.session;
    std::vector<PodId> pods;
    std::map<PodId, TaskIx> task_of;
    Ask ask;
    for (const TaskIx t : tasks_) {
      pods.push_back(s.tasks[t].pod);
      task_of[s.tasks[t].pod] = t;
      ++ask[s.tasks[t].shape];
    }
    Domains domains = domains_of(job);
    // Room only shrinks from job to job: what serves not one serves nobody who asks for the same, whatever its queue.
    const bool alike = !domains.constrained && std::none_of(tasks_.begin(), tasks_.end(), [&](TaskIx t) {
      return s.shape_of(t).gpu == GpuKind::memory;  // counted against the queue node by node
    });
    if ((alike && failed_.count(ask) > 0) || !what_if_->queue_has_room(job)) return;
    bool found = false;
    for (const std::optional<NodeList>& domain : domains.node_lists) {
      Filters& filters = what_if_->cycle().filters;
      TaskIx in_hand = none<TaskIx>();
      auto plan = planner_.find(pods, [&](PodId pod, NodeId node) {
        const NodeIx ix = node_of(node);
        if (ix == none<NodeIx>() || (domain && !std::binary_search(domain->begin(), domain->end(), ix)))
          return false;
        const TaskIx task = task_of.at(pod);
        // That no node is large enough, as instances are cut now, is just what a cut may change.
        if (task != in_hand) filters.pre_filter(task);
        in_hand = task;
        return filters.passes(ix);
      });
      if (!plan) continue;
      found = true;
      if (!what_if_->place(job, plan->cuts())) continue;
      tell(job, plan->cuts());
      planner_.take(std::move(*plan));
      return;
    }
    if (!found && alike) failed_.insert(std::move(ask));
  }

  // Where the job must stay together: each domain of the level that the whole of it requires. Constraints of parts of it
  // are left to the attempt on the copy.
  struct Domains {
    bool constrained = false;
    std::vector<std::optional<NodeList>> node_lists;  // nothing: all nodes
  };
  Domains domains_of(JobIx ix) {
    const Session& s = cycle_.session;
    const JobInfo& job = s.jobs[ix];
    const workload::TopologyConstraint* constraint = &s.sub_group_sets[job.root].topology;
    if (constraint->empty() && job.pod_sets.size() == 1)
      constraint = &s.pod_sets[job.pod_sets.front()].topology;
    const Topologies& topologies = what_if_->cycle().topologies;
    const auto topology = topologies.find(constraint->topology);
    if (!s.options.plugins.topology || constraint->required.empty() || !topology)
      return {false, {std::nullopt}};
    const TopologyTree& tree = topologies.tree(*topology);
    const std::int32_t depth = tree.depth_of(constraint->required);
    Domains domains{true, {}};
    for (const DomainIx domain : tree.at_depth(depth)) {
      NodeList nodes;
      topologies.nodes_of(*topology, domain, s.all_nodes, nodes);
      domains.node_lists.emplace_back(std::move(nodes));
    }
    return domains;
  }

  NodeIx node_of(NodeId id) {
    if (node_ix_.empty()) {
      for (const NodeIx n : cycle_.session.all_nodes) node_ix_[cycle_.session.nodes[n].id] = n;
    }
    const auto found = node_ix_.find(id);
    return found == node_ix_.end() ? none<NodeIx>() : found->second;
  }

  void tell(JobIx job, const std::vector<CutNode>& cuts) {
    if (explanation_ == nullptr || cuts.empty()) return;
    const Session& s = cycle_.session;
    const auto words = std::find_if(explanation_->workloads.begin(), explanation_->workloads.end(),
                                    [&](const auto& w) { return w.id == s.jobs[job].workload; });
    if (words == explanation_->workloads.end()) return;
    std::string names;
    for (const CutNode& cut : cuts) names += (names.empty() ? "" : ", ") + s.nodes[node_of(cut.node)].name;
    words->lines.push_back("asks for idle MIG instances to be cut anew on " + names +
                           "; it may start there when the cut is done");
  }

  const Cycle& cycle_;
  Transaction& transaction_;
  Explanation* explanation_;
  RecutPlanner planner_;
  std::optional<WhatIf> what_if_;
  std::set<Ask> failed_;
  std::map<NodeId, NodeIx> node_ix_;
  std::vector<TaskIx> tasks_;
};

}  // namespace

bool left_waiting(const Session& s, JobIx ix) {
  const JobInfo& job = s.jobs[ix];
  if (job.counts[TaskStatus::pending] == 0 || job.counts[TaskStatus::pipelined] > 0) return false;
  return std::any_of(job.pod_sets.begin(), job.pod_sets.end(), [&](PodSetIx p) {
    return s.pod_sets[p].counts.active_allocated() < s.pod_sets[p].min_available;
  });
}

CutAnew::CutAnew(const Session& session, const Snapshot& snapshot)
    : session_(session), snapshot_(snapshot), possible_(RecutPlanner::possible(snapshot)) {}

bool CutAnew::could_hold(JobIx job) {
  if (!possible_) return false;
  std::vector<TaskIx> tasks;
  tasks_to_allocate(session_, job, Attempt::real, tasks);
  std::map<ShapeId, std::int32_t> by_shape;
  for (const TaskIx t : tasks) ++by_shape[snapshot_.workloads->pods[session_.tasks[t].pod].shape];
  Ask ask(by_shape.begin(), by_shape.end());
  const auto [entry, fresh] = known_.try_emplace(std::move(ask), false);
  if (fresh) {
    entry->second =
        could_hold_together(*snapshot_.cluster, snapshot_.pool, snapshot_.workloads->shapes, entry->first);
  }
  return entry->second;
}

void ask_for_recuts(const Cycle& cycle, Transaction& transaction, Explanation* explanation) {
  if (cycle.refused_by_allocate.empty() || !RecutPlanner::possible(transaction.snapshot())) return;
  Asking(cycle, transaction, explanation).run();
}

}  // namespace berth::policy::kai
