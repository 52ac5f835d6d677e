// What is valid and will disappoint all the same: warnings, only for a scenario without faults. Each says what will come of
// it. They must be right, so the bounds here are necessary ones: nothing is said where only a search could tell.
#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <tuple>

#include "berth/cluster/labels.hpp"
#include "berth/core/quantity_text.hpp"
#include "berth/workload/spec.hpp"
#include "sim/cluster/gpu_checks.hpp"
#include "sim/core/text.hpp"
#include "sim/formats/openb.hpp"
#include "sim/policy/fit.hpp"
#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/input/cluster_builder.hpp"
#include "sim/scenario/input/shapes.hpp"

namespace berth::scenario {

namespace {

using organization::Resource;
using policy::Matter;
using workload::GpuRequestKind;
using workload::PodShape;

constexpr std::size_t most_row_warnings = 20;
constexpr std::int64_t most_nodes_looked_at = 100'000;  // one by one, by their labels

std::string list_of(const std::vector<Name>& names) {
  std::string text;
  for (const Name& name : names) text += (text.empty() ? "" : ", ") + name.value;
  return text;
}

// Nodes of the group with all that join later.
std::int64_t nodes_of(const PoolSpec& pool, const NodeGroup& group) {
  std::int64_t count = group.count;
  for (const GroupChange& change : pool.changes) {
    if (change.group == group.name) count += change.add;
  }
  return count;
}

// One node of each sort, without what differs from node to node: what can a node hold at all?
class Probe {
 public:
  explicit Probe(const Scenario& scenario) : scenario_(scenario) {
    Scenario sorts;
    sorts.cluster = scenario.cluster;
    for (PoolSpec& pool : sorts.cluster.node_pools) {
      for (NodeGroup& group : pool.nodes) group.count = nodes_of(pool, group) > 0 ? 1 : 0;
    }
    if (scenario.trace) {
      sorts.trace = scenario.trace;
      auto distinct = std::make_shared<formats::OpenbTrace>();
      using Sort = std::tuple<std::int64_t, std::int64_t, std::int32_t, std::string>;
      std::set<Sort> seen;
      if (scenario.trace->data) {
        for (const formats::OpenbNode& node : scenario.trace->data->nodes) {
          if (seen.emplace(node.cpu.value, node.memory.value, node.gpus, node.model).second) {
            distinct->nodes.push_back(node);
          }
        }
      }
      sorts.trace->data = std::move(distinct);
    }
    cluster_ = build_cluster(sorts);
    bare_ = cluster_;
    for (cluster::NodeSpec& node : bare_.nodes) node.taints.clear();
  }

  // By size alone.
  bool fits(PodShape shape, const std::vector<Name>& pools) const {
    shape.gpu_models.clear();
    return fits_model(std::move(shape), pools);
  }
  bool fits_model(PodShape shape, const std::vector<Name>& pools) const {
    shape.node_requirements.clear();
    return any_fits(bare_, shape, pools);
  }

  // Why no node takes a pod of a size that fits; nothing when one does, or where it would take too long to find out.
  std::optional<std::string> excluded(const PodShape& shape, const std::vector<Name>& pools) const {
    if (!fits_model(shape, pools)) return "none has GPUs of its gpu_models";
    PodShape free = shape;
    free.node_requirements.clear();
    if (!any_fits(cluster_, free, pools)) return "all have taints that it does not tolerate";
    if (shape.node_requirements.empty()) return std::nullopt;
    const cluster::Cluster* whole = all_nodes();
    if (!whole || any_fits(*whole, shape, pools)) return std::nullopt;
    return "none meets its node_affinity or node_selector";
  }

  // What is wanting of all nodes, where it is one thing; nothing: they are too small.
  std::optional<std::string> problem(const PodShape& shape, const std::vector<Name>& pools) const {
    const std::vector<NodeId> all = nodes(pools);
    if (all.empty()) return "there are none";
    if (shape.gpu.kind == GpuRequestKind::none) return std::nullopt;
    const auto every = [&](const auto& is) {
      return std::all_of(all.begin(), all.end(), [&](NodeId n) { return is(cluster_.nodes[n]); });
    };
    if (every([](const cluster::NodeSpec& n) { return n.gpus == 0; })) return "none has GPUs";
    if (shape.gpu.kind == GpuRequestKind::mig) return cluster::request_problem(cluster_, all, shape.gpu);
    if (every([](const cluster::NodeSpec& n) { return n.gpus == 0 || n.mig_enabled; }))
      return "all their GPUs are in MIG mode";
    return std::nullopt;
  }

