#include "sim/simulation/journal/world_image.hpp"

#include <algorithm>
#include <utility>

#include "berth/cluster/occupancy.hpp"
#include "sim/cluster/mig_instances.hpp"
#include "sim/simulation/journal/codec_fields.hpp"

namespace berth::simulation {

namespace {

void must(bool holds, const char* what) {
  if (!holds) throw DecodeError(std::string("an image with ") + what);
}

template <class List>
std::vector<WorkloadId> plain(const List& list) {
  return {list.begin(), list.end()};
}

class Validator {
 public:
  explicit Validator(const World& world) : w_(world) {}

  void tables() const {
    must(w_.courses.size() == w_.workloads.all.size(), "workloads without their course");
    must(w_.pod_courses.size() == w_.workloads.pods.size(), "pods without their course");
    must(w_.pools.size() == w_.cluster.pools.size(), "pools without their state");
    must(w_.usage.empty() || w_.usage.size() == w_.pools.size(), "pools without an account of usage");
    for (const organization::UsageMeter& meter : w_.usage)
      must(meter.sound(), "an account of usage that cannot be");
  }
  void cluster() const {
    for (const cluster::NodePool& pool : w_.cluster.pools) {
      for (const NodeId id : pool.nodes)
        must(w_.cluster.nodes.contains(id), "a pool's node that does not exist");
    }
    for (const organization::Queue& queue : w_.organization.queues) {
      must(queue.parent == none<QueueId>() || w_.organization.queues.contains(queue.parent),
           "a queue's parent that does not exist");
      for (const QueueId id : queue.children) {
        must(w_.organization.queues.contains(id), "a queue's child that does not exist");
      }
    }
    for (const Cut& cut : w_.cuts) {
      must(w_.cluster.nodes.contains(cut.node) && cut.device < w_.cluster.occupancy[cut.node].devices.size(),
           "a cut of a device that does not exist");
    }
  }
  void workload(WorkloadId id) const {
    const workload::Workload& w = w_.workloads.all[id];
    const Course& c = w_.courses[id];
    must(w_.pools.contains(w.pool) && !w.spec.node_pools.empty() && !w.spec.sub_groups.empty(),
         "a workload without a pool");
    for (const PoolId pool : w.spec.node_pools) must(w_.pools.contains(pool), "a workload's pool");
    std::uint64_t slots = 0;
    for (const workload::PodTemplate& part : w.spec.templates) {
      must(w_.workloads.shapes.contains(part.shape) && part.count >= 0 && part.sub_group >= 0 &&
               static_cast<std::size_t>(part.sub_group) < w.spec.sub_groups.size(),
           "a workload's template");
      slots += static_cast<std::uint64_t>(part.count);
    }
    must(slots == c.slots && slots > 0, "a workload of the wrong size");
    must(std::uint64_t{c.first_work} + (c.shared_work ? 1 : c.slots) <= w_.works.size(),
         "work that is missing");
    must(w.pods.size() <= c.slots, "too many pods of a workload");
    for (const PodId pod : w.pods) {
      must(w_.workloads.pods.contains(pod) && w_.workloads.pods[pod].workload == id, "a workload's pod");
    }
  }
  void pod(PodId id) const {
    const workload::Pod& p = w_.workloads.pods[id];
    must(w_.workloads.all.contains(p.workload) && w_.workloads.shapes.contains(p.shape), "a pod of nobody");
    must(w_.pod_courses[id].slot < w_.courses[p.workload].slots, "a pod without a slot");
    must(
        w_.cluster.nodes.contains(p.node) || (p.node == none<NodeId>() && !workload::holds_devices(p.status)),
        "a pod on a node that does not exist");
  }
  void lists() const {
    for (const PoolState& pool : w_.pools) {
      for (const auto* list : {&pool.members, &pool.touring, &pool.watchers, &pool.leaving}) {
        must(std::is_sorted(list->begin(), list->end()), "a list out of order");
        for (const WorkloadId id : *list) must(w_.workloads.all.contains(id), "a listed workload");
      }
      for (const WorkloadId id : pool.waiting) must(w_.workloads.all.contains(id), "a waiting workload");
    }
    for (const auto& [name, ids] : w_.awaited) {
      for (const WorkloadId id : ids)
        must(w_.workloads.all.contains(id), "a workload that waits for another");
    }
    for (const auto& [pod, note] : w_.pipelined) {
      must(w_.workloads.pods.contains(pod) && w_.cluster.nodes.contains(note.node), "a pipelined pod");
    }
  }

