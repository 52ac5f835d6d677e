// When cycles run, how pools hand workloads over, and how runs end.
#include "berth/simulation/run.hpp"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using simulation::RunEnd;
using workload::Phase;

namespace {

// Notes the instants (seconds) and pools of its cycles, and decides what another policy decides.
class Watched final : public policy::Policy {
 public:
  Watched(std::unique_ptr<policy::Policy> inner, std::string& log) : inner_(std::move(inner)), log_(log) {}
  std::string_view name() const override { return inner_->name(); }
  policy::CycleResult cycle(const policy::Snapshot& s, policy::Transaction& t) override {
    const std::int64_t at = (s.now - epoch).micros / 1'000'000;
    log_ += (log_.empty() ? "" : " ") + std::to_string(at) + s.cluster->pools[s.pool].name;
    return inner_->cycle(s, t);
  }

 private:
  std::unique_ptr<policy::Policy> inner_;
  std::string& log_;
};

std::string cycles(InputBuilder& b, const std::string& policy = "fifo-skip") {
  std::string log;
  run_to_end(b, std::make_unique<Watched>(policy_named(policy), log));
  return log;
}

}  // namespace

TEST_CASE("immediate: one pass at each instant that changed something, after all its events") {
  InputBuilder b({"p"});
  b.node("n0", 2);
  b.work("a", seconds(3), seconds(10));
  b.work("b", seconds(3), seconds(10));
  b.work("c", seconds(13), seconds(10));
  CHECK(cycles(b) == "3p 13p 23p");
}

TEST_CASE("with a period: at beats after a change, its own decisions included, and never in between") {
  InputBuilder b({"p"});
  b.input.cycle_period = seconds(10);
  b.node("n0", 1);
  b.work("a", seconds(0), seconds(35));
  b.work("b", seconds(12), seconds(100));
  // 0: binds a. 10: looks at what it did. 20: b arrived at 12. 40: a ended at 35; binds b. 50: again. 140: the end.
  CHECK(cycles(b) == "0p 10p 20p 40p 50p 140p");
}

TEST_CASE("an event on a beat comes before the cycle of that beat") {
  InputBuilder b({"p"});
  b.input.cycle_period = seconds(10);
  b.node("n0", 1);
  b.work("a", seconds(10), seconds(10));
  b.work("b", seconds(20), seconds(10));
  const Finished f = run_to_end(b, policy_named("fifo"));
  CHECK(f.phases("a") == "10:Running 20:Completed");
  CHECK(f.phases("b") == "20:Running 30:Completed");
}

TEST_CASE("per-event order: arrivals first, a pass after each event") {
  // At 10 s "a" ends and "b" arrives. Batched, b finds room; per event its arrival is looked at first.
  for (const auto order : {simulation::InstantOrder::batched, simulation::InstantOrder::per_event}) {
    InputBuilder b({"p"});
    b.input.order = order;
    b.node("n0", 1);
    b.work("a", seconds(0), seconds(10));
    b.work("b", seconds(10), seconds(5));
    const bool batched = order == simulation::InstantOrder::batched;
    CHECK(cycles(b, "try-once") == (batched ? "0p 10p 15p" : "0p 10p 10p"));
  }
}

TEST_CASE("the policy's next look is a cycle of its own, or the beat after it") {
  const auto looking = [](std::string& log) {
    return std::make_unique<Scripted>([&log](const policy::Snapshot& s, policy::Transaction&) {
      log += std::to_string((s.now - epoch).micros / 1'000'000) + " ";
      policy::CycleResult result;
      if (s.now < after(seconds(20))) result.next_look = s.now + seconds(7);
      return result;
    });
  };
  for (const bool periodic : {false, true}) {
    InputBuilder b;
    b.node("n0", 1);
    b.work("a", seconds(1), seconds(1));
    if (periodic) b.input.cycle_period = seconds(5);
    std::string log;
    run_to_end(b, looking(log));
    CHECK(log == (periodic ? "5 15 25 " : "1 8 15 22 "));
  }
}

TEST_CASE("a run with an end stops there, and says so") {
  InputBuilder b;
  b.node("n0", 1);
  b.input.end = after(seconds(50));
  b.work("a", seconds(0), seconds(100));
  b.work("late", seconds(60), seconds(1));
  const Finished f = run_to_end(b, policy_named("fifo"));
  CHECK(f.result.ended == RunEnd::end_reached);
  CHECK(f.result.end == after(seconds(50)));
  CHECK(f.world.workloads.all.size() == 1);
  CHECK(f.world.pools[PoolId{0}].sums.gpu_allocated == Integral(1000, seconds(50)));
  REQUIRE(f.world.ended.has_value());
  CHECK(f.world.ended->cycles == f.result.cycles);
}