  // Of the nodes of its pools.
  std::vector<NodeId> nodes(const std::vector<Name>& pools) const {
    std::vector<NodeId> all;
    for (const Name& name : pools) {
      const auto pool = cluster_.find_pool(name.value);
      if (!pool) continue;
      const auto& members = cluster_.pools[*pool].nodes;
      all.insert(all.end(), members.begin(), members.end());
    }
    return all;
  }
  const cluster::Cluster& sorts() const { return cluster_; }

  std::int32_t most_gpus(const std::vector<Name>& pools) const {
    std::int32_t most = 0;
    for (const NodeId node : nodes(pools)) most = std::max(most, cluster_.nodes[node].gpus);
    return most;
  }

 private:
  static bool any_fits(const cluster::Cluster& cluster, const PodShape& shape,
                       const std::vector<Name>& pools) {
    for (const Name& name : pools) {
      const auto pool = cluster.find_pool(name.value);
      if (!pool) continue;
      for (const NodeId node : cluster.pools[*pool].nodes) {
        if (policy::could_fit(cluster, node, shape)) return true;
      }
    }
    return false;
  }

  // With all that join later; made when first asked for. Null: too many to look at.
  const cluster::Cluster* all_nodes() const {
    if (!looked_) {
      looked_ = true;
      Scenario grown;
      grown.cluster = scenario_.cluster;
      grown.trace = scenario_.trace;
      std::int64_t nodes = 0;
      for (PoolSpec& pool : grown.cluster.node_pools) {
        for (NodeGroup& group : pool.nodes) {
          group.count = static_cast<std::int32_t>(std::min(nodes_of(pool, group), most_nodes_looked_at + 1));
          nodes += group.count;
        }
      }
      if (nodes <= most_nodes_looked_at) whole_ = build_cluster(grown);
    }
    return whole_ ? &*whole_ : nullptr;
  }

  const Scenario& scenario_;
  cluster::Cluster cluster_, bare_;
  mutable bool looked_ = false;
  mutable std::optional<cluster::Cluster> whole_;
};

void all_asks(const std::vector<SubGroupSpec>& groups, std::vector<PodAsk>& asks) {
  for (const SubGroupSpec& g : groups) {
    if (g.ask) asks.push_back(*g.ask);
    all_asks(g.sub_groups, asks);
  }
}

// Pods that must run together, by shape.
using Ask = std::vector<std::pair<PodShape, std::int32_t>>;

void minimum_of(const WorkloadCommon& w, const PodAsk& ask, const std::vector<SubGroupSpec>& groups,
                Ask& out) {
  for (const SubGroupSpec& g : groups) {
    if (g.sub_groups.empty()) out.emplace_back(shape_of(w, g.ask ? *g.ask : ask), g.min_pods);
    minimum_of(w, ask, g.sub_groups, out);
  }
}

// What the workload needs at least to run.
Ask minimum_of(const WorkloadCommon& w, const PodAsk& ask) {
  Ask out;
  if (!w.sub_groups.empty()) {
    minimum_of(w, ask, w.sub_groups, out);
    return out;
  }
  if (w.master) out.emplace_back(shape_of(w, *w.master), 1);
  out.emplace_back(shape_of(w, ask), w.gang ? w.gang->min_pods : 1);
  return out;
}

// GPUs of an ask in thousandths, as quotas count them, as far as no node need be known for it.
std::int64_t gpu_milli(const Ask& ask) {
  std::int64_t milli = 0;
  for (const auto& [shape, pods] : ask) {
    std::int64_t one = shape.gpu.quota_amount().value;
    // To two decimals, half up.
    if (shape.gpu.kind == GpuRequestKind::fraction)
      one = (shape.gpu.portion.value + 5) / 10 * 10 * shape.gpu.devices;
    milli += one * pods;
  }
  return milli;
}

// How many pods each group of nodes, and each domain of a level, can hold.
class Room {
 public:
  Room(const Scenario& scenario, const Probe& probe) : scenario_(scenario), probe_(probe) {}

