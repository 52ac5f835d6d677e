// Traces are read when the scenario is loaded, so that their faults stand beside the scenario's. And the warning about pods
// that no node can hold.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "berth/core/quantity_text.hpp"
#include "berth/core/sha256.hpp"
#include "berth/core/text.hpp"
#include "berth/formats/openb.hpp"
#include "berth/policy/fit.hpp"
#include "checker.hpp"
#include "cluster_builder.hpp"
#include "shapes.hpp"

namespace berth::scenario {

namespace {

constexpr std::size_t most_row_warnings = 20;

// One node of each sort, without what differs from node to node: can a pod of that size be held at all?
class Probe {
 public:
  explicit Probe(const Scenario& scenario) {
    Scenario sorts;
    sorts.cluster = scenario.cluster;
    for (PoolSpec& pool : sorts.cluster.node_pools) {
      for (NodeGroup& group : pool.nodes) {
        for (const GroupChange& change : pool.changes) {
          if (change.group == group.name && change.add > 0) group.count = std::max(group.count, 1);
        }
        group.count = std::min(group.count, 1);
        group.taints.clear();
      }
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
  }

  bool fits(workload::PodShape shape, const std::vector<Name>& pools) const {
    shape.node_requirements.clear();
    shape.pod_affinity.clear();
    for (const Name& name : pools) {
      const auto pool = cluster_.find_pool(name.value);
      if (!pool) continue;
      for (const NodeId node : cluster_.pools[*pool].nodes) {
        if (policy::could_fit(cluster_, node, shape)) return true;
      }
    }
    return false;
  }

  std::int32_t most_gpus(const std::vector<Name>& pools) const {
    std::int32_t most = 0;
    for (const Name& name : pools) {
      const auto pool = cluster_.find_pool(name.value);
      if (!pool) continue;
      for (const NodeId node : cluster_.pools[*pool].nodes) most = std::max(most, cluster_.nodes[node].gpus);
    }
    return most;
  }

 private:
  cluster::Cluster cluster_;
};

std::string list_of(const std::vector<Name>& names) {
  std::string text;
  for (const Name& name : names) text += (text.empty() ? "" : ", ") + name.value;
  return text;
}

void all_asks(const std::vector<SubGroupSpec>& groups, std::vector<PodAsk>& asks) {
  for (const SubGroupSpec& g : groups) {
    if (g.ask) asks.push_back(*g.ask);
    all_asks(g.sub_groups, asks);
  }
}

}  // namespace

void Checker::trace() {
  if (scenario_.trace) {
    TraceSpec& trace = *scenario_.trace;
    if (!trace.nodes.path.value.empty() &&
        std::find(pools_.begin(), pools_.end(), trace_pool) == pools_.end()) {
      pools_.push_back(trace_pool);
    }
    if (options_.read_traces) read_trace(trace);
  }
  count_nodes();
  if (pools_.empty()) {
    reader_.error(Mark{}, "no-nodes", "the scenario has no nodes: give cluster.node_pools, or trace.nodes");
  }
}

void Checker::read_trace(TraceSpec& trace) {
  auto data = std::make_shared<formats::OpenbTrace>();
  Diagnostics& diagnostics = reader_.diagnostics();
  if (auto in = open_trace(trace.nodes)) {
    data->nodes = formats::read_openb_nodes(*in, trace.nodes.path.value, diagnostics);
  }
  if (auto in = open_trace(trace.workloads)) {
    data->workloads = formats::read_openb_pods(*in, trace.workloads.path.value, diagnostics);
  }
  if (auto in = open_trace(trace.typical)) {
    data->typical = formats::read_openb_pods(*in, trace.typical.path.value, diagnostics);
  }
  trace.counts = TraceCounts{};
  trace.counts.nodes = static_cast<std::int64_t>(data->nodes.size());
  trace.counts.workloads = static_cast<std::int64_t>(data->workloads.rows.size());
  for (const formats::OpenbPod& pod : data->workloads.rows) {
    trace.counts.never_scheduled += pod.never_scheduled ? 1 : 0;
    trace.counts.zero_length += pod.zero_length ? 1 : 0;
    trace.counts.without_end += pod.length == Duration::max() ? 1 : 0;
  }
  PoolFacts& facts = pool_facts_[trace_pool];
  for (const formats::OpenbNode& node : data->nodes) {
    if (node.model.empty()) continue;
    const GpuModelId model = models_.intern_opaque(node.model);
    if (std::find(facts.models.begin(), facts.models.end(), model) == facts.models.end())
      facts.models.push_back(model);
  }
  trace.data = std::move(data);
}

std::unique_ptr<std::istream> Checker::open_trace(TraceFile& file) {
  const std::string& path = file.path.value;
  if (path.empty()) return nullptr;
  const auto refuse = [&](const std::string& why) {
    reader_.error(file.path.mark, "cannot-read",
                  "cannot read trace file " + berth::quoted(path) + ": " + why);
    return nullptr;
  };
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found) return refuse("no such file");
  if (status.type() == std::filesystem::file_type::directory) return refuse("it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refuse("permission denied");
  Sha256 hash;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
  }
  const std::string sha256 = to_hex(hash.finish());
  if (!file.sha256.empty() && file.sha256 != sha256) {
    return refuse("its SHA-256 is " + sha256 + ", not " + file.sha256 +
                  ": it is another file than the scenario means");
  }
  file.sha256 = sha256;
  auto again = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*again) return refuse("it went away while it was read");
  return again;
}

