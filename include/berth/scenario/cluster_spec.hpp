// The cluster as the scenario writes it: pools of node groups, the models that it adds, growth and shrinkage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/quantity.hpp"
#include "berth/scenario/clock.hpp"
#include "berth/scenario/place_of.hpp"

namespace berth::scenario {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

// `gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}`.
struct GroupGpus {
  Name model;               // a name or product label of the model table; empty: unknown devices
  std::int32_t count = -1;  // of each node; not said: the model's typical number
  bool operator==(const GroupGpus&) const = default;
};

enum class Repartition : std::uint8_t { never, on_demand };

struct GroupMig {
  cluster::MigStrategy strategy = cluster::MigStrategy::none;
  std::vector<Name> layout;  // profiles made at start on every GPU of the node
  Repartition repartition = Repartition::never;
  bool operator==(const GroupMig&) const = default;
};

// `count` nodes alike. `{index}` (from 0), `{index:02}` (padded) and `{index/8}` (divided) may stand in name
// and labels.
struct NodeGroup {
  Name name;
  std::int32_t count = 1;
  std::optional<GroupGpus> gpus;
  CpuMilli cpu{64'000};
  Bytes memory{512LL << 30};
  std::int32_t max_pods = 110;
  TextPairs labels;  // sorted by key
  std::vector<cluster::Taint> taints;
  std::optional<GroupMig> mig;
  bool operator==(const NodeGroup&) const = default;
};

// `{at: 3d, group: "h100-{index:02}", add: 4}`: exactly one of add and remove is above 0. What is added
// continues the group's numbers; what is removed are its highest-numbered nodes.
struct GroupChange {
  When at;
  Name group;
  std::int32_t add = 0;
  std::int32_t remove = 0;
  Mark mark;
  bool operator==(const GroupChange& o) const {
    return at == o.at && group == o.group && add == o.add && remove == o.remove;
  }
};

struct PoolPlacement {
  cluster::Packing gpu = cluster::Packing::binpack;
  cluster::Packing cpu = cluster::Packing::binpack;
  bool operator==(const PoolPlacement&) const = default;
};

struct PoolSpec {
  Name name;
  std::vector<NodeGroup> nodes;
  PoolPlacement placement;
  std::vector<GroupChange> changes;
  bool operator==(const PoolSpec&) const = default;
};

struct MigProfileSpec {
  std::string name;
  std::int32_t compute_slices = 1;
  std::int32_t memory_slices = 1;
  std::int32_t max_instances = 1;
  std::vector<std::int32_t> starts;
  Bytes memory;
  bool operator==(const MigProfileSpec&) const = default;
};

struct MigGeometrySpec {
  Name geometry;  // one that ships, instead of the numbers below
  std::int32_t compute_slices = 7;
  std::int32_t memory_slices = 8;
  std::vector<MigProfileSpec> profiles;
  bool operator==(const MigGeometrySpec&) const = default;
};

// A model that the table lacks, or whose figures this scenario corrects.
struct GpuModelSpec {
  Name name;
  std::string product_label;  // not said: the name
  Bytes memory;
  std::int32_t nvlink_domain_gpus = 1;
  std::int32_t gpus_per_node = 8;
  std::optional<MigGeometrySpec> mig;
  bool operator==(const GpuModelSpec&) const = default;
};

struct TopologySpec {
  std::string name = "default";
  std::vector<std::string> levels;  // node label keys, widest first
  bool operator==(const TopologySpec&) const = default;
};

struct ClusterSpec {
  Name name{std::string("cluster")};
  std::vector<TopologySpec> topologies;
  std::vector<GpuModelSpec> gpu_models;
  std::vector<PoolSpec> node_pools;
  bool operator==(const ClusterSpec&) const = default;
};

}  // namespace berth::scenario