  // Can some pool hold the ask, within one domain of `level` when one is named? True also where that is not known.
  bool holds(const Ask& ask, const std::vector<Name>& pools, const TopologySpec* topology,
             const std::string& level) {
    return std::any_of(pools.begin(), pools.end(), [&](const Name& pool) {
      const auto spec = std::find_if(scenario_.cluster.node_pools.begin(), scenario_.cluster.node_pools.end(),
                                     [&](const PoolSpec& p) { return p.name.value == pool.value; });
      if (spec == scenario_.cluster.node_pools.end()) return true;  // of a trace: not looked at
      return holds(ask, *spec, topology, level);
    });
  }

 private:
  // Nodes of a domain, by group.
  using Domain = std::map<std::size_t, std::int64_t>;

  bool holds(const Ask& ask, const PoolSpec& pool, const TopologySpec* topology, const std::string& level) {
    const std::vector<Domain>* domains = domains_of(pool, topology, level);
    if (!domains) return true;
    return std::any_of(domains->begin(), domains->end(), [&](const Domain& domain) {
      std::int64_t gpus = 0, wanted = 0;
      for (const auto& [group, nodes] : domain) {
        const auto& devices = pool.nodes[group].gpus;
        gpus += nodes * (devices ? devices->count : 0);
      }
      for (const auto& [shape, pods] : ask) {
        if (shape.gpu.kind == GpuRequestKind::whole) wanted += std::int64_t{shape.gpu.devices} * pods;
      }
      return wanted <= gpus && std::all_of(ask.begin(), ask.end(), [&](const auto& part) {
               return holds(part.first, part.second, pool, domain);
             });
    });
  }

  bool holds(const PodShape& shape, std::int64_t pods, const PoolSpec& pool, const Domain& domain) {
    // How shares of a device and instances pack is the policy's business.
    if (shape.gpu.kind != GpuRequestKind::none && shape.gpu.kind != GpuRequestKind::whole) return true;
    for (const auto& [group, nodes] : domain) {
      if (pods <= 0) break;
      pods -= nodes * of_one_node(shape, pool, group);
    }
    return pods <= 0;
  }

  // Pods on one node of the group, whatever its labels.
  std::int64_t of_one_node(PodShape shape, const PoolSpec& pool, std::size_t group) {
    shape.node_requirements.clear();
    shape.pod_affinity.clear();
    const auto [at, fresh] = of_one_.try_emplace({&pool.nodes[group], shape}, 0);
    if (!fresh) return at->second;
    const cluster::Cluster& sorts = probe_.sorts();
    const auto id = sorts.find_pool(pool.name.value);
    std::size_t position = 0;  // among the pool's sorts: groups that have nodes
    for (std::size_t g = 0; g < group; ++g) position += nodes_of(pool, pool.nodes[g]) > 0 ? 1 : 0;
    at->second = policy::could_hold(sorts, sorts.pools[*id].nodes[position], shape,
                                    static_cast<std::int32_t>(max_pods_per_node));
    return at->second;
  }

  // Null: too many nodes to look at.
  const std::vector<Domain>* domains_of(const PoolSpec& pool, const TopologySpec* topology,
                                        const std::string& level) {
    const auto [at, fresh] = domains_.try_emplace({&pool, topology, level});
    if (fresh) at->second = make_domains(pool, topology, level);
    return at->second ? &*at->second : nullptr;
  }

