// What no cycle of `kai` may do, on random snapshots with real devices, and whole random runs under the engine's checks.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "berth/policy/policy.hpp"
#include "tests/policy/kai/session/random_pool.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using namespace berth::tests::kai;
using policy::Decision;

namespace {

// What every queue holds: pods that count, by status; only the non-preemptible if so asked.
using Held = IdVector<QueueId, Amounts>;
Held held(const RandomPool& w, const std::map<PodId, PodStatus>& statuses, bool non_preemptible_only) {
  Held sums(w.organization.queues.size());
  for (std::size_t i = 0; i < w.workloads.pods.size(); ++i) {
    const PodId id = id_of<PodId>(i);
    const auto changed = statuses.find(id);
    const PodStatus status = changed == statuses.end() ? w.workloads.pods[id].status : changed->second;
    if (!workload::counts_as_allocated(status)) continue;
    const workload::WorkloadSpec& spec = w.workloads.all[w.workloads.pods[id].workload].spec;
    if (non_preemptible_only && spec.preemptible()) continue;
    const Amounts amounts = w.amounts_of(id);
    for (QueueId q = spec.project; q != none<QueueId>(); q = w.organization.queues[q].parent) {
      for (std::size_t r = 0; r < amounts.size(); ++r) sums[q][r] += amounts[r];
    }
  }
  return sums;
}

// No queue is above its bound that was not above it before, nor further above.
void check_bounds(const RandomPool& w, const Held& before, const Held& after_cycle, bool quota) {
  for (std::size_t i = 0; i < w.organization.queues.size(); ++i) {
    const QueueId q = id_of<QueueId>(i);
    const organization::Quota& of = w.organization.queues[q].quota[PoolId{0}];
    for (std::size_t r = 0; r < organization::resource_count; ++r) {
      const std::int64_t bound = quota ? of.quota[r] : of.limit[r];
      if (bound == organization::unlimited) continue;
      RC_ASSERT(after_cycle[q][r] <= std::max(bound, before[q][r]));
    }
  }
}

struct Facts {
  std::map<PodId, PodStatus> statuses;
  std::set<WorkloadId> placed;  // bound or pipelined something
  std::set<WorkloadId> bound;
  std::set<WorkloadId> evicted;  // lost something
};

Facts facts_of(const RandomPool& w, const std::vector<Decision>& decisions) {
  Facts f;
  for (const Decision& d : decisions) {
    if (const auto* bind = std::get_if<policy::Bind>(&d)) {
      f.statuses[bind->pod] = PodStatus::binding;
      f.placed.insert(w.workloads.pods[bind->pod].workload);
      f.bound.insert(w.workloads.pods[bind->pod].workload);
    } else if (const auto* pipe = std::get_if<policy::Pipeline>(&d)) {
      f.placed.insert(w.workloads.pods[pipe->pod].workload);
    } else if (const auto* evict = std::get_if<policy::Evict>(&d)) {
      f.statuses[evict->pod] = PodStatus::releasing;
      f.evicted.insert(w.workloads.pods[evict->pod].workload);
    } else if (const auto* move = std::get_if<policy::Move>(&d)) {
      f.statuses[move->pod] = PodStatus::releasing;
      f.placed.insert(w.workloads.pods[move->pod].workload);
      f.evicted.insert(w.workloads.pods[move->pod].workload);
    }
  }
  return f;
}

// No bind leaves a gang short (workloads that a later action took from apart).
void check_gangs(const RandomPool& w, const Facts& f) {
  for (const WorkloadId id : f.bound) {
    if (f.evicted.count(id) > 0) continue;
    const workload::Workload& job = w.workloads.all[id];
    int active = 0;
    for (const PodId p : job.pods) {
      const auto changed = f.statuses.find(p);
      active += workload::counts_as_allocated(changed == f.statuses.end() ? w.workloads.pods[p].status
                                                                          : changed->second);
    }
    RC_ASSERT(active >= job.spec.min_pods());
  }
}

void check_evictions(const RandomPool& w, const std::vector<Decision>& decisions, const Facts& f) {
  for (const Decision& d : decisions) {
    const auto* evict = std::get_if<policy::Evict>(&d);
    const auto* move = std::get_if<policy::Move>(&d);
    if (evict == nullptr && move == nullptr) continue;
    const PodId pod = evict != nullptr ? evict->pod : move->pod;
    const WorkloadId serves = evict != nullptr ? evict->for_workload : move->for_workload;
    const workload::WorkloadSpec& victim = w.workloads.all[w.workloads.pods[pod].workload].spec;
    if (evict != nullptr && evict->cause == policy::EvictionCause::stale_gang) {
      RC_ASSERT(serves == none<WorkloadId>());
      continue;
    }
    RC_ASSERT(victim.preemptible());
    RC_ASSERT(serves != none<WorkloadId>());
    RC_ASSERT(f.placed.count(serves) > 0);
    const workload::WorkloadSpec& winner = w.workloads.all[serves].spec;
    if (evict != nullptr && evict->cause == policy::EvictionCause::preempt) {
      RC_ASSERT(winner.project == victim.project);
      RC_ASSERT(winner.priority > victim.priority);
    }
    if (evict != nullptr && evict->cause == policy::EvictionCause::reclaim)
      RC_ASSERT(winner.project != victim.project);
    // A consolidation places each of its victims again; only a later action may then take one.
    if (evict != nullptr) RC_ASSERT(evict->cause != policy::EvictionCause::consolidation);
  }
}

std::vector<Decision> decide(const RandomPool& w, policy::WorkingCluster& working, policy::Policy& kai) {
  const policy::Snapshot snapshot = w.snapshot();
  std::vector<Decision> decisions;
  {
    policy::Transaction transaction(snapshot, working);
    kai.cycle(snapshot, transaction);
    // Binds hold real devices in the working copy, which refuses what is taken; here: CPU, memory and pods.
    for (std::size_t i = 0; i < w.cluster.nodes.size(); ++i) {
      const NodeId n = id_of<NodeId>(i);
      RC_ASSERT(transaction.occupancy()[n].cpu_free.value >= 0);
      RC_ASSERT(transaction.occupancy()[n].memory_free.value >= 0);
      RC_ASSERT(transaction.occupancy()[n].pods <= w.cluster.nodes[n].max_pods);
    }
    decisions = transaction.take_decisions();
  }
  RC_ASSERT(working.occupancy() == w.cluster.occupancy);
  return decisions;
}

}  // namespace

