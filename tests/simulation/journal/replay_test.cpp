// The World rebuilt from the journal equals the live one, field by field, after every event; so does one from an image.
#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using simulation::World;

namespace {

// Three scenarios that between them make every transition.
InputBuilder crowded() {
  InputBuilder b;
  for (int i = 0; i < 4; ++i) b.node("n" + std::to_string(i), 4);
  for (int i = 0; i < 25; ++i) {
    const std::string name = "w" + std::to_string(i);
    const Duration submit = seconds(i * 7 % 60);
    if (i % 5 == 0) {
      auto& gang = b.gang(name, submit, seconds(40 + i), 6, 3);
      gang.checkpoints = {seconds(9), seconds(1), seconds(2)};
      gang.termination_grace = seconds(i % 2 * 4);
    } else if (i % 5 == 1) {
      b.add(name, submit, seconds(30), shape(workload::GpuRequest::fraction(GpuMilli(300))), 3, 1);
    } else {
      auto& single = b.work(name, submit, seconds(20 + 3 * i), 1 + i % 3);
      single.image_pull = seconds(i % 4);
      single.creation_delay = seconds(i % 2);
      if (i % 7 == 0) single.outcome = workload::Outcome::failed;
      if (i % 7 == 1) single.terminate_after_preemption = true;
      single.backoff_limit = 1;
    }
  }
  b.input.cycle_period = seconds(13);
  b.input.end = after(seconds(300));
  return b;
}

InputBuilder changing() {
  InputBuilder b;
  for (int i = 0; i < 3; ++i) b.node("n" + std::to_string(i), 4);
  for (int i = 0; i < 20; ++i) {
    auto& spec = b.work("w" + std::to_string(i), seconds(i * 3), seconds(50), 1 + i % 4);
    spec.termination_grace = seconds(i % 3 * 2);
    if (i % 6 == 1) spec.kind = workload::Kind::workspace, spec.outcome = workload::Outcome::stopped;
    if (i % 6 == 2) spec.kind = workload::Kind::workspace, spec.outcome = workload::Outcome::failed;
    if (i % 6 == 3) spec.delete_after = seconds(10);
    if (i % 6 == 4) spec.after = {"w" + std::to_string(i - 2), "w" + std::to_string(i + 1)};
    spec.backoff_limit = 2;
  }
  for (int i = 0; i < 20; i += 3) {
    b.action(seconds(20 + i), simulation::Suspend{"w" + std::to_string(i)});
    b.action(seconds(40 + 2 * i), simulation::Resume{"w" + std::to_string(i)});
  }
  b.action(seconds(30), simulation::Delete{"w5"});
  b.action(seconds(31), simulation::Cordon{"n1", true});
  b.action(seconds(45), simulation::NodePower{"n0", false});
  b.action(seconds(60), simulation::Cordon{"n1", false});
  b.action(seconds(61), simulation::AddNodes{{node_spec("n9", 8), node_spec("n8", 1)}});
  b.action(seconds(70), simulation::NodePower{"n0", true});
  b.action(seconds(90), simulation::RemoveNodes{{"n2"}});
  organization::Quota quota;
  organization::at(quota.quota, organization::Resource::gpu) = 4000;
  b.action(seconds(33), simulation::SetQuota{QueueId{1}, PoolId{0}, quota});
  return b;
}

InputBuilder several_pools() {
  InputBuilder b({"a", "b", "c"});
  b.node("a0", 2, PoolId{0});
  b.node("b0", 2, PoolId{1});
  b.node("c0", 4, PoolId{2});
  for (int i = 0; i < 20; ++i) {
    auto& spec = b.work("w" + std::to_string(i), seconds(i * 2), seconds(17 + i), 1 + i % 3);
    if (i % 3 == 0) spec.node_pools = {PoolId{0}, PoolId{1}};
    if (i % 3 == 1) spec.node_pools = {PoolId{1}, PoolId{2}, PoolId{0}};
  }
  b.input.order = simulation::InstantOrder::batched;
  return b;
}

struct Moment {
  std::uint64_t transitions;
  World world;
};

void check_replay(InputBuilder builder, std::unique_ptr<policy::Policy> policy) {
  std::vector<Moment> moments;
  simulation::RunHooks hooks;
  hooks.after_event = [&](const World& world) { moments.push_back({world.totals.transitions, world}); };
  simulation::JournalOptions options;
  options.block_bytes = 300;
  options.image_every = 1000;
  options.stretch_per_image = 0;
  const Finished f = run_to_end(builder, std::move(policy), hooks, options);
  moments.push_back({f.world.totals.transitions, f.world});
  REQUIRE(moments.size() > 50);

  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  CHECK(journal.size() == f.world.totals.transitions);
  CHECK(journal.images().size() >= 3);
  simulation::Replay replay(journal);
  for (const Moment& moment : moments) {
    replay.advance_before(moment.transitions);
    REQUIRE(replay.world().first_difference(moment.world) == "");
  }
  // Every image, and what follows from it up to the next.
  for (const simulation::ImageInfo& image : journal.images()) {
    const World from_image = journal.world_before(image.sequence);
    simulation::Replay other(journal);
    other.advance_before(image.sequence);
    REQUIRE(from_image.first_difference(other.world()) == "");
  }
  for (std::size_t i = 0; i < moments.size(); i += 7) {
    REQUIRE(journal.world_before(moments[i].transitions).first_difference(moments[i].world) == "");
  }
  // At an instant: after everything of that instant.
  for (std::size_t i = 0; i + 1 < moments.size(); i += 5) {
    if (moments[i].world.now == moments[i + 1].world.now) continue;
    REQUIRE(journal.world_at(moments[i].world.now).first_difference(moments[i].world) == "");
    REQUIRE(simulation::Replay(journal, moments[i].world.now).world().first_difference(moments[i].world) ==
            "");
  }
}

}  // namespace