TEST_CASE("endless work may still run when a run is drained") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("for-ever", seconds(0), Duration::max());
  b.work("waits", seconds(1), seconds(1));
  const Finished f = run_to_end(b, policy_named("fifo"));
  CHECK(f.result.ended == RunEnd::drained);
  CHECK(f["for-ever"].phase == Phase::running);
  CHECK(f.result.waiting_for_ever == std::vector<WorkloadId>{WorkloadId{1}});
}

TEST_CASE("an idle policy drains at once; one that looks for ever and decides nothing is ended") {
  InputBuilder b;
  b.node("n0", 1);
  b.work("a", seconds(0), seconds(1));
  const Finished idle = run_to_end(b, std::make_unique<Idle>());
  CHECK(idle.result.waiting_for_ever.size() == 1);
  InputBuilder c;
  c.node("n0", 1);
  c.work("a", seconds(0), seconds(1));
  const Finished looks =
      run_to_end(c, std::make_unique<Scripted>([](const policy::Snapshot& s, policy::Transaction&) {
                   return policy::CycleResult{s.now + seconds(1)};
                 }));
  CHECK(looks.result.ended == RunEnd::drained);
}

TEST_CASE("a refused workload tries its pools in list order, in one instant, and waits in its first") {
  InputBuilder b({"a", "b", "c"});
  b.node("a0", 1, PoolId{0});
  b.node("b0", 1, PoolId{1});
  b.node("c0", 1, PoolId{2});
  const std::vector<PoolId> all = {PoolId{1}, PoolId{0}, PoolId{2}};
  for (int i = 0; i < 4; ++i) {
    b.work("w" + std::to_string(i), seconds(i), seconds(100)).node_pools = all;
  }
  std::string log;
  const Finished f = run_to_end(b, std::make_unique<Watched>(policy_named("fifo-skip"), log));
  const auto pool_of = [&](const std::string& name) {
    return f.world.cluster.pools[f.world.cluster.nodes[f.world.workloads.pods[f[name].pods[0]].node].pool]
        .name;
  };
  CHECK(pool_of("w0") == "b");
  CHECK(pool_of("w1") == "a");
  CHECK(pool_of("w2") == "c");
  // The fourth went round in vain, and starts in its first pool when that is free at 100.
  CHECK(pool_of("w3") == "b");
  CHECK(f.phases("w3") == "3:Pending 100:Running 200:Completed");
  CHECK(log.substr(0, log.find(" 100b")) == "0b 1b 1a 2b 2a 2c 3b 3a 3c");
}

TEST_CASE("when another of its pools changes, a workload whose round is over begins a new one") {
  InputBuilder b({"a", "b"});
  b.node("a0", 1, PoolId{0});
  b.node("b0", 1, PoolId{1});
  b.work("long", seconds(0), seconds(1000));
  b.work("short", seconds(0), seconds(50)).node_pools = {PoolId{1}};
  b.work("both", seconds(1), seconds(10)).node_pools = {PoolId{0}, PoolId{1}};
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  // At 50 pool b frees its GPU: the round begins in pool a, which refuses, and goes on to b in the same instant.
  CHECK(f.phases("both") == "1:Pending 50:Running 60:Completed");
  const simulation::MemorySource source(f.bytes);
  std::string moves;
  simulation::World world;
  for (const simulation::Record& record : simulation::JournalReader(source).of_workload(WorkloadId{2})) {
    const auto line = simulation::line_of(record, f.world);
    if (line.find("pool-moved") != std::string::npos || line.find("round") != std::string::npos)
      moves += line + "\n";
  }
  CHECK(moves ==
        "+1.000000s  pool-moved  both to b\n"
        "+1.000000s  pool-moved  both to a, round over\n"
        "+50.000000s  round-begun  both\n"
        "+50.000000s  pool-moved  both to b\n");
}

TEST_CASE("with a period a refused workload is in its next pool at the next cycle") {
  InputBuilder b({"a", "b"});
  b.input.cycle_period = seconds(10);
  b.node("a0", 1, PoolId{0});
  b.node("b0", 1, PoolId{1});
  b.work("first", seconds(0), seconds(1000));
  b.work("both", seconds(0), seconds(10)).node_pools = {PoolId{0}, PoolId{1}};
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  CHECK(f.phases("both") == "0:Pending 10:Running 20:Completed");
}

TEST_CASE("an interrupted run is sealed and readable") {
  InputBuilder b;
  b.node("n0", 4);
  for (int i = 0; i < 100; ++i) b.work("w" + std::to_string(i), seconds(i), seconds(10));
  simulation::RunHooks hooks;
  hooks.progress_every = 10;
  std::uint64_t told = 0;
  std::atomic<bool> stop{false};
  hooks.progress = [&](const simulation::RunProgress& p) {
    stop = ++told == 5;
    CHECK(p.arrivals_left.has_value());
  };
  hooks.stop = StopToken(stop);
  const Finished f = run_to_end(b, policy_named("fifo"), hooks);
  CHECK(f.result.ended == RunEnd::stopped);
  CHECK(f.result.events < 100);
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  CHECK(journal.world_before(journal.size()).first_difference(f.world) == "");
}

