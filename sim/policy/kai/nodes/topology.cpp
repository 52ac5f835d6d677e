#include "sim/policy/kai/nodes/topology.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::policy::kai {

namespace {

bool unnamed(std::string_view sub_group) {
  return sub_group == "default";
}

std::string constraint_error(std::string_view topology, std::string_view sub_group, std::string_view kind,
                             std::string_view level) {
  std::string text = "topology constraint error: ";
  text += unnamed(sub_group) ? "workload" : "sub-group " + std::string(sub_group);
  text += " specified '" + std::string(level) + "' as the " + std::string(kind) +
          " topology constraint level, but the topology tree '" + std::string(topology) +
          "' does not contain a level with this name";
  return text;
}

ResourceText text_amounts(const Session& session, const DomainAmounts& amounts) {
  ResourceText text;
  text.cpu_milli = amounts.cpu_milli;
  text.memory_bytes = amounts.memory;
  text.gpus = amounts.gpus;
  for (std::size_t i = 0; i < amounts.mig.size(); ++i) {
    if (amounts.mig[i] == 0) continue;
    text.others.emplace_back("nvidia.com/mig-" + session.mig_profiles[id_of<ProfileIx>(i)], amounts.mig[i]);
  }
  std::sort(text.others.begin(), text.others.end());
  return text;
}

}  // namespace

LevelsToTry levels_to_try(const std::vector<std::string>& levels, std::string_view topology,
                          std::string_view sub_group, std::string_view required, std::string_view preferred) {
  LevelsToTry out;
  if (required.empty() && preferred.empty()) {
    out.error = "no topology constraints were found for subgroup " + std::string(sub_group) +
                ", with topology name " + std::string(topology);
    return out;
  }
  bool required_found = false;
  bool preferred_found = false;
  for (std::size_t depth = levels.size() + 1; depth-- > 0 && !required_found;) {
    const std::string_view level = depth == 0 ? std::string_view("root") : levels[depth - 1];
    preferred_found = preferred_found || (!preferred.empty() && level == preferred);
    required_found = !required.empty() && level == required;
    if (preferred_found || required_found) out.depths.push_back(static_cast<std::int32_t>(depth));
  }
  // A preferred level above the required one is not found: the search ends at the required level.
  if (!required.empty() && !required_found) {
    out.error = constraint_error(topology, sub_group, "required", required);
  } else if (!preferred.empty() && !preferred_found) {
    out.error = constraint_error(topology, sub_group, "preferred", preferred);
  }
  if (!out.error.empty()) out.depths.clear();
  return out;
}

ChildOrder sorted_children(const TopologyTree& tree, DomainIx top, std::int32_t deepest,
                           const DomainRoom& room) {
  ChildOrder order(tree.size());
  std::vector<double> ratio(tree.size(), 0);
  for (std::size_t i = index_of(top); i < tree.size(); ++i) {
    const DomainIx domain = id_of<DomainIx>(i);
    ratio[i] = requested_to_free(room.request, room.free[domain]);
  }
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const DomainIx ix = id_of<DomainIx>(i);
    const Domain& domain = tree[ix];
    order[ix] = domain.children;
    const bool below_top = domain.first_leaf >= tree[top].first_leaf && domain.end_leaf <= tree[top].end_leaf;
    if (!below_top || domain.depth < tree[top].depth) continue;
    if (domain.depth > deepest && tree[top].depth <= deepest) continue;
    // Siblings stand by id, which a stable sort keeps among equals.
    std::stable_sort(order[ix].begin(), order[ix].end(),
                     [&](DomainIx a, DomainIx b) { return ratio[index_of(a)] > ratio[index_of(b)]; });
  }
  return order;
}

std::vector<DomainIx> level_domains(const TopologyTree& tree, const ChildOrder& order, DomainIx top,
                                    std::int32_t depth) {
  std::vector<DomainIx> row{top};
  for (std::int32_t at = tree[top].depth; at < depth; ++at) {
    std::vector<DomainIx> next;
    for (const DomainIx domain : row) next.insert(next.end(), order[domain].begin(), order[domain].end());
    row = std::move(next);
  }
  if (depth < tree[top].depth) row.clear();
  return row;
}

