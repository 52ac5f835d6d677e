#include "sim/policy/fit.hpp"

#include <algorithm>
#include <string>

#include "berth/core/invariant.hpp"
#include "sim/cluster/mig_instances.hpp"

namespace berth::policy {

using cluster::DeviceSet;
using cluster::DeviceState;
using cluster::MigInstance;
using cluster::NodeOccupancy;
using cluster::NodeSpec;
using workload::GpuRequest;
using workload::GpuRequestKind;
using workload::PodShape;

namespace {

bool requirement_holds(const NodeSpec& spec, const workload::NodeRequirement& r) {
  using Operator = workload::NodeRequirement::Operator;
  const std::string* value = cluster::find_label(spec.labels, r.key);
  const bool listed =
      value != nullptr && std::find(r.values.begin(), r.values.end(), *value) != r.values.end();
  switch (r.op) {
    case Operator::in:
      return listed;
    case Operator::not_in:
      return !listed;
    case Operator::exists:
      return value != nullptr;
    case Operator::does_not_exist:
      return value == nullptr;
  }
  return false;
}

bool tolerated(const cluster::Taint& taint, const PodShape& shape) {
  if (taint.effect == "PreferNoSchedule") return true;
  return std::any_of(shape.tolerations.begin(), shape.tolerations.end(), [&](const workload::Toleration& t) {
    if (!t.effect.empty() && t.effect != taint.effect) return false;
    if (t.key.empty()) return t.exists;
    return t.key == taint.key && (t.exists || t.value == taint.value);
  });
}

bool model_allowed(const cluster::Cluster& cluster, const NodeSpec& spec, const PodShape& shape) {
  if (shape.gpu_models.empty() || shape.cpu_only()) return true;
  if (spec.gpu_model == none<GpuModelId>()) return false;
  const cluster::GpuModel& model = cluster.models[spec.gpu_model];
  return std::any_of(shape.gpu_models.begin(), shape.gpu_models.end(),
                     [&](const std::string& m) { return m == model.name || m == model.product_label; });
}

const cluster::MigGeometry& geometry_of(const cluster::Cluster& cluster, const NodeSpec& spec) {
  static const cluster::MigGeometry none_at_all;
  return spec.gpu_model == none<GpuModelId>() ? none_at_all : cluster.models[spec.gpu_model].mig;
}

// The node, were every pod gone and every device whole: could its instances serve the request, cut anew if allowed?
bool instances_could_serve(const cluster::Cluster& cluster, NodeId id, const GpuRequest& gpu) {
  const NodeSpec& spec = cluster.nodes[id];
  const cluster::MigGeometry& geometry = geometry_of(cluster, spec);
  NodeOccupancy empty;
  empty.devices.resize(static_cast<std::size_t>(spec.gpus));
  for (DeviceState& device : empty.devices) device.mig = true;
  empty.instances = cluster.occupancy[id].instances;
  for (MigInstance& i : empty.instances) i.used = i.coming = false;
  if (cluster::find_instances(spec, geometry, empty, gpu)) return true;
  return spec.repartition_on_demand && cluster::plan_recut(spec, geometry, empty, gpu).has_value();
}

// Devices that have room for one share, counted up to `wanted`.
int devices_with_room(const NodeSpec& spec, const NodeOccupancy& node, const GpuRequest& gpu, int wanted) {
  int found = 0;
  for (int d = 0; d < spec.gpus && found < wanted; ++d) {
    const DeviceState& device = node.devices[static_cast<std::size_t>(d)];
    if (cluster::share_fits(spec, device, gpu, cluster::DeviceBook::thousandths)) ++found;
  }
  return found;
}

}  // namespace

bool could_fit(const cluster::Cluster& cluster, NodeId id, const PodShape& shape) {
  const NodeSpec& spec = cluster.nodes[id];
  if (shape.cpu > spec.cpu || shape.memory > spec.memory || spec.max_pods < 1) return false;
  if (!model_allowed(cluster, spec, shape)) return false;
  for (const workload::NodeRequirement& r : shape.node_requirements) {
    if (!requirement_holds(spec, r)) return false;
  }
  for (const cluster::Taint& taint : spec.taints) {
    if (!tolerated(taint, shape)) return false;
  }
  const GpuRequest& gpu = shape.gpu;
  if (gpu.kind == GpuRequestKind::none) return true;
  if (cluster::takes_instances(spec, gpu)) return instances_could_serve(cluster, id, gpu);
  // Devices in MIG mode offer their instances and nothing else, unless the strategy does not look at it.
  if (spec.mig_enabled && spec.mig_strategy != cluster::MigStrategy::none) return false;
  switch (gpu.kind) {
    case GpuRequestKind::whole:
    case GpuRequestKind::fraction:
      return gpu.devices <= spec.gpus;
    case GpuRequestKind::memory:
      return gpu.devices <= spec.gpus && gpu.memory <= spec.gpu_memory && spec.gpu_memory >= mebibytes(100);
    case GpuRequestKind::none:
    case GpuRequestKind::mig:
      break;
  }
  return false;
}

bool fits_now(const cluster::Cluster& cluster, NodeId id, const NodeOccupancy& node, const PodShape& shape) {
  const NodeSpec& spec = cluster.nodes[id];
  if (!node.schedulable() || node.cpu_free < shape.cpu || node.memory_free < shape.memory ||
      node.pods >= spec.max_pods) {
    return false;
  }
  const GpuRequest& gpu = shape.gpu;
  if (cluster::takes_instances(spec, gpu))
    return cluster::find_instances(spec, geometry_of(cluster, spec), node, gpu).has_value();
  switch (gpu.kind) {
    case GpuRequestKind::none:
      return true;
    case GpuRequestKind::whole:
      return cluster::device_count(node.vacant) >= gpu.devices;
    case GpuRequestKind::fraction:
    case GpuRequestKind::memory:
      return devices_with_room(spec, node, gpu, gpu.devices) >= gpu.devices;
    case GpuRequestKind::mig:
      break;
  }
  return false;
}

cluster::DeviceAssignment choose_devices(const cluster::Cluster& cluster, NodeId id,
                                         const NodeOccupancy& node, const PodShape& shape, DeviceRule rule) {
  const NodeSpec& spec = cluster.nodes[id];
  const GpuRequest& gpu = shape.gpu;
  if (cluster::takes_instances(spec, gpu)) {
    auto found = cluster::find_instances(spec, geometry_of(cluster, spec), node, gpu);
    BERTH_INVARIANT(found.has_value(), "no MIG instance left on " + spec.name);
    return std::move(*found);
  }
  cluster::DeviceAssignment chosen;
  switch (gpu.kind) {
    case GpuRequestKind::none:
    case GpuRequestKind::mig:
      break;
    case GpuRequestKind::whole: {
      DeviceSet vacant = node.vacant;
      for (int n = 0; n < gpu.devices; ++n, vacant &= vacant - 1) {
        chosen.devices |= cluster::device_bit(cluster::lowest_device(vacant));
      }
      break;
    }
    case GpuRequestKind::fraction:
    case GpuRequestKind::memory:
      for (int n = 0; n < gpu.devices; ++n) {
        int best = -1;
        for (int d = 0; d < spec.gpus; ++d) {
          const DeviceState& device = node.devices[static_cast<std::size_t>(d)];
          if ((chosen.devices & cluster::device_bit(d)) != 0 ||
              !cluster::share_fits(spec, device, gpu, cluster::DeviceBook::thousandths))
            continue;
          if (best < 0) {
            best = d;
            continue;
          }
          const GpuMilli used_best = node.devices[static_cast<std::size_t>(best)].used;
          if ((rule == DeviceRule::tightest && device.used > used_best) ||
              (rule == DeviceRule::roomiest && device.used < used_best)) {
            best = d;
          }
        }
        BERTH_INVARIANT(best >= 0, "no device with room on " + spec.name);
        chosen.devices |= cluster::device_bit(best);
      }
      break;
  }
  return chosen;
}

namespace {

// Holds a place on a node of the scratch copy, cutting its idle instances anew where that is allowed; false: no room.
bool take_place(const cluster::Cluster& cluster, NodeId id, cluster::Occupancy& copies, NodeId copy,
                const PodShape& shape) {
  if (!could_fit(cluster, id, shape)) return false;
  const NodeSpec& spec = cluster.nodes[id];
  const NodeOccupancy& now = copies[copy];
  if (fits_now(cluster, id, now, shape)) {
    copies.hold(copy, spec, shape, choose_devices(cluster, id, now, shape, DeviceRule::lowest));
    return true;
  }
  if (!spec.repartition_on_demand || now.cpu_free < shape.cpu || now.memory_free < shape.memory ||
      now.pods >= spec.max_pods)
    return false;
  const auto plan = cluster::plan_recut(spec, geometry_of(cluster, spec), now, shape.gpu);
  if (!plan) return false;
  for (const cluster::Recut& recut : plan->recuts) copies.set_instances(copy, recut.device, recut.instances);
  copies.hold(copy, spec, shape, plan->serves);
  return true;
}

}  // namespace

std::int32_t could_hold(const cluster::Cluster& cluster, NodeId node, const PodShape& shape,
                        std::int32_t most) {
  if (most <= 0 || !could_fit(cluster, node, shape)) return 0;
  cluster::Occupancy empty;
  const NodeId copy = empty.add(cluster.nodes[node]);
  std::int32_t held = 0;
  while (held < most && take_place(cluster, node, empty, copy, shape)) ++held;
  return held;
}

bool could_hold_together(const cluster::Cluster& cluster, PoolId pool,
                         const IdVector<ShapeId, PodShape>& shapes,
                         const std::vector<std::pair<ShapeId, std::int32_t>>& ask, StopToken stop) {
  const std::vector<NodeId>& nodes = cluster.pools[pool].nodes;
  std::int32_t pods = 0;
  for (const auto& entry : ask) {
    const ShapeId shape = entry.first;
    pods += entry.second;
    const bool somewhere = std::any_of(nodes.begin(), nodes.end(), [&](NodeId node) {
      return cluster.occupancy[node].present && could_fit(cluster, node, shapes[shape]);
    });
    if (!somewhere) return false;
  }
  if (pods == 1) return true;

  // The pool as it was bought, filled by first fit.
  cluster::Occupancy empty;
  std::vector<NodeId> present;
  for (const NodeId node : nodes) {
    if (cluster.occupancy[node].present) present.push_back(node);
  }
  for (const NodeId node : present) {
    const NodeId copy = empty.add(cluster.nodes[node]);
    cluster::NodeOccupancy now = empty[copy];
    now.instances = cluster.occupancy[node].instances;
    for (MigInstance& i : now.instances) i.used = i.coming = false;
    empty.assign(copy, now);
  }
  for (const auto& [shape, count] : ask) {
    std::size_t at = 0;
    for (std::int32_t left = count; left > 0; --left) {
      stop.poll();
      while (at < present.size() &&
             !take_place(cluster, present[at], empty, id_of<NodeId>(at), shapes[shape]))
        ++at;
      if (at == present.size()) return false;
    }
  }
  return true;
}

}  // namespace berth::policy
