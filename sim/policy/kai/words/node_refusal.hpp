// Why a node does not take a task, its room apart (kai-semantics.md 9.12), in the order in which it is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/policy/kai/nodes/device_choice.hpp"
#include "sim/policy/kai/session/node_info.hpp"

namespace berth::policy::kai {

enum class NodeRefusal : std::uint8_t {
  none,
  over_capacity,  // a queue's limit or quota, with the portion that the task would have on this node
  legacy_mig,     // the task asks for MIG in a form that is no longer placed
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

}  // namespace berth::policy::kai
