// What happens to workloads, seen through whole runs. Instants are seconds since the start.
#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using simulation::RunEnd;
using workload::Kind;
using workload::Outcome;
using workload::Phase;

namespace {

Finished run(InputBuilder& builder, const std::string& policy = "fifo-skip") {
  return run_to_end(builder, policy_named(policy));
}

}  // namespace

TEST_CASE("the good path: creating, pending, initializing, running, completed") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(5), seconds(100));
  spec.creation_delay = seconds(2);
  spec.image_pull = seconds(20);
  const Finished f = run(b);
  CHECK(f.phases("a") == "5:Creating 7:Initializing 27:Running 127:Completed");
  CHECK(f["a"].first_full_start == after(seconds(27)));
  CHECK(f["a"].last_start == after(seconds(7)));
  CHECK(f["a"].completed_at == after(seconds(127)));
  CHECK(f["a"].running_total == seconds(100));
  CHECK(f["a"].pending_total == seconds(0));
  CHECK(f.result.ended == RunEnd::drained);
  CHECK(f.result.waiting_for_ever.empty());
}

TEST_CASE("a workload waits for room, and its waiting time is added up") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("first", seconds(0), seconds(60));
  b.work("second", seconds(10), seconds(5));
  const Finished f = run(b);
  CHECK(f.phases("second") == "10:Pending 60:Running 65:Completed");
  CHECK(f["second"].pending_total == seconds(50));
  // One GPU for 65 s of 65: capacity and allocation agree.
  CHECK(f.world.pools[PoolId{0}].sums.gpu_allocated == Integral(1000, seconds(65)));
  CHECK(f.world.pools[PoolId{0}].sums.gpu_capacity == Integral(1000, seconds(65)));
  CHECK(f.world.pools[PoolId{0}].sums.pending == Integral(1, seconds(50)));
}

TEST_CASE("what can never run stays pending, and a drained run says so") {
  InputBuilder b;
  b.node("n0", 2);
  b.work("small", seconds(0), seconds(1));
  b.work("huge", seconds(0), seconds(1), 4);
  b.work("behind", seconds(0), seconds(1));
  for (const char* policy : {"fifo", "fifo-skip"}) {
    InputBuilder copy;
    copy.node("n0", 2);
    copy.work("huge", seconds(0), seconds(1), 4);
    copy.work("behind", seconds(0), seconds(1));
    const Finished f = run(copy, policy);
    CHECK(f["huge"].phase == Phase::pending);
    CHECK(f["behind"].phase == Phase::completed);
    REQUIRE(f["huge"].refusals.size() == 1);
    CHECK(f["huge"].refusals[0].code == workload::RefusalCode::never_fits);
    CHECK(f.result.waiting_for_ever == std::vector<WorkloadId>{WorkloadId{0}});
  }
}

TEST_CASE("what try-once drops has failed") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("a", seconds(0), seconds(10));
  b.work("b", seconds(5), seconds(10));
  const Finished f = run(b, "try-once");
  CHECK(f["a"].phase == Phase::completed);
  CHECK(f.phases("b") == "5:Failed");
  CHECK(f["b"].dropped);
  CHECK(f.world.totals.dropped == 1);
  CHECK(f.course("b").end_cause == simulation::EndCause::dropped);
}

TEST_CASE("a final failure ends a workload at its first failure") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(10));
  spec.outcome = Outcome::failed;
  spec.outcome_final = true;
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 10:Failed");
  CHECK(f["a"].failures == 1);
  CHECK(f.course("a").end_cause == simulation::EndCause::exit_code);
}