  std::optional<std::vector<Domain>> make_domains(const PoolSpec& pool, const TopologySpec* topology,
                                                  const std::string& level) {
    const cluster::ModelTable& models = probe_.sorts().models;
    std::map<std::vector<std::string>, Domain> domains;
    std::int64_t nodes = 0;
    for (std::size_t g = 0; g < pool.nodes.size(); ++g) {
      const NodeGroup& group = pool.nodes[g];
      const std::int64_t count = nodes_of(pool, group);
      if (count == 0) continue;
      if (!topology) {
        domains[{}][g] += count;
        continue;
      }
      if ((nodes += count) > most_nodes_looked_at) return std::nullopt;
      // The labels of the levels down to this one; a node that lacks any is in no domain.
      for (std::int64_t i = 0; i < count; ++i) {
        const cluster::NodeSpec node = node_of(group, i, PoolId{}, models);
        std::vector<std::string> domain;
        for (const std::string& key : topology->levels) {
          const std::string* value = cluster::find_label(node.labels, key);
          if (!value) break;
          domain.push_back(*value);
          if (key != level) continue;
          ++domains[std::move(domain)][g];
          break;
        }
      }
    }
    std::vector<Domain> all;
    for (auto& [name, domain] : domains) all.push_back(std::move(domain));
    return all;
  }

  const Scenario& scenario_;
  const Probe& probe_;
  std::map<std::pair<const NodeGroup*, PodShape>, std::int64_t> of_one_;
  std::map<std::tuple<const PoolSpec*, const TopologySpec*, std::string>, std::optional<std::vector<Domain>>>
      domains_;
};

std::string gpus(std::int64_t milli) {
  return print_decimal(milli, 3) + (milli == 1000 ? " GPU" : " GPUs");
}

bool is_listed(const std::vector<Name>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const Name& n) { return n.value == name; });
}

}  // namespace

// A pod's workload or generator, and what it may ask for.
struct Checker::Prospect {
  const WorkloadCommon* common = nullptr;
  const char* noun = "";
  Mark mark;
  std::vector<PodAsk> asks;               // of its pods, each that may be drawn
  std::vector<std::int32_t> drawn_gangs;  // sizes of which one is drawn; empty: it is written
  std::vector<const ProjectSpec*> projects;
  std::vector<Name> pools;

  bool preemptible() const {
    return common->preemptible.value_or(common->priority->value < workload::non_preemptible_from);
  }
  std::string text() const { return std::string(noun) + " " + berth::quoted(common->name.value); }
};

std::vector<Checker::Prospect> Checker::prospects() const {
  std::vector<Prospect> all;
  const auto project = [&](const std::string& name) {
    const auto found = projects_.find(name);
    return found == projects_.end() ? nullptr : found->second;
  };
  for (const WorkloadSpec& w : scenario_.workloads) {
    all.push_back({&w, "workload", w.name.mark, {w.ask}, {}, {project(w.project.value)}, w.node_pools});
  }
  for (const GeneratorSpec& g : scenario_.generators) {
    Prospect drawn{&g, "generator", g.name.mark, {}, {}, {}, g.node_pools};
    const bool whole = g.gang ? g.gang->min_pods == 0 : g.kind == workload::Kind::distributed;
    if (g.drawn_pods && whole) {
      for (const auto& [pods, weight] : g.drawn_pods->choice.options) {
        if (weight > 0) drawn.drawn_gangs.push_back(pods);
      }
    }
    for (const auto& [name, weight] : g.project.options) {
      if (weight == 0) continue;
      drawn.projects.push_back(project(name.value));
      if (!g.node_pools.empty()) continue;
      for (const Name& pool : pools_of_project(name.value)) {
        if (!is_listed(drawn.pools, pool.value)) drawn.pools.push_back(pool);
      }
    }
    for (const auto& [request, weight] : g.gpu.options) {
      if (weight == 0) continue;
      PodAsk ask = g.ask;
      ask.gpu = request;
      drawn.asks.push_back(std::move(ask));
    }
    all.push_back(std::move(drawn));
  }
  return all;
}

