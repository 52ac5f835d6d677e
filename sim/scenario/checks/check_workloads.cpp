// Rules of workloads and generators: projects, pools, models and dependencies that exist, and the defaults of each kind.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <limits>
#include <utility>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/int128.hpp"
#include "berth/core/quantity_text.hpp"
#include "sim/cluster/gpu_checks.hpp"
#include "sim/core/decimal.hpp"
#include "sim/core/text.hpp"
#include "sim/formats/openb.hpp"
#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/keys/heeded.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

using workload::Kind;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What the sub-groups ask for, those within others included.
std::vector<const PodAsk*> asks_of(const std::vector<SubGroupSpec>& groups) {
  std::vector<const PodAsk*> asks;
  for (const SubGroupSpec& g : groups) {
    if (g.ask) asks.push_back(&*g.ask);
    for (const PodAsk* below : asks_of(g.sub_groups)) asks.push_back(below);
  }
  return asks;
}

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

// A shortest way round from `first` back to it, through vertices of its component.
std::vector<std::size_t> cycle_through(const Graph& graph, const std::vector<std::size_t>& component,
                                       std::size_t first) {
  std::vector<std::size_t> from(boost::num_vertices(graph), boost::num_vertices(graph));
  std::vector<std::size_t> queue{first};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [begin, end] = boost::out_edges(queue[i], graph);
    for (auto edge = begin; edge != end; ++edge) {
      const std::size_t to = boost::target(*edge, graph);
      if (component[to] != component[first]) continue;
      if (to == first) {
        std::vector<std::size_t> cycle{first};
        for (std::size_t at = queue[i]; at != first; at = from[at]) cycle.insert(cycle.begin(), at);
        cycle.insert(cycle.begin(), first);
        return cycle;
      }
      if (from[to] != boost::num_vertices(graph)) continue;
      from[to] = queue[i];
      queue.push_back(to);
    }
  }
  return {};
}

}  // namespace

void Checker::workloads() {
  CheckpointSpec& checkpoint = scenario_.defaults.checkpoint;
  for (std::optional<Duration>* part : {&checkpoint.every, &checkpoint.cost, &checkpoint.restart}) {
    if (!*part) *part = Duration{};
  }
  for (const WorkloadSpec& w : scenario_.workloads) {
    if (w.name.value.empty()) continue;
    const auto [at, fresh] = workloads_.try_emplace(w.name.value, w.name.mark);
    if (!fresh) {
      reader_.error(w.name.mark, "duplicate-name",
                    "workload " + berth::quoted(w.name.value) + " stands twice; first in line " +
                        std::to_string(at->second.line));
    }
  }
  for (WorkloadSpec& w : scenario_.workloads) {
    if (w.project.value.empty() && only_default_project()) w.project = Name(default_queue);
    if (w.project.value.empty()) {
      if (!is_said(w.project) && !w.name.value.empty())
        reader_.error(w.mark, "missing-key", "a workload needs the key 'project'");
    } else {
      known_project(w.project);
    }
    common(w, pools_of_project(w.project.value));
    shape_of_gang(w, w.mark);
    gpu(w.ask.gpu.value, w.ask.gpu.mark, w.node_pools);
    if (w.duration && !w.estimate) w.estimate = w.duration;
    not_before_start(w.submit, w.name.mark, "workload " + berth::quoted(w.name.value));
    for (const GeneratorSpec& g : scenario_.generators) {
      const std::string& name = w.name.value;
      if (name.size() > g.name.value.size() + 1 && name.substr(0, g.name.value.size()) == g.name.value &&
          name[g.name.value.size()] == '-' && is_number(name.substr(g.name.value.size() + 1))) {
        reader_.error(w.name.mark, "duplicate-name",
                      "workload " + berth::quoted(name) + " is named as generator " +
                          berth::quoted(g.name.value) + " names what it draws");
      }
    }
  }
  dependencies();
  count_pods();
}

