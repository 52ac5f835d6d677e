// The rules that a decision must keep, one function a kind of decision. They are written for a reader, not for speed:
// a decision is checked once.
#include "sim/simulation/run/commit.hpp"
#include "sim/cluster/mig_instances.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "berth/core/invariant.hpp"
#include "sim/policy/fit.hpp"

namespace berth::simulation {

using cluster::DeviceAssignment;
using cluster::MigInstance;
using cluster::NodeOccupancy;
using cluster::NodeSpec;
using workload::GpuRequestKind;
using workload::Pod;
using workload::PodShape;
using workload::PodStatus;
using workload::Workload;

namespace {

constexpr const char* rule_names[] = {
    "pod-exists",   "workload-exists",  "node-exists",      "pod-pending",           "workload-schedulable",
    "node-in-pool", "workload-in-pool", "node-schedulable", "devices-match-request", "devices-free",
    "cpu-fits",     "memory-fits",      "pods-fit",         "constraints-hold",      "gang-whole",
    "pod-placed",   "workload-waits",   "refusal-in-pool",  "repartition-allowed",   "layout-valid",
    "stale-state"};

std::string number(std::int64_t n) {
  return std::to_string(n);
}

bool cut_by_mig(const NodeOccupancy& node, int device) {
  return std::any_of(node.instances.begin(), node.instances.end(),
                     [&](const MigInstance& i) { return i.device == device; });
}

class Checks {
 public:
  Checks(PoolId pool, const World& world, cluster::DeviceBook book)
      : pool_(pool), world_(world), book_(book) {}

  std::optional<Breach> operator()(const policy::Bind& d) const {
    if (auto b = pod(d.pod)) return b;
    if (auto b = wants_place(d.pod)) return b;
    if (auto b = node(d.node)) return b;
    return room(d);
  }
  std::optional<Breach> operator()(const policy::Evict& d) const {
    if (auto b = pod(d.pod)) return b;
    if (auto b = served(d.for_workload)) return b;
    return placed(d.pod);
  }
  std::optional<Breach> operator()(const policy::Pipeline& d) const {
    if (auto b = pod(d.pod)) return b;
    if (auto b = wants_place(d.pod)) return b;
    return node(d.node);
  }
  std::optional<Breach> operator()(const policy::Move& d) const {
    if (auto b = pod(d.pod)) return b;
    if (auto b = served(d.for_workload)) return b;
    if (auto b = placed(d.pod)) return b;
    return node(d.to);
  }
  std::optional<Breach> operator()(const policy::Refuse& d) const {
    if (auto b = waits(d.workload)) return b;
    if (d.refusal.pool != pool_) return Breach{Rule::refusal_in_pool, "it speaks of another pool"};
    return std::nullopt;
  }
  std::optional<Breach> operator()(const policy::Drop& d) const { return waits(d.workload); }
  std::optional<Breach> operator()(const policy::Repartition& d) const;
  std::optional<Breach> operator()(const policy::MarkStale& d) const { return stale(d.workload, false); }
  std::optional<Breach> operator()(const policy::ClearStale& d) const { return stale(d.workload, true); }