TEST_CASE("a failing training is tried again until its limit is passed, each time with a new pod") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(10));
  spec.outcome = Outcome::failed;
  spec.backoff_limit = 2;
  spec.image_pull = seconds(1);
  const Finished f = run(b);
  CHECK(f.phases("a") ==
        "0:Initializing 1:Running 11:Initializing 12:Running 22:Initializing 23:Running 33:Failed");
  CHECK(f["a"].failures == 3);
  CHECK(f.world.workloads.pods.size() == 3);
  CHECK(f.world.workloads.pods[PodId{2}].index == 2);
  CHECK(f.course("a").end_cause == simulation::EndCause::backoff_limit);
}

TEST_CASE("a failing workspace restarts in place, keeping its GPU") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(10));
  spec.kind = Kind::workspace;
  spec.outcome = Outcome::failed;
  spec.backoff_limit = 1;
  b.work("b", seconds(1), seconds(10));
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 20:Failed");
  CHECK(f.phases("b") == "1:Pending 20:Running 30:Completed");
  CHECK(f["a"].failures == 2);
}

TEST_CASE("a workload stopped by its owner is Stopped and frees its devices") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(10));
  spec.kind = Kind::workspace;
  spec.outcome = Outcome::stopped;
  spec.termination_grace = seconds(3);
  b.work("b", seconds(1), seconds(10));
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 10:Stopping 13:Stopped");
  CHECK(f.phases("b") == "1:Pending 13:Running 23:Completed");
  CHECK(f.world.totals.lost_gpu_time == 0);
}

TEST_CASE("suspend and resume: the pods go, the object stays, new pods queue again") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(100));
  spec.termination_grace = seconds(5);
  spec.creation_delay = seconds(1);
  spec.checkpoints = {seconds(10), seconds(0), seconds(4)};
  b.action(seconds(36), simulation::Suspend{"a"});
  b.action(seconds(37), simulation::Suspend{"a"});  // without effect
  b.action(seconds(60), simulation::Resume{"a"});
  const Finished f = run(b);
  // 35 s done, 30 saved; 70 left after a restart of 4.
  CHECK(f.phases("a") == "0:Creating 1:Running 36:Stopping 41:Stopped 60:Resuming 61:Running 135:Completed");
  CHECK(f["a"].created == after(seconds(0)));
}

TEST_CASE("resume while the old pods are still going waits for them") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(100));
  spec.termination_grace = seconds(30);
  b.action(seconds(10), simulation::Suspend{"a"});
  b.action(seconds(20), simulation::Resume{"a"});
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 10:Stopping 20:Resuming 40:Running 140:Completed");
}

TEST_CASE("deletion, of what runs and of what is over") {
  InputBuilder b;
  b.node("n0", 1);
  auto& spec = b.work("a", seconds(0), seconds(100));
  spec.termination_grace = seconds(5);
  auto& other = b.work("b", seconds(20), seconds(10));
  other.delete_after = seconds(60);
  b.action(seconds(10), simulation::Delete{"a"});
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 10:Deleting");
  CHECK(f["a"].deleted_at == after(seconds(15)));
  CHECK(f.phases("b") == "20:Running 30:Completed 90:Deleting");
  CHECK(f["b"].deleted_at == after(seconds(90)));
  CHECK(f.world.totals.deleted == 2);
}

TEST_CASE("dependencies: who comes after another waits until it has completed") {
  InputBuilder b;
  b.node("n0", 8);
  b.work("late", seconds(0), seconds(10)).after = {"first", "second"};
  b.work("first", seconds(1), seconds(10));
  b.work("second", seconds(2), seconds(30));
  b.work("fails", seconds(2), seconds(5)).outcome = Outcome::failed;
  b.submissions.back().spec.outcome_final = true;
  b.work("orphan", seconds(3), seconds(5)).after = {"fails"};
  b.work("at-once", seconds(50), seconds(1)).after = {"first"};
  const Finished f = run(b);
  CHECK(f.phases("late") == "0:Pending 32:Running 42:Completed");
  CHECK(f["orphan"].phase == Phase::pending);
  CHECK(f.phases("at-once") == "50:Running 51:Completed");
  CHECK(f.result.waiting_for_ever.size() == 1);
}

