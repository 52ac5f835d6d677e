#include "sim/policy/recuts.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "sim/cluster/mig_instances.hpp"
#include "sim/policy/fit.hpp"

namespace berth::policy {

namespace {

constexpr NodeId the_node{0};  // of a scratch occupancy

bool cpu_and_memory_fit(const cluster::NodeSpec& spec, const cluster::NodeOccupancy& node,
                        const workload::PodShape& shape) {
  return node.schedulable() && node.cpu_free >= shape.cpu && node.memory_free >= shape.memory &&
         node.pods < spec.max_pods;
}

}  // namespace

RecutPlanner::RecutPlanner(const Snapshot& snapshot, const cluster::Occupancy& occupancy)
    : snapshot_(snapshot), occupancy_(occupancy) {}

bool RecutPlanner::possible(const Snapshot& snapshot) {
  const std::vector<NodeId>& nodes = snapshot.cluster->pools[snapshot.pool].nodes;
  return std::any_of(nodes.begin(), nodes.end(), [&](NodeId id) {
    const cluster::NodeSpec& spec = snapshot.cluster->nodes[id];
    return spec.repartition_on_demand && spec.mig_enabled && spec.gpu_model != none<GpuModelId>() &&
           spec.inventory == cluster::Inventory::devices;
  });
}

RecutPlanner::Scratch& RecutPlanner::scratch(Nodes& nodes, NodeId id) const {
  const auto found = nodes.find(id);
  if (found != nodes.end()) return found->second;
  Scratch made;
  made.node.add(snapshot_.cluster->nodes[id]);
  cluster::NodeOccupancy now = occupancy_[id];
  for (cluster::MigInstance& instance : now.instances) {
    if (instance.coming) made.being_cut |= cluster::device_bit(instance.device);
    instance.coming = false;
  }
  made.node.assign(the_node, now);
  return nodes.emplace(id, std::move(made)).first->second;
}

bool RecutPlanner::place(Plan& plan, PodId pod, const Allows& allows) const {
  const cluster::Cluster& cluster = *snapshot_.cluster;
  const workload::PodShape& shape = snapshot_.workloads->shape_of(pod);
  std::optional<cluster::RecutPlan> best;
  NodeId best_node{};
  for (const NodeId id : cluster.pools[snapshot_.pool].nodes) {
    const cluster::NodeSpec& spec = cluster.nodes[id];
    if (!cpu_and_memory_fit(spec, occupancy_[id], shape) || !could_fit(cluster, id, shape)) continue;
    if (allows && !allows(pod, id)) continue;
    Scratch& here = scratch(plan.nodes_, id);
    const cluster::NodeOccupancy& now = here.node[the_node];
    if (fits_now(cluster, id, now, shape)) {
      here.node.hold(the_node, spec, shape, choose_devices(cluster, id, now, shape, DeviceRule::tightest));
      return true;
    }
    if (!spec.repartition_on_demand || !cpu_and_memory_fit(spec, now, shape) ||
        !cluster::takes_instances(spec, shape.gpu))
      continue;
    auto recut =
        cluster::plan_recut(spec, cluster.models[spec.gpu_model].mig, now, shape.gpu, here.being_cut);
    if (!recut) continue;
    if (!best || std::tie(recut->destroyed, recut->destroyed_slices) <
                     std::tie(best->destroyed, best->destroyed_slices)) {
      best = std::move(recut);
      best_node = id;
    }
  }
  if (!best) return false;
  Scratch& here = scratch(plan.nodes_, best_node);
  const auto known = std::find_if(plan.cuts_.begin(), plan.cuts_.end(),
                                  [&](const CutNode& cut) { return cut.node == best_node; });
  if (known == plan.cuts_.end()) {
    const auto place = std::find_if(plan.cuts_.begin(), plan.cuts_.end(), [&](const CutNode& cut) {
      return index_of(cut.node) > index_of(best_node);
    });
    plan.cuts_.insert(place, {best_node, here.node[the_node].instances, {}});
  }
  for (const cluster::Recut& recut : best->recuts) {
    here.node.set_instances(the_node, recut.device, recut.instances);
    here.cut |= cluster::device_bit(recut.device);
  }
  here.node.hold(the_node, cluster.nodes[best_node], shape, best->serves);
  return true;
}

std::optional<RecutPlanner::Plan> RecutPlanner::find(const std::vector<PodId>& pods,
                                                     const Allows& allows) const {
  Plan plan;
  plan.nodes_ = nodes_;
  for (const PodId pod : pods) {
    snapshot_.stop.poll();
    if (!place(plan, pod, allows)) return std::nullopt;
  }
  for (CutNode& cut : plan.cuts_) cut.after = plan.nodes_.at(cut.node).node[the_node].instances;
  return plan;
}

void RecutPlanner::take(Plan plan) {
  nodes_ = std::move(plan.nodes_);
}

bool RecutPlanner::serve(const std::vector<PodId>& pods) {
  std::optional<Plan> plan = find(pods);
  if (plan) take(std::move(*plan));
  return plan.has_value();
}

void RecutPlanner::reserve(NodeId id, const workload::PodShape& shape) {
  const cluster::NodeSpec& spec = snapshot_.cluster->nodes[id];
  if (!spec.repartition_on_demand || !cluster::takes_instances(spec, shape.gpu)) return;
  const cluster::MigGeometry& geometry = snapshot_.cluster->models[spec.gpu_model].mig;
  Scratch& here = scratch(nodes_, id);
  cluster::NodeOccupancy now = here.node[the_node];
  for (const workload::MigRequest& wanted : shape.gpu.mig) {
    std::int32_t left = wanted.count;
    for (cluster::MigInstance& instance : now.instances) {
      if (left == 0) break;
      if (instance.used || geometry.profiles[instance.profile].name != wanted.profile) continue;
      instance.used = true;
      --left;
    }
  }
  here.node.assign(the_node, now);
}

void RecutPlanner::ask(Transaction& transaction) const {
  for (const auto& [id, here] : nodes_) {
    for (cluster::DeviceSet left = here.cut; left != 0; left &= left - 1) {
      const auto device = static_cast<std::uint8_t>(cluster::lowest_device(left));
      std::vector<cluster::MigInstance> instances;
      for (cluster::MigInstance instance : here.node[the_node].instances) {
        if (instance.device != device) continue;
        // What is spoken for here is held by nobody yet.
        const auto& now = occupancy_[id].instances;
        instance.used = std::any_of(now.begin(), now.end(), [&](const cluster::MigInstance& i) {
          return i.used && i.device == device && i.start == instance.start;
        });
        instances.push_back(instance);
      }
      transaction.repartition(id, device, std::move(instances));
    }
  }
}

}  // namespace berth::policy
