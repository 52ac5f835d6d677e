// A policy may lie: every rule of commit.hpp, broken once, is a named error that says who decided what.
#include "sim/simulation/run/commit.hpp"

#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using policy::Bind;
using policy::Decision;
using simulation::PolicyError;
using simulation::Rule;

namespace {

// Two pools. Pool a: n0 with 2 GPUs, n1 cordoned, n2 that tolerates nothing; pool b: n3. At 10 s "runs" holds device 0 of
// n0, the others wait; "other" waits in pool b; "later" comes after what never ends.
constexpr WorkloadId runs{0}, waits{1}, gang{2}, other{3}, later{4}, share{5}, fat{6};
constexpr NodeId n0{0}, n1{1}, n2{2}, n3{3}, tiny{4};

InputBuilder stage() {
  InputBuilder b({"a", "b"});
  b.node("n0", 2);
  b.node("n1", 2);
  cluster::NodeSpec tainted = node_spec("n2", 2);
  tainted.taints = {{"reserved", "", "NoSchedule"}};
  b.input.cluster.add_node(tainted);
  b.node("n3", 2, PoolId{1});
  cluster::NodeSpec little = node_spec("tiny", 0, 1, 1);
  little.max_pods = 0;
  b.input.cluster.add_node(little);
  b.work("runs", seconds(0), Duration::max());
  b.work("waits", seconds(5), seconds(10));
  b.gang("gang", seconds(5), seconds(10), 2, 2);
  b.work("other", seconds(5), seconds(10)).node_pools = {PoolId{1}};
  b.work("later", seconds(5), seconds(10)).after = {"runs"};
  b.add("share", seconds(5), seconds(10), shape(workload::GpuRequest::fraction(GpuMilli(500))), 1, 1);
  b.add("fat", seconds(5), seconds(10), shape(workload::GpuRequest{}, 2, 2), 1, 1);
  b.action(seconds(1), simulation::Cordon{"n1", true});
  b.input.end = after(seconds(20));
  return b;
}

PodId pod(WorkloadId id, std::size_t i = 0) {
  static const std::map<WorkloadId, std::uint32_t> first = {{runs, 0},  {waits, 1}, {gang, 2}, {other, 4},
                                                            {later, 5}, {share, 6}, {fat, 7}};
  return PodId{first.at(id) + static_cast<std::uint32_t>(i)};
}

std::vector<std::uint8_t> journal_of(const std::vector<Decision>& lies) {
  InputBuilder b = stage();
  auto liar = std::make_unique<Scripted>([&](const policy::Snapshot& s, policy::Transaction& t) {
    if (s.now == after(seconds(0)) && s.pool == PoolId{0}) t.bind(pod(runs), n0, {1, {}});
    if (s.now != after(seconds(5)) || s.pool != PoolId{0}) return policy::CycleResult{};
    // The lies go past the transaction's own copy: they are what the engine must refuse.
    struct Tell {
      policy::Transaction& t;
      void operator()(const Bind& d) const { t.bind(d.pod, d.node, d.devices); }
      void operator()(const policy::Evict& d) const { t.evict(d.pod, d.cause, d.for_workload); }
      void operator()(const policy::Pipeline& d) const { t.pipeline(d.pod, d.node, d.devices); }
      void operator()(const policy::Move& d) const { t.move(d.pod, d.to, d.devices, d.for_workload); }
      void operator()(const policy::Refuse& d) const { t.refuse(d.workload, d.refusal); }
      void operator()(const policy::Drop& d) const { t.drop(d.workload); }
      void operator()(const policy::Repartition& d) const { t.repartition(d.node, d.device, d.instances); }
      void operator()(const policy::MarkStale& d) const { t.mark_stale(d.workload); }
      void operator()(const policy::ClearStale& d) const { t.clear_stale(d.workload); }
    };
    for (const Decision& lie : lies) std::visit(Tell{t}, lie);
    return policy::CycleResult{};
  });
  return run_to_end(b, std::move(liar)).bytes;
}

// The World just before the cycle at 5 s.
simulation::World world_then() {
  const auto bytes = journal_of({});
  const simulation::MemorySource source(bytes);
  return simulation::JournalReader(source).world_at(after(seconds(5)));
}

std::string broken(const Decision& decision) {
  static const simulation::World world = world_then();
  const auto breach = simulation::check(decision, PoolId{0}, world);
  return breach ? std::string(simulation::name_of(breach->rule)) : "";
}

workload::Refusal refusal_of(PoolId pool) {
  workload::Refusal refusal;
  refusal.pool = pool;
  return refusal;
}

}  // namespace