TEST_CASE("pods of a training start singly and work each for itself") {
  InputBuilder b;
  b.node("n0", 2);
  b.add("a", seconds(0), seconds(10), shape(workload::GpuRequest::whole(1)), 3, 1);
  const Finished f = run(b);
  // Two run at once, the third takes the place of the first to end.
  CHECK(f.phases("a") == "0:Degraded 10:Running 20:Completed");
  CHECK(f.course("a").succeeded == 3);
}

TEST_CASE("an elastic gang takes proportionally longer below its full size") {
  InputBuilder b;
  b.node("n0", 4);
  b.work("other", seconds(0), seconds(20), 2);
  b.gang("a", seconds(0), seconds(100), 4, 2);
  const Finished f = run(b);
  // 400 pod-seconds: 2 pods until 20 (40 done), then 4: 90 s more.
  CHECK(f.phases("a") == "0:Running 110:Completed");
}

TEST_CASE("work goes at the speed of the GPU model that it is on") {
  InputBuilder b;
  const GpuModelId slow = b.input.cluster.models.intern_opaque("slow");
  cluster::NodeSpec node = node_spec("n0", 1);
  node.gpu_model = slow;
  b.input.cluster.add_node(node);
  b.work("a", seconds(0), seconds(10)).speed_milli = {{slow, 80}};
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 125:Completed");
}

TEST_CASE("an eviction takes the grace, loses the work since the last checkpoint and queues again") {
  InputBuilder b;
  b.node("n0", 1);
  b.input.end = after(seconds(1000));
  auto& spec = b.work("a", seconds(0), seconds(100));
  spec.termination_grace = seconds(5);
  spec.checkpoints = {seconds(20), seconds(0), seconds(7)};
  auto policy = std::make_unique<Scripted>([](const policy::Snapshot& s, policy::Transaction& t) {
    const workload::Workload& a = s.workloads->all[WorkloadId{0}];
    policy::CycleResult result;
    if (a.phase == Phase::pending) {
      result = EvictAll().cycle(s, t);
      if (s.now < after(seconds(50))) result.next_look = after(seconds(50));
    } else if (s.now == after(seconds(50)) && a.phase == Phase::running) {
      t.evict(a.pods.front(), policy::EvictionCause::reclaim, none<WorkloadId>());
    }
    return result;
  });
  const Finished f = run_to_end(b, std::move(policy));
  // 50 s done, 40 saved; from 55: a restart of 7, then 60 s.
  CHECK(f.phases("a") == "0:Running 50:Terminating 55:Running 122:Completed");
  CHECK(f["a"].preemptions == 1);
  CHECK(print_int128(f.course("a").lost_gpu_time) == "10000000000");
  CHECK(f.course("a").last_eviction == policy::EvictionCause::reclaim);
  CHECK(f["a"].pending_total == seconds(0));
  CHECK(f["a"].running_total == seconds(50) + seconds(67));
}

TEST_CASE("a workload that ends with its first preemption is Stopped") {
  InputBuilder b;
  b.node("n0", 1);
  b.input.cycle_period = seconds(10);
  b.input.end = after(seconds(100));
  b.work("a", seconds(0), seconds(1000)).terminate_after_preemption = true;
  const Finished f = run_to_end(b, std::make_unique<EvictAll>());
  CHECK(f.phases("a") == "0:Running 10:Stopped");
  CHECK(f.course("a").suspend_cause == simulation::SuspendCause::preempted);
}

