// The small scene that tests of policies build: a pool of nodes, queues, workloads of which some are placed, at one instant.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"
#include "tests/support/small_cluster.hpp"

namespace berth::tests {

// A decision with everything that it says, to be compared.
inline std::string text_of(const policy::Decision& decision) {
  std::string text = std::to_string(decision.index());
  const auto put = [&](auto value) { text += " " + std::to_string(value); };
  const auto where = [&](NodeId node, const cluster::DeviceAssignment& d) {
    put(index_of(node));
    put(d.devices);
    for (const std::uint32_t slot : d.slots) put(slot);
    for (const auto& share : d.shares) put(share.value);
    put(d.over_booked);
  };
  if (const auto* b = std::get_if<policy::Bind>(&decision)) {
    put(index_of(b->pod));
    where(b->node, b->devices);
  } else if (const auto* p = std::get_if<policy::Pipeline>(&decision)) {
    put(index_of(p->pod));
    where(p->node, p->devices);
  } else if (const auto* m = std::get_if<policy::Move>(&decision)) {
    put(index_of(m->pod));
    where(m->to, m->devices);
    put(index_of(m->for_workload));
  } else if (const auto* e = std::get_if<policy::Evict>(&decision)) {
    put(index_of(e->pod));
    put(static_cast<int>(e->cause));
    put(index_of(e->for_workload));
  } else if (const auto* r = std::get_if<policy::Refuse>(&decision)) {
    put(index_of(r->workload));
    put(index_of(r->refusal.pool));
    put(static_cast<int>(r->refusal.code));
    put(index_of(r->refusal.queue));
    put(r->refusal.resource);
    put(r->refusal.limit);
    put(r->refusal.used);
    put(r->refusal.requested);
  } else if (const auto* d = std::get_if<policy::Drop>(&decision)) {
    put(index_of(d->workload));
  } else if (const auto* c = std::get_if<policy::Repartition>(&decision)) {
    put(index_of(c->node));
    put(c->device);
    for (const cluster::MigInstance& i : c->instances) {
      put(i.profile);
      put(i.start);
    }
  } else if (const auto* stale = std::get_if<policy::MarkStale>(&decision)) {
    put(index_of(stale->workload));
  } else if (const auto* clear = std::get_if<policy::ClearStale>(&decision)) {
    put(index_of(clear->workload));
  }
  return text;
}

struct Scene {
  Instant now = Instant{} + days(1);
  cluster::Cluster cluster = empty_cluster();
  organization::Organization organization;
  workload::Workloads workloads;
  std::vector<WorkloadId> members;
  workload::WaitingList waiting;

  // A queue with a quota of so many GPUs, unlimited.
  QueueId add_queue(const std::string& name, QueueId parent, int gpus) {
    organization::Queue queue;
    queue.name = name;
    queue.parent = parent;
    organization::Quota quota;
    at(quota.quota, organization::Resource::gpu) = whole_gpus(gpus).value;
    queue.quota.push_back(quota);
    return organization.add(std::move(queue));
  }

  // `pods` pods of one shape, the first `minimum` of them a gang, all waiting; created one minute after the one before.
  WorkloadId submit(const workload::PodShape& pod, int pods = 1, int minimum = 1,
                    QueueId project = none<QueueId>()) {
    const WorkloadId id = add_workload(workloads, pod, pods, minimum);
    workload::Workload& w = workloads.all[id];
    w.spec.project = project;
    w.uid = std::to_string(1000 + index_of(id));
    w.created = Instant{} + minutes(static_cast<std::int64_t>(index_of(id)));
    members.push_back(id);
    waiting.insert(id);
    return id;
  }

  policy::Snapshot snapshot() const {
    policy::Snapshot s;
    s.now = now;
    s.cluster = &cluster;
    s.organization = &organization;
    s.workloads = &workloads;
    s.members = &members;
    s.waiting = &waiting;
    return s;
  }

  // The pod holds the devices (an invariant says when they are not free) and has the status.
  void start(PodId id, NodeId node, const cluster::DeviceAssignment& devices,
             workload::PodStatus status = workload::PodStatus::running,
             cluster::DeviceBook book = cluster::DeviceBook::thousandths) {
    workload::Pod& pod = workloads.pods[id];
    pod.devices =
        cluster.occupancy.hold(node, cluster.nodes[node], workloads.shapes[pod.shape], devices, book);
    pod.status = status;
    pod.node = node;
    list_again(pod.workload);
  }
  // It holds nothing any more: succeeded, or pending once more.
  void leave(PodId id, workload::PodStatus status) {
    workload::Pod& pod = workloads.pods[id];
    cluster.occupancy.release(pod.node, cluster.nodes[pod.node], workloads.shapes[pod.shape], pod.devices);
    pod.status = status;
    if (status == workload::PodStatus::pending) pod.node = none<NodeId>();
    list_again(pod.workload);
  }
  void finish(PodId id) { leave(id, workload::PodStatus::succeeded); }

