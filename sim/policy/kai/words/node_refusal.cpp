#include "sim/policy/kai/words/node_refusal.hpp"

namespace berth::policy::kai {

NodeRefusal type_refusal(const NodeInfo& node, const Shape& shape) {
  if (shape.legacy_mig) return NodeRefusal::legacy_mig;
  if (shape.cpu_only()) return NodeRefusal::none;
  const bool asks_mig = shape.gpu == GpuKind::mig;
  if (!node.mig_enabled) return asks_mig ? NodeRefusal::mig_on_plain_node : NodeRefusal::none;
  if (asks_mig && node.legacy_mig_tasks > 0) return NodeRefusal::legacy_mig_on_node;
  if (node.mig_strategy == cluster::MigStrategy::single && shape.gpu != GpuKind::whole) {
    return NodeRefusal::single_strategy;
  }
  if (node.mig_strategy == cluster::MigStrategy::mixed && !asks_mig) return NodeRefusal::mixed_strategy;
  return NodeRefusal::none;
}

std::int32_t pod_slots_needed(const NodeInfo& node, const Shape& shape, const DeviceChoice& choice,
                              const KnownBugs& bugs) {
  if (!shape.shared()) return 1;
  if (choice.devices.empty()) return 2;
  for (const GroupIx device : choice.devices) {
    if (device == whole_gpu) return 2;
    if (!bugs.named_group_takes_two_slots) continue;
    for (const SharedGroup& group : node.groups) {
      if (group.id == device && !group.integer_name) return 2;
    }
  }
  return 1;
}

std::string text_of(NodeRefusal refusal, std::string_view namespace_name, std::string_view pod,
                    std::string_view node, std::string_view detail) {
  const std::string task = '<' + std::string(namespace_name) + '/' + std::string(pod) + '>';
  const std::string on = std::string(node);
  switch (refusal) {
    case NodeRefusal::none:
      break;
    case NodeRefusal::over_capacity:
      return "node does not have enough capacity. " + std::string(detail);
    case NodeRefusal::legacy_mig:
      return "Legacy MIG jobs cannot be scheduled on node " + on;
    case NodeRefusal::mig_on_plain_node:
      return "MIG job cannot be scheduled on non-MIG node";
    case NodeRefusal::legacy_mig_on_node:
      return "MIG job cannot be scheduled on node with legacy MIG jobs: <[" + std::string(detail) + "]>";
    case NodeRefusal::single_strategy:
      return "only whole gpu jobs can run on a node with MigStrategy='single'";
    case NodeRefusal::mixed_strategy:
      return "non MIG jobs cant run on a node with MigStrategy='mixed'";
    case NodeRefusal::memory_not_synced:
      return "node is not a gpu node or the gpu memory count on the node was not synced yet, task: " + task +
             ", node: <" + on + '>';
    case NodeRefusal::pod_slots:
      return "node(s) pod number exceeded";
    case NodeRefusal::node_not_ready:
      return "node(s) were not ready";
    case NodeRefusal::node_unschedulable:
      return "node(s) were unschedulable";
    case NodeRefusal::taint:
      return "node(s) had untolerated taint " + std::string(detail);
    case NodeRefusal::node_affinity:
      return "node(s) didn't match Pod's node affinity/selector";
    case NodeRefusal::pod_affinity:
      return "node(s) didn't match pod affinity rules";
    case NodeRefusal::pod_anti_affinity:
      return "node(s) didn't match pod anti-affinity rules";
    case NodeRefusal::existing_anti_affinity:
      return "node(s) didn't satisfy existing pods anti-affinity rules";
    case NodeRefusal::not_gpu_worker:
      return "gpu task: " + task + " can't run on non gpu nodes, node: <" + on + '>';
    case NodeRefusal::not_cpu_worker:
      return "cpu task: " + task + " can't run on non cpu nodes, node: <" + on + '>';
  }
  return {};
}

}  // namespace berth::policy::kai
