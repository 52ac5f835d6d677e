// Usage as World state: what a run accounts for, what the policy sees of it, and what a replay gives back.
#include <catch2/catch.hpp>

#include "sim/simulation/run/snapshot.hpp"
#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using organization::Resource;

namespace {

constexpr QueueId department{0};
constexpr QueueId team_a{1};
constexpr QueueId team_b{2};

// Two teams without quota on four GPUs. For an hour a alone uses all; then both want all, without end.
InputBuilder two_teams(std::map<std::string, std::string> options) {
  InputBuilder b;
  b.node("n0", 4);
  organization::Queue second = b.input.organization.queues[team_a];
  second.name = "b";
  second.created = epoch + minutes(1);
  b.input.organization.add(second);
  for (int i = 0; i < 4; ++i) b.work("past-" + std::to_string(i), {}, hours(1)).project = team_a;
  for (const QueueId team : {team_a, team_b}) {
    for (int i = 0; i < 6; ++i) {
      const std::string name = (team == team_a ? "a-" : "b-") + std::to_string(i);
      b.work(name, hours(1), hours(100)).project = team;
    }
  }
  b.input.policy.name = "kai";
  b.input.policy.options = std::move(options);
  b.input.cycle_period = seconds(10);
  return b;
}

Finished run_teams(std::map<std::string, std::string> options, Duration length,
                   simulation::JournalOptions journal = {}) {
  InputBuilder b = two_teams(std::move(options));
  b.input.end = after(length);
  auto policy = policy::make_policy(b.input.policy);
  return run_to_end(b, std::move(policy), {}, journal);
}

int running(const Finished& f, QueueId team) {
  int count = 0;
  for (const workload::Pod& pod : f.world.workloads.pods) {
    if (workload::counts_as_allocated(pod.status) && f.world.workloads.all[pod.workload].spec.project == team)
      ++count;
  }
  return count;
}

double gpu(const policy::Usage& usage, QueueId queue) {
  return usage[queue][static_cast<std::size_t>(Resource::gpu)];
}

}  // namespace

TEST_CASE("without the option a run keeps no account of usage, and teams share evenly") {
  const Finished f = run_teams({}, hours(1) + minutes(2));
  CHECK(f.world.usage.empty());
  CHECK(running(f, team_a) == 2);
  CHECK(running(f, team_b) == 2);
}

TEST_CASE("who used everything stands back, and comes back as the window moves") {
  // At one hour a has used all and b nothing: a's share weight is max(0, 0.5 + (0.5 - 1)) = 0.
  const std::map<std::string, std::string> options{{"time_based_fair_share.window", "2h"}};
  const Finished soon = run_teams(options, hours(1) + minutes(2));
  CHECK(running(soon, team_a) == 0);
  CHECK(running(soon, team_b) == 4);
  // Later b's part grows and a's falls, until a reclaims: at two hours each has had about half.
  const Finished later = run_teams(options, hours(2) + minutes(30));
  CHECK(running(later, team_a) + running(later, team_b) == 4);
  CHECK(running(later, team_a) >= 1);
}

TEST_CASE("the account of a run: nodes and pods as they come and go") {
  InputBuilder b;
  b.node("n0", 4);
  b.work("w", minutes(10), minutes(20), 2);
  b.action(minutes(40), simulation::AddNodes{{node_spec("n1", 4)}});
  b.work("last", minutes(50), minutes(10), 8);  // never fits: the run goes on to its end
  b.input.end = after(hours(1));
  b.input.policy.options = {{"time_based_fair_share.window", "1h"}};
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  REQUIRE(f.world.usage.size() == 1);
  // 2 GPUs for 20 minutes of 4 for 40 and 8 for 20.
  const policy::Usage usage = f.world.usage[PoolId{0}].shares(after(hours(1)));
  CHECK(gpu(usage, team_a) == Approx(40.0 / 320).epsilon(1e-12));
  CHECK(gpu(usage, department) == gpu(usage, team_a));

  simulation::UsageReading reading;
  const policy::Snapshot snapshot =
      simulation::snapshot_of(f.world, PoolId{0}, after(minutes(30) + seconds(20)), reading);
  REQUIRE(snapshot.usage != nullptr);
  CHECK(reading.at == after(minutes(30)));
  CHECK(snapshot.next_reading == after(minutes(31)));
}

TEST_CASE("replay gives the account of usage back, from the beginning and from every image") {
  simulation::JournalOptions options;
  options.image_every = 1;
  options.stretch_per_image = 0;
  const Finished f =
      run_teams({{"time_based_fair_share.window", "2h"}, {"time_based_fair_share.half_life", "30m"}},
                hours(1) + minutes(20), options);
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  simulation::Replay replay(journal);
  replay.advance_before(journal.size());
  CHECK(replay.world().first_difference(f.world) == "");
  REQUIRE(!journal.images().empty());
  for (const simulation::ImageInfo& image : journal.images()) {
    simulation::Replay other(journal);
    other.advance_before(image.sequence);
    REQUIRE(journal.world_before(image.sequence).first_difference(other.world()) == "");
  }
}