void Checker::warn_of_disappointments() {
  const Probe probe(scenario_);
  Room room(scenario_, probe);
  const std::vector<Prospect> all = prospects();
  for (const Prospect& p : all) {
    std::vector<PodAsk> asks;
    if (p.common->sub_groups.empty()) asks = p.asks;
    if (p.common->master) asks.push_back(*p.common->master);
    all_asks(p.common->sub_groups, asks);
    bool held = true;
    for (const PodAsk& ask : asks) {
      const PodShape shape = shape_of(*p.common, ask);
      const Mark mark = ask.gpu.mark.line > 0 ? ask.gpu.mark : p.mark;
      const std::string pods = "a pod of " + p.text();
      if (!probe.fits(shape, p.pools)) {
        const auto problem = probe.problem(shape, p.pools);
        reader_.warning(mark, "larger-than-any-node",
                        problem ? "no node of its node pools (" + list_of(p.pools) + ") can hold " + pods +
                                      ": " + *problem + "; it stays pending"
                                : pods + " is larger than any node of its node pools (" + list_of(p.pools) +
                                      "); it stays pending");
      } else if (const auto why = probe.excluded(shape, p.pools)) {
        reader_.warning(p.mark, "no-node-takes-it",
                        "no node of its node pools (" + list_of(p.pools) + ") takes " + pods + ": " + *why +
                            "; it stays pending");
      } else {
        continue;
      }
      held = false;
      break;
    }
    if (held) warn_of_large_gang(p, [&](const auto&... need) { return room.holds(need...); });
  }
  warn_of_large_rows(
      [&](const PodShape& shape, const std::vector<Name>& pools) { return probe.fits_model(shape, pools); },
      probe.most_gpus(scenario_.trace ? pools_of_project(scenario_.trace->project.value)
                                      : std::vector<Name>{}));
  warn_of_times();
  if (!policy::heeds(scenario_.policy.name.value, Matter::quotas)) return;
  for (const DepartmentSpec& d : scenario_.organization.departments) warn_of_limits(d);
  warn_of_quotas(all);
}

void Checker::warn_of_large_gang(const Prospect& p, const HoldsGang& holds) {
  const WorkloadCommon& w = *p.common;
  const auto told = [&](const Ask& ask, const GangTopology& topology, const std::string& whose, Mark mark) {
    const TopologySpec* levels = nullptr;
    if (!topology.required.value.empty() && policy::heeds(scenario_.policy.name.value, Matter::topology)) {
      for (const TopologySpec& t : scenario_.cluster.topologies) {
        if (t.name == topology.topology.value) levels = &t;
      }
    }
    std::int32_t pods = 0;
    for (const auto& [shape, count] : ask) pods += count;
    if (pods <= 1 || holds(ask, p.pools, levels, topology.required.value)) return false;
    reader_.warning(
        levels ? topology.required.mark : mark, levels ? "larger-than-any-domain" : "larger-than-its-pools",
        whose + " needs " + std::to_string(pods) + " pods at once, more than " +
            (levels
                 ? "any " + topology.required.value + " of its node pools (" + list_of(p.pools) + ") can hold"
                 : "any of its node pools (" + list_of(p.pools) + ") can hold together") +
            "; it stays pending");
    return true;
  };
  const Mark mark = w.gang && w.gang->mark.line > 0 ? w.gang->mark : p.mark;
  for (const PodAsk& ask : p.asks) {
    const std::function<bool(const std::vector<SubGroupSpec>&)> any_told =
        [&](const std::vector<SubGroupSpec>& groups) {
          return std::any_of(groups.begin(), groups.end(), [&](const SubGroupSpec& g) {
            Ask part;
            minimum_of(w, ask, {g}, part);
            return told(part, g.topology, "sub-group " + berth::quoted(g.name.value) + " of " + p.text(),
                        g.name.mark) ||
                   any_told(g.sub_groups);
          });
        };
    Ask gang = minimum_of(w, ask);
    std::vector<std::int32_t> sizes = p.drawn_gangs;
    if (sizes.empty()) sizes.push_back(gang.back().second);
    const bool any = std::any_of(sizes.begin(), sizes.end(), [&](std::int32_t pods) {
      gang.back().second = pods;
      return told(gang, w.gang ? w.gang->topology : GangTopology{}, "the gang of " + p.text(), mark);
    });
    if (any || any_told(w.sub_groups)) return;
  }
}

