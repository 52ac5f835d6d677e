// Random pools with real devices: nodes, a queue tree, workloads of which some are placed. For properties of `kai`.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/runs.hpp"
#include "tests/support/scene.hpp"

namespace berth::tests::kai {

using organization::Amounts;
using organization::Resource;
using workload::PodStatus;

inline constexpr Instant now = after(hours(10));

inline int between(int least, int most) {
  return *rc::gen::inRange(least, most + 1);
}
inline bool chance(int percent) {
  return between(1, 100) <= percent;
}

// A pool at one instant: nodes with devices, a queue tree, workloads of which some are placed.
struct RandomPool : Scene {
  std::vector<QueueId> projects;

  RandomPool() {
    now = kai::now;
    const int nodes = between(1, 4);
    for (int i = 0; i < nodes; ++i)
      cluster.add_node(node_spec("n" + std::to_string(i), between(0, 4), between(2, 16), 64));
    const int departments = between(1, 2);
    for (int d = 0; d < departments; ++d) {
      const QueueId top = add_queue(none<QueueId>());
      const int count = between(1, 3);
      for (int p = 0; p < count; ++p) projects.push_back(add_queue(top));
    }
    const int jobs = between(0, 12);
    for (int i = 0; i < jobs; ++i) add_job();
  }

  QueueId add_queue(QueueId parent) {
    organization::Queue q;
    q.name = "q" + std::to_string(organization.queues.size());
    q.parent = parent;
    q.created = epoch + minutes(static_cast<std::int64_t>(organization.queues.size()));
    q.priority = chance(20) ? 200 : 100;
    if (chance(15)) q.preempt_min_runtime = q.reclaim_min_runtime = minutes(between(0, 60));
    organization::Quota quota;
    organization::at(quota.quota, Resource::gpu) =
        chance(10) ? organization::unlimited : between(0, 5) * 1000;
    organization::at(quota.limit, Resource::gpu) =
        chance(30) ? between(0, 4) * 1000 : organization::unlimited;
    organization::at(quota.limit, Resource::cpu) =
        chance(10) ? between(0, 8) * 1000 : organization::unlimited;
    quota.over_quota_weight = {1, 1, static_cast<double>(between(0, 3))};
    q.quota.push_back(quota);
    return organization.add(std::move(q));
  }

  void add_job() {
    workload::GpuRequest gpu;
    switch (between(0, 4)) {
      case 0:
        break;
      case 1:
        gpu = workload::GpuRequest::fraction(GpuMilli(between(1, 9) * 100));
        break;
      case 2:
        gpu = workload::GpuRequest::whole(2);
        break;
      default:
        gpu = workload::GpuRequest::whole(1);
    }
    const int pods = between(1, 3);
    const WorkloadId id = add_workload(workloads, shape(gpu, between(0, 3)), pods, between(1, pods));
    workload::Workload& w = workloads.all[id];
    w.uid = w.spec.name;
    w.spec.project = projects[static_cast<std::size_t>(between(0, static_cast<int>(projects.size()) - 1))];
    w.spec.priority = *rc::gen::element(50, 50, 75, 100);
    w.spec.termination_grace = chance(50) ? seconds(30) : Duration{};
    w.created = epoch + hours(1) + minutes(static_cast<std::int64_t>(index_of(id)));
    if (chance(60)) {
      for (const PodId p : w.pods) place(p, chance(15) ? PodStatus::releasing : PodStatus::running);
      w.last_start = kai::now - minutes(between(0, 90));
    }
    members.push_back(id);
    const bool wants = std::any_of(w.pods.begin(), w.pods.end(),
                                   [&](PodId p) { return workloads.pods[p].status == PodStatus::pending; });
    if (wants) waiting.insert(id);
  }

  // On the first node that has room, if any.
  void place(PodId id, PodStatus status) {
    workload::Pod& pod = workloads.pods[id];
    const workload::PodShape& s = workloads.shape_of(pod);
    for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
      const NodeId at = id_of<NodeId>(i);
      const cluster::NodeSpec& spec = cluster.nodes[at];
      const cluster::NodeOccupancy& node = cluster.occupancy[at];
      if (node.cpu_free < s.cpu || node.memory_free < s.memory) continue;
      cluster::DeviceAssignment where;
      for (int d = 0, left = s.gpu.devices; d < spec.gpus && left > 0; ++d) {
        const cluster::DeviceState& device = node.devices[static_cast<std::size_t>(d)];
        const bool room = s.gpu.kind == workload::GpuRequestKind::whole
                              ? device.holders == 0
                              : cluster::share_fits(spec, device, s.gpu, cluster::DeviceBook::thousandths);
        if (!room) continue;
        where.devices |= cluster::device_bit(d);
        --left;
      }
      if (cluster::device_count(where.devices) < s.gpu.devices) continue;
      where = cluster.occupancy.hold(at, spec, s, where);
      pod.node = at;
      pod.devices = where;
      pod.status = status;
      return;
    }
  }

  Amounts amounts_of(PodId id) const {
    const workload::PodShape& s = workloads.shape_of(id);
    return {s.cpu.value, s.memory.value, s.gpu.quota_amount().value};
  }
};

}  // namespace berth::tests::kai
