// Random runs: after every event and cycle, all that the World keeps up to date agrees with its slow twin, and the
// pending events are those that the World makes due.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/slow/world.hpp"

using namespace berth;
using namespace berth::tests;

namespace {

int any(int below) {
  return *rc::gen::inRange(0, below);
}

void random_workload(InputBuilder& b, int number) {
  const std::string name = "w" + std::to_string(number);
  const Duration submit = seconds(any(40)), duration = seconds(1 + any(30));
  workload::WorkloadSpec* spec = nullptr;
  switch (any(4)) {
    case 0: {
      const int pods = 2 + any(4);
      spec = &b.gang(name, submit, duration, pods, 1 + any(pods));
      break;
    }
    case 1:
      spec = &b.add(name, submit, duration,
                    shape(workload::GpuRequest::fraction(GpuMilli(100 + 100 * any(8)))), 1 + any(3), 1);
      break;
    default:
      spec = &b.work(name, submit, duration, any(4));
      if (any(3) == 0) spec->kind = workload::Kind::workspace;
  }
  spec->image_pull = seconds(any(3));
  spec->creation_delay = seconds(any(2));
  spec->termination_grace = seconds(any(4));
  spec->backoff_limit = any(3);
  spec->outcome = static_cast<workload::Outcome>(any(3));
  spec->outcome_final = any(3) == 0;
  spec->checkpoints = {seconds(any(5)), seconds(any(2)), seconds(any(3))};
  spec->terminate_after_preemption = any(6) == 0;
  if (any(4) == 0) spec->delete_after = seconds(any(20));
  if (any(4) == 0 && number > 0) spec->after = {"w" + std::to_string(any(number))};
  if (any(2) == 0) spec->node_pools = {PoolId{1}, PoolId{0}};
}

void random_action(InputBuilder& b, int workloads) {
  const Duration at = seconds(any(60));
  const std::string workload = "w" + std::to_string(any(workloads));
  const std::string node = "n" + std::to_string(any(4));
  switch (any(8)) {
    case 0:
      return b.action(at, simulation::Suspend{workload});
    case 1:
    case 2:
      return b.action(at, simulation::Resume{workload});
    case 3:
      return b.action(at, simulation::Delete{workload});
    case 4:
      return b.action(at, simulation::Cordon{node, any(2) == 0});
    case 5:
    case 6:
      return b.action(at, simulation::NodePower{node, any(2) == 0});
    default:
      return any(2) == 0 ? b.action(at, simulation::RemoveNodes{{node}})
                         : b.action(at, simulation::AddNodes{{node_spec(node, 1 + any(3))}});
  }
}

}  // namespace

TEST_CASE("what a World keeps agrees with its pods after every event of random runs") {
  CHECK(rc::check("lists, counters, occupancy, pending events, replay", [] {
    InputBuilder b({"a", "b"});
    b.node("n0", 1 + any(4));
    b.node("n1", 1 + any(4));
    b.node("n2", 1 + any(4), PoolId{1});
    const int workloads = 1 + any(12);
    for (int i = 0; i < workloads; ++i) random_workload(b, i);
    for (int i = any(10); i > 0; --i) random_action(b, workloads);
    if (any(2) == 0) b.input.cycle_period = seconds(1 + any(5));
    b.input.end = after(seconds(120));
    std::unique_ptr<policy::Policy> policy;
    switch (any(3)) {
      case 0:
        policy = policy_named("fifo-skip");
        break;
      case 1:
        policy = policy_named("fifo");
        break;
      default:
        policy = std::make_unique<EvictAll>();
    }
    std::string wrong;
    simulation::RunHooks hooks;
    hooks.after_event = [&](const simulation::World& world) {
      if (wrong.empty()) wrong = disagreement(world);
    };
    simulation::MemorySink sink;
    simulation::Run run(b.take(), std::move(policy), sink, hooks);
    for (int t = 0; t < 120; ++t) {
      run.advance(after(seconds(t)));
      RC_ASSERT(wrong == "");
      RC_ASSERT(run.pending_events() == run.rebuilt_events());
    }
    run.finish(simulation::RunEnd::stopped);
    const simulation::MemorySource source(sink.bytes());
    const simulation::JournalReader journal(source);
    RC_ASSERT(journal.world_before(journal.size()).first_difference(run.world()) == "");
  }));
}
