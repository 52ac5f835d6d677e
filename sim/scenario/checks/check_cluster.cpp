// Rules of the cluster: names, models, MIG layouts, growth and shrinkage, and the bounds on all of it.
#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "sim/cluster/gpu_checks.hpp"
#include "sim/core/text.hpp"
#include "sim/formats/openb.hpp"
#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/input/cluster_builder.hpp"
#include "sim/scenario/input/index_template.hpp"
#include "sim/scenario/metric.hpp"

namespace berth::scenario {

namespace {

constexpr std::array<std::string_view, 5> reserved_pool_names = {"gpu", "cpu", "memory", "limit",
                                                                 "over_quota_weight"};

std::vector<std::string> keys_of(const std::map<std::string, Mark, std::less<>>& map) {
  std::vector<std::string> keys;
  for (const auto& [key, mark] : map) keys.push_back(key);
  return keys;
}

// Is the spec of a model's own geometry one that instances can be cut by? A sentence if not.
std::optional<std::string> geometry_problem(const MigGeometrySpec& spec) {
  for (const MigProfileSpec& profile : spec.profiles) {
    if (profile.starts.empty()) return "profile " + berth::quoted(profile.name) + " has no starts";
    for (const std::int32_t start : profile.starts) {
      if (start + profile.memory_slices > spec.memory_slices) {
        return "profile " + berth::quoted(profile.name) + " at start " + std::to_string(start) +
               " ends beyond the " + std::to_string(spec.memory_slices) + " memory slices";
      }
    }
    if (!std::is_sorted(profile.starts.begin(), profile.starts.end())) {
      return "the starts of profile " + berth::quoted(profile.name) + " are not ascending";
    }
  }
  return std::nullopt;
}

}  // namespace

void Checker::cluster() {
  gpu_models();
  std::set<std::string> topologies;
  for (const TopologySpec& topology : scenario_.cluster.topologies) {
    if (topology.levels.empty()) {
      reader_.error(scenario_.cluster.name.mark, "wrong-value",
                    "topology " + berth::quoted(topology.name) + " has no levels");
    }
    const std::set<std::string> distinct(topology.levels.begin(), topology.levels.end());
    if (distinct.size() != topology.levels.size()) {
      reader_.error(scenario_.cluster.name.mark, "duplicate-name",
                    "topology " + berth::quoted(topology.name) + " names a level twice");
    }
  }
  std::map<std::string, Mark> seen;
  for (PoolSpec& spec : scenario_.cluster.node_pools) {
    const std::string& name = spec.name.value;
    if (name.empty()) continue;  // reported by the reader
    if (std::find(reserved_pool_names.begin(), reserved_pool_names.end(), name) !=
        reserved_pool_names.end()) {
      reader_.error(
          spec.name.mark, "reserved-name",
          "a node pool may not be named " + berth::quoted(name) + ": the word has a meaning in quotas");
    }
    const auto [at, fresh] = seen.try_emplace(name, spec.name.mark);
    if (!fresh) {
      reader_.error(spec.name.mark, "duplicate-name",
                    "node pool " + berth::quoted(name) + " stands twice; first in line " +
                        std::to_string(at->second.line));
    } else {
      pools_.push_back(name);
    }
    pool(spec);
  }
  if (pools_.size() > static_cast<std::size_t>(max_node_pools)) {
    reader_.error(scenario_.cluster.name.mark, "too-many",
                  "more than " + std::to_string(max_node_pools) + " node pools");
  }
}

void Checker::gpu_models() {
  std::map<std::string, Mark> seen;
  for (GpuModelSpec& spec : scenario_.cluster.gpu_models) {
    if (spec.name.value.empty()) continue;
    if (spec.product_label.empty()) spec.product_label = spec.name.value;
    const auto [at, fresh] = seen.try_emplace(spec.name.value, spec.name.mark);
    if (!fresh) {
      reader_.error(spec.name.mark, "duplicate-name",
                    "GPU model " + berth::quoted(spec.name.value) + " stands twice; first in line " +
                        std::to_string(at->second.line));
      continue;
    }
    if (spec.mig && !spec.mig->geometry.value.empty() &&
        !cluster::find_standard_geometry(spec.mig->geometry.value)) {
      std::vector<std::string> known;
      for (const cluster::MigGeometry& g : cluster::standard_geometries()) known.push_back(g.name);
      reader_.unknown(spec.mig->geometry.mark, "MIG geometry", spec.mig->geometry.value, known);
      reader_.lose({"a GPU model"});
      continue;
    }
    if (spec.mig) {
      if (const auto problem = geometry_problem(*spec.mig)) {
        reader_.error(spec.name.mark, "wrong-value",
                      "GPU model " + berth::quoted(spec.name.value) + ": " + *problem);
        reader_.lose({"a GPU model"});
        continue;
      }
    }
    models_.add(gpu_model_of(spec));
  }
}

void Checker::pool(PoolSpec& spec) {
  PoolFacts& facts = pool_facts_[spec.name.value];
  for (NodeGroup& node_group : spec.nodes) {
    group(spec, node_group);
    if (!node_group.gpus || node_group.gpus->model.value.empty()) continue;
    const auto model = models_.find(node_group.gpus->model.value);
    if (!model) continue;
    facts.models.push_back(*model);
  }
  group_changes(spec);
}

void Checker::group(const PoolSpec& spec, NodeGroup& node_group) {
  const Name& name = node_group.name;
  if (name.value.empty()) return;
  const auto [at, fresh] = groups_.try_emplace(name.value, name.mark);
  if (!fresh) {
    reader_.error(name.mark, "duplicate-name",
                  "node group " + berth::quoted(name.value) + " stands twice; first in line " +
                      std::to_string(at->second.line));
  }
  const auto names = IndexTemplate::parse(name.value);
  if (!names) {
    reader_.error(name.mark, "wrong-value", "name: " + names.error());
    reader_.lose({"a node group"});
  } else if (!names->varies() &&
             (node_group.count > 1 ||
              std::any_of(spec.changes.begin(), spec.changes.end(),
                          [&](const GroupChange& c) { return c.group == name && c.add > 0; }))) {
    reader_.error(name.mark, "duplicate-name",
                  "all nodes of this group would be named " + berth::quoted(name.value) +
                      "; put {index} into the name");
  }
  for (const auto& [key, text] : node_group.labels) {
    if (const auto label = IndexTemplate::parse(text); !label) {
      reader_.error(name.mark, "wrong-value", "label " + key + ": " + label.error());
    }
  }
  if (node_group.gpus && is_said(node_group.gpus->model) && node_group.gpus->model.value.empty()) return;
  if (node_group.gpus && node_group.gpus->model.value.empty()) {
    node_group.gpus->count = std::max(node_group.gpus->count, node_group.gpus->count < 0 ? 8 : 0);
  } else if (node_group.gpus) {
    const auto model = models_.find(node_group.gpus->model.value);
    if (!model && reader_.is_lost("a GPU model")) return;
    if (!model) {
      reader_.error(node_group.gpus->model.mark, "unknown-name",
                    *cluster::unknown_model(models_, node_group.gpus->model.value));
      return;
    }
    if (node_group.gpus->count < 0) node_group.gpus->count = models_[*model].typical_gpus_per_node;
    group_mig(node_group, models_[*model]);
    return;
  }
  if (node_group.mig && node_group.mig->strategy != cluster::MigStrategy::none) {
    reader_.error(
        name.mark, "wrong-value",
        "mig: node group " + berth::quoted(name.value) + " has no GPU model, so nothing can be cut");
  }
}

void Checker::group_mig(const NodeGroup& node_group, const cluster::GpuModel& model) {
  if (!node_group.mig) return;
  const GroupMig& mig = *node_group.mig;
  const Mark mark = mig.layout.empty() ? node_group.name.mark : mig.layout.front().mark;
  const auto refuse = [&](std::string message) {
    reader_.error(mark, "mig-layout", "mig: " + std::move(message));
  };
  if (mig.strategy == cluster::MigStrategy::none) {
    if (!mig.layout.empty())
      refuse("a layout needs strategy single or mixed; with none every GPU stays whole");
    if (mig.repartition != Repartition::never) refuse("repartition needs strategy mixed");
    return;
  }
  if (!model.mig.capable()) {
    refuse("GPU model " + berth::quoted(model.name) + " cannot be cut into MIG instances");
    return;
  }
  std::vector<std::string> layout;
  bool known = true;
  for (const Name& name : mig.layout) {
    layout.push_back(name.value);
    const std::string profile = name.value.substr(0, name.value.find('@'));
    if (const auto problem = cluster::unknown_profile(model, profile)) {
      reader_.error(name.mark, "unknown-name", "mig: " + *problem);
      known = false;
    }
  }
  if (!known) return;
  if (mig.strategy == cluster::MigStrategy::single) {
    if (mig.layout.empty()) refuse("strategy single needs a layout");
    for (const Name& name : mig.layout) {
      if (name == mig.layout.front()) continue;
      reader_.error(name.mark, "mig-layout",
                    "mig: strategy single makes instances of one profile; " + berth::quoted(name.value) +
                        " stands beside " + berth::quoted(mig.layout.front().value));
      break;
    }
    if (mig.repartition != Repartition::never) refuse("repartition needs strategy mixed");
  } else if (mig.layout.empty() && mig.repartition == Repartition::never) {
    refuse("strategy mixed needs a layout, or repartition: on-demand");
  }
  if (const auto problem = cluster::read_mig_layout(model, layout).problem) refuse(*problem);
}

void Checker::group_changes(const PoolSpec& spec) {
  std::vector<std::string> known;
  for (const NodeGroup& node_group : spec.nodes) known.push_back(node_group.name.value);
  std::vector<const GroupChange*> order;
  for (const GroupChange& change : spec.changes) {
    if (change.group.value.empty()) continue;
    if (std::find(known.begin(), known.end(), change.group.value) == known.end()) {
      if (!reader_.is_lost("a node group"))
        reader_.unknown(change.group.mark, "node group", change.group.value, known);
      continue;
    }
    not_before_start(change.at, change.mark, "this change");
    order.push_back(&change);
  }
  std::stable_sort(order.begin(), order.end(), [&](const GroupChange* a, const GroupChange* b) {
    return a->at.from(scenario_.start()) < b->at.from(scenario_.start());
  });
  std::map<std::string, std::int64_t> size;
  for (const NodeGroup& node_group : spec.nodes) size[node_group.name.value] = node_group.count;
  for (const GroupChange* change : order) {
    std::int64_t& nodes = size[change->group.value];
    nodes += change->add - change->remove;
    if (nodes >= 0) continue;
    reader_.error(change->mark, "wrong-value",
                  "removes " + std::to_string(change->remove) + " nodes of group " +
                      berth::quoted(change->group.value) + ", which then has " +
                      std::to_string(nodes + change->remove));
    nodes = 0;
  }
}

void Checker::count_nodes() {
  std::int64_t nodes = 0;
  long double memory = 0;  // only compared with a bound far below its precision
  const PoolSpec* last = nullptr;
  for (const PoolSpec& spec : scenario_.cluster.node_pools) {
    for (const NodeGroup& node_group : spec.nodes) {
      std::int64_t count = node_group.count;
      for (const GroupChange& change : spec.changes) {
        if (change.group == node_group.name) count += change.add;
      }
      nodes += count;
      memory += static_cast<long double>(count) * static_cast<long double>(node_group.memory.value);
    }
    if (!last && nodes > max_nodes) last = &spec;
  }
  if (scenario_.trace && scenario_.trace->data) {
    nodes += static_cast<std::int64_t>(scenario_.trace->data->nodes.size());
    for (const formats::OpenbNode& node : scenario_.trace->data->nodes) {
      memory += static_cast<long double>(node.memory.value);
    }
  }
  if (nodes > max_nodes) {
    reader_.error(last ? last->name.mark : scenario_.trace->mark, "too-many",
                  "the cluster has " + std::to_string(nodes) + " nodes with all that join later; at most " +
                      std::to_string(max_nodes) + " can be simulated");
    return;
  }
  if (memory > static_cast<long double>(max_total_memory.value)) {
    reader_.error(scenario_.cluster.name.mark, "too-many",
                  "the nodes have more than 2 EiB of memory together");
  }
  node_names();
}

static bool same_place(Mark a, Mark b) {
  return std::tie(a.file, a.line, a.column) == std::tie(b.file, b.line, b.column);
}

// Every node's name, later ones included: they must differ, and events refer to them.
void Checker::node_names() {
  std::vector<std::pair<std::string, Mark>> all;
  for (const PoolSpec& spec : scenario_.cluster.node_pools) {
    for (const NodeGroup& node_group : spec.nodes) {
      const auto names = IndexTemplate::parse(node_group.name.value);
      const auto first = groups_.find(node_group.name.value);
      const bool again = first != groups_.end() && !same_place(first->second, node_group.name.mark);
      if (!names || again) continue;  // reported
      std::int64_t count = node_group.count;
      for (const GroupChange& change : spec.changes) {
        if (change.group == node_group.name) count += change.add;
      }
      if (count > 1 && !names->varies()) continue;  // reported
      for (std::int64_t i = 0; i < count; ++i) all.emplace_back(names->at(i), node_group.name.mark);
    }
  }
  if (scenario_.trace && scenario_.trace->data) {
    for (const formats::OpenbNode& node : scenario_.trace->data->nodes) {
      all.emplace_back(node.name, scenario_.trace->nodes.path.mark);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t reported = 0;
  nodes_.reserve(all.size());
  for (auto& [name, mark] : all) {
    if (!nodes_.empty() && nodes_.back() == name) {
      if (++reported <= 10) {
        reader_.error(mark, "duplicate-name", "two nodes would be named " + berth::quoted(name));
      }
      continue;
    }
    nodes_.push_back(std::move(name));
  }
}

bool Checker::lost_nodes() const {
  return reader_.is_lost("a node group") || reader_.is_lost("a node pool") || reader_.is_lost("trace");
}

void Checker::not_before_start(const When& when, Mark mark, std::string_view what) {
  if (!when.absolute || *when.absolute >= scenario_.start()) return;
  reader_.error(mark, "before-the-start",
                std::string(what) + " comes at " + WhenForm::write(when).text +
                    ", before the start of the run (" + write_instant(scenario_.start()).text + ")");
}

void Checker::events() {
  for (const EventSpec& event : scenario_.events) {
    using Verb = EventSpec::Verb;
    not_before_start(event.at, event.mark, "this event");
    if (event.target.value.empty()) continue;
    switch (event.verb) {
      case Verb::suspend:
      case Verb::resume:
      case Verb::remove:
        if (!names_workload(event.target.value)) {
          reader_.unknown(event.target.mark, "workload", event.target.value, keys_of(workloads_));
        }
        break;
      case Verb::cordon:
      case Verb::uncordon:
      case Verb::node_down:
      case Verb::node_up:
        if (!lost_nodes() && !std::binary_search(nodes_.begin(), nodes_.end(), event.target.value)) {
          reader_.unknown(event.target.mark, "node", event.target.value, nodes_);
        }
        break;
      case Verb::quota:
        if (event.of_department) {
          known_department(event.target);
        } else {
          known_project(event.target);
        }
        pool_names({event.pool});
        break;
    }
  }
}

void Checker::expectations() {
  for (const Expectation& expectation : scenario_.expect) {
    const std::string& workload = expectation.workload.value;
    if (!workload.empty() && !names_workload(workload)) {
      reader_.unknown(expectation.workload.mark, "workload", workload, keys_of(workloads_));
    }
    const std::string& node = expectation.node.value;
    if (!node.empty() && !lost_nodes() && !std::binary_search(nodes_.begin(), nodes_.end(), node)) {
      reader_.unknown(expectation.node.mark, "node", node, nodes_);
    }
    if (!expectation.metric.value.empty()) metric(expectation);
  }
}

void Checker::metric(const Expectation& expectation) {
  const ParsedMetric parsed = parse_metric(expectation.metric.value);
  const Mark mark = expectation.metric.mark;
  if (!parsed.metric) {
    reader_.error(mark, "metric", parsed.fault);
    return;
  }
  const Metric& metric = *parsed.metric;
  if (metric.node_pool) pool_names({Name(*metric.node_pool, mark)});
  if (metric.project) known_project(Name(*metric.project, mark));
  if (metric.department) known_department(Name(*metric.department, mark));
  for (const auto& [key, bound] :
       {std::pair("at_most", &expectation.at_most), std::pair("at_least", &expectation.at_least),
        std::pair("equals", &expectation.equals)}) {
    if (bound->empty() || parse_bound(*bound, metric.unit())) continue;
    reader_.error(expectation.mark, "metric-bound",
                  std::string(key) + ": " + quoted(*bound) + " is not what " +
                      quoted(expectation.metric.value) + " is compared with (expected " +
                      std::string(bound_form(metric.unit())) + ")");
  }
}

}  // namespace berth::scenario