void Checker::count_pods() {
  std::int64_t pods = 0;
  Int128 memory = 0;
  for (const WorkloadSpec& w : scenario_.workloads) {
    pods += w.pods + (w.master ? 1 : 0);
    memory += Int128{w.pods} * w.ask.memory.value;
    for (const PodAsk* ask : asks_of(w.sub_groups)) memory += Int128{max_pods} * ask->memory.value;
    if (pods <= max_all_pods && memory <= max_total_memory.value) continue;
    reader_.error(
        w.mark, "too-many",
        pods > max_all_pods
            ? "the workloads up to here have more than " + std::to_string(max_all_pods) + " pods"
            : "the workloads up to here ask for more than " + print_bytes(max_total_memory) + " of memory");
    return;
  }
}

namespace {

// Pods of one of its workloads, on average or a little more.
Int128 pods_to_expect(const GeneratorSpec& g) {
  if (!g.drawn_pods) return std::max(1, g.pods);
  const PodsSpread& spread = *g.drawn_pods;
  Int128 milli = 0;
  switch (spread.kind) {
    case PodsSpread::Kind::choice: {
      Int128 weights = 0;
      for (const auto& [pods, weight] : spread.choice.options) {
        milli += Int128{pods} * 1000 * weight;
        weights += weight;
      }
      milli /= std::max<Int128>(1, weights);
      break;
    }
    case PodsSpread::Kind::lognormal:
      milli = spread.p95_milli;
      break;
    case PodsSpread::Kind::exponential:
      milli = spread.value_milli;
      break;
  }
  return std::max<Int128>(1, (milli + 999) / 1000);
}

}  // namespace

