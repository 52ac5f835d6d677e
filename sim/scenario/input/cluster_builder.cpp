#include "sim/scenario/input/cluster_builder.hpp"

#include "berth/core/invariant.hpp"
#include "sim/cluster/gpu_checks.hpp"
#include "sim/formats/openb.hpp"
#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/input/index_template.hpp"

namespace berth::scenario {

namespace {

constexpr const char* hostname_label = "kubernetes.io/hostname";
constexpr const char* product_label = "nvidia.com/gpu.product";
constexpr const char* count_label = "nvidia.com/gpu.count";
constexpr const char* memory_label = "nvidia.com/gpu.memory";  // MiB of one device

std::string expand(const std::string& text, std::int64_t index) {
  const auto parsed = IndexTemplate::parse(text);
  BERTH_INVARIANT(static_cast<bool>(parsed), "a template of a checked scenario: " + text);
  return parsed->at(index);
}

void set_mig(const GroupMig& mig, const cluster::GpuModel& model, cluster::NodeSpec& node) {
  node.mig_strategy = mig.strategy;
  node.mig_enabled = mig.strategy != cluster::MigStrategy::none;
  node.repartition_on_demand = mig.repartition == Repartition::on_demand;
  std::vector<std::string> layout;
  for (const Name& name : mig.layout) layout.push_back(name.value);
  const cluster::WrittenLayout one = cluster::read_mig_layout(model, layout);
  BERTH_INVARIANT(!one.problem, "a MIG layout of a checked scenario: " + *one.problem);
  node.mig_layout = cluster::layout_for(node.gpus, one.instances);
}

void add_trace_nodes(const Scenario& scenario, cluster::Cluster& cluster) {
  const TraceSpec& trace = *scenario.trace;
  auto pool = cluster.find_pool(trace_pool);
  if (!pool) {
    cluster::NodePool fresh;
    fresh.name = trace_pool;
    pool = cluster.pools.push_back(std::move(fresh));
  }
  if (!trace.data) return;
  for (const formats::OpenbNode& from : trace.data->nodes) {
    cluster::NodeSpec node;
    node.name = from.name;
    node.pool = *pool;
    node.cpu = from.cpu;
    node.memory = from.memory;
    node.max_pods = trace.max_pods;
    node.gpus = from.gpus;
    if (!from.model.empty()) {
      // A model that the table knows brings its memory; any other is a label.
      node.gpu_model = cluster.models.intern_opaque(from.model);
      node.gpu_memory = cluster.models[node.gpu_model].memory;
    }
    cluster.add_node(std::move(node));
  }
}

}  // namespace

cluster::GpuModel gpu_model_of(const GpuModelSpec& spec) {
  cluster::GpuModel model;
  model.name = spec.name.value;
  model.product_label = spec.product_label;
  model.memory = spec.memory;
  model.nvlink_domain_gpus = spec.nvlink_domain_gpus;
  model.typical_gpus_per_node = spec.gpus_per_node;
  if (!spec.mig) return model;
  if (const cluster::MigGeometry* shipped = cluster::find_standard_geometry(spec.mig->geometry.value)) {
    model.mig = *shipped;
    return model;
  }
  model.mig.name = spec.name.value;
  model.mig.compute_slices = static_cast<std::uint8_t>(spec.mig->compute_slices);
  model.mig.memory_slices = static_cast<std::uint8_t>(spec.mig->memory_slices);
  for (const MigProfileSpec& from : spec.mig->profiles) {
    cluster::MigProfile profile;
    profile.name = from.name;
    profile.compute_slices = static_cast<std::uint8_t>(from.compute_slices);
    profile.memory_slices = static_cast<std::uint8_t>(from.memory_slices);
    profile.max_instances = static_cast<std::uint8_t>(from.max_instances);
    for (const std::int32_t start : from.starts) profile.starts.push_back(static_cast<std::uint8_t>(start));
    profile.memory = from.memory;
    model.mig.profiles.push_back(std::move(profile));
  }
  return model;
}

cluster::NodeSpec node_of(const NodeGroup& group, std::int64_t index, PoolId pool,
                          const cluster::ModelTable& models) {
  cluster::NodeSpec node;
  node.name = expand(group.name.value, index);
  node.pool = pool;
  node.cpu = group.cpu;
  node.memory = group.memory;
  node.max_pods = group.max_pods;
  node.taints = group.taints;
  cluster::set_label(node.labels, hostname_label, node.name);
  if (group.gpus && group.gpus->count > 0) {
    node.gpus = group.gpus->count;
    cluster::set_label(node.labels, count_label, std::to_string(node.gpus));
    if (!group.gpus->model.value.empty()) {
      const auto id = models.find(group.gpus->model.value);
      BERTH_INVARIANT(id.has_value(), "a GPU model of a checked scenario: " + group.gpus->model.value);
      const cluster::GpuModel& model = models[*id];
      node.gpu_model = *id;
      node.gpu_memory = model.memory;
      cluster::set_label(node.labels, product_label, model.product_label);
      cluster::set_label(node.labels, memory_label, std::to_string(model.memory / mebibytes(1)));
      if (group.mig) set_mig(*group.mig, model, node);
    }
  }
  // What the scenario says stands above what the model implies.
  for (const auto& [key, text] : group.labels) cluster::set_label(node.labels, key, expand(text, index));
  return node;
}

cluster::Cluster build_cluster(const Scenario& scenario) {
  cluster::Cluster cluster;
  cluster.name = scenario.cluster.name.value;
  cluster.models = cluster::ModelTable::standard();
  for (const GpuModelSpec& spec : scenario.cluster.gpu_models) cluster.models.add(gpu_model_of(spec));
  for (const TopologySpec& topology : scenario.cluster.topologies) {
    cluster.topologies.push_back(cluster::Topology{topology.name, topology.levels});
  }
  for (const PoolSpec& spec : scenario.cluster.node_pools) {
    cluster::NodePool pool;
    pool.name = spec.name.value;
    pool.gpu_placement = spec.placement.gpu;
    pool.cpu_placement = spec.placement.cpu;
    const PoolId id = cluster.pools.push_back(std::move(pool));
    for (const NodeGroup& group : spec.nodes) {
      for (std::int64_t i = 0; i < group.count; ++i) cluster.add_node(node_of(group, i, id, cluster.models));
    }
  }
  if (scenario.trace && !scenario.trace->nodes.path.value.empty()) add_trace_nodes(scenario, cluster);
  return cluster;
}

}  // namespace berth::scenario