TEST_CASE("replay equals the run: crowded, with everything evicted at every cycle") {
  check_replay(crowded(), std::make_unique<EvictAll>());
}
TEST_CASE("replay equals the run: crowded, fifo-skip") {
  check_replay(crowded(), policy_named("fifo-skip"));
}
TEST_CASE("replay equals the run: suspensions, failures, nodes and quotas that change") {
  check_replay(changing(), policy_named("fifo-skip"));
}
TEST_CASE("replay equals the run: several pools") {
  check_replay(several_pools(), policy_named("fifo"));
}

TEST_CASE("the pending events are a function of input, World and instant") {
  for (const bool evicting : {false, true}) {
    InputBuilder b = evicting ? crowded() : changing();
    simulation::MemorySink sink;
    std::unique_ptr<policy::Policy> policy;
    if (evicting) {
      policy = std::make_unique<EvictAll>();
    } else {
      policy = policy_named("fifo-skip");
    }
    simulation::Run run(b.take(), std::move(policy), sink);
    for (int t = 0; t < 280; ++t) {
      run.advance(after(seconds(t)));
      REQUIRE(run.pending_events() == run.rebuilt_events());
    }
  }
}

TEST_CASE("the same input gives the same bytes, whether caches are kept or not") {
  const auto bytes = [](bool drop) {
    InputBuilder b = crowded();
    std::unique_ptr<policy::Policy> inner = policy_named("fifo-skip");
    policy::Policy* kept = inner.get();
    auto policy = std::make_unique<Scripted>([kept, drop](const policy::Snapshot& s, policy::Transaction& t) {
      if (drop) kept->drop_caches();
      return kept->cycle(s, t);
    });
    return run_to_end(b, std::move(policy)).bytes;
  };
  const auto first = bytes(false);
  CHECK((first == bytes(false)));
  CHECK((first == bytes(true)));
}

