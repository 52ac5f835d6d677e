// What the transitions of pods change, and what is kept with them: devices, work, lists and sums.
#include <algorithm>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/invariant.hpp"
#include "sim/cluster/topology.hpp"
#include "sim/simulation/world/applier.hpp"
#include "sim/simulation/world/phase_rules.hpp"

namespace berth::simulation {

using workload::Phase;
using workload::Pod;
using workload::PodStatus;
using workload::Workload;

namespace {

std::int64_t speed_on(const workload::WorkloadSpec& spec, const cluster::NodeSpec& node) {
  for (const auto& [model, speed] : spec.speed_milli) {
    if (model == node.gpu_model) return speed;
  }
  return 1000;
}

}  // namespace

// --- pods --------------------------------------------------------------------------------------------------

void Applier::operator()(const PodBound& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  node(t.node);
  BERTH_INVARIANT(p.status == PodStatus::pending, "a pod bound that is not pending");
  const cluster::NodeSpec& spec = world_.cluster.nodes[t.node];
  world_.cluster.occupancy.hold(t.node, spec, world_.workloads.shape_of(p), t.devices);
  p.status = PodStatus::binding;
  p.node = t.node;
  p.devices = t.devices;
  p.bound_at = now_;
  allocate(p, 1);
  c.pending -= 1;
  c.binding += 1;
  // The wait is over once it has begun to run, and once more when every pod has its place.
  if (c.binding + c.running == 1 || c.pending == 0) w.refusals.clear();
  if (c.binding + c.running == 1) {
    // So is the round through the pools.
    w.last_start = now_;
    if (c.round_over) stop_watching(t.workload);
    c.tried_pools = 0;
  }
  if (!world_.pipelined.empty()) world_.pipelined.erase(t.pod);
  changed(spec.pool);
  settle(t.workload);
}

void Applier::operator()(const PodStarted& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(p.status == PodStatus::binding, "a pod started that is not bound");
  p.status = PodStatus::running;
  p.started_at = now_;
  c.binding -= 1;
  c.running += 1;
  const std::int64_t speed = speed_on(w.spec, world_.cluster.nodes[p.node]);
  c.running_speed += speed;
  if (c.running == 1) {
    sum_up(w.pool);
    world_.pools[w.pool].running_workloads += 1;
  }
  Work& work = world_.works[c.first_work + (c.shared_work ? 0 : world_.pod_courses[t.pod].slot)];
  work.advance(now_, w.spec.checkpoints);
  work.rate = c.shared_work ? gang_speed(w, c) : speed;
  changed(w.pool);
  settle(t.workload);
}

void Applier::operator()(const PodSucceeded& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  BERTH_INVARIANT(p.status == PodStatus::running, "a pod succeeded that does not run");
  p.status = PodStatus::succeeded;
  p.ended_at = now_;
  world_.courses[t.workload].succeeded += 1;
  stop_working(w, t.workload, p, t.pod, Loss::none);
  allocate(p, -1);
  release(p);
  settle(t.workload);
}

void Applier::operator()(const PodFailed& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(workload::counts_as_allocated(p.status), "a pod failed that was not placed");
  const bool ran = p.status == PodStatus::running;
  p.status = PodStatus::failed;
  p.ended_at = now_;
  if (ran) {
    stop_working(w, t.workload, p, t.pod, t.cause == FailureCause::exit_code ? Loss::own : Loss::wasted);
  } else {
    c.binding -= 1;
  }
  allocate(p, -1);
  release(p);
  world_.pod_courses[t.pod].failure = t.cause;
  w.failures += 1;
  forget(w, t.pod);
  settle(t.workload);
}

void Applier::operator()(const PodRestarted& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(p.status == PodStatus::running, "a pod restarted that does not run");
  Work& work = world_.works[c.first_work + (c.shared_work ? 0 : world_.pod_courses[t.pod].slot)];
  work.advance(now_, w.spec.checkpoints);
  lose(w, c, work, false);
  p.started_at = now_;
  w.failures += 1;
  changed(w.pool);
  settle(t.workload);
}

void Applier::operator()(const PodEvicted& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(workload::counts_as_allocated(p.status), "a pod evicted that was not placed");
  const bool had_minimum = c.binding + c.running + c.succeeded >= c.minimum;
  start_releasing(w, t.workload, p, t.pod, ReleaseReason::evicted);
  // A gang is preempted once, when it falls below its minimum; other workloads once a pod.
  const bool has_minimum = c.binding + c.running + c.succeeded >= c.minimum;
  if (!c.shared_work || (had_minimum && !has_minimum)) w.preemptions += 1;
  c.last_eviction = t.cause;
  world_.totals.pods_evicted += 1;
  settle(t.workload);
}

void Applier::operator()(const PodStopped& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  if (p.status == PodStatus::pending) {
    // It holds nothing: gone at once.
    world_.courses[t.workload].pending -= 1;
    p.status = PodStatus::deleted;
    p.ended_at = now_;
    forget(w, t.pod);
    world_.pipelined.erase(t.pod);
    changed(w.pool);
  } else {
    BERTH_INVARIANT(workload::counts_as_allocated(p.status), "a pod stopped that was not placed");
    start_releasing(w, t.workload, p, t.pod,
                    t.cause == StopCause::node_removed ? ReleaseReason::node_removed : ReleaseReason::own);
  }
  settle(t.workload);
}

void Applier::operator()(const PodGone& t) {
  Workload& w = workload(t.workload);
  Pod& p = pod(t.workload, t.pod);
  Course& c = world_.courses[t.workload];
  BERTH_INVARIANT(p.status == PodStatus::releasing, "a pod gone that was not being deleted");
  c.releasing -= 1;
  if (world_.pod_courses[t.pod].terminating) c.terminating -= 1;
  release(p);
  p.status = PodStatus::deleted;
  p.ended_at = now_;
  world_.pod_courses[t.pod].terminating = false;
  forget(w, t.pod);
  world_.pipelined.erase(t.pod);
  if (c.resuming && c.releasing == 0)
    c.creation_from = now_;  // the last of the old pods made room for the new
  settle(t.workload);
}

void Applier::operator()(const PodPipelined& t) {
  pod(t.workload, t.pod);
  node(t.node);
  world_.pipelined.insert_or_assign(t.pod, PipelineNote{t.node, t.devices});
}

void Applier::operator()(const PipelinedPodEvicted& t) {
  pod(t.workload, t.pod);
  world_.totals.pipelined_pods_evicted += 1;
}

// --- devices and work --------------------------------------------------------------------------------------

void Applier::start_releasing(Workload& w, WorkloadId workload_id, Pod& p, PodId id, ReleaseReason reason) {
  Course& c = world_.courses[workload_id];
  const bool ran = p.status == PodStatus::running;
  p.status = PodStatus::releasing;
  if (ran) {
    stop_working(w, workload_id, p, id, reason == ReleaseReason::own ? Loss::own : Loss::wasted);
  } else {
    c.binding -= 1;
  }
  allocate(p, -1);
  c.releasing += 1;
  const bool evicted = reason == ReleaseReason::evicted;
  if (evicted) c.terminating += 1;
  world_.pod_courses[id].terminating = evicted;
  world_.pod_courses[id].releasing_since = now_;
  opened(world_.cluster.nodes[p.node].pool);
}

void Applier::allocate(const Pod& p, std::int64_t sign) {
  const PoolId id = world_.cluster.nodes[p.node].pool;
  sum_up(id);
  PoolState& pool = world_.pools[id];
  pool.gpu_allocated += world_.device_share(p) * sign;
  pool.gpu_overbooked += world_.overbooked_share(p) * sign;
  meter(p, sign);
}

void Applier::meter(const Pod& p, std::int64_t sign) {
  if (world_.usage.empty()) return;
  const workload::PodShape& shape = world_.workloads.shape_of(p);
  const organization::Amounts amounts{
      sign * shape.cpu.value, sign * shape.memory.value,
      sign * cluster::quota_amount(world_.cluster.nodes[p.node], shape.gpu).value};
  world_.usage[world_.cluster.nodes[p.node].pool].change(
      world_.organization, world_.workloads.all[p.workload].spec.project, amounts, now_);
}

void Applier::release(const Pod& p) {
  world_.cluster.occupancy.release(p.node, world_.cluster.nodes[p.node], world_.workloads.shape_of(p),
                                   p.devices);
  opened(world_.cluster.nodes[p.node].pool);
}

void Applier::forget(Workload& w, PodId id) {
  const auto it = std::find(w.pods.begin(), w.pods.end(), id);
  BERTH_INVARIANT(it != w.pods.end(), "a pod that its workload does not know");
  w.pods.erase(it);
}

bool Applier::gang_runs(const Workload& w, const Course& c) const {
  if (c.running + c.succeeded < c.minimum) return false;
  // Every leaf must have its own minimum; with a single leaf that has just been seen.
  std::size_t leaves = 0;
  for (std::size_t i = 0; i < w.spec.templates.size(); ++i) {
    leaves += i == 0 || w.spec.templates[i].sub_group != w.spec.templates[i - 1].sub_group ? 1 : 0;
  }
  if (leaves < 2) return true;
  for (std::size_t leaf = 0; leaf < w.spec.sub_groups.size(); ++leaf) {
    const bool holds_pods =
        std::any_of(w.spec.templates.begin(), w.spec.templates.end(),
                    [&](const auto& part) { return static_cast<std::size_t>(part.sub_group) == leaf; });
    if (!holds_pods) continue;
    const auto working = std::count_if(w.pods.begin(), w.pods.end(), [&](PodId id) {
      const Pod& p = world_.workloads.pods[id];
      return p.sub_group == leaf && (p.status == PodStatus::running || p.status == PodStatus::succeeded);
    });
    if (working < w.spec.sub_groups[leaf].min_pods) return false;
  }
  return true;
}

std::int64_t Applier::gang_speed(const Workload& w, const Course& c) const {
  if (!gang_runs(w, c)) return 0;
  if (w.spec.topology_slowdown_milli == 1000) return c.running_speed;
  const cluster::Topology* topology =
      cluster::find_topology(world_.cluster, w.spec.sub_groups.front().topology.topology);
  if (topology == nullptr) return c.running_speed;
  std::vector<NodeId> nodes;
  for (const PodId id : w.pods) {
    const Pod& p = world_.workloads.pods[id];
    if (p.status == PodStatus::running) nodes.push_back(p.node);
  }
  const int apart = cluster::gang_distance(*topology, world_.cluster.nodes, nodes);
  return c.running_speed *
         cluster::gang_speed(apart, static_cast<int>(topology->levels.size()),
                             w.spec.topology_slowdown_milli) /
         1000;
}

void Applier::stop_working(Workload& w, WorkloadId workload_id, const Pod& p, PodId id, Loss loss) {
  Course& c = world_.courses[workload_id];
  Work& work = world_.works[c.first_work + (c.shared_work ? 0 : world_.pod_courses[id].slot)];
  work.advance(now_, w.spec.checkpoints);
  c.running -= 1;
  c.running_speed -= speed_on(w.spec, world_.cluster.nodes[p.node]);
  const std::int64_t before = work.rate;
  if (loss == Loss::none || !c.shared_work) {
    work.rate = 0;
  } else {
    work.rate = gang_speed(w, c);
  }
  if (loss != Loss::none && before > 0 && work.rate == 0) lose(w, c, work, loss == Loss::wasted);
  if (c.running == 0) {
    c.been_ready = false;
    sum_up(w.pool);
    world_.pools[w.pool].running_workloads -= 1;
  }
}

void Applier::lose(Workload& w, Course& c, Work& work, bool wasted) {
  const Int128 lost = work.lose(w.spec.checkpoints);
  if (!wasted) return;
  // GPUs of the whole workload per pod, times lost pod-time.
  Int128 gpus = 0;
  for (const workload::PodTemplate& part : w.spec.templates) {
    gpus += static_cast<Int128>(world_.workloads.shapes[part.shape].gpu.quota_amount().value) * part.count;
  }
  const Int128 gpu_time = lost / 1000 * gpus / c.slots;
  c.lost_gpu_time += gpu_time;
  world_.totals.lost_gpu_time += gpu_time;
}

// --- lists and sums ----------------------------------------------------------------------------------------

Workload& Applier::workload(WorkloadId id) {
  BERTH_INVARIANT(world_.workloads.all.contains(id), "workload " + std::to_string(index_of(id)));
  return world_.workloads.all[id];
}

Pod& Applier::pod(WorkloadId owner, PodId id) {
  BERTH_INVARIANT(world_.workloads.pods.contains(id) && world_.workloads.pods[id].workload == owner,
                  "pod " + std::to_string(index_of(id)));
  return world_.workloads.pods[id];
}

const cluster::NodeOccupancy& Applier::node(NodeId id) {
  BERTH_INVARIANT(world_.cluster.nodes.contains(id), "node " + std::to_string(index_of(id)));
  return world_.cluster.occupancy[id];
}

void Applier::settle(WorkloadId id) {
  Workload& w = world_.workloads.all[id];
  Course& c = world_.courses[id];
  w.updated = now_;
  if (c.running > 0 && c.running + c.succeeded >= c.required) {
    c.been_ready = true;
    if (!w.first_full_start) w.first_full_start = now_;
  }
  const Phase phase = phase_of(w, c);
  if (phase != w.phase) {
    if (w.phase == Phase::pending) w.pending_total += now_ - w.phase_since;
    if (w.phase == Phase::running) w.running_total += now_ - w.phase_since;
    w.phase = phase;
    w.phase_since = now_;
  }

  const bool in_pool = belongs_in_pool(w, c);
  const bool waits = may_be_placed(w, c);
  const bool tours = waits && !c.round_over && c.holding() == 0 && w.spec.node_pools.size() > 1;
  // Whoever keeps an index of who waits for what must look again.
  if (waits && c.is_waiting) world_.pools[w.pool].waiting.touch(id);
  const bool leaves = !in_pool && c.holding() > 0;
  if (in_pool == c.in_pool && waits == c.is_waiting && tours == c.is_touring && leaves == c.is_leaving)
    return;
  sum_up(w.pool);
  PoolState& pool = world_.pools[w.pool];
  if (in_pool != c.in_pool) {
    in_pool ? insert_sorted(pool.members, id) : erase_sorted(pool.members, id);
    c.in_pool = in_pool;
    pool.changes += 1;
    if (!in_pool && c.round_over) stop_watching(id);
  }
  if (waits != c.is_waiting) {
    waits ? pool.waiting.insert(id) : pool.waiting.erase(id);
    c.is_waiting = waits;
    pool.changes += 1;
  }
  if (tours != c.is_touring) {
    tours ? insert_sorted(pool.touring, id) : erase_sorted(pool.touring, id);
    c.is_touring = tours;
  }
  if (leaves != c.is_leaving) {
    leaves ? insert_sorted(pool.leaving, id) : erase_sorted(pool.leaving, id);
    c.is_leaving = leaves;
    pool.changes += 1;
  }
}

void Applier::leave_lists(WorkloadId id) {
  const Workload& w = world_.workloads.all[id];
  Course& c = world_.courses[id];
  sum_up(w.pool);
  PoolState& pool = world_.pools[w.pool];
  if (c.in_pool) erase_sorted(pool.members, id);
  if (c.is_waiting) pool.waiting.erase(id);
  if (c.is_touring) erase_sorted(pool.touring, id);
  if (c.is_leaving) erase_sorted(pool.leaving, id);
  c.in_pool = c.is_waiting = c.is_touring = c.is_leaving = false;
  pool.changes += 1;
}

void Applier::stop_watching(WorkloadId id) {
  Course& c = world_.courses[id];
  c.round_over = false;
  c.tried_pools = 0;
  for (const PoolId other : world_.workloads.all[id].spec.node_pools) {
    PoolState& pool = world_.pools[other];
    erase_sorted(pool.watchers, id);
    if (pool.watchers.empty()) pool.opened = false;
  }
}

void Applier::sum_up(PoolId id) {
  PoolState& pool = world_.pools[id];
  if (pool.summed_until == now_) return;
  pool.sums = world_.sums_at(id, now_);
  pool.summed_until = now_;
}

void Applier::changed(PoolId id) {
  world_.pools[id].changes += 1;
}

void Applier::opened(PoolId id) {
  PoolState& pool = world_.pools[id];
  pool.changes += 1;
  if (!pool.watchers.empty()) pool.opened = true;
}

void Applier::insert_sorted(std::vector<WorkloadId>& list, WorkloadId id) {
  if (list.empty() || list.back() < id) {
    list.push_back(id);
    return;
  }
  const auto it = std::lower_bound(list.begin(), list.end(), id);
  if (*it != id) list.insert(it, id);
}

void Applier::erase_sorted(std::vector<WorkloadId>& list, WorkloadId id) {
  const auto it = std::lower_bound(list.begin(), list.end(), id);
  if (it != list.end() && *it == id) list.erase(it);
}

}  // namespace berth::simulation
