// May a task run on a node at all (kai-semantics.md 4, 6, 9.12)? What it asks for is checked apart (fit.hpp).
//
// Order: capacity, type and MIG, memory sync, pod slots, node conditions, Kubernetes filters (taints, node affinity,
// inter-pod affinity), restrict. The order shows only in reasons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/nodes/device_choice.hpp"
#include "sim/policy/kai/nodes/pod_affinity.hpp"
#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/words/messages.hpp"
#include "sim/policy/kai/words/node_refusal.hpp"

namespace berth::policy::kai {

// Labels that the restrict rule looks for.
inline constexpr std::string_view gpu_worker_label = "node-role.kubernetes.io/gpu-worker";
inline constexpr std::string_view cpu_worker_label = "node-role.kubernetes.io/cpu-worker";

// Kubernetes' node affinity (allowed GPU models are one) and taints: depend on shape and node only.
bool node_affinity_matches(const workload::PodShape& pod, const NodeInfo& node);
const cluster::Taint* untolerated_taint(const workload::PodShape& pod, const cluster::NodeSpec& node);

// A shape, a node's free or allocatable room, as messages show them.
ResourceText text_amounts(const Session& session, const Shape& shape);
ResourceText text_amounts(const Session& session, const Room& room, const std::vector<std::int32_t>& mig);

// The filters of one cycle. Remembers, per shape and node, what labels say, and which pods skip the inter-pod filter
// (10.15). One task is in hand at a time: pre_filter() takes it up.
class Filters {
 public:
  explicit Filters(const Session& session);

  // To be called at the start of each attempt at a task, before refusal(). False: no node will do, since the task asks
  // for more than any node has (max node resources).
  bool pre_filter(TaskIx task);
  // Everything but fit, for the task in hand. With the predicates plugin off only unschedulable nodes are refused.
  bool passes(NodeIx node) { return refusal(node) == NodeRefusal::none; }
  NodeRefusal refusal(NodeIx node);
  // The sentence for a refusal.
  std::string reason(NodeIx node, NodeRefusal refusal) const;
  // The message when pre_filter() said no.
  std::string pre_filter_message(TaskIx task) const;

  // Is there a node among `nodes` that the task's required node affinity allows (a filter before simulating, 9.5)?
  bool affinity_satisfiable(TaskIx task, const NodeList& nodes);

 private:
  NodeRefusal label_refusal(ShapeIx shape, NodeIx node);
  CapacityVerdict capacity(TaskIx task, NodeIx node) const;

  const Session& session_;
  DeviceOrder device_order_;
  bool any_pod_affinity_ = false;
  bool any_taint_ = false;
  Room largest_;  // component-wise, over all nodes
  std::vector<std::int32_t> largest_mig_;
  std::vector<std::vector<std::uint8_t>> by_labels_;  // by shape, then node; filled when asked
  std::vector<std::uint8_t> skips_inter_pod_;         // by task

  // The task in hand.
  TaskIx task_ = none<TaskIx>();
  bool capacity_by_node_ = false;      // its portion depends on the node's GPU memory
  std::int64_t capacity_memory_ = -1;  // for which the next was found
  bool over_capacity_ = false;
  InterPodAffinity inter_pod_;
  DeviceChoice choice_;  // scratch
};

}  // namespace berth::policy::kai
