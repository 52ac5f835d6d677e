// The reference's cases of single topology rules: trees, levels, domains and their order, node sets, node scores.
#include <algorithm>
#include <deque>
#include <set>

#include "sim/policy/kai/actions/victim_set_filters.hpp"
#include "sim/policy/kai/nodes/topology.hpp"
#include "tests/policy/kai/session/placement_session.hpp"

namespace berth::policy::kai::testing {
namespace {

using berth::testing::for_each_rule_case;
const std::string file = "kai-rules-decisions.jsonl";

cluster::Labels labels_of(const Json& j) {
  cluster::Labels labels;
  for (const auto& [key, value] : j.items()) cluster::set_label(labels, key, value.get<std::string>());
  return labels;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// A tree made of labelled nodes.
struct LabelledTree {
  std::vector<std::string> names;
  std::deque<cluster::Labels> labels;
  std::optional<TopologyTree> tree;

  explicit LabelledTree(const Json& c) {
    std::vector<const cluster::Labels*> pointers;
    for (const Json& node : c.at("nodes")) {
      names.push_back(node.at("name").get<std::string>());
      pointers.push_back(&labels.emplace_back(labels_of(node.at("labels"))));
    }
    tree.emplace(cluster::Topology{"t", c.at("levels").get<std::vector<std::string>>()}, pointers);
  }
};

// A tree given by its domains: {"id", "level", "children", "free", "nodes"} nested.
struct GivenTree {
  std::vector<std::string> levels;
  IdVector<DomainIx, Domain> domains;
  std::vector<std::string> node_names;
  std::vector<DomainIx> leaf_of_node;
  std::optional<TopologyTree> tree;
  DomainIx top{};

  std::int32_t depth_of(const std::string& level) {
    const auto at = std::find(levels.begin(), levels.end(), level);
    return static_cast<std::int32_t>(at - levels.begin()) + 1;
  }
  void collect_levels(const Json& j, std::size_t depth) {
    if (levels.size() <= depth) levels.push_back(j.at("level").get<std::string>());
    if (!j.contains("children")) return;
    for (const Json& child : j.at("children")) collect_levels(child, depth + 1);
  }
  void add(const Json& j, DomainIx parent) {
    Domain domain;
    domain.id = j.at("id").get<std::string>();
    domain.depth = domains[parent].depth + 1;
    domain.parent = parent;
    const DomainIx ix = domains.push_back(domain);
    if (j.contains("nodes")) {
      for (const Json& node : j.at("nodes")) {
        node_names.push_back(node.get<std::string>());
        leaf_of_node.push_back(ix);
      }
    }
    if (!j.contains("children")) return;
    std::vector<Json> children(j.at("children").begin(), j.at("children").end());
    if (by_id) {
      std::sort(children.begin(), children.end(), [](const Json& a, const Json& b) {
        return a.at("id").get<std::string>() < b.at("id").get<std::string>();
      });
    }
    for (const Json& child : children) add(child, ix);
  }
  bool by_id;

  // `sort_ids`: siblings by id, as a tree has them before it is sorted; else as given.
  GivenTree(const Json& j, bool sort_ids) : by_id(sort_ids) {
    collect_levels(j, 0);
    domains.push_back({"root", 0, none<DomainIx>(), {}, 0, 0});
    top = id_of<DomainIx>(1);
    add(j, root_domain);
    tree.emplace(cluster::Topology{"t", levels}, domains, leaf_of_node);
  }
  ChildOrder as_given() const {
    ChildOrder order(tree->size());
    for (std::size_t i = 0; i < tree->size(); ++i)
      order[id_of<DomainIx>(i)] = (*tree)[id_of<DomainIx>(i)].children;
    return order;
  }
  std::vector<std::string> ids(const std::vector<DomainIx>& list) const {
    std::vector<std::string> out;
    for (const DomainIx domain : list) out.push_back((*tree)[domain].id);
    return out;
  }
};

DomainAmounts amounts_of(const Json& j) {
  DomainAmounts amounts;
  amounts.cpu_milli = integer_or(j, "cpu_milli", 0);
  amounts.memory = integer_or(j, "memory_bytes", 0);
  amounts.gpus = number_or(j, "gpus", 0);
  return amounts;
}

TEST_CASE("kai: topology trees, case by case") {
  for_each_rule_case(file, "topology_tree", [](const Json& c) {
    const LabelledTree t(c);
    std::vector<std::string> levels;
    for (std::size_t depth = 0; depth <= t.tree->levels().size(); ++depth) {
      levels.emplace_back(t.tree->level_name(static_cast<std::int32_t>(depth)));
    }
    CHECK(levels == c.at("expected").at("levels").get<std::vector<std::string>>());
    std::size_t listed = 0;
    for (const auto& [id, children] : c.at("expected").at("children").items()) {
      INFO("domain " << id);
      for (std::size_t i = 0; i < t.tree->size(); ++i) {
        const Domain& domain = (*t.tree)[id_of<DomainIx>(i)];
        if (domain.id != id) continue;
        ++listed;
        std::vector<std::string> ids;
        for (const DomainIx child : domain.children) ids.push_back((*t.tree)[child].id);
        CHECK(sorted(ids) == sorted(children.get<std::vector<std::string>>()));
      }
    }
    CHECK(listed == c.at("expected").at("children").size());
  });
}

TEST_CASE("kai: members of a topology, case by case") {
  for_each_rule_case(file, "topology_member", [](const Json& c) {
    CHECK(topology_member(c.at("levels").get<std::vector<std::string>>(), labels_of(c.at("labels"))) ==
          c.at("expected").get<bool>());
  });
}

TEST_CASE("kai: common domains, case by case") {
  for_each_rule_case(file, "topology_common_domain", [](const Json& c) {
    const LabelledTree t(c);
    NodeList all;
    for (std::size_t i = 0; i < t.names.size(); ++i) all.push_back(id_of<NodeIx>(i));
    const std::string preferred = text_or(c, "preferred_level", "");
    const DomainIx domain = t.tree->common_domain(all, preferred.empty() ? -1 : t.tree->depth_of(preferred));
    const Json& expected = c.at("expected");
    CHECK((*t.tree)[domain].id == expected.at("domain"));
    CHECK(t.tree->level_name((*t.tree)[domain].depth) == expected.at("level").get<std::string>());
    std::vector<std::string> members;
    for (const NodeIx node : all) {
      if (t.tree->contains(domain, node)) members.push_back(t.names[index_of(node)]);
    }
    CHECK(sorted(members) == sorted(expected.at("nodes").get<std::vector<std::string>>()));
  });
}

TEST_CASE("kai: levels to try, case by case") {
  for_each_rule_case(file, "topology_levels", [](const Json& c) {
    const auto levels = c.at("levels").get<std::vector<std::string>>();
    const LevelsToTry tried =
        levels_to_try(levels, c.at("topology").get<std::string>(), text_or(c, "sub_group", ""),
                      text_or(c, "required_level", ""), text_or(c, "preferred_level", ""));
    CHECK(tried.error == text_or(c.at("expected"), "error", ""));
    if (!c.at("expected").contains("levels")) return;
    std::vector<std::string> names;
    for (const std::int32_t depth : tried.depths) {
      names.push_back(depth == 0 ? "root" : levels[static_cast<std::size_t>(depth) - 1]);
    }
    CHECK(names == c.at("expected").at("levels").get<std::vector<std::string>>());
  });
}

TEST_CASE("kai: domains of a level, case by case") {
  for_each_rule_case(file, "topology_level_domains", [](const Json& c) {
    GivenTree t(c.at("tree"), false);
    const auto found =
        level_domains(*t.tree, t.as_given(), t.top, t.depth_of(c.at("level").get<std::string>()));
    CHECK(sorted(t.ids(found)) == sorted(c.at("expected").get<std::vector<std::string>>()));
  });
}

TEST_CASE("kai: traversal of a sorted tree, case by case") {
  for_each_rule_case(file, "topology_traversal", [](const Json& c) {
    const GivenTree t(c.at("tree"), false);
    CHECK(t.ids(traversal(*t.tree, t.as_given(), t.top)) == c.at("expected").get<std::vector<std::string>>());
  });
}

TEST_CASE("kai: order of domains, case by case") {
  for_each_rule_case(file, "topology_domain_order", [](const Json& c) {
    GivenTree t(c.at("tree"), true);
    DomainRoom room;
    room.request = amounts_of(c.at("request"));
    room.free.resize(t.tree->size());
    std::vector<const Json*> open{&c.at("tree")};
    while (!open.empty()) {
      const Json& j = *open.back();
      open.pop_back();
      for (std::size_t i = 0; i < t.tree->size(); ++i) {
        if ((*t.tree)[id_of<DomainIx>(i)].id == j.at("id") && j.contains("free")) {
          room.free[id_of<DomainIx>(i)] = amounts_of(j.at("free"));
        }
      }
      if (j.contains("children")) {
        for (const Json& child : j.at("children")) open.push_back(&child);
      }
    }
    const std::string deepest = text_or(c, "deepest_level", "");
    const ChildOrder order =
        sorted_children(*t.tree, t.top, deepest.empty() ? -1 : t.depth_of(deepest), room);
    for (const auto& [id, children] : c.at("expected").items()) {
      INFO("children of " << id);
      for (std::size_t i = 0; i < t.tree->size(); ++i) {
        const DomainIx domain = id_of<DomainIx>(i);
        const bool meant = id == "children" ? domain == t.top : (*t.tree)[domain].id == id;
        if (meant) CHECK(t.ids(order[domain]) == children.get<std::vector<std::string>>());
      }
    }
  });
}

TEST_CASE("kai: node scores of a preferred level, case by case") {
  for_each_rule_case(file, "topology_node_scores", [](const Json& c) {
    GivenTree t(c.at("tree"), false);
    const auto row =
        level_domains(*t.tree, t.as_given(), t.top, t.depth_of(c.at("preferred_level").get<std::string>()));
    std::map<std::string, double> scores;
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (std::size_t n = 0; n < t.node_names.size(); ++n) {
        if (t.tree->contains(row[i], id_of<NodeIx>(n)))
          scores[t.node_names[n]] = preferred_level_score(i, row.size());
      }
    }
    CHECK(scores.size() == c.at("expected").size());
    for (const auto& [node, score] : c.at("expected").items()) {
      CHECK(scores.at(node) == Approx(score.get<double>()).margin(1e-9));
    }
  });
}

// The domains of a case as a flat map: id -> {"level", "parent", ...}. Without `parent`, ids are joined narrowest first
// ("rack1.zone1" is in "zone1").
struct FlatTree {
  std::map<std::string, DomainIx> ix;
  std::optional<TopologyTree> tree;

