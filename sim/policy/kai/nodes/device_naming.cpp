#include "sim/policy/kai/nodes/device_naming.hpp"

#include <algorithm>

#include "berth/cluster/devices.hpp"
#include "berth/cluster/occupancy.hpp"
#include "sim/policy/kai/nodes/fit.hpp"

namespace berth::policy::kai {

DeviceNaming::DeviceNaming(Session& session, const Transaction& transaction)
    : session_(session), transaction_(transaction), next_slot_(0) {
  const auto* names = transaction.snapshot().group_names;
  if (names != nullptr) next_slot_ = static_cast<std::uint32_t>(names->size());
}

cluster::DeviceAssignment DeviceNaming::name(TaskIx task, NodeIx node, const std::vector<GroupIx>& groups) {
  const Shape& shape = session_.shape_of(task);
  if (shape.shared()) return shared(node, groups);
  if (session_.nodes[node].spec->inventory == cluster::Inventory::counts) return {};
  const cluster::NodeSpec& spec = *session_.nodes[node].spec;
  if (shape.gpu == GpuKind::whole && spec.mig_enabled && spec.mig_strategy == cluster::MigStrategy::single) {
    cluster::DeviceAssignment where;
    take_instances(node, none<ProfileIx>(), shape.devices, where);
    return where;
  }
  if (shape.gpu == GpuKind::whole) return whole(node, shape);
  if (shape.gpu == GpuKind::mig) return instances(node, shape);
  return {};
}

bool DeviceNaming::free_now(TaskIx task, NodeIx node, const cluster::DeviceAssignment& where) const {
  const cluster::NodeSpec& spec = *session_.nodes[node].spec;
  if (spec.inventory == cluster::Inventory::counts) return true;
  const Shape& shape = session_.shape_of(task);
  const cluster::NodeOccupancy& now = transaction_.occupancy()[session_.nodes[node].id];
  // Section 9.12: what asks for next to nothing always fits now, though the last slot be still held by a pod that leaves.
  if (asks_for_nothing(shape)) {
    return now.pods < spec.max_pods && shape.cpu_milli <= now.cpu_free.value &&
           shape.memory_bytes <= now.memory_free.value;
  }
  for (int d = 0; d < static_cast<int>(now.devices.size()) && where.slots.empty(); ++d) {
    if ((where.devices & cluster::device_bit(d)) == 0) continue;
    const bool vacant = (now.vacant & cluster::device_bit(d)) != 0;
    if (vacant) continue;
    const cluster::DeviceState& device = now.devices[static_cast<std::size_t>(d)];
    if (!shape.shared() ||
        !cluster::share_fits(spec, device, shape.source->gpu, cluster::DeviceBook::mebibytes)) {
      return false;
    }
  }
  return std::all_of(where.slots.begin(), where.slots.end(), [&](std::uint32_t slot) {
    return std::any_of(now.instances.begin(), now.instances.end(), [&](const cluster::MigInstance& i) {
      return !i.used && !i.coming && cluster::mig_slot(i.device, i.start) == slot;
    });
  });
}

cluster::DeviceSet DeviceNaming::lowest(NodeIx node, std::int32_t count, cluster::DeviceSet taken) const {
  const cluster::NodeOccupancy& now = transaction_.occupancy()[session_.nodes[node].id];
  cluster::DeviceSet chosen = 0;
  for (int n = 0; n < count; ++n) {
    int best = -1;
    for (int d = 0; d < static_cast<int>(now.devices.size()); ++d) {
      const cluster::DeviceState& device = now.devices[static_cast<std::size_t>(d)];
      if (((taken | chosen) & cluster::device_bit(d)) != 0 || device.failed) continue;
      if (best < 0 || device.holders < now.devices[static_cast<std::size_t>(best)].holders) best = d;
      if (device.holders == 0) break;
    }
    if (best < 0) break;
    chosen |= cluster::device_bit(best);
  }
  return chosen;
}

cluster::DeviceAssignment DeviceNaming::whole(NodeIx node, const Shape& shape) const {
  cluster::DeviceAssignment where;
  where.devices = lowest(node, shape.devices, 0);
  return where;
}

cluster::DeviceAssignment DeviceNaming::shared(NodeIx node, const std::vector<GroupIx>& groups) {
  const bool counts = session_.nodes[node].spec->inventory == cluster::Inventory::counts;
  cluster::DeviceAssignment where;
  for (const GroupIx g : groups) {
    int& device = session_.groups[g].device;
    if (counts) {
      if (device < 0) device = static_cast<int>(next_slot_++);
      where.slots.push_back(static_cast<std::uint32_t>(device));
    } else {
      if (device < 0) device = cluster::lowest_device(lowest(node, 1, where.devices));
      where.devices |= cluster::device_bit(device);
    }
  }
  return where;
}

cluster::DeviceAssignment DeviceNaming::instances(NodeIx node, const Shape& shape) const {
  cluster::DeviceAssignment where;
  for (const MigCount& m : shape.mig) take_instances(node, m.profile, m.count, where);
  return where;
}

void DeviceNaming::take_instances(NodeIx node, ProfileIx profile, std::int32_t count,
                                  cluster::DeviceAssignment& where) const {
  const NodeInfo& info = session_.nodes[node];
  const cluster::NodeOccupancy& now = transaction_.occupancy()[info.id];
  const auto& profiles = transaction_.snapshot().cluster->models[info.spec->gpu_model].mig.profiles;
  // What a cut under way makes comes after what is there.
  const auto rank = [](const cluster::MigInstance& i) { return i.used ? 2 : i.coming ? 1 : 0; };
  for (const int wanted : {0, 1, 2}) {
    for (std::size_t i = 0; i < now.instances.size() && count > 0; ++i) {
      const cluster::MigInstance& instance = now.instances[i];
      if (rank(instance) != wanted || now.devices[instance.device].failed) continue;
      if (profile != none<ProfileIx>() && profiles[instance.profile].name != session_.mig_profiles[profile]) {
        continue;
      }
      where.slots.push_back(cluster::mig_slot(instance.device, instance.start));
      where.devices |= cluster::device_bit(instance.device);
      --count;
    }
  }
  std::sort(where.slots.begin(), where.slots.end());
}

}  // namespace berth::policy::kai
