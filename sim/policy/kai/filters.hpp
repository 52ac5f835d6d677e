// May a task run on a node at all (kai-semantics.md 4, 6, 9.12)? What it asks for is checked apart (fit.hpp).
//
// Order: capacity, type and MIG, memory sync, pod slots, node conditions, Kubernetes filters (taints, node affinity,
// inter-pod affinity), restrict. The order shows only in reasons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/device_choice.hpp"
#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

enum class NodeRefusal : std::uint8_t {
  none,
  over_capacity,  // a queue's limit or quota, with the portion that the task would have on this node
  legacy_mig,     // the task asks for MIG in a form that is no longer placed
  dra_only_node,  // whole and fraction requests on a node with DRA GPUs
  mig_on_plain_node,
  legacy_mig_on_node,
  single_strategy,  // only whole GPUs
  mixed_strategy,   // only MIG instances
  memory_not_synced,
  pod_slots,
  node_not_ready,
  node_unschedulable,
  taint,
  node_affinity,
  pod_affinity,
  pod_anti_affinity,
  existing_anti_affinity,
  not_gpu_worker,  // restrict
  not_cpu_worker,
};

// Type and MIG rules (section 6).
NodeRefusal type_refusal(const NodeInfo& node, const Shape& shape);

// Slots that the task needs of the node's idle + releasing ones: 1, or 2 when a shared request opens a new group; only
// a group with an integer name counts as existing (9.12, 10.15).
std::int32_t pod_slots_needed(const NodeInfo& node, const Shape& shape, const DeviceChoice& choice,
                              const KnownBugs& bugs);

// What one refusal says (section 7; texts of the reference and of Kubernetes). `detail`: of over_capacity the text
// `Reason: ..., Details: ...`, of a taint `{key: value}`.
std::string text_of(NodeRefusal refusal, std::string_view namespace_name, std::string_view pod,
                    std::string_view node, std::string_view detail);

// Labels that the restrict rule looks for.
inline constexpr std::string_view gpu_worker_label = "node-role.kubernetes.io/gpu-worker";
inline constexpr std::string_view cpu_worker_label = "node-role.kubernetes.io/cpu-worker";

// Kubernetes' node affinity and taints: depend on shape and node only.
bool node_affinity_matches(const workload::PodShape& pod, const cluster::NodeSpec& node);
const cluster::Taint* untolerated_taint(const workload::PodShape& pod, const cluster::NodeSpec& node);

// The filters of one cycle. Remembers, per shape and node, what cannot change in a cycle, and which pods skip the
// inter-pod filter (10.15).
class Filters {
 public:
  explicit Filters(const Session& session);

  // To be called once at the start of each attempt at a task, before passes(). False: no node will do, since the
  // task asks for more than any node has (max node resources).
  bool pre_filter(TaskIx task);
  // Everything but fit. With the predicates plugin off only unschedulable nodes are refused.
  bool passes(TaskIx task, NodeIx node) { return refusal(task, node) == NodeRefusal::none; }
  NodeRefusal refusal(TaskIx task, NodeIx node);
  // The sentence for a refusal just given.
  std::string reason(TaskIx task, NodeIx node, NodeRefusal refusal) const;
  // The message of a pre_filter() that said no.
  std::string pre_filter_message(TaskIx task) const;

  // Is there a node among `nodes` that the task's required node affinity allows (a filter before simulating, 9.5)?
  bool affinity_satisfiable(TaskIx task, const NodeList& nodes);

 private:
  enum : std::uint8_t { unknown = 0xff };
  NodeRefusal static_refusal(ShapeIx shape, NodeIx node);
  NodeRefusal inter_pod_refusal(TaskIx task, NodeIx node) const;
  NodeRefusal capacity_refusal(TaskIx task, NodeIx node);
  bool exists_anti_affinity_against(const workload::PodShape& pod) const;

  const Session& session_;
  DeviceOrder device_order_;
  bool any_pod_affinity_ = false;
  std::vector<std::vector<std::uint8_t>> static_;  // by shape, then node; filled on first use
  std::vector<std::uint8_t> skip_inter_pod_;       // by task
  std::vector<std::uint8_t> too_big_;              // by shape: 0 unknown, 1 no, 2 yes
  DeviceChoice choice_;                            // scratch
};

}  // namespace berth::policy::kai
