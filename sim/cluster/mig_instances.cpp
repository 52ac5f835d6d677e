#include "sim/cluster/mig_instances.hpp"

#include <algorithm>
#include <string>

#include "sim/cluster/mig.hpp"

namespace berth::cluster {

using workload::GpuRequest;
using workload::GpuRequestKind;

namespace {

bool out_of_service(const NodeOccupancy& node, const MigInstance& instance) {
  return node.devices[instance.device].failed;
}

void add(DeviceAssignment& to, const MigInstance& instance) {
  to.devices |= device_bit(instance.device);
  to.slots.push_back(mig_slot(instance.device, instance.start));
}

// The first `count` unused instances that `wanted` accepts and `taken` does not hold yet; false when there
// are fewer.
template <class Accepts>
bool take(const NodeOccupancy& node, std::int32_t count, std::vector<bool>& taken, DeviceAssignment& result,
          Accepts wanted) {
  for (std::size_t i = 0; i < node.instances.size() && count > 0; ++i) {
    const MigInstance& instance = node.instances[i];
    if (taken[i] || instance.used || instance.coming || out_of_service(node, instance) || !wanted(instance))
      continue;
    taken[i] = true;
    add(result, instance);
    --count;
  }
  return count == 0;
}

// How one instance could be made on a device.
struct Candidate {
  int destroyed = 0;         // idle instances that go
  int destroyed_slices = 0;  // their memory slices
  std::uint8_t device = 0;
  int free_pairs = 0;  // that stay
  std::uint8_t start = 0;

  bool better_than(const Candidate& o) const {
    if (destroyed != o.destroyed) return destroyed < o.destroyed;
    if (destroyed_slices != o.destroyed_slices) return destroyed_slices < o.destroyed_slices;
    if (device != o.device) return device < o.device;
    if (free_pairs != o.free_pairs) return free_pairs > o.free_pairs;
    return start < o.start;
  }
};

// The work in progress: instances of the node, those spoken for marked as used.
class Recutter {
 public:
  Recutter(const NodeSpec& spec, const MigGeometry& geometry, const NodeOccupancy& node, DeviceSet frozen)
      : spec_(spec), geometry_(geometry), node_(node), frozen_(frozen), instances_(node.instances) {}

  // Takes an idle instance of the profile as it is.
  bool take_idle(std::uint16_t profile) {
    for (MigInstance& instance : instances_) {
      if (instance.used || instance.coming || instance.profile != profile || out_of_service(node_, instance))
        continue;
      instance.used = true;
      add(serves_, instance);
      return true;
    }
    return false;
  }

  // Makes an instance of the profile with the least disturbance.
  bool make(std::uint16_t profile) {
    std::optional<Candidate> best;
    for (std::int32_t d = 0; d < spec_.gpus; ++d) {
      const auto device = static_cast<std::uint8_t>(d);
      const DeviceState& state = node_.devices[device];
      if (state.failed || !state.mig || (frozen_ & device_bit(d)) != 0 || being_cut(device)) continue;
      for (const std::uint8_t start : geometry_.profiles[profile].starts) {
        const auto candidate = consider(device, {profile, start});
        if (candidate && (!best || candidate->better_than(*best))) best = candidate;
      }
    }
    if (!best) return false;
    create(*best, profile);
    destroyed_ += best->destroyed;
    destroyed_slices_ += best->destroyed_slices;
    return true;
  }

  RecutPlan finish() {
    RecutPlan plan;
    plan.serves = serves_;
    plan.destroyed = destroyed_;
    plan.destroyed_slices = destroyed_slices_;
    std::sort(plan.serves.slots.begin(), plan.serves.slots.end());
    for (std::int32_t d = 0; d < spec_.gpus; ++d) {
      const auto device = static_cast<std::uint8_t>(d);
      if ((changed_ & device_bit(d)) == 0) continue;
      Recut recut{device, {}};
      for (MigInstance instance : instances_) {
        if (instance.device != device) continue;
        instance.used = was_used(instance);  // what is spoken for here is not held yet
        recut.instances.push_back(instance);
      }
      plan.recuts.push_back(std::move(recut));
    }
    return plan;
  }

 private:
  bool was_used(const MigInstance& instance) const {
    return std::any_of(node_.instances.begin(), node_.instances.end(), [&](const MigInstance& i) {
      return i.used && i.device == instance.device && i.start == instance.start;
    });
  }

  // A device is cut once at a time.
  bool being_cut(std::uint8_t device) const {
    return std::any_of(node_.instances.begin(), node_.instances.end(),
                       [&](const MigInstance& i) { return i.device == device && i.coming; });
  }

  // The idle instances (as indices) that must go for the placement: those on its slices, and one with the
  // media engines when it wants them. Nothing when one in use stands in the way. `left`: what stays, the
  // placement included.
  std::optional<std::vector<std::size_t>> in_the_way(std::uint8_t device, MigPlacement placement,
                                                     MigLayout& left) const {
    const std::uint64_t slices = slices_of(geometry_, placement);
    const bool wants_media = has_media_engines(geometry_.profiles[placement.profile]);
    std::vector<std::size_t> going;
    for (std::size_t i = 0; i < instances_.size(); ++i) {
      const MigInstance& instance = instances_[i];
      if (instance.device != device) continue;
      const MigPlacement there{instance.profile, instance.start};
      const bool clashes = (slices_of(geometry_, there) & slices) != 0 ||
                           (wants_media && has_media_engines(geometry_.profiles[there.profile]));
      if (!clashes) {
        left.place(there);
      } else if (instance.used) {
        return std::nullopt;
      } else {
        going.push_back(i);
      }
    }
    if (!left.can_place(placement)) return std::nullopt;
    left.place(placement);
    return going;
  }

