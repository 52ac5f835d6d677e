// World::apply: what each transition changes, and what follows from it by rule. The page is transitions.md.
#include <algorithm>

#include "berth/core/invariant.hpp"
#include "sim/simulation/world/applier.hpp"

namespace berth::simulation {

using workload::Pod;
using workload::PodStatus;
using workload::Workload;
using workload::WorkloadSpec;

void World::apply(const Transition& transition, Instant at) {
  BERTH_INVARIANT(at >= now, "a transition before the one ahead of it");
  BERTH_INVARIANT(!ended, "a transition after the end of the run");
  now = at;
  totals.transitions += 1;
  std::visit(Applier(*this), transition);
}

// --- workloads ---------------------------------------------------------------------------------------------

void Applier::operator()(const ShapeAdded& t) {
  const ShapeId expected = world_.workloads.shapes.end_id();
  BERTH_INVARIANT(world_.workloads.intern(*t.shape) == expected, "a pod shape added twice");
}

void Applier::operator()(const WorkloadSubmitted& t) {
  const WorkloadId id = t.workload;
  const WorkloadSpec& spec = *t.spec;
  BERTH_INVARIANT(id == world_.workloads.all.end_id(), "a workload out of order");
  BERTH_INVARIANT(!spec.node_pools.empty() && !spec.sub_groups.empty() && spec.pod_count() > 0,
                  "workload " + spec.name + " without pools, sub-groups or pods");
  for (const PoolId pool : spec.node_pools) {
    BERTH_INVARIANT(world_.pools.contains(pool), "a pool of workload " + spec.name);
  }
  for (const workload::PodTemplate& part : spec.templates) {
    BERTH_INVARIANT(part.count >= 0 && world_.workloads.shapes.contains(part.shape) && part.sub_group >= 0 &&
                        static_cast<std::size_t>(part.sub_group) < spec.sub_groups.size(),
                    "a template of workload " + spec.name);
  }

  Workload w;
  w.spec = spec;
  std::string number = std::to_string(index_of(id) + 1);
  w.uid = std::string(number.size() < 10 ? 10 - number.size() : 0, '0') + number;
  w.pool = spec.node_pools.front();
  w.created = w.phase_since = w.updated = now_;

  Course c;
  const bool gang = spec.kind == workload::Kind::distributed || spec.min_pods() > 1;
  c.slots = static_cast<std::uint32_t>(spec.pod_count());
  c.shared_work = gang || c.slots == 1;
  c.minimum = spec.min_pods();
  c.required = gang ? c.minimum : spec.pod_count();
  c.creation_from = now_;
  c.first_work = static_cast<std::uint32_t>(world_.works.size());
  Work work;
  work.since = now_;
  work.total = units_of(c.shared_work ? c.slots : 1, spec.duration);
  world_.works.insert(world_.works.end(), c.shared_work ? 1 : c.slots, work);

  std::vector<std::string> before = spec.after;
  std::sort(before.begin(), before.end());
  before.erase(std::unique(before.begin(), before.end()), before.end());
  for (const std::string& name : before) {
    if (const auto other = world_.find_workload(name);
        other && world_.courses[*other].ending == Ending::completed) {
      continue;
    }
    world_.awaited[name].push_back(id);
    c.unmet += 1;
  }

  world_.workloads.all.push_back(std::move(w));
  world_.courses.push_back(c);
}

void Applier::operator()(const ObjectsCreated& t) {
  workload(t.workload).pod_group = true;
  settle(t.workload);
}

void Applier::operator()(const PodsCreated& t) {
  Workload& w = workload(t.workload);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(t.first == world_.workloads.pods.end_id() && t.count <= c.slots, "pods out of order");
  // The slots that have no pod, ascending; walked together with the templates that they belong to.
  std::vector<char>& taken = world_.scratch_;
  taken.assign(c.slots, 0);
  for (const PodId pod : w.pods) taken[world_.pod_courses[pod].slot] = 1;
  std::uint32_t slot = 0, created = 0;
  for (std::size_t part = 0; part < w.spec.templates.size(); ++part) {
    const workload::PodTemplate& its = w.spec.templates[part];
    for (std::int32_t i = 0; i < its.count; ++i, ++slot) {
      if (taken[slot] != 0) continue;
      Pod pod;
      pod.workload = t.workload;
      pod.index = static_cast<std::int32_t>(c.next_index++);
      pod.template_index = static_cast<std::uint16_t>(part);
      pod.sub_group = static_cast<std::uint16_t>(its.sub_group);
      pod.shape = its.shape;
      pod.created = now_;
      w.pods.push_back(world_.workloads.pods.push_back(std::move(pod)));
      PodCourse course;
      course.slot = slot;
      world_.pod_courses.push_back(course);
      ++created;
    }
  }
  BERTH_INVARIANT(created == t.count, "pods of workload " + w.spec.name);
  c.pending += static_cast<std::int32_t>(created);
  c.resuming = false;
  changed(w.pool);
  settle(t.workload);
}

void Applier::operator()(const Refused& t) {
  Workload& w = workload(t.workload);
  BERTH_INVARIANT(world_.pools.contains(t.refusal.pool), "the pool of a refusal");
  const auto same_pool = [&](const workload::Refusal& r) { return r.pool == t.refusal.pool; };
  const auto it = std::find_if(w.refusals.begin(), w.refusals.end(), same_pool);
  if (it != w.refusals.end()) {
    *it = t.refusal;
  } else {
    // In list order of the workload's pools.
    const auto place = [&](PoolId pool) {
      return std::find(w.spec.node_pools.begin(), w.spec.node_pools.end(), pool) - w.spec.node_pools.begin();
    };
    const auto behind = std::find_if(w.refusals.begin(), w.refusals.end(), [&](const workload::Refusal& r) {
      return place(r.pool) > place(t.refusal.pool);
    });
    w.refusals.insert(behind, t.refusal);
  }
  w.updated = now_;
}

void Applier::operator()(const PoolMoved& t) {
  Workload& w = workload(t.workload);
  Course& c = world_.courses[t.workload];
  const auto it = std::find(w.spec.node_pools.begin(), w.spec.node_pools.end(), t.to);
  BERTH_INVARIANT(it != w.spec.node_pools.end() && c.holding() == 0,
                  "workload " + w.spec.name + " cannot change its pool");
  leave_lists(t.workload);
  w.pool = t.to;
  c.pool_position = static_cast<std::uint16_t>(it - w.spec.node_pools.begin());
  c.tried_pools = t.round_over ? std::uint16_t{0} : static_cast<std::uint16_t>(c.tried_pools + 1);
  if (t.round_over) {
    c.round_over = true;
    for (const PoolId other : w.spec.node_pools) {
      if (other != w.pool) insert_sorted(world_.pools[other].watchers, t.workload);
    }
  }
  settle(t.workload);
}

void Applier::operator()(const RoundBegun& t) {
  const Workload& w = workload(t.workload);
  BERTH_INVARIANT(world_.courses[t.workload].round_over, "a round begun twice");
  stop_watching(t.workload);
  changed(w.pool);
  settle(t.workload);
}

void Applier::operator()(const StaleMarked& t) {
  Workload& w = workload(t.workload);
  w.stale_since = now_;
  changed(w.pool);
}

void Applier::operator()(const StaleCleared& t) {
  Workload& w = workload(t.workload);
  w.stale_since.reset();
  changed(w.pool);
}

void Applier::operator()(const SuspendAsked& t) {
  Workload& w = workload(t.workload);
  w.suspend_requested = true;
  world_.courses[t.workload].suspend_cause = t.cause;
  world_.courses[t.workload].resuming = false;
  settle(t.workload);
}

void Applier::operator()(const ResumeAsked& t) {
  Workload& w = workload(t.workload);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(w.suspend_requested, "workload " + w.spec.name + " is not suspended");
  w.suspend_requested = false;
  c.resuming = true;
  c.creation_from = now_;
  settle(t.workload);
}

void Applier::operator()(const DeleteAsked& t) {
  workload(t.workload).delete_requested = true;
  settle(t.workload);
}

void Applier::operator()(const WorkloadDeleted& t) {
  Workload& w = workload(t.workload);
  BERTH_INVARIANT(w.delete_requested && world_.courses[t.workload].holding() == 0 && !w.deleted_at,
                  "workload " + w.spec.name + " cannot be deleted");
  w.deleted_at = now_;
  world_.totals.deleted += 1;
  settle(t.workload);
}

void Applier::operator()(const WorkloadFinished& t) {
  Workload& w = workload(t.workload);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(!c.ending, "workload " + w.spec.name + " ended twice");
  c.ending = t.ending;
  c.end_cause = t.cause;
  w.completed_at = now_;
  w.dropped = t.cause == EndCause::dropped;
  world_.totals.completed += t.ending == Ending::completed ? 1 : 0;
  world_.totals.failed += t.ending == Ending::failed ? 1 : 0;
  world_.totals.dropped += w.dropped ? 1 : 0;
  w.stale_since.reset();
  settle(t.workload);
  if (t.ending != Ending::completed) return;
  const auto it = world_.awaited.find(w.spec.name);
  if (it == world_.awaited.end()) return;
  const std::vector<WorkloadId> waiting = std::move(it->second);
  world_.awaited.erase(it);
  for (const WorkloadId other : waiting) {
    world_.courses[other].unmet -= 1;
    settle(other);
  }
}

void Applier::meter_capacity(PoolId pool) {
  if (!world_.usage.empty()) world_.usage[pool].set_capacity(world_.pool_capacity(pool), now_);
}

// --- nodes, quotas, the run --------------------------------------------------------------------------------

void Applier::operator()(const NodeAdded& t) {
  BERTH_INVARIANT(world_.pools.contains(t.spec->pool), "the pool of node " + t.spec->name);
  sum_up(t.spec->pool);
  const NodeId id = world_.cluster.add_node(*t.spec);
  world_.pools[t.spec->pool].gpu_capacity += whole_gpus(world_.cluster.nodes[id].gpus);
  meter_capacity(t.spec->pool);
  opened(t.spec->pool);
}

void Applier::operator()(const NodeRemoved& t) {
  const cluster::NodeOccupancy& before = node(t.node);
  BERTH_INVARIANT(before.present && before.pods == 0, "a node that is removed holds pods");
  change_capacity(t.node, [&] { world_.cluster.set_present(t.node, false); });
}

void Applier::operator()(const NodeCordoned& t) {
  node(t.node);
  world_.cluster.occupancy.set_cordoned(t.node, t.on);
  opened(world_.cluster.nodes[t.node].pool);
}

void Applier::operator()(const NodePowered& t) {
  node(t.node);
  change_capacity(t.node, [&] { world_.cluster.occupancy.set_ready(t.node, t.up); });
}

void Applier::operator()(const RepartitionBegun& t) {
  const cluster::NodeOccupancy& before = node(t.node);
  BERTH_INVARIANT(t.device < before.devices.size(), "the device of a repartition");
  Cut cut{t.node, t.device, t.instances, now_};
  const auto place = std::lower_bound(
      world_.cuts.begin(), world_.cuts.end(), cut,
      [](const Cut& a, const Cut& b) { return a.node != b.node ? a.node < b.node : a.device < b.device; });
  BERTH_INVARIANT(place == world_.cuts.end() || place->node != t.node || place->device != t.device,
                  "a device cut twice at once");
  // What stays is there all along; what is new is coming until it is done.
  std::vector<cluster::MigInstance> during = t.instances;
  for (cluster::MigInstance& instance : during) {
    const auto same = std::find_if(before.instances.begin(), before.instances.end(), [&](const auto& b) {
      return b.device == t.device && b.start == instance.start && b.profile == instance.profile;
    });
    instance.used = same != before.instances.end() && same->used;
    instance.coming = same == before.instances.end();
  }
  world_.cluster.occupancy.set_instances(t.node, t.device, during);
  world_.cuts.insert(place, std::move(cut));
  meter_capacity(world_.cluster.nodes[t.node].pool);
  changed(world_.cluster.nodes[t.node].pool);
}

void Applier::operator()(const RepartitionEnded& t) {
  const cluster::NodeOccupancy& before = node(t.node);
  const auto it = std::find_if(world_.cuts.begin(), world_.cuts.end(),
                               [&](const Cut& cut) { return cut.node == t.node && cut.device == t.device; });
  BERTH_INVARIANT(it != world_.cuts.end(), "a repartition that did not begin");
  std::vector<cluster::MigInstance> instances;
  for (cluster::MigInstance instance : before.instances) {
    if (instance.device != t.device) continue;
    instance.coming = false;
    instances.push_back(instance);
  }
  world_.cluster.occupancy.set_instances(t.node, t.device, instances);
  world_.cuts.erase(it);
  meter_capacity(world_.cluster.nodes[t.node].pool);
  opened(world_.cluster.nodes[t.node].pool);
}

void Applier::operator()(const QuotaChanged& t) {
  BERTH_INVARIANT(world_.organization.queues.contains(t.queue) && world_.pools.contains(t.pool),
                  "the queue or pool of a quota");
  auto& quota = world_.organization.queues[t.queue].quota;
  if (!quota.contains(t.pool)) quota.resize(index_of(t.pool) + 1);
  quota[t.pool] = t.quota;
  opened(t.pool);
}

void Applier::operator()(const CycleBegan& t) {
  BERTH_INVARIANT(world_.pools.contains(t.pool), "the pool of a cycle");
}

void Applier::operator()(const RunEnded& t) {
  world_.ended = t;
  for (std::size_t i = 0; i < world_.pools.size(); ++i) sum_up(id_of<PoolId>(i));
}

}  // namespace berth::simulation