TEST_CASE("what is allowed is allowed") {
  CHECK(broken(Bind{pod(waits), n0, {2, {}}}) == "");
  CHECK(broken(Bind{pod(share), n0, {2, {}}}) == "");
  CHECK(broken(Bind{pod(fat), n0, {0, {}}}) == "");
  CHECK(broken(policy::Evict{pod(runs), policy::EvictionCause::policy, waits}) == "");
  CHECK(broken(policy::Pipeline{pod(waits), n0, {1, {}}}) == "");
  CHECK(broken(policy::Move{pod(runs), n2, {1, {}}, none<WorkloadId>()}) == "");
  CHECK(broken(policy::Refuse{waits, refusal_of(PoolId{0})}) == "");
  CHECK(broken(policy::Drop{waits}) == "");
  CHECK(broken(policy::MarkStale{gang}) == "");
}

TEST_CASE("each rule, broken") {
  CHECK(broken(Bind{PodId{99}, n0, {2, {}}}) == "pod-exists");
  CHECK(broken(Bind{pod(waits), NodeId{99}, {2, {}}}) == "node-exists");
  CHECK(broken(Bind{pod(runs), n0, {2, {}}}) == "pod-pending");
  CHECK(broken(Bind{pod(later), n0, {2, {}}}) == "workload-schedulable");
  CHECK(broken(Bind{pod(waits), n3, {1, {}}}) == "node-in-pool");
  CHECK(broken(Bind{pod(other), n0, {2, {}}}) == "workload-in-pool");
  CHECK(broken(Bind{pod(waits), n1, {1, {}}}) == "node-schedulable");
  CHECK(broken(Bind{pod(waits), n0, {0, {}}}) == "devices-match-request");
  CHECK(broken(Bind{pod(waits), n0, {4, {}}}) == "devices-match-request");
  CHECK(broken(Bind{pod(waits), n0, {2, {7}}}) == "devices-match-request");
  CHECK(broken(Bind{pod(waits), n0, {1, {}}}) == "devices-free");
  CHECK(broken(Bind{pod(share), n0, {1, {}}}) == "devices-free");
  CHECK(broken(Bind{pod(fat), tiny, {0, {}}}) == "cpu-fits");
  CHECK(broken(Bind{pod(waits), n2, {1, {}}}) == "constraints-hold");
  CHECK(broken(policy::Evict{pod(waits), policy::EvictionCause::policy, none<WorkloadId>()}) == "pod-placed");
  CHECK(broken(policy::Evict{pod(runs), policy::EvictionCause::policy, WorkloadId{50}}) == "workload-exists");
  CHECK(broken(policy::Move{pod(waits), n0, {2, {}}, none<WorkloadId>()}) == "pod-placed");
  CHECK(broken(policy::Pipeline{pod(runs), n0, {1, {}}}) == "pod-pending");
  CHECK(broken(policy::Refuse{runs, refusal_of(PoolId{0})}) == "workload-waits");
  CHECK(broken(policy::Refuse{other, refusal_of(PoolId{0})}) == "workload-in-pool");
  CHECK(broken(policy::Refuse{waits, refusal_of(PoolId{1})}) == "refusal-in-pool");
  CHECK(broken(policy::Refuse{WorkloadId{50}, refusal_of(PoolId{0})}) == "workload-exists");
  CHECK(broken(policy::Drop{runs}) == "workload-waits");
  CHECK(broken(policy::Repartition{n0, 0, {}}) == "repartition-allowed");
  CHECK(broken(policy::ClearStale{gang}) == "stale-state");
}