  std::optional<Candidate> consider(std::uint8_t device, MigPlacement placement) const {
    MigLayout left(geometry_);
    const auto going = in_the_way(device, placement, left);
    if (!going) return std::nullopt;
    Candidate candidate;
    candidate.device = device;
    candidate.start = placement.start;
    candidate.free_pairs = left.free_pairs();
    for (const std::size_t i : *going) {
      ++candidate.destroyed;
      candidate.destroyed_slices += geometry_.profiles[instances_[i].profile].memory_slices;
    }
    return candidate;
  }

  void create(const Candidate& candidate, std::uint16_t profile) {
    MigLayout left(geometry_);
    const auto going = in_the_way(candidate.device, {profile, candidate.start}, left);
    for (auto i = going->rbegin(); i != going->rend(); ++i)
      instances_.erase(instances_.begin() + static_cast<std::ptrdiff_t>(*i));
    const MigInstance made{candidate.device, candidate.start, profile, true};
    const auto at = std::find_if(instances_.begin(), instances_.end(), [&](const MigInstance& i) {
      return i.device > made.device || (i.device == made.device && i.start > made.start);
    });
    instances_.insert(at, made);
    add(serves_, made);
    changed_ |= device_bit(candidate.device);
  }

  const NodeSpec& spec_;
  const MigGeometry& geometry_;
  const NodeOccupancy& node_;
  DeviceSet frozen_;
  std::vector<MigInstance> instances_;
  DeviceAssignment serves_;
  DeviceSet changed_ = 0;
  int destroyed_ = 0;
  int destroyed_slices_ = 0;
};

}  // namespace

bool takes_instances(const NodeSpec& spec, const GpuRequest& request) {
  if (!spec.mig_enabled) return false;
  if (request.kind == GpuRequestKind::mig) return spec.mig_strategy == MigStrategy::mixed;
  return request.kind == GpuRequestKind::whole && spec.mig_strategy == MigStrategy::single;
}

std::optional<DeviceAssignment> find_instances(const NodeSpec& spec, const MigGeometry& geometry,
                                               const NodeOccupancy& node, const GpuRequest& request) {
  if (!takes_instances(spec, request)) return std::nullopt;
  DeviceAssignment result;
  std::vector<bool> taken(node.instances.size(), false);
  if (request.kind == GpuRequestKind::whole) {
    if (!take(node, request.devices, taken, result, [](const MigInstance&) { return true; }))
      return std::nullopt;
  } else {
    for (const workload::MigRequest& wanted : request.mig) {
      const auto profile = geometry.find_profile(wanted.profile);
      if (!profile) return std::nullopt;
      const auto is_it = [&](const MigInstance& i) { return i.profile == *profile; };
      if (!take(node, wanted.count, taken, result, is_it)) return std::nullopt;
    }
  }
  std::sort(result.slots.begin(), result.slots.end());
  return result;
}

DeviceSet untouched_devices(const NodeOccupancy& node) {
  DeviceSet found = node.vacant;
  for (std::size_t d = 0; d < node.devices.size(); ++d) {
    if (node.devices[d].mig && !node.devices[d].failed) found |= device_bit(static_cast<int>(d));
  }
  for (const MigInstance& instance : node.instances) {
    if (instance.used) found &= ~device_bit(instance.device);
  }
  return found;
}

std::optional<RecutPlan> plan_recut(const NodeSpec& spec, const MigGeometry& geometry,
                                    const NodeOccupancy& node, const GpuRequest& request, DeviceSet frozen) {
  if (request.kind != GpuRequestKind::mig || !takes_instances(spec, request)) return std::nullopt;
  // A request for more instances than the node has slices cannot be served, whatever it says.
  std::int64_t wanted_count = 0;
  std::vector<std::uint16_t> wanted;
  for (const workload::MigRequest& m : request.mig) {
    const auto profile = geometry.find_profile(m.profile);
    wanted_count += m.count;
    if (!profile || wanted_count > std::int64_t{spec.gpus} * geometry.memory_slices) return std::nullopt;
    wanted.insert(wanted.end(), static_cast<std::size_t>(m.count), *profile);
  }
  std::stable_sort(wanted.begin(), wanted.end(), [&](std::uint16_t a, std::uint16_t b) {
    return geometry.profiles[a].compute_slices > geometry.profiles[b].compute_slices;
  });

  Recutter work(spec, geometry, node, frozen);
  std::vector<std::uint16_t> to_make;
  for (const std::uint16_t profile : wanted) {
    if (!work.take_idle(profile)) to_make.push_back(profile);
  }
  if (to_make.empty()) return std::nullopt;
  for (const std::uint16_t profile : to_make) {
    if (!work.make(profile)) return std::nullopt;
  }
  return work.finish();
}

}  // namespace berth::cluster