  // What devices are said to hold is what the pods on them hold.
  void devices() const {
    struct Held {
      int holders = 0, whole_holders = 0;
      std::int64_t shares = 0;
      bool operator==(const Held&) const = default;
    };
    IdVector<NodeId, std::vector<Held>> by_pods(w_.cluster.nodes.size());
    for (std::size_t i = 0; i < w_.cluster.nodes.size(); ++i)
      by_pods[id_of<NodeId>(i)].resize(w_.cluster.occupancy[id_of<NodeId>(i)].devices.size());
    for (const workload::Pod& p : w_.workloads.pods) {
      if (!workload::holds_devices(p.status)) continue;
      const cluster::NodeSpec& spec = w_.cluster.nodes[p.node];
      const workload::GpuRequest& gpu = w_.workloads.shape_of(p).gpu;
      if (gpu.kind == workload::GpuRequestKind::none || gpu.kind == workload::GpuRequestKind::mig ||
          cluster::takes_instances(spec, gpu))
        continue;
      std::vector<Held>& devices = by_pods[p.node];
      const bool whole = gpu.kind == workload::GpuRequestKind::whole;
      const auto count = static_cast<std::size_t>(cluster::device_count(p.devices.devices));
      must(std::int64_t{gpu.devices} == static_cast<std::int64_t>(count) &&
               (p.devices.shares.size() == count || (whole && p.devices.shares.empty())),
           "a pod without its devices");
      std::size_t position = 0;
      for (cluster::DeviceSet left = p.devices.devices; left != 0; left &= left - 1, ++position) {
        const auto device = static_cast<std::size_t>(cluster::lowest_device(left));
        must(device < devices.size(), "a pod on a device that does not exist");
        const GpuMilli share = p.devices.shares.empty() ? whole_gpus(1) : p.devices.shares[position];
        must(share >= GpuMilli(0) && share <= whole_gpus(1), "a share of more than a device");
        devices[device].holders += 1;
        devices[device].whole_holders += whole ? 1 : 0;
        devices[device].shares += share.value;
      }
    }
    constexpr std::int64_t most = std::int64_t{1} << 52;  // of any book: sums of them stay in range
    for (std::size_t i = 0; i < by_pods.size(); ++i) {
      const cluster::NodeOccupancy& node = w_.cluster.occupancy[id_of<NodeId>(i)];
      for (std::size_t d = 0; d < node.devices.size(); ++d) {
        const cluster::DeviceState& device = node.devices[d];
        const Held said{device.holders, device.whole_holders, device.shares.value};
        must(said == by_pods[id_of<NodeId>(i)][d] && device.shares <= whole_gpus(1),
             "a device that is not held as its pods hold it");
        for (const std::int64_t book : {device.used.value, device.memory_used.value, device.mebibytes_used})
          must(book >= 0 && book <= most, "a device booked beyond measure");
      }
    }
  }

 private:
  const World& w_;
};

}  // namespace

void write_image(Encoder& out, const World& world) {
  out(world.start, world.now);
  const cluster::Cluster& cluster = world.cluster;
  out(cluster.name);
  out.varint(cluster.models.size());
  for (std::size_t i = 0; i < cluster.models.size(); ++i) out(cluster.models[id_of<GpuModelId>(i)]);
  out(cluster.topologies, cluster.nodes, cluster.pools);
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) out(cluster.occupancy[id_of<NodeId>(i)]);
  out(world.organization.queues);
  out(world.workloads.shapes, world.workloads.all, world.workloads.pods);
  out(world.courses, world.pod_courses, world.works);
  for (const PoolState& pool : world.pools) {
    out(pool.members, plain(pool.waiting), pool.touring, pool.watchers, pool.leaving, pool.opened,
        pool.changes, pool.gpu_capacity, pool.gpu_allocated, pool.gpu_overbooked, pool.running_workloads,
        pool.sums, pool.summed_until);
  }
  out(world.usage, world.cuts, world.pipelined, world.awaited, world.totals, world.ended);
}

World read_image(Decoder& in) {
  World world;
  in(world.start, world.now);
  cluster::Cluster& cluster = world.cluster;
  in(cluster.name);
  for (std::size_t i = 0, n = in.length(); i < n; ++i) {
    must(cluster.models.add(in.read<cluster::GpuModel>()) == id_of<GpuModelId>(i), "a GPU model named twice");
  }
  in(cluster.topologies, cluster.nodes, cluster.pools);
  for (const cluster::NodeSpec& node : cluster.nodes) {
    must(cluster.pools.contains(node.pool) && node.gpus >= 0 && node.gpus <= cluster::max_devices_per_node &&
             (node.gpu_model == none<GpuModelId>() || index_of(node.gpu_model) < cluster.models.size()),
         "a node that cannot be");
    const NodeId id = cluster.occupancy.add(node);
    const auto now = in.read<cluster::NodeOccupancy>();
    must(now.devices.size() == cluster.occupancy[id].devices.size(),
         "a node with the wrong number of devices");
    cluster.occupancy.assign(id, now);
  }
  in(world.organization.queues);
  workload::Workloads& workloads = world.workloads;
  for (std::size_t i = 0, n = in.length(); i < n; ++i) {
    must(workloads.intern(in.read<workload::PodShape>()) == id_of<ShapeId>(i), "a pod shape twice");
  }
  in(workloads.all, workloads.pods);
  in(world.courses, world.pod_courses, world.works);
  world.pools.resize(cluster.pools.size());
  for (PoolState& pool : world.pools) {
    std::vector<WorkloadId> waiting;
    in(pool.members, waiting, pool.touring, pool.watchers, pool.leaving, pool.opened, pool.changes,
       pool.gpu_capacity, pool.gpu_allocated, pool.gpu_overbooked, pool.running_workloads, pool.sums,
       pool.summed_until);
    must(std::is_sorted(waiting.begin(), waiting.end()), "a waiting list out of order");
    for (const WorkloadId id : waiting) pool.waiting.insert(id);
  }
  in(world.usage, world.cuts, world.pipelined, world.awaited, world.totals, world.ended);

  const Validator validator(world);
  validator.tables();
  validator.cluster();
  for (std::size_t i = 0; i < workloads.all.size(); ++i) validator.workload(id_of<WorkloadId>(i));
  for (std::size_t i = 0; i < workloads.pods.size(); ++i) validator.pod(id_of<PodId>(i));
  validator.lists();
  validator.devices();
  return world;
}

}  // namespace berth::simulation
