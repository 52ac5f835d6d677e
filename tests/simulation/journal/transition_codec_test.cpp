// Every kind of transition comes back from its bytes as it was.
#include "sim/simulation/journal/transition_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::simulation;

namespace {

std::vector<Transition> one_of_each() {
  workload::PodShape shape = tests::shape(workload::GpuRequest::memory_of(mebibytes(20'000), 2));
  shape.gpu.memory_limit = mebibytes(30'000);
  shape.gpu_models = {"A", "B"};
  shape.node_requirements = {{"zone", workload::NodeRequirement::Operator::not_in, {"z1", "z2"}}};
  shape.tolerations = {{"key", false, "value", "NoSchedule"}};
  shape.labels = {{"app", "x"}};
  shape.pod_affinity = {{true, {{"app", "x"}}, "host"}};
  workload::PodShape sliced;
  sliced.gpu.kind = workload::GpuRequestKind::mig;
  sliced.gpu.mig = {{"1g.10gb", 2}};
  workload::WorkloadSpec spec;
  spec.name = "train";
  spec.kind = workload::Kind::distributed;
  spec.project = QueueId{3};
  spec.priority = -5;
  spec.priority_class = "high";
  spec.preemptibility = workload::Preemptibility::non_preemptible;
  spec.node_pools = {PoolId{1}, PoolId{0}};
  spec.sub_groups = {{"root", -1, 0, {}}, {"leaf", 0, 2, {"tree", "rack", "host"}}};
  spec.templates = {{ShapeId{0}, 3, 1, "worker", "7"}};
  spec.framework = "PyTorch";
  spec.submitted_by = "someone@example.com";
  spec.image = "image";
  spec.submit = Instant{-7};
  spec.duration = hours(3);
  spec.outcome = workload::Outcome::stopped;
  spec.outcome_final = true;
  spec.after = {"a", "b"};
  spec.after_ids = {WorkloadId{1}};
  spec.checkpoints = {minutes(30), seconds(20), seconds(90)};
  spec.image_pull = seconds(1);
  spec.creation_delay = seconds(2);
  spec.termination_grace = seconds(3);
  spec.backoff_limit = 0;
  spec.delete_after = days(30);
  spec.speed_milli = {{GpuModelId{2}, 80}};
  spec.idle_percent = 60;
  spec.topology_slowdown_milli = 700;
  spec.terminate_after_preemption = true;
  cluster::NodeSpec node = tests::node_spec("n0", 8);
  node.mig_enabled = true;
  node.mig_strategy = cluster::MigStrategy::mixed;
  node.mig_layout = {{0, 4, 2, false}};
  node.mig_advertised = {{"1g.10gb", 7}};
  node.taints = {{"k", "v", "NoExecute"}};
  node.labels = {{"a", "b"}};
  node.price_micros_per_hour = 31'200'000;
  const WorkloadId w{9};
  const PodId p{1234};
  const NodeId n{77};
  workload::Refusal refusal;
  refusal.pool = PoolId{1};
  refusal.code = workload::RefusalCode::over_limit;
  refusal.queue = QueueId{2};
  refusal.resource = 2;
  refusal.limit = 8000;
  refusal.used = 6000;
  refusal.requested = 4000;
  organization::Quota quota;
  quota.over_quota_weight = {1, 0.5, 2.25};
  return {ShapeAdded{std::make_shared<const workload::PodShape>(shape)},
          ShapeAdded{std::make_shared<const workload::PodShape>(sliced)},
          WorkloadSubmitted{w, std::make_shared<const workload::WorkloadSpec>(spec)},
          ObjectsCreated{w},
          PodsCreated{w, p, 3},
          PodBound{w, p, n, {0b1011, {cluster::mig_slot(1, 4)}}},
          PodStarted{w, p},
          PodSucceeded{w, p},
          PodFailed{w, p, FailureCause::node_down},
          PodRestarted{w, p},
          PodEvicted{w, p, policy::EvictionCause::consolidation, WorkloadId{0}},
          PodEvicted{w, p, policy::EvictionCause::stale_gang, none<WorkloadId>()},
          PodStopped{w, p, StopCause::gang_restart},
          PodGone{w, p},
          PodPipelined{w, p, n, {1, {}}},
          PipelinedPodEvicted{w, p, policy::EvictionCause::preempt, WorkloadId{3}},
          Refused{w, refusal},
          PoolMoved{w, PoolId{1}, true},
          RoundBegun{w},
          StaleMarked{w},
          StaleCleared{w},
          SuspendAsked{w, SuspendCause::preempted},
          ResumeAsked{w},
          DeleteAsked{w},
          WorkloadDeleted{w},
          WorkloadFinished{w, Ending::failed, EndCause::dropped},
          NodeAdded{std::make_shared<const cluster::NodeSpec>(node)},
          NodeRemoved{n},
          NodeCordoned{n, false},
          NodePowered{n, false},
          RepartitionBegun{n, 3, {{3, 0, 1, true}}},
          RepartitionEnded{n, 3},
          QuotaChanged{QueueId{2}, PoolId{0}, quota},
          CycleBegan{PoolId{4}},
          RunEnded{RunEnd::stopped, 1, 1'000'000'000'000, 3}};
}

}  // namespace

TEST_CASE("each kind of transition survives its bytes") {
  std::vector<Transition> all = one_of_each();
  std::vector<bool> kinds(std::variant_size_v<Transition>, false);
  Encoder out;
  TransitionEncoder encoder;
  Instant at = tests::epoch;
  encoder.begin(out, 5, at);
  for (Transition& t : all) {
    if (auto* refused = std::get_if<Refused>(&t)) refused->refusal.at = at;
    kinds[t.index()] = true;
    encoder.encode(out, t, at);
    if (t.index() % 2 == 0) at = at + seconds(1);
  }
  CHECK(std::count(kinds.begin(), kinds.end(), false) == 0);

  TransitionDecoder decoder(Decoder(out.bytes().data(), out.size()));
  at = tests::epoch;
  std::uint64_t sequence = 5;
  for (const Transition& t : all) {
    const Record record = decoder.next();
    INFO(name_of(t));
    CHECK(record.sequence == sequence++);
    CHECK(record.at == at);
    CHECK(same(record.transition, t));
    if (t.index() % 2 == 0) at = at + seconds(1);
  }
  CHECK(decoder.done());
}

TEST_CASE("no two kinds, and no two values of a kind, are the same") {
  const std::vector<Transition> all = one_of_each();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < all.size(); ++k) CHECK(same(all[i], all[k]) == (i == k));
  }
}

TEST_CASE("what a transition is about") {
  const Transition bound = PodBound{WorkloadId{1}, PodId{2}, NodeId{3}, {}};
  CHECK(workload_of(bound) == WorkloadId{1});
  CHECK(pod_of(bound) == PodId{2});
  CHECK(node_of(bound) == NodeId{3});
  CHECK(name_of(bound) == "pod-bound");
  const Transition began = CycleBegan{PoolId{0}};
  CHECK(workload_of(began) == none<WorkloadId>());
  CHECK(pod_of(began) == none<PodId>());
}

TEST_CASE("every cut of a block of transitions is refused, not misread") {
  Encoder out;
  TransitionEncoder encoder;
  encoder.begin(out, 0, tests::epoch);
  const std::vector<Transition> all = one_of_each();
  for (const Transition& t : all) encoder.encode(out, t, tests::epoch);
  for (std::size_t cut = 0; cut < out.size(); ++cut) {
    std::size_t whole = 0;
    try {
      TransitionDecoder decoder(Decoder(out.bytes().data(), cut));
      while (!decoder.done()) {
        decoder.next();
        ++whole;
      }
    } catch (const DecodeError&) {
    }
    REQUIRE(whole < all.size());
  }
}