TEST_CASE("a cycle that is asked to stop decides nothing, and the run is sealed") {
  InputBuilder b;
  b.node("n0", 4);
  b.gang("g", seconds(1), seconds(10), 4, 4);
  std::atomic<bool> stop{false};
  simulation::RunHooks hooks;
  hooks.stop = StopToken(stop);
  // Asked for in the midst of the cycle, after some of its decisions.
  const auto half = [&](const policy::Snapshot& s, policy::Transaction& t) -> policy::CycleResult {
    for (const WorkloadId id : *s.waiting) {
      for (const PodId pod : s.workloads->all[id].pods) {
        stop = true;
        t.bind(pod, NodeId{0}, {cluster::device_bit(0), {}});
        s.stop.poll();
      }
    }
    return {};
  };
  const Finished f = run_to_end(b, std::make_unique<Scripted>(half), hooks);
  CHECK(f.result.ended == RunEnd::stopped);
  CHECK(f.result.decisions == 0);
  CHECK(f["g"].phase == Phase::pending);
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  CHECK(journal.world_before(journal.size()).first_difference(f.world) == "");
  CHECK_THROWS_AS(simulation::JournalReader(source, true, StopToken(stop)), Interrupted);
  const simulation::JournalReader reader(source, false, StopToken(stop));
  CHECK_THROWS_AS(reader.world_before(reader.size()), Interrupted);
}

TEST_CASE("a run goes forward step by step, takes what a person asks, and keeps it in a live journal") {
  InputBuilder b;
  b.node("n0", 2);
  b.work("a", seconds(0), seconds(1000));
  simulation::MemorySink sink;
  simulation::JournalOptions options;
  options.form = simulation::JournalForm::live;
  simulation::Run run(b.take(), policy_named("fifo-skip"), sink, {}, options);
  CHECK(run.advance(after(seconds(10))));
  run.act(after(seconds(20)), simulation::Suspend{"a"});
  InputBuilder more;
  more.work("b", seconds(0), seconds(5));
  run.submit(after(seconds(30)), more.submissions[0]);
  CHECK(run.advance(after(seconds(32))));
  run.sync();
  CHECK(run.world().workloads.all[WorkloadId{0}].phase == Phase::stopped);
  CHECK(run.world().workloads.all[WorkloadId{1}].phase == Phase::running);
  {
    const simulation::MemorySource source(sink.bytes());
    const simulation::JournalReader journal(source);
    CHECK(journal.form() == simulation::JournalForm::live);
    CHECK(journal.world_before(journal.size()).first_difference(run.world()) == "");
  }
  CHECK(run.finish(RunEnd::stopped).ended == RunEnd::stopped);
  const simulation::MemorySource source(sink.bytes());
  CHECK(simulation::JournalReader(source).form() == simulation::JournalForm::sealed);
}

TEST_CASE("an input that contradicts itself is refused with a sentence") {
  const auto refusal = [](InputBuilder& b) -> std::string {
    try {
      run_to_end(b, policy_named("fifo"));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  InputBuilder pools;
  pools.work("a", seconds(0), seconds(1)).node_pools = {PoolId{7}};
  CHECK(refusal(pools) == "workload a names a pool that does not exist");
  InputBuilder early;
  early.work("a", seconds(-1), seconds(1));
  CHECK(refusal(early) == "workload a arrives before the one ahead of it");
  InputBuilder project;
  project.work("a", seconds(0), seconds(1)).project = QueueId{9};
  CHECK(refusal(project) == "workload a names a project that does not exist");
  InputBuilder novel;
  novel.work("a", seconds(0), seconds(1)).image = std::string(70'000, 'x');
  CHECK(refusal(novel).find(" bytes to record; at most 60000 are allowed") != std::string::npos);
}

TEST_CASE("two runs at once do not know of each other") {
  const auto build = [] {
    InputBuilder b;
    b.node("n0", 2);
    for (int i = 0; i < 20; ++i) b.work("w" + std::to_string(i), seconds(i), seconds(7), 1 + i % 2);
    return b;
  };
  InputBuilder alone = build();
  const Finished f = run_to_end(alone, policy_named("fifo"));
  InputBuilder b1 = build(), b2 = build();
  simulation::MemorySink s1, s2;
  simulation::Run one(b1.take(), policy_named("fifo"), s1), two(b2.take(), policy_named("fifo"), s2);
  for (int t = 0; t < 300; ++t) {
    one.advance(after(seconds(t)));
    two.advance(after(seconds(t * 2)));
  }
  one.finish(RunEnd::drained);
  two.finish(RunEnd::drained);
  CHECK(one.world().workloads == f.world.workloads);
  CHECK(two.world().workloads == f.world.workloads);
}