// What it can draw at its highest rate until it ends.
void Checker::count_arrivals(const GeneratorSpec& g) {
  const Arrivals& a = g.arrivals;
  const Instant from = a.from.from(scenario_.start());
  std::optional<Instant> end = scenario_.end();
  if (a.until && (!end || a.until->from(scenario_.start()) < *end)) end = a.until->from(scenario_.start());
  Int128 arrivals = a.count.value_or(std::numeric_limits<std::int64_t>::max());
  if (end) {
    const Int128 length = std::max<std::int64_t>(0, (*end - from).micros);
    const Int128 factor = std::max(1000, a.weekend_milli);  // the mean of a day, of the busier kind of day
    arrivals = std::min(arrivals, length * a.per_hour_micro / hours(1).micros * factor / 1'000'000'000);
  }
  if (!end && !a.count) return;  // reported
  if (a.per_hour_micro == 0 || arrivals * pods_to_expect(g) <= max_all_pods) return;
  reader_.error(g.mark, "too-many",
                "generator " + berth::quoted(g.name.value) + " would draw more than " +
                    std::to_string(max_all_pods) + " pods until it ends");
}

// Where no organisation is written there is one project, and nobody needs to name it.
bool Checker::only_default_project() const {
  return projects_.size() == 1 && projects_.begin()->first == default_queue;
}

void Checker::generators() {
  std::map<std::string, Mark> seen;
  for (GeneratorSpec& g : scenario_.generators) {
    if (g.name.value.empty()) continue;
    const auto [at, fresh] = seen.try_emplace(g.name.value, g.name.mark);
    if (!fresh) {
      reader_.error(g.name.mark, "duplicate-name",
                    "generator " + berth::quoted(g.name.value) + " stands twice; first in line " +
                        std::to_string(at->second.line));
    }
    if (g.name.value.size() > max_name - 12) {
      reader_.error(g.name.mark, "wrong-value", "the name of a generator must leave room for a number");
    }
    if (g.project.options.empty() && only_default_project())
      g.project.options.emplace_back(default_queue, 1000);
    if (g.project.options.empty() && !g.project_said)
      reader_.error(g.mark, "missing-key", "a generator needs the key 'project'");
    for (const auto& [project, weight] : g.project.options) known_project(project);
    not_before_start(g.arrivals.from, g.name.mark, "generator " + berth::quoted(g.name.value));
    if (g.gpu.options.empty()) g.gpu.options.emplace_back(workload::GpuRequest{}, 1000);
    if (g.outcome.options.empty()) g.outcome.options.emplace_back(workload::Outcome::completed, 1000);
    if (!g.arrivals.until && !g.arrivals.count && !scenario_.clock.duration &&
        g.arrivals.per_hour_micro > 0) {
      reader_.error(g.mark, "endless",
                    "generator " + berth::quoted(g.name.value) +
                        " never ends and the clock runs until drained; give arrivals 'until' or 'count', or "
                        "the clock a "
                        "'duration'");
    }
    // Each project's own default pools are found when it is drawn; a list of the generator's own holds for all.
    const std::vector<Name> own = g.node_pools;
    std::vector<Name> pools = own;
    for (const auto& [project, weight] : g.project.options) {
      if (!own.empty()) break;
      for (const Name& pool : pools_of_project(project.value)) {
        if (std::find(pools.begin(), pools.end(), pool) == pools.end()) pools.push_back(pool);
      }
    }
    common(g, pools);
    if (g.drawn_pods) {
      drawn_gang(g);
    } else {
      shape_of_gang(g, g.mark);
    }
    for (const auto& [request, weight] : g.gpu.options) gpu(request, g.mark, g.node_pools);
    count_arrivals(g);
    g.node_pools = own;
  }
}

void Checker::common(WorkloadCommon& w, const std::vector<Name>& default_pools) {
  if (!w.priority) w.priority = default_priority(w.kind);
  const DefaultsSpec& defaults = scenario_.defaults;
  if (!w.image_pull) w.image_pull = defaults.image_pull;
  if (!w.creation_delay) w.creation_delay = defaults.creation_delay;
  if (!w.termination_grace) w.termination_grace = defaults.termination_grace;
  if (!w.checkpoint) w.checkpoint.emplace();
  const auto inherit = [&](std::optional<Duration> CheckpointSpec::*part) {
    if (!((*w.checkpoint).*part)) (*w.checkpoint).*part = defaults.checkpoint.*part;
  };
  inherit(&CheckpointSpec::every);
  inherit(&CheckpointSpec::cost);
  inherit(&CheckpointSpec::restart);
  pool_names(w.node_pools);
  if (w.node_pools.empty()) w.node_pools = default_pools;
  const auto known_model = [&](const Name& name) {
    if (name.value.empty() || reader_.is_lost("a GPU model")) return;
    if (const auto problem = cluster::unknown_model(models_, name.value)) {
      reader_.error(name.mark, "unknown-name", *problem);
    }
  };
  for (const Name& model : w.gpu_models) known_model(model);
  for (const auto& [model, speed] : w.speed_milli) known_model(model);
  for (const PodAsk* ask : asks_of(w.sub_groups)) gpu(ask->gpu.value, ask->gpu.mark, w.node_pools);
  if (w.master) gpu(w.master->gpu.value, w.master->gpu.mark, w.node_pools);
}

// Where the number of pods is drawn the gang's minimum follows it, unless it is written.
void Checker::drawn_gang(GeneratorSpec& g) {
  const auto refuse = [&](Mark at, std::string message) { reader_.error(at, "gang", std::move(message)); };
  if (!g.sub_groups.empty()) {
    std::set<std::string> names;
    sub_groups(g.sub_groups, names);
    refuse(g.mark, "'pods' cannot be drawn where 'sub_groups' say how many there are");
  }
  if (g.master && g.kind != Kind::distributed) refuse(g.mark, "'master' is for kind distributed");
  if (!g.gang) return;
  gang_topology(g.gang->topology);
  if (g.gang->max_pods > 0)
    refuse(g.gang->mark, "'pods' and 'max_pods' mean the same, and 'pods' is drawn; leave 'max_pods' out");
  for (const auto& [pods, weight] : g.drawn_pods->choice.options) {
    if (weight == 0 || pods >= g.gang->min_pods) continue;
    refuse(g.gang->mark, "min_pods " + std::to_string(g.gang->min_pods) + " is more than the " +
                             std::to_string(pods) + " pods that may be drawn");
    break;
  }
}

void Checker::shape_of_gang(WorkloadCommon& w, Mark mark) {
  const auto refuse = [&](Mark at, std::string message) { reader_.error(at, "gang", std::move(message)); };
  if (!w.sub_groups.empty()) {
    std::set<std::string> names;
    const std::int64_t pods = sub_groups(w.sub_groups, names);
    if (w.pods > 0 && w.pods != pods) {
      refuse(mark,
             "'pods' is " + std::to_string(w.pods) + ", but the sub-groups have " + std::to_string(pods));
    }
    if (pods > max_pods) {
      refuse(mark, "the sub-groups have more than " + std::to_string(max_pods) + " pods");
      return;
    }
    w.pods = static_cast<std::int32_t>(pods);
    if (w.gang && (w.gang->min_pods > 0 || w.gang->max_pods > 0)) {
      refuse(w.gang->mark, "a workload with 'sub_groups' has its minimums there; gang takes only 'topology'");
    }
    if (w.master)
      refuse(mark, "'master' and 'sub_groups' exclude each other; give the master as a sub-group");
    if (w.gang) gang_topology(w.gang->topology);
    return;
  }
  if (w.master && w.kind != Kind::distributed) refuse(mark, "'master' is for kind distributed");
  if (w.gang) {
    GangSpec& gang = *w.gang;
    if (w.pods > 0 && gang.max_pods > 0 && w.pods != gang.max_pods) {
      refuse(gang.mark, "'pods' is " + std::to_string(w.pods) + " and 'max_pods' " +
                            std::to_string(gang.max_pods) + "; they mean the same, give one of them");
      return;
    }
    if (w.pods == 0) w.pods = std::max({gang.max_pods, gang.min_pods, 1});
    if (gang.max_pods == 0) gang.max_pods = w.pods;
    if (gang.min_pods == 0) gang.min_pods = w.pods;
    if (gang.min_pods > gang.max_pods) {
      refuse(gang.mark, "min_pods " + std::to_string(gang.min_pods) + " is more than the " +
                            std::to_string(gang.max_pods) + " pods that the workload has");
    }
    gang_topology(gang.topology);
    return;
  }
  if (w.pods == 0) w.pods = 1;
  if (w.kind != Kind::distributed) return;
  w.gang.emplace();
  w.gang->min_pods = w.gang->max_pods = w.pods;
}

std::int64_t Checker::sub_groups(std::vector<SubGroupSpec>& groups, std::set<std::string>& names) {
  std::int64_t pods = 0;
  for (SubGroupSpec& g : groups) {
    if (!g.name.value.empty() && !names.insert(g.name.value).second) {
      reader_.error(g.name.mark, "duplicate-name",
                    "sub-group " + berth::quoted(g.name.value) + " stands twice");
    }
    gang_topology(g.topology);
    if (!g.sub_groups.empty()) {
      pods += sub_groups(g.sub_groups, names);
      continue;
    }
    if (g.min_pods == 0) g.min_pods = g.pods;
    pods += g.pods;
  }
  return pods;
}

void Checker::gang_topology(GangTopology& topology) {
  if (topology.empty() && topology.topology.value.empty()) return;
  const std::vector<TopologySpec>& known = scenario_.cluster.topologies;
  const Mark mark = !topology.required.value.empty() ? topology.required.mark : topology.preferred.mark;
  if (reader_.is_lost(lost_topology)) return;
  if (known.empty()) {
    reader_.error(mark, "no-topology", "the cluster has no 'topology' whose levels could be asked for");
    return;
  }
  std::vector<std::string> names;
  for (const TopologySpec& t : known) names.push_back(t.name);
  if (topology.topology.value.empty()) topology.topology = Name(known.front().name);
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const TopologySpec& t) { return t.name == topology.topology.value; });
  if (found == known.end()) {
    reader_.unknown(topology.topology.mark, "topology", topology.topology.value, names);
    return;
  }
  for (const Name* level : {&topology.required, &topology.preferred}) {
    if (level->value.empty()) continue;
    if (std::find(found->levels.begin(), found->levels.end(), level->value) != found->levels.end()) continue;
    reader_.unknown(level->mark, "topology level", level->value, found->levels);
  }
}