void Checker::warn_of_giants() {
  const Probe probe(scenario_);
  const auto check = [&](const WorkloadCommon& w, const std::vector<PodAsk>& asks,
                         const std::vector<Name>& pools, const std::string& noun) {
    for (const PodAsk& ask : asks) {
      if (probe.fits(shape_of(w, ask), pools)) continue;
      const Mark mark = ask.gpu.mark.line > 0 ? ask.gpu.mark : w.name.mark;
      reader_.warning(mark, "larger-than-any-node",
                      "a pod of " + noun + " " + berth::quoted(w.name.value) +
                          " is larger than any node of its node pools (" + list_of(pools) +
                          "); it stays pending");
      break;
    }
  };
  for (const WorkloadSpec& w : scenario_.workloads) {
    std::vector<PodAsk> asks;
    if (w.sub_groups.empty()) asks.push_back(w.ask);
    if (w.master) asks.push_back(*w.master);
    all_asks(w.sub_groups, asks);
    check(w, asks, w.node_pools, "workload");
  }
  for (const GeneratorSpec& g : scenario_.generators) {
    std::vector<Name> pools = g.node_pools;
    for (const auto& [project, weight] : g.project.options) {
      if (!g.node_pools.empty() || weight == 0) continue;
      for (const Name& pool : pools_of_project(project.value)) pools.push_back(pool);
    }
    std::vector<PodAsk> asks;
    for (const auto& [request, weight] : g.gpu.options) {
      if (weight == 0) continue;
      PodAsk ask = g.ask;
      ask.gpu = request;
      asks.push_back(std::move(ask));
    }
    if (g.master) asks.push_back(*g.master);
    all_asks(g.sub_groups, asks);
    check(g, asks, pools, "generator");
  }
  if (!scenario_.trace || !scenario_.trace->data) return;
  const TraceSpec& trace = *scenario_.trace;
  const std::vector<Name> pools = pools_of_project(trace.project.value);
  const std::int32_t most_gpus = probe.most_gpus(pools);
  std::map<workload::PodShape, bool> known;
  std::size_t giants = 0;
  for (const formats::OpenbPod& pod : trace.data->workloads.rows) {
    const workload::PodShape shape = shape_of(pod, trace.data->workloads);
    const auto [at, fresh] = known.try_emplace(shape, true);
    if (fresh) {
      at->second = probe.fits(shape, pools);
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

}  // namespace berth::scenario