TEST_CASE("only a policy that counts in MiB may over-book a device, and only on purpose") {
  static const simulation::World world = world_then();
  Bind bind{pod(waits), n0, {1, {}}};  // its device is held
  bind.devices.over_booked = true;
  CHECK(simulation::check(bind, PoolId{0}, world, cluster::DeviceBook::thousandths)->rule ==
        Rule::devices_free);
  CHECK_FALSE(simulation::check(bind, PoolId{0}, world, cluster::DeviceBook::mebibytes));
  bind.devices.over_booked = false;
  CHECK(simulation::check(bind, PoolId{0}, world, cluster::DeviceBook::mebibytes)->rule ==
        Rule::devices_free);
}

TEST_CASE("memory and the number of pods are checked too") {
  simulation::World world = world_then();
  cluster::NodeOccupancy node = world.cluster.occupancy[n0];
  node.memory_free = Bytes(1);
  world.cluster.occupancy.assign(n0, node);
  CHECK(simulation::check(Bind{pod(fat), n0, {0, {}}}, PoolId{0}, world)->rule == Rule::memory_fits);
  node.memory_free = mebibytes(4096);
  node.pods = 110;
  world.cluster.occupancy.assign(n0, node);
  CHECK(simulation::check(Bind{pod(fat), n0, {0, {}}}, PoolId{0}, world)->rule == Rule::pods_fit);
  // What the reference grants to a pod that asks for next to nothing says so.
  Bind granted{pod(fat), n0, {0, {}}};
  granted.devices.over_booked = true;
  CHECK(simulation::check(granted, PoolId{0}, world)->rule == Rule::pods_fit);
  CHECK_FALSE(simulation::check(granted, PoolId{0}, world, cluster::DeviceBook::mebibytes));
}

TEST_CASE("MIG: instances must be free and of the profiles asked for; cuts must be layouts") {
  simulation::World world = world_then();
  cluster::GpuModel model;
  model.name = "sliced";
  model.mig = {
      "g", 7, 8, {{"1g", 1, 1, 7, {0, 1, 2, 3, 4, 5, 6}, Bytes(0)}, {"3g", 3, 4, 2, {0, 4}, Bytes(0)}}};
  cluster::NodeSpec spec = node_spec("m0", 1);
  spec.gpu_model = world.cluster.models.add(model);
  spec.mig_enabled = spec.repartition_on_demand = true;
  spec.mig_strategy = cluster::MigStrategy::mixed;
  spec.mig_layout = {{0, 0, 1, false}, {0, 4, 0, false}};
  const NodeId m0 = world.cluster.add_node(spec);
  workload::PodShape ask;
  ask.gpu.kind = workload::GpuRequestKind::mig;
  ask.gpu.mig = {{"1g", 1}};
  world.workloads.pods[pod(waits)].shape = world.workloads.intern(ask);
  const auto rule = [&](const Decision& d) {
    const auto breach = simulation::check(d, PoolId{0}, world);
    return breach ? std::string(simulation::name_of(breach->rule)) : "";
  };
  CHECK(rule(Bind{pod(waits), m0, {1, {cluster::mig_slot(0, 4)}}}) == "");
  CHECK(rule(Bind{pod(waits), m0, {1, {cluster::mig_slot(0, 5)}}}) == "devices-free");
  CHECK(rule(Bind{pod(waits), m0, {1, {cluster::mig_slot(0, 0)}}}) == "devices-match-request");
  CHECK(rule(policy::Repartition{m0, 0, {{0, 0, 0, false}, {0, 4, 1, false}}}) == "");
  CHECK(rule(policy::Repartition{m0, 0, {{0, 1, 1, false}}}) == "layout-valid");
  CHECK(rule(policy::Repartition{m0, 0, {{0, 0, 1, false}, {0, 3, 0, false}}}) == "layout-valid");
  cluster::NodeOccupancy node = world.cluster.occupancy[m0];
  node.instances[0].used = true;
  world.cluster.occupancy.assign(m0, node);
  CHECK(rule(policy::Repartition{m0, 0, {{0, 0, 0, false}}}) == "layout-valid");
}

