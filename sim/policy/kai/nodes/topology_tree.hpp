// Topology trees: the domains that the nodes' labels make of a topology's levels (kai-semantics.md 5, 10.6).
//
// A domain's id is its labels joined by dots, widest first; the root stands for the whole cluster. A node that lacks a
// level label is outside the tree. Built once a session; nothing here changes during a cycle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

enum class DomainIx : std::uint32_t {};  // the root is 0; a parent stands before its children, siblings by id
inline constexpr DomainIx root_domain{0};

struct Domain {
  std::string id;          // "zone1.rack2"; the root: "root"
  std::int32_t depth = 0;  // 0: the root, 1: the widest level
  DomainIx parent = none<DomainIx>();
  std::vector<DomainIx> children;  // by id
  // Leaves below it: [first_leaf, end_leaf) in the tree's order of leaves. A node is in the domain iff its leaf is.
  std::int32_t first_leaf = 0;
  std::int32_t end_leaf = 0;
};

class TopologyTree {
 public:
  // `labels` of each node, by NodeIx.
  TopologyTree(const cluster::Topology& topology, const std::vector<const cluster::Labels*>& labels);

  // A tree made by hand (tests): domains in an order with parents first, the root at 0, `children` and leaves unset;
  // the domain without children that each node is in, none() when it is outside.
  TopologyTree(const cluster::Topology& topology, IdVector<DomainIx, Domain> domains,
               const std::vector<DomainIx>& leaf_domain_of);

  const std::string& name() const { return name_; }
  const std::vector<std::string>& levels() const { return levels_; }  // widest first
  // "root" for 0.
  std::string_view level_name(std::int32_t depth) const;
  // Depth of a level key; 0 when the topology has no such level.
  std::int32_t depth_of(std::string_view level) const;

  const Domain& operator[](DomainIx domain) const { return domains_[domain]; }
  std::size_t size() const { return domains_.size(); }
  // Domains of one depth, by id of the parent, then by id.
  const std::vector<DomainIx>& at_depth(std::int32_t depth) const {
    return by_depth_[static_cast<std::size_t>(depth)];
  }

  // The number of the leaf that the node is in; -1: the node is outside the topology.
  std::int32_t leaf_of(NodeIx node) const { return leaf_of_node_[index_of(node)]; }
  bool member(NodeIx node) const { return leaf_of(node) >= 0; }
  bool contains(DomainIx domain, NodeIx node) const {
    const std::int32_t leaf = leaf_of(node);
    return leaf >= domains_[domain].first_leaf && leaf < domains_[domain].end_leaf;
  }
  // The domain without children that a member is in.
  DomainIx leaf_domain(NodeIx node) const { return leaves_[static_cast<std::size_t>(leaf_of(node))]; }
  DomainIx ancestor(DomainIx domain, std::int32_t depth) const;

  // The deepest domain that holds all members among `nodes`, not below `deepest` (a depth; negative: no bound). The
  // root when none is a member.
  DomainIx common_domain(const NodeList& nodes, std::int32_t deepest) const;

 private:
  void link(const std::vector<DomainIx>& leaf_domain_of);
  void number_leaves(DomainIx domain, std::vector<std::int32_t>& leaf_number);

  std::string name_;
  std::vector<std::string> levels_;
  IdVector<DomainIx, Domain> domains_;
  std::vector<std::vector<DomainIx>> by_depth_;
  std::vector<DomainIx> leaves_;
  std::vector<std::int32_t> leaf_of_node_;
};

// Has the node every level label?
bool topology_member(const std::vector<std::string>& levels, const cluster::Labels& labels);

}  // namespace berth::policy::kai