 private:
  std::optional<Breach> pod(PodId id) const {
    if (world_.workloads.pods.contains(id)) return std::nullopt;
    return Breach{Rule::pod_exists, "there is no pod " + number(static_cast<std::int64_t>(index_of(id)))};
  }
  std::optional<Breach> served(WorkloadId id) const {
    if (id == none<WorkloadId>() || world_.workloads.all.contains(id)) return std::nullopt;
    return Breach{Rule::workload_exists, "it serves a workload that does not exist"};
  }
  std::optional<Breach> in_pool(WorkloadId id) const {
    const Workload& w = world_.workloads.all[id];
    if (w.pool == pool_) return std::nullopt;
    return Breach{Rule::workload_in_pool, w.spec.name + " is in pool " + world_.cluster.pools[w.pool].name};
  }
  std::optional<Breach> node(NodeId id) const {
    if (!world_.cluster.nodes.contains(id)) {
      return Breach{Rule::node_exists, "there is no node " + number(static_cast<std::int64_t>(index_of(id)))};
    }
    const NodeSpec& spec = world_.cluster.nodes[id];
    if (spec.pool == pool_) return std::nullopt;
    return Breach{Rule::node_in_pool,
                  "node " + spec.name + " is in pool " + world_.cluster.pools[spec.pool].name};
  }
  std::optional<Breach> wants_place(PodId id) const {
    const Pod& p = world_.workloads.pods[id];
    if (p.status != PodStatus::pending) {
      return Breach{Rule::pod_pending, "the pod is " + std::string(workload::name_of(p.status))};
    }
    if (auto b = in_pool(p.workload)) return b;
    if (!world_.courses[p.workload].is_waiting) {
      return Breach{Rule::workload_schedulable, world_.workloads.all[p.workload].spec.name +
                                                    " is suspended, being deleted, or waits for others"};
    }
    return std::nullopt;
  }
  std::optional<Breach> placed(PodId id) const {
    const Pod& p = world_.workloads.pods[id];
    if (!workload::counts_as_allocated(p.status)) {
      return Breach{Rule::pod_placed, "the pod is " + std::string(workload::name_of(p.status))};
    }
    return in_pool(p.workload);
  }
  std::optional<Breach> waits(WorkloadId id) const {
    if (!world_.workloads.all.contains(id)) {
      return Breach{Rule::workload_exists,
                    "there is no workload " + number(static_cast<std::int64_t>(index_of(id)))};
    }
    if (auto b = in_pool(id)) return b;
    if (world_.courses[id].is_waiting) return std::nullopt;
    return Breach{Rule::workload_waits,
                  world_.workloads.all[id].spec.name + " has no pod that waits for a place"};
  }
  std::optional<Breach> stale(WorkloadId id, bool marked) const {
    if (!world_.workloads.all.contains(id)) {
      return Breach{Rule::workload_exists,
                    "there is no workload " + number(static_cast<std::int64_t>(index_of(id)))};
    }
    if (auto b = in_pool(id)) return b;
    const Workload& w = world_.workloads.all[id];
    if (w.stale_since.has_value() == marked && !world_.courses[id].ending) return std::nullopt;
    return Breach{Rule::stale_state, w.spec.name + (marked ? " is not marked stale" : " is marked or over")};
  }
  std::optional<Breach> room(const policy::Bind& d) const;
  std::optional<Breach> devices(const NodeSpec& spec, const NodeOccupancy& now, const PodShape& shape,
                                const DeviceAssignment& where) const;
  std::optional<Breach> instances(const NodeSpec& spec, const NodeOccupancy& now, const PodShape& shape,
                                  const DeviceAssignment& where) const;