TEST_CASE("a node that goes down fails its pods, which find another place") {
  InputBuilder b;
  b.node("n0", 2);
  b.node("n1", 2);
  b.work("single", seconds(0), seconds(100), 2);
  b.gang("pair", seconds(1), seconds(100), 2, 2);
  b.action(seconds(40), simulation::NodePower{"n1", false});
  b.action(seconds(200), simulation::NodePower{"n1", true});
  const Finished f = run(b);
  CHECK(f.phases("single") == "0:Running 100:Completed");
  // Down at 40: both pods of the gang fail; there is room at 100, and all work was lost.
  CHECK(f.phases("pair") == "1:Running 40:Pending 100:Running 200:Completed");
  CHECK(f["pair"].failures == 2);
  CHECK(f.world.pools[PoolId{0}].gpu_capacity == GpuMilli(4000));
  CHECK(print_int128(f.course("pair").lost_gpu_time) == "78000000000");
}

TEST_CASE("a gang below its minimum stands still until the lost pod is back") {
  InputBuilder b;
  b.node("n0", 1);
  b.node("n1", 1);
  auto& spec = b.gang("pair", seconds(0), seconds(100), 2, 2);
  spec.checkpoints = {seconds(10), seconds(0), seconds(0)};
  b.action(seconds(45), simulation::NodePower{"n1", false});
  b.action(seconds(60), simulation::NodePower{"n1", true});
  const Finished f = run(b);
  CHECK(f.phases("pair") == "0:Running 45:Degraded 60:Running 120:Completed");
}

TEST_CASE("when one pod of a gang fails by itself, the gang starts again together") {
  InputBuilder b;
  b.node("n0", 2);
  auto& spec = b.gang("pair", seconds(0), seconds(10), 2, 2);
  spec.outcome = Outcome::failed;
  spec.backoff_limit = 1;
  const Finished f = run(b);
  CHECK(f["pair"].failures == 2);
  CHECK(f["pair"].phase == Phase::failed);
  CHECK(f["pair"].completed_at == after(seconds(20)));
  CHECK(f.world.workloads.pods.size() == 4);
}

TEST_CASE("nodes come and go; those of a removed node queue again") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("a", seconds(0), seconds(100));
  b.work("b", seconds(0), seconds(100));
  b.action(seconds(10), simulation::AddNodes{{node_spec("n1", 1)}});
  b.action(seconds(30), simulation::RemoveNodes{{"n0", "no-such-node"}});
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 30:Pending 110:Running 210:Completed");
  CHECK(f.phases("b") == "0:Pending 10:Running 110:Completed");
  CHECK(f.world.pools[PoolId{0}].gpu_capacity == GpuMilli(1000));
  CHECK(f.world.pools[PoolId{0}].sums.gpu_capacity ==
        Integral(1000, seconds(210)) + Integral(1000, seconds(20)));
}

TEST_CASE("a cordoned node takes nothing new and keeps what it has") {
  InputBuilder b;
  b.node("n0", 2);
  b.work("a", seconds(0), seconds(50));
  b.work("b", seconds(20), seconds(50));
  b.action(seconds(10), simulation::Cordon{"n0", true});
  b.action(seconds(30), simulation::Cordon{"n0", false});
  const Finished f = run(b);
  CHECK(f.phases("a") == "0:Running 50:Completed");
  CHECK(f.phases("b") == "20:Pending 30:Running 80:Completed");
}

TEST_CASE("a gang whose pods come back one after the other is placed as one again") {
  // The gang fails at 10: one pod is replaced at once, the other after its grace, while the workload waits all the time.
  InputBuilder b;
  b.node("n0", 3);
  auto& spec = b.gang("gang", seconds(0), seconds(10), 3, 2);
  spec.outcome = Outcome::failed;
  spec.backoff_limit = 1;
  spec.termination_grace = seconds(3);
  b.work("other", seconds(5), seconds(100), 1);
  b.work("late", seconds(11), seconds(1), 1);
  for (const char* policy : {"fifo", "fifo-skip"}) {
    InputBuilder copy;
    copy.node("n0", 2);
    copy.submissions = b.submissions;
    const Finished f = run(copy, policy);
    CHECK(f["gang"].phase == Phase::failed);
    CHECK(f["gang"].failures == 2);
  }
}
