// Node scores (kai-semantics.md 6, 9.10, 10.7): a sum over plugins; the highest is tried first, ties by node name.
//
// | plugin | score | range |
// | --- | --- | --- |
// | podaffinity | 1e5 x Kubernetes' inter-pod affinity score | 0 .. 1e7 |
// | topology | by the node's domain at the preferred level, given by the caller | 1e4 .. 1e5 |
// | gpusharingorder | 1000 if some shared device of the node has room | 0, 1000 |
// | nodeavailability | 100 if the task fits now | 0, 100 |
// | resourcetype | 10 for a CPU-only task on a node without GPUs | 0, 10 |
// | nodeplacement | binpack 9 x (1 - (free - min) / (max - min)); spread free / count | 0 .. 9; 0 .. 1 |
#pragma once

#include <optional>
#include <vector>

#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

inline constexpr double pod_affinity_weight = 1e5;
inline constexpr double topology_weight = 1e4;
inline constexpr double gpu_sharing_order_weight = 1000;
inline constexpr double node_availability_weight = 100;
inline constexpr double resource_type_weight = 10;
inline constexpr double most_packed = 9;

// Does nodeplacement look at GPUs (or at CPU)? Tasks that ask for any kind of GPU: at GPUs.
bool placed_by_gpu(const Shape& shape);

// Smallest and largest free amount over the candidates that have the resource.
struct FreeRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool any = false;
};
FreeRange free_range(const Session& session, const Shape& shape, const NodeList& candidates);

double node_placement_score(const NodeInfo& node, const Shape& shape, cluster::Packing packing,
                            const FreeRange& range);
double resource_type_score(const NodeInfo& node, const Shape& shape);
double node_availability_score(const NodeInfo& node, const Shape& shape);
double gpu_sharing_order_score(const NodeInfo& node, const Shape& shape);

// Scores of one attempt at one task. Reads the session as it is when asked.
class NodeScorer {
 public:
  // `topology`: scores by node of the nearest constrained sub-group (topology.hpp), negative: the node has none and is
  // dropped; null: no topology plays a part.
  NodeScorer(const Session& session, TaskIx task, const NodeList& candidates,
             const IdVector<NodeIx, double>* topology);
  // Nothing: the node is not to be used.
  std::optional<double> score(NodeIx node) const;

 private:
  const Session& session_;
  const Shape& shape_;
  const IdVector<NodeIx, double>* topology_;
  cluster::Packing packing_;
  FreeRange range_;
  std::vector<double> pod_affinity_;  // by node; empty: 0 everywhere
};

}  // namespace berth::policy::kai