void Checker::gpu(const workload::GpuRequest& request, Mark mark, const std::vector<Name>& pools) {
  using workload::GpuRequestKind;
  if (request.kind == GpuRequestKind::mig && !reader_.is_lost("a GPU model")) {
    std::vector<std::string> known, near;  // of all models; of those in its node pools
    for (std::size_t i = 0; i < models_.size(); ++i) {
      for (const cluster::MigProfile& p : models_[id_of<GpuModelId>(i)].mig.profiles) known.push_back(p.name);
    }
    for (const Name& pool : pools) {
      const auto facts = pool_facts_.find(pool.value);
      if (facts == pool_facts_.end()) continue;
      for (const GpuModelId model : facts->second.models) {
        for (const cluster::MigProfile& p : models_[model].mig.profiles) {
          if (std::find(near.begin(), near.end(), p.name) == near.end()) near.push_back(p.name);
        }
      }
    }
    for (const workload::MigRequest& m : request.mig) {
      if (std::find(known.begin(), known.end(), m.profile) != known.end()) continue;
      reader_.unknown(mark, "MIG profile", m.profile, near.empty() ? known : near);
    }
  }
  if (request.kind == GpuRequestKind::fraction && scenario_.policy.name.value == "kai" &&
      request.portion < cluster::least_portion_in_mebibytes) {
    reader_.error(mark, "wrong-value",
                  "gpu: the policy kai counts fractions to two decimals, and " +
                      print_decimal(request.portion.value, 3) + " is none (expected 0.005 or more)");
  }
  if (request.kind != GpuRequestKind::memory) return;
  Bytes most;
  for (const Name& pool : pools) {
    const auto facts = pool_facts_.find(pool.value);
    if (facts == pool_facts_.end()) return;
    for (const GpuModelId model : facts->second.models) most = std::max(most, models_[model].memory);
  }
  if (most.value == 0 || request.memory <= most)
    return;  // without any known device it is one of those that never fit
  reader_.error(mark, "wrong-value",
                "gpu: " + print_bytes(request.memory) +
                    " of GPU memory is more than any device of its node pools has (" + print_bytes(most) +
                    ")");
}

