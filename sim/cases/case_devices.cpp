#include "sim/cases/case_devices.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "sim/cluster/mig_instances.hpp"

namespace berth::scenario {
namespace {

using cluster::NodeSpec;
using workload::GpuRequestKind;

cluster::Cluster with_devices(const cluster::Cluster& from) {
  cluster::Cluster out;
  out.name = from.name;
  out.models = from.models;
  out.topologies = from.topologies;
  for (cluster::NodePool pool : from.pools) {
    pool.nodes.clear();
    pool.membership = 0;
    out.pools.push_back(std::move(pool));
  }
  for (std::size_t i = 0; i < from.nodes.size(); ++i) {
    NodeSpec spec = from.nodes[id_of<NodeId>(i)];
    spec.inventory = cluster::Inventory::devices;
    if (!spec.mig_advertised.empty() && spec.mig_layout.empty()) spec.gpus = 0;
    // Under strategy single a case counts instances; the devices are those that the layout names.
    if (spec.mig_strategy == cluster::MigStrategy::single && !spec.mig_layout.empty()) {
      spec.gpus = 0;
      for (const cluster::MigInstance& instance : spec.mig_layout)
        spec.gpus = std::max<std::int32_t>(spec.gpus, instance.device + 1);
    }
    spec.mig_advertised.clear();
    if (spec.gpus > cluster::max_devices_per_node)
      throw std::invalid_argument("node '" + spec.name + "' has more than " +
                                  std::to_string(cluster::max_devices_per_node) +
                                  " GPUs: only the policy kai takes it");
    const NodeId id = out.add_node(std::move(spec));
    if (from.occupancy[id_of<NodeId>(i)].cordoned) out.occupancy.set_cordoned(id, true);
    if (!from.occupancy[id_of<NodeId>(i)].ready) out.occupancy.set_ready(id, false);
  }
  return out;
}

class Placing {
 public:
  Placing(const PolicyCase& c, const cluster::Cluster& cluster) : case_(c), cluster_(cluster) {}

  cluster::DeviceAssignment place(PodId id, const workload::Pod& pod, const workload::PodShape& shape) {
    const NodeSpec& spec = cluster_.nodes[pod.node];
    const cluster::NodeOccupancy& now = cluster_.occupancy[pod.node];
    if (cluster::takes_instances(spec, shape.gpu)) {
      static const cluster::MigGeometry none_at_all;
      const auto& geometry =
          spec.gpu_model == none<GpuModelId>() ? none_at_all : cluster_.models[spec.gpu_model].mig;
      const auto found = cluster::find_instances(spec, geometry, now, shape.gpu);
      if (!found) refuse(id, spec);
      return *found;
    }
    cluster::DeviceAssignment out;
    switch (shape.gpu.kind) {
      case GpuRequestKind::none:
        break;
      case GpuRequestKind::whole:
        for (std::int32_t n = 0; n < shape.gpu.devices; ++n) out.devices |= vacant(id, pod.node, out.devices);
        break;
      case GpuRequestKind::fraction:
      case GpuRequestKind::memory:
        for (const std::uint32_t slot : pod.devices.slots) {
          const auto found = shared_.find({pod.node, slot});
          const cluster::DeviceSet device =
              found != shared_.end() ? found->second : vacant(id, pod.node, out.devices);
          shared_[{pod.node, slot}] = device;
          const auto& state = now.devices[static_cast<std::size_t>(cluster::lowest_device(device))];
          if ((out.devices & device) != 0 ||
              !cluster::share_fits(spec, state, shape.gpu, cluster::DeviceBook::thousandths))
            refuse(id, spec);
          out.devices |= device;
        }
        break;
      case GpuRequestKind::mig:
        refuse(id, spec);
    }
    return out;
  }

 private:
  cluster::DeviceSet vacant(PodId id, NodeId node, cluster::DeviceSet taken) const {
    const cluster::DeviceSet free = cluster_.occupancy[node].vacant & ~taken;
    if (free == 0) refuse(id, cluster_.nodes[node]);
    return cluster::device_bit(cluster::lowest_device(free));
  }
  [[noreturn]] void refuse(PodId id, const NodeSpec& spec) const {
    throw std::invalid_argument("node '" + spec.name + "' has no devices for task '" + case_.pod_names[id] +
                                "' as the case places it: only the policy kai goes by counts");
  }

  const PolicyCase& case_;
  const cluster::Cluster& cluster_;
  std::map<std::pair<NodeId, std::uint32_t>, cluster::DeviceSet> shared_;
};

}  // namespace

void stand_on_devices(const PolicyCase& c, cluster::Cluster& cluster, workload::Workloads& workloads) {
  cluster = with_devices(c.cluster);
  Placing placing(c, cluster);
  for (std::size_t i = 0; i < workloads.pods.size(); ++i) {
    const PodId id = id_of<PodId>(i);
    workload::Pod& pod = workloads.pods[id];
    if (!holds_devices(pod.status)) {
      pod.devices = {};
      continue;
    }
    const workload::PodShape& shape = workloads.shape_of(pod);
    pod.devices = placing.place(id, pod, shape);
    pod.devices = cluster.occupancy.hold(pod.node, cluster.nodes[pod.node], shape, pod.devices);
  }
}

}  // namespace berth::scenario
