#include "sim/policy/kai/actions/victim_set_filters.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "berth/cluster/labels.hpp"
#include "sim/policy/kai/nodes/fit.hpp"

namespace berth::policy::kai {

namespace {

std::vector<double> free_by_node(const Session& session) {
  std::vector<double> free;
  free.reserve(session.nodes.size());
  for (const NodeInfo& node : session.nodes) free.push_back(free_gpus(node, session.mig_profile_gpus));
  return free;
}

// True the first time.
bool mark(std::vector<std::uint8_t>& freed, TaskIx task, std::size_t tasks) {
  freed.resize(tasks, 0);
  std::uint8_t& seen = freed[index_of(task)];
  if (seen != 0) return false;
  seen = 1;
  return true;
}

}  // namespace

bool match_requirements(const std::vector<double>& requirements, const std::vector<double>& holders) {
  std::vector<double> placed(holders.size(), 0);
  std::size_t at = 0;  // where the last one went
  for (std::size_t r = 0; r < requirements.size(); ++r) {
    const double requirement = requirements[r];
    if (requirement == 0) return true;
    // Holders that were too full for an equal requirement are so still, and their totals have passed.
    if (r == 0 || requirement != requirements[r - 1]) at = 0;
    bool found = false;
    for (; at < holders.size(); ++at) {
      if (holders[at] < requirement) return false;
      if (holders[at] - placed[at] >= requirement) {
        placed[at] += requirement;
        found = true;
        break;
      }
    }
    if (!found) return false;
  }
  return true;
}

double gpus_needed(const Shape& shape) {
  const bool counted = shape.gpu == GpuKind::whole || shape.gpu == GpuKind::fraction;
  return counted ? shape.amounts.gpu : 0;
}

FreestNodes::FreestNodes(std::vector<double> free_by_node, std::size_t k)
    : free_(std::move(free_by_node)), best_(free_.size()) {
  for (std::size_t i = 0; i < best_.size(); ++i) best_[i] = id_of<NodeIx>(i);
  const auto freer = [&](NodeIx a, NodeIx b) {
    return free_of(a) != free_of(b) ? free_of(a) > free_of(b) : a < b;
  };
  const std::size_t kept = std::min(k, best_.size());
  std::partial_sort(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(kept), best_.end(), freer);
  best_.resize(kept);
}

FreestNodes::FreestNodes(std::vector<double> free_by_node, std::vector<NodeIx> best)
    : free_(std::move(free_by_node)), best_(std::move(best)) {}

void FreestNodes::free_more(NodeIx node, double gpus) {
  if (best_.empty()) return;
  const double least = free_of(best_.back());
  free_[index_of(node)] += gpus;
  if (free_of(node) <= least) return;
  auto at = std::find(best_.begin(), best_.end(), node);
  if (at == best_.end()) {
    at = best_.end() - 1;
    *at = node;
  }
  while (at != best_.begin() && free_of(*(at - 1)) < free_of(node)) {
    std::iter_swap(at, at - 1);
    --at;
  }
}

IdleGpuFilter::IdleGpuFilter(const Session& session, const std::vector<TaskIx>& pending)
    : session_(session), nodes_(free_by_node(session), pending.size()) {
  for (const TaskIx task : pending) requirements_.push_back(gpus_needed(session.shape_of(task)));
  std::sort(requirements_.begin(), requirements_.end(), std::greater<>());
}

void IdleGpuFilter::free_victim(TaskIx victim) {
  const TaskInfo& task = session_.tasks[victim];
  if (task.node == none<NodeIx>() || !mark(freed_, victim, session_.tasks.size())) return;
  nodes_.free_more(task.node, task.accepted_gpu);
}

bool IdleGpuFilter::passes() const {
  std::vector<double> holders;
  holders.reserve(nodes_.best().size());
  for (const NodeIx node : nodes_.best()) holders.push_back(nodes_.free_of(node));
  return match_requirements(requirements_, holders);
}

TopologyGpuFilter::TopologyGpuFilter(const Session& session, JobIx job_ix) : session_(session) {
  const JobInfo& job = session.jobs[job_ix];
  // The sub-group sets of a partial copy are the job's own; its pod sets hold fewer tasks.
  const auto below = [&](SubGroupSetIx set, SubGroupSetIx ancestor) {
    while (set != none<SubGroupSetIx>() && set != ancestor) set = session.sub_group_sets[set].parent;
    return set == ancestor;
  };
  std::vector<SubGroupSetIx> open{job.root};
  while (!open.empty()) {
    const SubGroupSetIx ix = open.back();
    open.pop_back();
    const SubGroupSet& set = session.sub_group_sets[ix];
    open.insert(open.end(), set.children.rbegin(), set.children.rend());
    if (set.topology.required.empty()) continue;
    auto level = std::find_if(levels_.begin(), levels_.end(), [&](const Level& l) {
      return l.topology == set.topology.topology && l.key == set.topology.required;
    });
    if (level == levels_.end()) {
      levels_.push_back({set.topology.topology, set.topology.required, {}, {}, {}});
      level = levels_.end() - 1;
    }
    double gpus = 0;
    for (const PodSetIx pod_set : job.pod_sets) {
      if (!below(session.pod_sets[pod_set].parent, ix)) continue;
      for (const TaskIx task : session.pod_sets[pod_set].tasks) gpus += session.shape_of(task).amounts.gpu;
    }
    level->requirements.push_back(gpus);
  }
  if (levels_.empty()) return;
  const std::vector<double> free = free_by_node(session);
  for (Level& level : levels_) {
    std::sort(level.requirements.begin(), level.requirements.end(), std::greater<>());
    std::map<std::string, std::int32_t> domains;
    level.domain_of.assign(session.nodes.size(), -1);
    for (const NodeIx node : session.all_nodes) {
      const std::string* value = cluster::find_label(session.nodes[node].spec->labels, level.key);
      if (value == nullptr || value->empty()) continue;
      const auto [at, fresh] = domains.emplace(*value, static_cast<std::int32_t>(domains.size()));
      if (fresh) level.free.push_back(0);
      level.domain_of[index_of(node)] = at->second;
      level.free[static_cast<std::size_t>(at->second)] += free[index_of(node)];
    }
  }
}

void TopologyGpuFilter::free_victim(TaskIx victim) {
  const TaskInfo& task = session_.tasks[victim];
  if (levels_.empty() || task.node == none<NodeIx>() || !mark(freed_, victim, session_.tasks.size())) return;
  for (Level& level : levels_) {
    const std::int32_t domain = level.domain_of[index_of(task.node)];
    if (domain >= 0) level.free[static_cast<std::size_t>(domain)] += task.accepted_gpu;
  }
}

bool TopologyGpuFilter::passes() const {
  return std::all_of(levels_.begin(), levels_.end(), [](const Level& level) {
    std::vector<double> holders = level.free;
    std::sort(holders.begin(), holders.end(), std::greater<>());
    return match_requirements(level.requirements, holders);
  });
}

}  // namespace berth::policy::kai