void Checker::dependencies() {
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < scenario_.workloads.size(); ++i)
    index.try_emplace(scenario_.workloads[i].name.value, i);
  Graph graph(scenario_.workloads.size());
  std::vector<std::string> known;
  for (const auto& [name, mark] : workloads_) known.push_back(name);
  std::vector<bool> itself(scenario_.workloads.size(), false);
  for (std::size_t i = 0; i < scenario_.workloads.size(); ++i) {
    for (const Name& before : scenario_.workloads[i].after) {
      const auto found = index.find(before.value);
      if (found == index.end()) {
        if (before.value.empty() || lost_workloads()) continue;
        reader_.unknown(before.mark, "workload", before.value, known);
        continue;
      }
      boost::add_edge(i, found->second, graph);
      itself[i] = itself[i] || found->second == i;
    }
  }
  std::vector<std::size_t> component(boost::num_vertices(graph));
  if (component.empty()) return;
  const std::size_t components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  std::vector<std::size_t> size(components, 0);
  for (const std::size_t c : component) ++size[c];
  std::vector<bool> done(components, false);
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (done[component[i]] || (size[component[i]] == 1 && !itself[i])) continue;
    done[component[i]] = true;
    std::string way;
    for (const std::size_t v : cycle_through(graph, component, i)) {
      way += (way.empty() ? "" : " -> ") + scenario_.workloads[v].name.value;
    }
    reader_.error(scenario_.workloads[i].name.mark, "dependency-cycle",
                  "workloads wait for each other for ever: " + way);
  }
}

void Checker::warn_of_unheeded() {
  const std::string& policy = scenario_.policy.name.value;
  for (const Reader::Said& said : reader_.said()) {
    if (policy::heeds(policy, said.key->matter)) continue;
    std::string message = not_heeded(*said.key, policy);
    if (said.times > 1) message += "; the first of " + std::to_string(said.times) + " places";
    reader_.warning(said.first, "not-heeded", std::move(message));
  }
}

bool Checker::lost_workloads() const {
  return reader_.is_lost("a workload") || reader_.is_lost("a generator") || reader_.is_lost("trace");
}

bool Checker::names_workload(const std::string& name) {
  if (lost_workloads()) return true;
  if (workloads_.count(name)) return true;
  for (const GeneratorSpec& g : scenario_.generators) {
    const std::string& prefix = g.name.value;
    if (name.size() > prefix.size() + 1 && name.compare(0, prefix.size(), prefix) == 0 &&
        name[prefix.size()] == '-' && is_number(std::string_view(name).substr(prefix.size() + 1))) {
      return true;
    }
  }
  if (!scenario_.trace || !scenario_.trace->data) return scenario_.trace.has_value();
  if (trace_workloads_.empty()) {
    for (const formats::OpenbPod& pod : scenario_.trace->data->workloads.rows)
      trace_workloads_.insert(pod.name);
  }
  return trace_workloads_.count(name) > 0;
}

}  // namespace berth::scenario