  FlatTree(const Json& domains, const std::vector<std::string>& levels,
           const std::map<std::string, std::string>& home, const std::vector<std::string>& nodes) {
    IdVector<DomainIx, Domain> list;
    list.push_back({"root", 0, none<DomainIx>(), {}, 0, 0});
    for (std::size_t depth = 1; depth <= levels.size(); ++depth) {
      std::vector<std::string> ids;
      for (const auto& [id, of] : domains.items()) {
        if (of.at("level") == levels[depth - 1]) ids.push_back(id);
      }
      for (const std::string& id : sorted(ids)) {
        std::string parent = text_or(domains.at(id), "parent", "");
        if (!domains.at(id).contains("parent") && id.find('.') != std::string::npos)
          parent = id.substr(id.find('.') + 1);
        const auto known = ix.find(parent);
        DomainIx up = known == ix.end() ? root_domain : known->second;
        // Levels between that the case does not mention hold one domain each.
        while (list[up].depth + 1 < static_cast<std::int32_t>(depth)) {
          up = list.push_back({"around " + id, list[up].depth + 1, up, {}, 0, 0});
        }
        ix[id] = list.push_back({id, static_cast<std::int32_t>(depth), up, {}, 0, 0});
      }
    }
    std::vector<DomainIx> leaf;
    for (const std::string& node : nodes)
      leaf.push_back(home.count(node) > 0 ? ix.at(home.at(node)) : none<DomainIx>());
    tree.emplace(cluster::Topology{"t", levels}, list, leaf);
  }
};

std::vector<std::string> levels_by_domains(const Json& domains) {
  // Widest first: a level whose domains have no parent, then those below it.
  std::map<std::string, int> depth;
  std::vector<std::string> levels;
  for (const auto& [id, of] : domains.items()) {
    int d = 0;
    for (std::string up = text_or(of, "parent", ""); !up.empty(); up = text_or(domains.at(up), "parent", ""))
      ++d;
    depth[of.at("level").get<std::string>()] = d;
  }
  for (const auto& [level, d] : depth) levels.push_back(level);
  std::sort(levels.begin(), levels.end(), [&](const auto& a, const auto& b) { return depth[a] < depth[b]; });
  return levels;
}

TEST_CASE("kai: pods that domains can take, case by case") {
  for_each_rule_case(file, "topology_allocatable_pods", [](const Json& c) {
    PlacementSession s;
    std::map<std::string, std::string> home;
    std::vector<std::string> names;
    for (const auto& [name, node] : c.at("nodes").items()) {
      s.add_node(name, node);
      names.push_back(name);
      home[name] = node.at("domain").get<std::string>();
    }
    for (const Json& other : c.at("other_tasks")) {
      const TaskIx task = s.add_task(s.add_shape(other.contains("request") ? other.at("request") : other),
                                     placed_status(text_or(other, "status", "running")));
      s.place(task, s.node(other.at("node").get<std::string>()));
    }
    std::vector<ShapeIx> wanted;
    for (const Json& task : c.at("tasks")) {
      if (task.at("status") == "pending") wanted.push_back(s.add_shape(task.at("request")));
    }
    std::vector<const Shape*> shapes;
    for (const ShapeIx shape : wanted) shapes.push_back(&s.session.shapes[shape]);
    const FlatTree t(c.at("domains"), levels_by_domains(c.at("domains")), home, names);
    DomainRoom room;
    REQUIRE(fill_room(s.session, *t.tree, root_domain, shapes, room).empty());
    for (const auto& [id, pods] : c.at("expected").items()) {
      INFO("domain " << id);
      CHECK(room.pods[t.ix.at(id)] == pods.get<std::int32_t>());
    }
  });
}

TEST_CASE("kai: domains that qualify, case by case") {
  for_each_rule_case(file, "topology_domains", [](const Json& c) {
    const auto levels = c.at("levels").get<std::vector<std::string>>();
    std::map<std::string, std::string> home;
    std::vector<std::string> names;
    for (const auto& [id, of] : c.at("domains").items()) {
      if (!of.contains("nodes")) continue;
      for (const Json& node : of.at("nodes")) {
        const std::string name = node.get<std::string>();
        const auto known = home.find(name);
        if (known == home.end()) names.push_back(name);
        // A node may be listed in a domain and in those around it: its home is the narrowest.
        if (known == home.end() || known->second.size() < id.size()) home[name] = id;
      }
    }
    const FlatTree t(c.at("domains"), levels, home, names);
    DomainRoom room;
    room.pods.assign(t.tree->size(), 0);
    room.free.resize(t.tree->size());
    PlacementSession s;
    std::vector<ShapeIx> tasks;
    for (const Json& task : c.at("tasks_to_allocate")) tasks.push_back(s.add_shape(task));
    std::vector<const Shape*> shapes;
    for (const ShapeIx shape : tasks) shapes.push_back(&s.session.shapes[shape]);
    room.wanted = static_cast<std::int32_t>(tasks.size());
    room.request = summed_request(shapes);
    for (const auto& [id, of] : c.at("domains").items()) {
      room.by_pods = of.contains("allocatable_pods");
      if (room.by_pods)
        room.pods[t.ix.at(id)] = of.at("allocatable_pods").get<std::int32_t>();
      else
        room.free[t.ix.at(id)] = amounts_of(of.at("free"));
    }
    NodeList active;
    for (const Json& node : c.at("active_pod_nodes")) {
      const auto at = std::find(names.begin(), names.end(), node.get<std::string>());
      if (at != names.end()) active.push_back(id_of<NodeIx>(static_cast<std::size_t>(at - names.begin())));
    }
    const std::string required = text_or(c, "required_level", "");
    const LevelsToTry tried =
        levels_to_try(levels, c.at("topology").get<std::string>(), text_or(c, "sub_group", ""), required,
                      text_or(c, "preferred_level", ""));
    CHECK(tried.error == text_or(c.at("expected"), "error", ""));
    if (!c.at("expected").contains("domains")) return;
    ChildOrder order(t.tree->size());
    for (std::size_t i = 0; i < t.tree->size(); ++i)
      order[id_of<DomainIx>(i)] = (*t.tree)[id_of<DomainIx>(i)].children;
    std::vector<std::string> ids;
    for (const DomainIx domain :
         qualifying_domains(*t.tree, order, room, tried.depths, t.tree->depth_of(required), active)) {
      ids.push_back((*t.tree)[domain].id);
    }
    CHECK(sorted(ids) == sorted(c.at("expected").at("domains").get<std::vector<std::string>>()));
  });
}

TEST_CASE("kai: first node sets, case by case") {
  for_each_rule_case(file, "topology_first_node_set", [](const Json& c) {
    PlacementSession s;
    s.job().name = text_or(c.at("job"), "name", "");
    s.job().namespace_name = text_or(c.at("job"), "namespace", "");
    for (const auto& [name, levels] : c.at("topologies").items()) {
      s.session.topologies.push_back({name, levels.get<std::vector<std::string>>()});
    }
    for (const auto& [name, node] : c.at("nodes").items()) s.add_node(name, node);
    std::vector<TaskIx> tasks;
    for (const Json& task : c.at("tasks")) {
      const TaskIx ix =
          s.add_task(s.add_shape(task.at("request")), placed_status(task.at("status").get<std::string>()));
      if (task.contains("node") && !task.at("node").is_null())
        s.place(ix, s.node(task.at("node").get<std::string>()));
      if (task.at("status") == "pending") tasks.push_back(ix);
    }
    workload::TopologyConstraint constraint{text_or(c, "topology", ""), text_or(c, "required_level", ""),
                                            text_or(c, "preferred_level", "")};
    const std::vector<PodSetIx> pod_sets{id_of<PodSetIx>(0)};
    const std::string sub_group = text_or(c, "sub_group", "");
    NodeSetQuestion question;
    question.job = id_of<JobIx>(0);
    question.sub_group = sub_group;
    question.constraint = &constraint;
    question.pod_sets = &pod_sets;
    question.tasks = &tasks;
    question.nodes = &s.session.all_nodes;
    const Topologies topologies(s.session);
    NodeSets sets;
    topologies.node_sets(question, true, sets);
    const Json& expected = c.at("expected");
    CHECK(sets.config_error == text_or(expected, "error", ""));
    if (expected.contains("job_fit_error")) {
      REQUIRE(sets.errors.size() == 1);
      CHECK(sets.errors.front().messages ==
            std::vector<std::string>{expected.at("job_fit_error").get<std::string>()});
    }
    if (expected.contains("node_sets")) CHECK(sets.kind == NodeSets::Kind::unchanged);
    if (!expected.contains("first_node_set")) return;
    REQUIRE(sets.kind == NodeSets::Kind::domains);
    NodeList nodes;
    topologies.nodes_of(sets.topology, sets.domains.front(), s.session.all_nodes, nodes);
    std::vector<std::string> names;
    for (const NodeIx node : nodes) names.push_back(s.session.nodes[node].name);
    CHECK(sorted(names) == sorted(expected.at("first_node_set").get<std::vector<std::string>>()));
  });
}

TEST_CASE("kai: the topology GPU filter, case by case") {
  for_each_rule_case(file, "topology_gpu_filter", [](const Json& c) {
    PlacementSession s;
    s.session.topologies.push_back({"t", {"rack"}});
    for (const auto& [name, node] : c.at("nodes").items()) s.add_node(name, node);
    // One sub-group set below the root for each of the case's, with one pod set.
    s.session.sub_group_sets.push_back({"", id_of<JobIx>(0), none<SubGroupSetIx>(), {}, {}, {}});
    s.job().root = id_of<SubGroupSetIx>(0);
    s.job().pod_sets.clear();
    for (const Json& group : c.at("sub_groups")) {
      SubGroupSet set;
      set.name = group.at("name").get<std::string>();
      set.parent = s.job().root;
      set.topology = {"t", text_or(group, "required_level", ""), ""};
      const SubGroupSetIx set_ix = s.session.sub_group_sets.push_back(set);
      s.session.sub_group_sets[s.job().root].children.push_back(set_ix);
      PodSet pod_set;
      pod_set.parent = set_ix;
      for (const Json& gpus : group.at("task_gpus")) {
        pod_set.tasks.push_back(s.add_task(s.add_shape({{"gpus", gpus}})));
      }
      const PodSetIx ix = s.session.pod_sets.push_back(pod_set);
      s.job().pod_sets.push_back(ix);
    }
    std::map<std::string, TaskIx> victims;
    for (const Json& victim : c.at("victims")) {
      const std::string name = victim.at("name").get<std::string>();
      if (victims.count(name) > 0) continue;
      victims[name] = s.add_task(s.add_shape(victim), TaskStatus::running);
      s.place(victims[name], s.node(victim.at("node").get<std::string>()));
    }
    TopologyGpuFilter filter(s.session, id_of<JobIx>(0));
    for (const Json& victim : c.at("victims"))
      filter.free_victim(victims.at(victim.at("name").get<std::string>()));
    CHECK(filter.passes() == c.at("expected").get<bool>());
  });
}

}  // namespace
}  // namespace berth::policy::kai::testing