  // What of a policy's decisions would change something, as text: a refusal that the workload has already is no news. A policy
  // with caches need not say it again, one without does.
  std::string news(const std::vector<policy::Decision>& decisions) const {
    std::string text;
    for (const policy::Decision& decision : decisions) {
      if (const auto* r = std::get_if<policy::Refuse>(&decision)) {
        const auto& known = workloads.all[r->workload].refusals;
        if (!known.empty() && known.front().same_reason(r->refusal)) continue;
      }
      text += text_of(decision) + "\n";
    }
    return text;
  }

  // What a policy decided comes true at once: bound pods run, evicted ones whose workload has no termination grace are
  // pending again (the others are being deleted: `end_releasing`), cuts are made.
  void apply(const std::vector<policy::Decision>& decisions, cluster::DeviceBook book) {
    for (const policy::Decision& decision : decisions) {
      if (const auto* b = std::get_if<policy::Bind>(&decision)) {
        workload::Workload& w = workloads.all[workloads.pods[b->pod].workload];
        const bool first = std::none_of(w.pods.begin(), w.pods.end(), [&](PodId p) {
          return workload::counts_as_allocated(workloads.pods[p].status);
        });
        if (first) w.last_start = now;
        w.refusals.clear();
        start(b->pod, b->node, b->devices, workload::PodStatus::running, book);
      } else if (const auto* e = std::get_if<policy::Evict>(&decision)) {
        evict(e->pod);
      } else if (const auto* m = std::get_if<policy::Move>(&decision)) {
        evict(m->pod);
      } else if (const auto* r = std::get_if<policy::Refuse>(&decision)) {
        workloads.all[r->workload].refusals = {r->refusal};
      } else if (const auto* d = std::get_if<policy::Drop>(&decision)) {
        workloads.all[d->workload].dropped = true;
        waiting.erase(d->workload);
        members.erase(std::find(members.begin(), members.end(), d->workload));
      } else if (const auto* c = std::get_if<policy::Repartition>(&decision)) {
        cut(*c);
      } else if (const auto* stale = std::get_if<policy::MarkStale>(&decision)) {
        workloads.all[stale->workload].stale_since = now;
      } else if (const auto* clear = std::get_if<policy::ClearStale>(&decision)) {
        workloads.all[clear->workload].stale_since.reset();
      }
    }
  }
  void end_releasing() {
    for (std::size_t i = 0; i < workloads.pods.size(); ++i) {
      const PodId id = id_of<PodId>(i);
      if (workloads.pods[id].status == workload::PodStatus::releasing)
        leave(id, workload::PodStatus::pending);
    }
  }

 private:
  // What stays in use, not what was when it was decided.
  void cut(const policy::Repartition& d) {
    std::vector<cluster::MigInstance> instances = d.instances;
    for (cluster::MigInstance& instance : instances) {
      const auto& now_there = cluster.occupancy[d.node].instances;
      instance.used = std::any_of(now_there.begin(), now_there.end(), [&](const cluster::MigInstance& b) {
        return b.device == d.device && b.start == instance.start && b.profile == instance.profile && b.used;
      });
    }
    cluster.occupancy.set_instances(d.node, d.device, instances);
  }
  void evict(PodId id) {
    workload::Pod& pod = workloads.pods[id];
    if (!workload::counts_as_allocated(pod.status)) return;  // was only pipelined, or goes already
    if (workloads.all[pod.workload].spec.termination_grace == Duration{})
      leave(id, workload::PodStatus::pending);
    else
      pod.status = workload::PodStatus::releasing;
  }
  // Those with a pending pod wait, but for who was given up.
  void list_again(WorkloadId id) {
    const auto& pods = workloads.all[id].pods;
    const bool wants = !workloads.all[id].dropped && std::any_of(pods.begin(), pods.end(), [&](PodId p) {
      return workloads.pods[p].status == workload::PodStatus::pending;
    });
    if (waiting.contains(id)) waiting.touch(id);
    if (wants)
      waiting.insert(id);
    else
      waiting.erase(id);
  }
};

// One pass over the scene with caches of its own, or with `working`.
inline std::vector<policy::Decision> one_pass(policy::Policy& policy, const Scene& scene,
                                              policy::WorkingCluster& working,
                                              policy::Explanation* explanation = nullptr) {
  const policy::Snapshot s = scene.snapshot();
  policy::Transaction t(s, working, policy.book());
  if (explanation == nullptr)
    policy.cycle(s, t);
  else
    policy.cycle(s, t, *explanation);
  return t.take_decisions();
}
inline std::vector<policy::Decision> one_pass(policy::Policy& policy, const Scene& scene) {
  policy::WorkingCluster working;
  return one_pass(policy, scene, working);
}

inline std::vector<policy::Bind> binds_of(const std::vector<policy::Decision>& decisions) {
  std::vector<policy::Bind> binds;
  for (const policy::Decision& d : decisions) {
    if (const auto* b = std::get_if<policy::Bind>(&d)) binds.push_back(*b);
  }
  return binds;
}

}  // namespace berth::tests