void Checker::warn_of_large_rows(const std::function<bool(const PodShape&, const std::vector<Name>&)>& fits,
                                 std::int32_t most_gpus) {
  if (!scenario_.trace || !scenario_.trace->data) return;
  const TraceSpec& trace = *scenario_.trace;
  const std::vector<Name> pools = pools_of_project(trace.project.value);
  std::map<PodShape, bool> known;
  std::size_t giants = 0;
  for (const formats::OpenbPod& pod : trace.data->workloads.rows) {
    const PodShape shape = shape_of(pod, trace.data->workloads);
    const auto [at, fresh] = known.try_emplace(shape, true);
    if (fresh) {
      at->second = fits(shape, pools);
      gpu(shape.gpu, trace.mark, {});
    }
    if (at->second || ++giants > most_row_warnings) continue;
    const Place place{trace.workloads.path.value, pod.line, 0};
    std::string why = "a pod larger than any node of its node pools (" + list_of(pools) + ")";
    if (pod.gpus > most_gpus) {
      why = "num_gpu " + std::to_string(pod.gpus) + ", and no node of its node pools (" + list_of(pools) +
            ") has more than " + std::to_string(most_gpus) + " devices";
    }
    reader_.diagnostics().warning("larger-than-any-node", place,
                                  berth::quoted(pod.name) + ": " + why + "; it stays pending");
  }
  if (giants > most_row_warnings) {
    reader_.diagnostics().warning("larger-than-any-node", Place{trace.workloads.path.value, 0, 0},
                                  std::to_string(giants) +
                                      " rows ask for more than any node has; the first " +
                                      std::to_string(most_row_warnings) + " are listed");
  }
}

// What comes only when the run is over.
void Checker::warn_of_times() {
  const std::optional<Instant> end = scenario_.end();
  if (!end) return;
  const auto look = [&](const When& when, Mark mark, const std::string& what) {
    if (when.from(scenario_.start()) <= *end) return;
    reader_.warning(mark, "after-the-end",
                    what + " comes after the end of the run (" + WhenForm::write(When{*end, {}}).text + ")");
  };
  for (const WorkloadSpec& w : scenario_.workloads)
    look(w.submit, w.name.mark, "workload " + berth::quoted(w.name.value));
  for (const GeneratorSpec& g : scenario_.generators)
    look(g.arrivals.from, g.name.mark, "generator " + berth::quoted(g.name.value));
  for (const EventSpec& e : scenario_.events) look(e.at, e.mark, "this event");
  for (const PoolSpec& pool : scenario_.cluster.node_pools) {
    for (const GroupChange& c : pool.changes) look(c.at, c.mark, "this change");
  }
}

namespace {

struct Amount {
  Resource resource;
  const char* name;
  std::string (*print)(std::int64_t);
};
const std::array<Amount, 3> amounts = {
    {{Resource::gpu, "GPU", [](std::int64_t n) { return print_decimal(n, 3); }},
     {Resource::cpu, "CPU", [](std::int64_t n) { return print_cpu(CpuMilli(n)); }},
     {Resource::memory, "memory", [](std::int64_t n) { return print_bytes(Bytes(n)); }}}};

const PoolQuota* quota_in(const std::vector<PoolQuota>& quotas, const std::string& pool) {
  const auto found =
      std::find_if(quotas.begin(), quotas.end(), [&](const PoolQuota& q) { return q.pool.value == pool; });
  return found == quotas.end() ? nullptr : &*found;
}

bool stands(const Mark& mark) {
  return mark.line > 0 || mark.file > 0;
}

}  // namespace

