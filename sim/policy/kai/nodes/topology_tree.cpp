#include "sim/policy/kai/nodes/topology_tree.hpp"

#include <algorithm>
#include <map>

#include "berth/cluster/labels.hpp"
#include "berth/core/invariant.hpp"

namespace berth::policy::kai {

bool topology_member(const std::vector<std::string>& levels, const cluster::Labels& labels) {
  return std::all_of(levels.begin(), levels.end(),
                     [&](const std::string& level) { return cluster::find_label(labels, level) != nullptr; });
}

TopologyTree::TopologyTree(const cluster::Topology& topology,
                           const std::vector<const cluster::Labels*>& labels)
    : name_(topology.name), levels_(topology.levels) {
  using Path = std::vector<std::string_view>;
  // Paths in ascending order make the domains in preorder, siblings by id.
  std::map<Path, DomainIx> leaves;
  std::vector<Path> paths(labels.size());
  for (std::size_t node = 0; node < labels.size(); ++node) {
    if (!topology_member(levels_, *labels[node])) continue;
    for (const std::string& level : levels_)
      paths[node].push_back(*cluster::find_label(*labels[node], level));
    leaves.emplace(paths[node], root_domain);
  }
  domains_.push_back({"root", 0, none<DomainIx>(), {}, 0, 0});
  std::vector<DomainIx> chain{root_domain};
  const Path* before = nullptr;
  for (auto& [path, leaf] : leaves) {
    std::size_t common = 0;
    while (before != nullptr && common < path.size() && path[common] == (*before)[common]) ++common;
    chain.resize(common + 1);
    for (std::size_t depth = common; depth < path.size(); ++depth) {
      std::string id = depth == 0 ? "" : domains_[chain.back()].id + '.';
      id += path[depth];
      chain.push_back(
          domains_.push_back({std::move(id), static_cast<std::int32_t>(depth) + 1, chain.back(), {}, 0, 0}));
    }
    leaf = chain.back();
    before = &path;
  }
  std::vector<DomainIx> leaf_domain_of(labels.size(), none<DomainIx>());
  for (std::size_t node = 0; node < labels.size(); ++node) {
    if (!paths[node].empty() || (levels_.empty() && topology_member(levels_, *labels[node]))) {
      leaf_domain_of[node] = leaves.at(paths[node]);
    }
  }
  link(leaf_domain_of);
}

TopologyTree::TopologyTree(const cluster::Topology& topology, IdVector<DomainIx, Domain> domains,
                           const std::vector<DomainIx>& leaf_domain_of)
    : name_(topology.name), levels_(topology.levels), domains_(std::move(domains)) {
  link(leaf_domain_of);
}

void TopologyTree::link(const std::vector<DomainIx>& leaf_domain_of) {
  by_depth_.assign(levels_.size() + 1, {});
  for (std::size_t i = 0; i < domains_.size(); ++i) {
    const DomainIx ix = id_of<DomainIx>(i);
    Domain& domain = domains_[ix];
    by_depth_[static_cast<std::size_t>(domain.depth)].push_back(ix);
    if (ix == root_domain) continue;
    BERTH_INVARIANT(index_of(domain.parent) < i, "a domain stands after its parent");
    domains_[domain.parent].children.push_back(ix);
  }
  std::vector<std::int32_t> leaf_number(domains_.size(), -1);
  number_leaves(root_domain, leaf_number);
  leaf_of_node_.assign(leaf_domain_of.size(), -1);
  for (std::size_t node = 0; node < leaf_domain_of.size(); ++node) {
    if (leaf_domain_of[node] == none<DomainIx>()) continue;
    leaf_of_node_[node] = leaf_number[index_of(leaf_domain_of[node])];
  }
}

void TopologyTree::number_leaves(DomainIx ix, std::vector<std::int32_t>& leaf_number) {
  domains_[ix].first_leaf = static_cast<std::int32_t>(leaves_.size());
  if (domains_[ix].children.empty()) {
    leaf_number[index_of(ix)] = domains_[ix].first_leaf;
    leaves_.push_back(ix);
  }
  for (const DomainIx child : domains_[ix].children) number_leaves(child, leaf_number);
  domains_[ix].end_leaf = static_cast<std::int32_t>(leaves_.size());
}

std::string_view TopologyTree::level_name(std::int32_t depth) const {
  return depth == 0 ? std::string_view("root") : levels_[static_cast<std::size_t>(depth) - 1];
}

std::int32_t TopologyTree::depth_of(std::string_view level) const {
  const auto found = std::find(levels_.begin(), levels_.end(), level);
  return found == levels_.end() ? 0 : static_cast<std::int32_t>(found - levels_.begin()) + 1;
}

DomainIx TopologyTree::ancestor(DomainIx domain, std::int32_t depth) const {
  while (domains_[domain].depth > depth) domain = domains_[domain].parent;
  return domain;
}

DomainIx TopologyTree::common_domain(const NodeList& nodes, std::int32_t deepest) const {
  std::int32_t first = -1;
  std::int32_t last = -1;
  for (const NodeIx node : nodes) {
    const std::int32_t leaf = leaf_of(node);
    if (leaf < 0) continue;
    first = first < 0 ? leaf : std::min(first, leaf);
    last = std::max(last, leaf);
  }
  if (first < 0) return root_domain;
  DomainIx domain = leaves_[static_cast<std::size_t>(first)];
  while (domains_[domain].end_leaf <= last || (deepest >= 0 && domains_[domain].depth > deepest)) {
    domain = domains_[domain].parent;
  }
  return domain;
}

}  // namespace berth::policy::kai