  PoolId pool_;
  const World& world_;
  cluster::DeviceBook book_;
};

std::optional<Breach> Checks::room(const policy::Bind& d) const {
  const NodeSpec& spec = world_.cluster.nodes[d.node];
  const NodeOccupancy& now = world_.cluster.occupancy[d.node];
  const PodShape& shape = world_.workloads.shape_of(d.pod);
  if (!now.schedulable()) {
    return Breach{Rule::node_schedulable, "node " + spec.name +
                                              (!now.present ? " is not there"
                                               : !now.ready ? " is down"
                                                            : " is cordoned")};
  }
  if (spec.inventory == cluster::Inventory::counts) return std::nullopt;
  // The reference grants a pod that asks for next to nothing what a pod that leaves still holds.
  const bool granted = d.devices.over_booked && book_ == cluster::DeviceBook::mebibytes &&
                       shape.gpu.kind == GpuRequestKind::none;
  if (shape.cpu > now.cpu_free && !granted) {
    return Breach{Rule::cpu_fits, "it asks for " + number(shape.cpu.value) + " milli-cores, node " +
                                      spec.name + " has " + number(now.cpu_free.value) + " left"};
  }
  if (shape.memory > now.memory_free && !granted) {
    return Breach{Rule::memory_fits, "it asks for " + number(shape.memory.value) + " bytes, node " +
                                         spec.name + " has " + number(now.memory_free.value) + " left"};
  }
  if (now.pods >= spec.max_pods && !granted) {
    return Breach{Rule::pods_fit, "node " + spec.name + " holds " + number(now.pods) + " pods, its maximum"};
  }
  if (auto b = devices(spec, now, shape, d.devices)) return b;
  // What a known bug grants may be more than the node could ever hold.
  if (!d.devices.over_booked && !policy::could_fit(world_.cluster, d.node, shape)) {
    return Breach{Rule::constraints_hold, "the pod's constraints keep it off node " + spec.name};
  }
  return std::nullopt;
}

std::optional<Breach> Checks::devices(const NodeSpec& spec, const NodeOccupancy& now, const PodShape& shape,
                                      const DeviceAssignment& where) const {
  const workload::GpuRequest& gpu = shape.gpu;
  if (gpu.kind == GpuRequestKind::mig || cluster::takes_instances(spec, gpu)) {
    return instances(spec, now, shape, where);
  }
  const int wanted = gpu.kind == GpuRequestKind::none ? 0 : gpu.devices;
  if (cluster::device_count(where.devices) != wanted || !where.slots.empty()) {
    return Breach{Rule::devices_match_request, "it asks for " + number(wanted) + " devices and is given " +
                                                   number(cluster::device_count(where.devices))};
  }
  for (cluster::DeviceSet left = where.devices; left != 0; left &= left - 1) {
    const int i = cluster::lowest_device(left);
    if (i >= spec.gpus) {
      return Breach{Rule::devices_match_request, "node " + spec.name + " has no device " + number(i)};
    }
    const cluster::DeviceState& device = now.devices[static_cast<std::size_t>(i)];
    if (where.over_booked && book_ == cluster::DeviceBook::mebibytes && !device.failed && !device.mig)
      continue;
    const bool free = gpu.kind == GpuRequestKind::whole
                          ? (now.vacant & cluster::device_bit(i)) != 0
                          : !cut_by_mig(now, i) && cluster::share_fits(spec, device, gpu, book_);
    if (!free) {
      return Breach{Rule::devices_free,
                    "device " + number(i) + " of node " + spec.name + " has no room for it"};
    }
  }
  return std::nullopt;
}

std::optional<Breach> Checks::instances(const NodeSpec& spec, const NodeOccupancy& now, const PodShape& shape,
                                        const DeviceAssignment& where) const {
  std::map<std::string, std::int64_t> wanted;
  for (const workload::MigRequest& request : shape.gpu.mig) wanted[request.profile] += request.count;
  cluster::DeviceSet touched = 0;
  for (std::size_t i = 0; i < where.slots.size(); ++i) {
    const std::uint32_t slot = where.slots[i];
    if (i > 0 && where.slots[i - 1] >= slot) {
      return Breach{Rule::devices_match_request, "its MIG instances are not in ascending order"};
    }
    const auto it = std::find_if(now.instances.begin(), now.instances.end(), [&](const MigInstance& m) {
      return cluster::mig_slot(m.device, m.start) == slot;
    });
    if (it == now.instances.end() || it->used || it->coming) {
      return Breach{Rule::devices_free, "MIG instance " + number(slot >> 8) + ":" + number(slot & 255) +
                                            " of node " + spec.name + " is not free"};
    }
    touched |= cluster::device_bit(it->device);
    // Strategy single: each instance is one of the whole GPUs asked for, whatever its profile.
    if (shape.gpu.kind == GpuRequestKind::whole) continue;
    const cluster::MigGeometry& geometry = world_.cluster.models[spec.gpu_model].mig;
    wanted[geometry.profiles[it->profile].name] -= 1;
  }
  const bool exact =
      shape.gpu.kind == GpuRequestKind::whole
          ? where.slots.size() == static_cast<std::size_t>(shape.gpu.devices)
          : std::all_of(wanted.begin(), wanted.end(), [](const auto& w) { return w.second == 0; });
  if (!exact || touched != where.devices) {
    return Breach{Rule::devices_match_request, "its MIG instances are not those that it asks for"};
  }
  return std::nullopt;
}

std::optional<Breach> Checks::operator()(const policy::Repartition& d) const {
  if (auto b = node(d.node)) return b;
  const NodeSpec& spec = world_.cluster.nodes[d.node];
  const NodeOccupancy& now = world_.cluster.occupancy[d.node];
  if (!spec.repartition_on_demand || !spec.mig_enabled || spec.gpu_model == none<GpuModelId>() ||
      static_cast<std::size_t>(d.device) >= now.devices.size() || !now.schedulable() ||
      !now.devices[d.device].mig || std::any_of(world_.cuts.begin(), world_.cuts.end(), [&](const Cut& c) {
        return c.node == d.node && c.device == d.device;
      })) {
    return Breach{Rule::repartition_allowed,
                  "device " + number(d.device) + " of node " + spec.name + " may not be cut anew now"};
  }
  const cluster::MigGeometry& geometry = world_.cluster.models[spec.gpu_model].mig;
  const auto bad = [&](const std::string& why) { return Breach{Rule::layout_valid, why}; };
  std::uint64_t taken = 0;
  std::vector<int> count(geometry.profiles.size(), 0);
  for (const MigInstance& m : d.instances) {
    if (m.device != d.device || m.profile >= geometry.profiles.size())
      return bad("an instance of another device");
    const cluster::MigProfile& profile = geometry.profiles[m.profile];
    if (std::find(profile.starts.begin(), profile.starts.end(), m.start) == profile.starts.end()) {
      return bad(profile.name + " cannot start at slice " + number(m.start));
    }
    const std::uint64_t slices = ((std::uint64_t{1} << profile.memory_slices) - 1) << m.start;
    if ((taken & slices) != 0)
      return bad(profile.name + " at slice " + number(m.start) + " overlaps another");
    taken |= slices;
    if (++count[m.profile] > profile.max_instances) return bad("too many instances of " + profile.name);
  }
  for (const MigInstance& m : now.instances) {
    if (m.device != d.device || !m.used) continue;
    const bool kept = std::any_of(d.instances.begin(), d.instances.end(), [&](const MigInstance& n) {
      return n.start == m.start && n.profile == m.profile;
    });
    if (!kept) return bad("the instance at slice " + number(m.start) + " is in use");
  }
  return std::nullopt;
}

std::string pod_words(PodId id, const World& world) {
  if (!world.workloads.pods.contains(id)) return "pod #" + number(static_cast<std::int64_t>(index_of(id)));
  const Pod& p = world.workloads.pods[id];
  return "pod " + number(p.index) + " of " + world.workloads.all[p.workload].spec.name;
}

std::string node_words(NodeId id, const World& world) {
  if (!world.cluster.nodes.contains(id)) return "node #" + number(static_cast<std::int64_t>(index_of(id)));
  return "node " + world.cluster.nodes[id].name;
}

std::string workload_words(WorkloadId id, const World& world) {
  if (!world.workloads.all.contains(id))
    return "workload #" + number(static_cast<std::int64_t>(index_of(id)));
  return world.workloads.all[id].spec.name;
}

std::string devices_words(const DeviceAssignment& where) {
  std::string text = "devices {";
  const char* gap = "";
  for (cluster::DeviceSet left = where.devices; left != 0; left &= left - 1) {
    text += gap + number(cluster::lowest_device(left));
    gap = " ";
  }
  return text + "}";
}

}  // namespace

std::string_view name_of(Rule rule) {
  return rule_names[static_cast<std::size_t>(rule)];
}

PolicyError::PolicyError(std::string_view policy, std::string decision, Rule rule, std::string detail)
    : std::runtime_error("policy " + std::string(policy) + " made an illegal decision: " + decision +
                         " (rule " + std::string(name_of(rule)) + ": " + detail + ")"),
      rule_(rule) {}

std::string describe(const policy::Decision& decision, const World& world) {
  struct Words {
    const World& world;
    std::string operator()(const policy::Bind& d) const {
      return "bind " + pod_words(d.pod, world) + " to " + node_words(d.node, world) + ", " +
             devices_words(d.devices);
    }
    std::string operator()(const policy::Evict& d) const { return "evict " + pod_words(d.pod, world); }
    std::string operator()(const policy::Pipeline& d) const {
      return "pipeline " + pod_words(d.pod, world) + " to " + node_words(d.node, world);
    }
    std::string operator()(const policy::Move& d) const {
      return "move " + pod_words(d.pod, world) + " to " + node_words(d.to, world);
    }
    std::string operator()(const policy::Refuse& d) const {
      return "refuse " + workload_words(d.workload, world);
    }
    std::string operator()(const policy::Drop& d) const {
      return "drop " + workload_words(d.workload, world);
    }
    std::string operator()(const policy::Repartition& d) const {
      return "repartition device " + number(d.device) + " of " + node_words(d.node, world);
    }
    std::string operator()(const policy::MarkStale& d) const {
      return "mark " + workload_words(d.workload, world) + " stale";
    }
    std::string operator()(const policy::ClearStale& d) const {
      return "clear " + workload_words(d.workload, world) + " of its stale mark";
    }
  };
  return std::visit(Words{world}, decision);
}

std::optional<Breach> check(const policy::Decision& decision, PoolId pool, const World& world,
                            cluster::DeviceBook book) {
  return std::visit(Checks(pool, world, book), decision);
}

}  // namespace berth::simulation