// Quotas and limits of a department, against those of what is below it.
void Checker::warn_of_limits(const DepartmentSpec& above) {
  const std::string parent = "department " + berth::quoted(above.name.value);
  const auto limits = [&](const std::vector<PoolQuota>& quotas, const std::string& whose, bool below) {
    for (const Amount& amount : amounts) {
      for (const PoolQuota& said : quotas) {
        if (!stands(said.mark)) continue;
        const organization::Quota own = said.quota.resolved();
        const std::int64_t limit = organization::at(own.limit, amount.resource);
        const std::int64_t quota = organization::at(own.quota, amount.resource);
        const std::string in = " in node pool " + said.pool.value;
        if (limit != organization::unlimited && quota > limit) {
          reader_.warning(said.mark, "quota-above-limit",
                          "the " + std::string(amount.name) + " quota " + amount.print(quota) + " of " +
                              whose + in + " is above its limit " + amount.print(limit) + ", which holds");
          break;
        }
        const PoolQuota* of_parent = below ? quota_in(above.quota, said.pool.value) : nullptr;
        if (!of_parent) continue;
        const std::int64_t most = organization::at(of_parent->quota.resolved().limit, amount.resource);
        if (limit == organization::unlimited || most == organization::unlimited || limit <= most) continue;
        reader_.warning(said.mark, "limit-above-parents",
                        "the " + std::string(amount.name) + " limit " + amount.print(limit) + " of " + whose +
                            in + " is above that of " + parent + ", " + amount.print(most) + ", which holds");
        break;
      }
    }
  };
  limits(above.quota, parent, false);
  for (const ProjectSpec& p : above.projects) limits(p.quota, "project " + berth::quoted(p.name.value), true);
  for (const DepartmentSpec& d : above.departments)
    limits(d.quota, "department " + berth::quoted(d.name.value), true);
  // A department that says a quota for a pool means it to be enough.
  for (const PoolQuota& said : above.quota) {
    const std::int64_t own = organization::at(said.quota.resolved().quota, Resource::gpu);
    if (!stands(said.mark) || own == 0 || own == organization::unlimited) continue;
    std::int64_t sum = 0;
    bool unlimited = false;
    const auto add = [&](const std::vector<PoolQuota>& quotas) {
      const PoolQuota* quota = quota_in(quotas, said.pool.value);
      const std::int64_t gpu = quota ? organization::at(quota->quota.resolved().quota, Resource::gpu) : 0;
      unlimited = unlimited || gpu == organization::unlimited;
      sum += std::max<std::int64_t>(gpu, 0);
    };
    for (const ProjectSpec& p : above.projects) add(p.quota);
    for (const DepartmentSpec& d : above.departments) add(d.quota);
    if (unlimited || sum <= own) continue;
    reader_.warning(said.mark, "quotas-above-parents",
                    "what is below " + parent + " has GPU quotas of " + print_decimal(sum, 3) +
                        " together in node pool " + said.pool.value + ", above its own " +
                        print_decimal(own, 3) + ": they cannot all be had");
  }
  for (const DepartmentSpec& d : above.departments) warn_of_limits(d);
}