TEST_CASE("the run stops at an illegal decision and says who decided what") {
  std::string message;
  try {
    journal_of({policy::Evict{pod(runs), policy::EvictionCause::policy, none<WorkloadId>()},
                policy::Drop{runs}, policy::Drop{later}});
  } catch (const PolicyError& error) {
    message = error.what();
    CHECK(error.rule() == Rule::workload_waits);
  }
  CHECK(message ==
        "policy scripted made an illegal decision: drop later (rule workload-waits: later has no pod that "
        "waits for a "
        "place)");
}

TEST_CASE("a gang bound below its minimum is refused when the pass is over") {
  InputBuilder b;
  b.node("n0", 2);
  b.gang("gang", seconds(0), seconds(10), 2, 2);
  auto half = std::make_unique<Scripted>([](const policy::Snapshot&, policy::Transaction& t) {
    t.bind(PodId{0}, NodeId{0}, {1, {}});
    return policy::CycleResult{};
  });
  std::string message;
  try {
    run_to_end(b, std::move(half));
  } catch (const PolicyError& error) {
    message = error.what();
  }
  CHECK(message ==
        "policy scripted made an illegal decision: bind pods of gang (rule gang-whole: 1 of at least 2 pods "
        "are "
        "bound)");
}

TEST_CASE("evicting what this cycle pipelined frees nothing, and is counted and recorded") {
  const auto bytes = journal_of({policy::Pipeline{pod(waits), n0, {1, {}}},
                                 policy::Evict{pod(waits), policy::EvictionCause::preempt, gang}});
  const simulation::MemorySource source(bytes);
  const simulation::JournalReader journal(source);
  const simulation::World world = journal.world_before(journal.size());
  CHECK(world.totals.pipelined_pods_evicted == 1);
  CHECK(world.totals.pods_evicted == 0);
  CHECK(world.workloads.all[waits].phase == workload::Phase::pending);
  CHECK(world.pipelined.size() == 1);
}

TEST_CASE("a pipeline and a refusal are recorded only when they say something new") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("runs", seconds(0), seconds(100));
  b.work("waits", seconds(0), seconds(1));
  b.input.cycle_period = seconds(1);
  b.input.end = after(seconds(10));
  int cycles = 0;
  auto policy = std::make_unique<Scripted>([&](const policy::Snapshot& s, policy::Transaction& t) {
    if (cycles++ == 0) t.bind(PodId{0}, NodeId{0}, {1, {}});
    t.pipeline(PodId{1}, NodeId{0}, {1, {}});
    workload::Refusal refusal;
    refusal.pool = s.pool;
    refusal.used = cycles;
    t.refuse(WorkloadId{1}, refusal);
    return policy::CycleResult{s.now + seconds(1)};
  });
  const Finished f = run_to_end(b, std::move(policy));
  CHECK(cycles == 11);
  const simulation::MemorySource source(f.bytes);
  std::map<std::string, int> count;
  simulation::JournalReader(source).each(0, [&](const simulation::Record& record) {
    ++count[std::string(simulation::name_of(record.transition))];
    return true;
  });
  CHECK(count["pod-pipelined"] == 1);
  CHECK(count["refused"] == 1);
  CHECK(count["cycle-began"] == 1);
  CHECK(f["waits"].refusals.at(0).used == 1);  // as of when it was recorded
  CHECK(f.result.decisions == 3);
}