TEST_CASE("two journals are compared to their first difference") {
  InputBuilder one = several_pools(), two = several_pools(), three = several_pools();
  two.submissions[10].spec.duration = seconds(1);
  three.submissions.pop_back();
  const Finished f1 = run_to_end(one, policy_named("fifo"));
  const Finished f2 = run_to_end(two, policy_named("fifo"));
  const Finished f3 = run_to_end(three, policy_named("fifo"));
  const simulation::MemorySource s1(f1.bytes), s2(f2.bytes), s3(f3.bytes);
  const simulation::JournalReader j1(s1), j2(s2), j3(s3);
  CHECK_FALSE(simulation::first_difference(j1, j1).has_value());
  const auto difference = simulation::first_difference(j1, j2);
  REQUIRE(difference.has_value());
  const World before = j1.world_before(difference->sequence);
  CHECK(simulation::line_of(*difference->left, before) == simulation::line_of(*difference->right, before));
  CHECK(std::get<simulation::WorkloadSubmitted>(difference->left->transition).spec->name == "w10");
  CHECK(simulation::first_difference(j1, j3).has_value());
}

TEST_CASE("going through a stretch shows each transition with the World before it") {
  InputBuilder b = crowded();
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  for (const std::uint64_t from : {std::uint64_t{0}, journal.size() / 2, journal.size()}) {
    auto replay = simulation::Replay::before(journal, from);
    std::uint64_t expected = from;
    replay.each([&](const simulation::Record& record, const World& before) {
      REQUIRE(record.sequence == expected++);
      if (record.sequence % 37 == 0)
        REQUIRE(before.first_difference(journal.world_before(record.sequence)) == "");
      return true;
    });
    CHECK(expected == journal.size());
    CHECK(replay.next() == journal.size());
    CHECK(replay.world().first_difference(f.world) == "");
  }
  // What the visitor turns down is still to come.
  auto replay = simulation::Replay::before(journal, 5);
  replay.each([](const simulation::Record& record, const World&) { return record.sequence < 9; });
  CHECK(replay.next() == 9);
  CHECK(replay.world().first_difference(journal.world_before(9)) == "");
}

TEST_CASE("a transition as a line") {
  InputBuilder b;
  b.node("n0", 4);
  b.work("a", seconds(5), seconds(10), 2);
  const Finished f = run_to_end(b, policy_named("fifo"));
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  std::string text;
  journal.each(0, [&](const simulation::Record& record) {
    text += simulation::line_of(record, f.world) + "\n";
    return true;
  });
  CHECK(text ==
        "+5.000000s  shape-added\n"
        "+5.000000s  workload-submitted  a\n"
        "+5.000000s  objects-created  a\n"
        "+5.000000s  pods-created  a x 1\n"
        "+5.000000s  cycle-began  default\n"
        "+5.000000s  pod-bound  a 0 on n0 {0 1}, gpu 1000m, cpu 1, memory 1Gi\n"
        "+5.000000s  pod-started  a 0\n"
        "+15.000000s  pod-succeeded  a 0\n"
        "+15.000000s  workload-finished  a completed: work-done\n"
        "+15.000000s  run-ended  drained, 2 events, 2 cycles, 1 decisions\n");
}

TEST_CASE("a listing has what a reader must know to check it") {
  InputBuilder b;
  b.node("n0", 2);
  b.add("half", Duration{}, hours(1), shape(workload::GpuRequest::fraction(GpuMilli(500))), 1, 1);
  auto& quota = b.input.organization.queues[QueueId{1}].quota[PoolId{0}];
  organization::at(quota.limit, organization::Resource::gpu) = 1500;
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  simulation::Replay replay(journal);
  const auto start = simulation::lines_of_start(replay.world());
  REQUIRE(start.size() == 3);
  CHECK(start[0] == "node  n0 in default: gpus 2, cpu 64, memory 256Gi, pods 110");
  CHECK(start[2].find("queue  project of department in default: quota gpu ") == 0);
  CHECK(start[2].find("limit gpu 1.5 ") != std::string::npos);
  std::string bound;
  journal.each(0, [&](const simulation::Record& record) {
    replay.advance_before(record.sequence);
    if (std::holds_alternative<simulation::PodBound>(record.transition))
      bound = simulation::line_of(record, replay.world());
    return true;
  });
  CHECK(bound == "+0.000000s  pod-bound  half 0 on n0 {0}, gpu 500m, cpu 1, memory 1Gi");
}
