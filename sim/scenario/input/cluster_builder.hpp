// The cluster of a run, made of a checked scenario.
#pragma once

#include <cstdint>

#include "berth/cluster/cluster.hpp"
#include "berth/scenario/scenario.hpp"

namespace berth::scenario {

// The model that the table gets. Its geometry, when named, must exist.
cluster::GpuModel gpu_model_of(const GpuModelSpec& spec);

// Node `index` of a group. The scenario must be checked; `models` holds the group's model.
cluster::NodeSpec node_of(const NodeGroup& group, std::int64_t index, PoolId pool,
                          const cluster::ModelTable& models);

// All pools and models, and the nodes that stand at the start, in scenario order; the trace's pool and nodes last.
cluster::Cluster build_cluster(const Scenario& scenario);

}  // namespace berth::scenario