TEST_CASE("kai: what no cycle may do") {
  CHECK(rc::check("cycle", [] {
    const RandomPool w;
    policy::PolicySpec spec;
    spec.name = "kai";
    if (chance(30)) spec.options["signatures"] = "false";
    if (chance(30)) spec.options["stale_grace"] = "0s";
    const auto kai = policy::make_policy(spec);
    policy::WorkingCluster working;
    const std::vector<Decision> decisions = decide(w, working, *kai);
    const Facts f = facts_of(w, decisions);
    check_bounds(w, held(w, {}, false), held(w, f.statuses, false), false);
    check_bounds(w, held(w, {}, true), held(w, f.statuses, true), true);
    check_gangs(w, f);
    check_evictions(w, decisions, f);
    // The same again, and by another object: a policy has no memory.
    kai->drop_caches();
    RC_ASSERT(decide(w, working, *kai).size() == decisions.size());
    policy::WorkingCluster fresh;
    RC_ASSERT(facts_of(w, decide(w, fresh, *policy::make_policy(spec))).statuses == f.statuses);
  }));
}

TEST_CASE("kai: random runs pass the engine's checks and replay") {
  CHECK(rc::check("run", [] {
    InputBuilder b;
    const int nodes = between(1, 3);
    for (int i = 0; i < nodes; ++i) b.node("n" + std::to_string(i), between(1, 4));
    organization::Queue second = b.input.organization.queues[QueueId{1}];
    second.name = "second";
    b.input.organization.add(second);
    for (organization::Queue& q : b.input.organization.queues) {
      organization::at(q.quota[PoolId{0}].quota, Resource::gpu) = between(0, 4) * 1000;
    }
    const int count = between(1, 14);
    for (int i = 0; i < count; ++i) {
      const int pods = between(1, 3);
      auto& spec = b.gang("w" + std::to_string(i), seconds(between(0, 300)), seconds(between(1, 400)), pods,
                          between(1, pods), between(1, 2));
      spec.project = id_of<QueueId>(static_cast<std::size_t>(between(1, 2)));
      spec.priority = *rc::gen::element(50, 50, 75, 100);
      spec.termination_grace = seconds(between(0, 20));
      spec.image_pull = seconds(between(0, 10));
    }
    if (chance(30)) b.action(seconds(100), simulation::NodePower{"n0", false});
    if (chance(30)) b.action(seconds(200), simulation::NodePower{"n0", true});
    b.input.cycle_period = chance(50) ? std::optional(seconds(between(1, 20))) : std::nullopt;
    b.input.end = after(minutes(20));
    b.input.policy.name = "kai";
    auto policy = policy::make_policy(b.input.policy);
    const Finished f = run_to_end(b, std::move(policy));  // an illegal decision throws
    const simulation::MemorySource source(f.bytes);
    const simulation::JournalReader journal(source);
    RC_ASSERT(journal.world_before(journal.size()).first_difference(f.world) == "");
  }));
}

TEST_CASE("a pod that was moved and is evicted later in the cycle gives its devices back once") {
  cluster::Cluster cluster = empty_cluster();
  const NodeId node = cluster.add_node(node_spec("n0", 2));
  workload::Workloads workloads;
  const WorkloadId id = add_workload(workloads, shape(workload::GpuRequest::whole(1)));
  const PodId pod = workloads.all[id].pods.front();
  cluster::DeviceAssignment first;
  first.devices = cluster::device_bit(0);
  cluster.occupancy.hold(node, cluster.nodes[node], workloads.shape_of(pod), first);
  workloads.pods[pod].status = PodStatus::running;
  workloads.pods[pod].node = node;
  workloads.pods[pod].devices = first;
  policy::Snapshot snapshot;
  snapshot.cluster = &cluster;
  snapshot.workloads = &workloads;
  policy::WorkingCluster working;
  policy::Transaction transaction(snapshot, working);
  const auto vacant = [&] { return cluster::device_count(transaction.occupancy()[node].vacant); };
  cluster::DeviceAssignment second;
  second.devices = cluster::device_bit(1);
  const policy::Transaction::Checkpoint start = transaction.checkpoint();
  for (int round = 0; round < 2; ++round) {
    transaction.move(pod, node, second, id);
    CHECK(vacant() == 2);
    const policy::Transaction::Checkpoint moved = transaction.checkpoint();
    transaction.evict(pod, policy::EvictionCause::reclaim, id);
    CHECK(vacant() == 2);
    transaction.roll_back(moved);
    CHECK(vacant() == 2);
    transaction.roll_back(start);
    CHECK(vacant() == 1);
  }
}