std::vector<DomainIx> traversal(const TopologyTree& tree, const ChildOrder& order, DomainIx top) {
  std::vector<DomainIx> all;
  for (auto depth = static_cast<std::int32_t>(tree.levels().size()); depth >= tree[top].depth; --depth) {
    const std::vector<DomainIx> row = level_domains(tree, order, top, depth);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

std::vector<DomainIx> qualifying_domains(const TopologyTree& tree, const ChildOrder& order,
                                         const DomainRoom& room, const std::vector<std::int32_t>& depths,
                                         std::int32_t required_depth, const NodeList& active_nodes) {
  const bool bound = required_depth > 0 && !active_nodes.empty();
  std::vector<DomainIx> domains;
  for (const std::int32_t depth : depths) {
    for (const DomainIx domain : level_domains(tree, order, root_domain, depth)) {
      if (!room.fits(domain)) continue;
      if (bound) {
        const DomainIx home = tree.ancestor(domain, required_depth);
        const bool holds_one = std::any_of(active_nodes.begin(), active_nodes.end(),
                                           [&](NodeIx node) { return tree.contains(home, node); });
        if (!holds_one) continue;
      }
      domains.push_back(domain);
    }
  }
  return domains;
}

double preferred_level_score(std::size_t position, std::size_t count) {
  const double share = static_cast<double>(position + 1) / static_cast<double>(count);
  return std::floor(10 * share) * 1e4;
}

Topologies::Topologies(const Session& session) : session_(session) {
  trees_.resize(session.topologies.size());
}

const TopologyTree& Topologies::tree(TopologyIx topology) const {
  std::unique_ptr<TopologyTree>& made = trees_[topology];
  if (made == nullptr) {
    std::vector<const cluster::Labels*> labels;
    labels.reserve(session_.nodes.size());
    for (const NodeInfo& node : session_.nodes) labels.push_back(&node.spec->labels);
    made = std::make_unique<TopologyTree>(session_.topologies[topology], labels);
  }
  return *made;
}

std::optional<TopologyIx> Topologies::find(std::string_view name) const {
  for (std::size_t i = 0; i < session_.topologies.size(); ++i) {
    if (session_.topologies[id_of<TopologyIx>(i)].name == name) return id_of<TopologyIx>(i);
  }
  return std::nullopt;
}

void Topologies::node_sets(const NodeSetQuestion& question, bool listen, NodeSets& out) const {
  out = {};
  const workload::TopologyConstraint& constraint = *question.constraint;
  if (constraint.topology.empty()) return;
  const JobInfo& job = session_.jobs[question.job];
  const auto refuse = [&](std::string text) {
    if (listen) {
      out.errors.push_back({"", std::string(reason_pod_scheduling_errors), {std::move(text)}, {}, ""});
    }
  };
  const auto unsatisfied = [&](std::string_view lacking) {
    return topology_message(constraint.topology, constraint.required, job.namespace_name, job.name,
                            question.sub_group, lacking);
  };
  const std::optional<TopologyIx> found = find(constraint.topology);
  if (!found) {
    out.kind = NodeSets::Kind::none;
    refuse(no_such_topology_message(constraint.topology));
    return;
  }
  if (question.tasks->empty()) return;
  out.kind = NodeSets::Kind::none;
  out.topology = *found;
  const TopologyTree& tree = this->tree(*found);

  const std::int32_t preferred = tree.depth_of(constraint.preferred);
  const std::int32_t required = tree.depth_of(constraint.required);
  const DomainIx common = tree.common_domain(*question.nodes, preferred > 0 ? preferred : -1);

  std::vector<const Shape*> shapes;
  for (const TaskIx task : *question.tasks) shapes.push_back(&session_.shape_of(task));
  DomainRoom room;
  out.config_error = fill_room(session_, tree, common, shapes, room);
  if (!out.config_error.empty()) return;
  if (!room.fits(common)) {
    refuse(unsatisfied(common == root_domain ? std::string_view("the cluster") : tree[common].id));
    return;
  }
  const LevelsToTry levels = levels_to_try(tree.levels(), constraint.topology, question.sub_group,
                                           constraint.required, constraint.preferred);
  out.config_error = levels.error;
  if (!levels.error.empty()) return;

  const ChildOrder order = sorted_children(tree, common, preferred > 0 ? preferred : required, room);
  NodeList active;
  for (const PodSetIx pod_set : *question.pod_sets) {
    for (const TaskIx ix : session_.pod_sets[pod_set].tasks) {
      const TaskInfo& task = session_.tasks[ix];
      if (active_allocated(task.status) && task.node != none<NodeIx>()) active.push_back(task.node);
    }
  }
  out.domains = qualifying_domains(tree, order, room, levels.depths, required, active);
  if (!out.domains.empty()) {
    out.kind = NodeSets::Kind::domains;
    if (preferred > 0) out.preferred = level_domains(tree, order, common, preferred);
    return;
  }
  if (listen) add_domain_errors(tree, room, levels.depths.back(), required, active, question, out);
  refuse(unsatisfied(""));
}

void Topologies::add_domain_errors(const TopologyTree& tree, const DomainRoom& room, std::int32_t depth,
                                   std::int32_t required, const NodeList& active,
                                   const NodeSetQuestion& question, NodeSets& out) const {
  for (const DomainIx domain : tree.at_depth(depth)) {
    const bool bound = required > 0 && !active.empty();
    if (bound && std::none_of(active.begin(), active.end(),
                              [&](NodeIx node) { return tree.contains(domain, node); })) {
      continue;
    }
    if (room.by_pods) {
      out.errors.push_back({std::string(question.sub_group),
                            std::string(reason_not_enough_resources),
                            {domain_pods_message(tree[domain].id, room.pods[domain], room.wanted)},
                            {},
                            tree[domain].id});
    } else {
      out.errors.push_back(insufficient_in_domain(question.sub_group, tree[domain].id,
                                                  text_amounts(session_, room.request),
                                                  text_amounts(session_, room.free[domain])));
    }
  }
}

void Topologies::nodes_of(TopologyIx topology, DomainIx domain, const NodeList& within, NodeList& out) const {
  const TopologyTree& tree = this->tree(topology);
  out.clear();
  for (const NodeIx node : within) {
    if (tree.contains(domain, node)) out.push_back(node);
  }
}

void Topologies::preferred_scores(const NodeSets& sets, TopologyScores& out) const {
  const TopologyTree& tree = this->tree(sets.topology);
  out.assign(session_.nodes.size(), -1);
  std::vector<double> by_domain(tree.size(), -1);
  for (std::size_t i = 0; i < sets.preferred.size(); ++i) {
    by_domain[index_of(sets.preferred[i])] = preferred_level_score(i, sets.preferred.size());
  }
  if (sets.preferred.empty()) return;
  const std::int32_t depth = tree[sets.preferred.front()].depth;
  for (const NodeIx node : session_.all_nodes) {
    if (!tree.member(node)) continue;
    out[node] = by_domain[index_of(tree.ancestor(tree.leaf_domain(node), depth))];
  }
}

}  // namespace berth::policy::kai