// Projects whose workloads have no quota where they run, and workloads that no quota or limit lets start.
void Checker::warn_of_quotas(const std::vector<Prospect>& all) {
  std::map<const ProjectSpec*, std::vector<const std::vector<PoolQuota>*>>
      chains;                                  // a project's, then upwards
  std::map<const ProjectSpec*, bool> changes;  // does an event change a quota of its chain?
  const std::function<void(const DepartmentSpec&, std::vector<const std::vector<PoolQuota>*>, bool)> walk =
      [&](const DepartmentSpec& d, std::vector<const std::vector<PoolQuota>*> chain, bool changed) {
        const auto has_event = [&](const Name& name, bool of_department) {
          return std::any_of(scenario_.events.begin(), scenario_.events.end(), [&](const EventSpec& e) {
            return e.verb == EventSpec::Verb::quota && e.of_department == of_department && e.target == name;
          });
        };
        chain.insert(chain.begin(), &d.quota);
        changed = changed || has_event(d.name, true);
        for (const ProjectSpec& p : d.projects) {
          auto own = chain;
          own.insert(own.begin(), &p.quota);
          chains[&p] = std::move(own);
          changes[&p] = changed || has_event(p.name, false);
        }
        for (const DepartmentSpec& below : d.departments) walk(below, chain, changed);
      };
  for (const DepartmentSpec& d : scenario_.organization.departments) walk(d, {}, false);

  const auto amount = [&](const std::vector<PoolQuota>& quotas, const Name& pool, bool limit) {
    const PoolQuota* found = quota_in(quotas, pool.value);
    const organization::Quota q = found ? found->quota.resolved() : organization::Quota{};
    return organization::at(limit ? q.limit : q.quota, Resource::gpu);
  };
  // The least over the chain: what the project may have in the pool.
  const auto least = [&](const ProjectSpec* project, const Name& pool, bool limit) {
    std::int64_t all_levels = organization::unlimited;
    for (const auto* quotas : chains[project]) {
      const std::int64_t here = amount(*quotas, pool, limit);
      if (here == organization::unlimited) continue;
      all_levels = all_levels == organization::unlimited ? here : std::min(all_levels, here);
    }
    return all_levels;
  };

  // By project, in the order of its first workload: the pools that its workloads with GPUs use.
  std::vector<std::pair<const ProjectSpec*, std::vector<Name>>> used;
  for (const Prospect& p : all) {
    if (gpu_milli_of_least(p) == 0 && !asks_for_gpu_memory(p)) continue;
    for (const ProjectSpec* project : p.projects) {
      auto at = std::find_if(used.begin(), used.end(), [&](const auto& u) { return u.first == project; });
      if (at == used.end()) at = used.insert(used.end(), {project, {}});
      const std::vector<Name> pools = pools_in(p, project);
      for (const Name& pool : pools) {
        if (!is_listed(at->second, pool.value)) at->second.push_back(pool);
      }
    }
  }
  std::set<const ProjectSpec*> without_quota;
  for (const auto& entry : used) {
    const ProjectSpec* const project = entry.first;
    const std::vector<Name>& pools = entry.second;
    if (!project || !stands(project->name.mark) || changes[project]) continue;
    const bool none = std::all_of(pools.begin(), pools.end(),
                                  [&](const Name& pool) { return amount(project->quota, pool, false) == 0; });
    if (!none) continue;
    without_quota.insert(project);
    reader_.warning(project->name.mark, "no-quota",
                    "project " + berth::quoted(project->name.value) +
                        " has no GPU quota in any node pool that its workloads use (" + list_of(pools) +
                        "): they get what others leave, and those that are not preemptible never start");
  }

  for (const Prospect& p : all) {
    const std::int64_t asked = gpu_milli_of_least(p);
    if (asked == 0) continue;
    for (const ProjectSpec* project : p.projects) {
      if (!project || changes[project]) continue;
      std::int64_t quota = 0, limit = 0;  // the most of any pool
      bool free_quota = false, free_limit = false;
      for (const Name& pool : pools_in(p, project)) {
        const std::int64_t q = least(project, pool, false), l = least(project, pool, true);
        free_quota = free_quota || q == organization::unlimited;
        free_limit = free_limit || l == organization::unlimited;
        quota = std::max(quota, q);
        limit = std::max(limit, l);
      }
      const std::string who = p.text() + " asks for " + gpus(asked) + " at least, above the ";
      const std::string whose = " of project " + berth::quoted(project->name.value) +
                                " and the departments above it; it never starts";
      if (!free_limit && asked > limit) {
        reader_.warning(p.mark, "above-its-limit", who + "limit " + print_decimal(limit, 3) + whose);
      } else if (!p.preemptible() && !free_quota && asked > quota && !without_quota.count(project)) {
        reader_.warning(p.mark, "above-its-quota",
                        who + "quota " + print_decimal(quota, 3) + whose + ", as it is not preemptible");
      } else {
        continue;
      }
      break;
    }
  }
}

std::vector<Name> Checker::pools_in(const Prospect& p, const ProjectSpec* project) const {
  return p.common->node_pools.empty() && project ? pools_of_project(project->name.value) : p.pools;
}

std::int64_t Checker::gpu_milli_of_least(const Prospect& p) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const PodAsk& ask : p.asks) least = std::min(least, gpu_milli(minimum_of(*p.common, ask)));
  return p.asks.empty() ? 0 : least;
}

bool Checker::asks_for_gpu_memory(const Prospect& p) {
  return std::any_of(p.asks.begin(), p.asks.end(),
                     [](const PodAsk& ask) { return ask.gpu.value.kind == GpuRequestKind::memory; });
}

}  // namespace berth::scenario
