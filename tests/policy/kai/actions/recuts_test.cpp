// MIG re-cuts under `kai`, in whole runs under the engine's checks: who asks, in which order, and what is left alone.
#include "sim/policy/kai/actions/recuts.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/cluster/gpu_checks.hpp"
#include "sim/simulation/run/snapshot.hpp"
#include "tests/policy/kai/session/random_pool.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using organization::Resource;
using workload::RefusalCode;

namespace {

using Lines = std::vector<std::string>;

workload::GpuRequest mig(const std::string& profile, int count = 1) {
  workload::GpuRequest gpu;
  gpu.kind = workload::GpuRequestKind::mig;
  gpu.mig = {{profile, count}};
  return gpu;
}

// A pool of nodes in MIG mode under `kai`, with an endless quota. A cut takes two minutes.
struct Pool : InputBuilder {
  Pool() {
    input.cluster.models = cluster::ModelTable::standard();
    input.policy.name = "kai";
    input.cycle_period = seconds(1);
    input.repartition_time = minutes(2);
    input.end = after(hours(12));
    for (organization::Queue& queue : input.organization.queues)
      organization::at(queue.quota[PoolId{0}].quota, Resource::gpu) = organization::unlimited;
  }

  // H100s of 80 GB, all cut by the layout.
  cluster::NodeSpec spec(const std::string& name, const Lines& layout, bool on_demand = true, int gpus = 1,
                         int cores = 64) {
    cluster::NodeSpec n = node_spec(name, gpus, cores);
    n.gpu_model = *input.cluster.models.find("H100-SXM5-80GB");
    n.mig_enabled = true;
    n.mig_strategy = cluster::MigStrategy::mixed;
    n.repartition_on_demand = on_demand;
    n.mig_layout = cluster::read_mig_layout(input.cluster.models[n.gpu_model], layout).instances;
    return n;
  }
  void add_node(const cluster::NodeSpec& n) { input.cluster.add_node(n); }

  workload::WorkloadSpec& ask(const std::string& name, Duration submit, Duration duration,
                              const workload::GpuRequest& gpu, int pods = 1, int cores = 1) {
    return add(name, submit, duration, shape(gpu, cores), pods, pods);
  }

  void limit(double gpus) {
    organization::at(input.organization.queues[QueueId{1}].quota[PoolId{0}].limit, Resource::gpu) =
        static_cast<std::int64_t>(gpus * 1000);
  }
};

Finished run(Pool& pool) {
  auto policy = policy::make_policy(pool.input.policy);
  return run_to_end(pool, std::move(policy));
}

// The journal's lines of the kinds named, without what else happens.
Lines lines(const Finished& f, const Lines& kinds = {"repartition-begun", "repartition-ended", "pod-bound",
                                                     "pod-pipelined", "pod-evicted"}) {
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  simulation::Replay replay(journal);
  Lines out;
  journal.each(0, [&](const simulation::Record& record) {
    const std::string_view kind = simulation::name_of(record.transition);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return true;
    replay.advance_before(record.sequence);
    std::string words;
    for (const char c : simulation::line_of(record, replay.world())) {
      if (c != ' ' || (!words.empty() && words.back() != ' ')) words += c;
    }
    out.push_back(words.substr(0, words.find(", ")));  // without what the pod takes of its node
    return true;
  });
  return out;
}

// The instances of a device at the end: "3g.40gb@4".
std::string layout(const Finished& f, std::size_t node = 0) {
  const cluster::Cluster& c = f.world.cluster;
  std::string text;
  for (const cluster::MigInstance& i : c.occupancy[id_of<NodeId>(node)].instances) {
    text += (text.empty() ? "" : " ") +
            c.models[c.nodes[id_of<NodeId>(node)].gpu_model].mig.profiles[i.profile].name + "@" +
            std::to_string(int{i.start});
  }
  return text;
}

bool started(const Finished& f, const std::string& name) {
  return f[name].first_full_start.has_value();
}

}  // namespace

TEST_CASE(
    "kai: idle instances are cut anew once those in use leave room, and the workload starts when that is "
    "done") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"1g.10gb@0", "1g.10gb@1", "1g.10gb@5"}));
  pool.ask("first", seconds(0), hours(1), mig("1g.10gb"));
  pool.ask("stays", seconds(0), hours(10), mig("1g.10gb"));
  pool.ask("third", seconds(0), hours(2), mig("1g.10gb"));
  pool.ask("big", minutes(1), hours(2), mig("3g.40gb"));
  const Finished f = run(pool);
  CHECK(lines(f) ==
        Lines{"+0.000000s pod-bound first 0 on n0 {0@0}", "+0.000000s pod-bound stays 0 on n0 {0@1}",
              "+0.000000s pod-bound third 0 on n0 {0@5}", "+7200.000000s repartition-begun n0 0",
              "+7201.000000s pod-pipelined big 0 to n0 {0@4}", "+7320.000000s repartition-ended n0 0",
              "+7320.000000s pod-bound big 0 on n0 {0@4}"});
  CHECK(f.phases("big") == "60:Pending 7320:Running 14520:Completed");
  // Changes, and the looks after its own decisions; a cut under way is not looked at again and again.
  CHECK(f.result.cycles < 20);
}

TEST_CASE("kai: who listens hears on which nodes a cut is asked for") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.ask("small", seconds(3), hours(1), mig("3g.40gb"));
  const Finished f = run(pool);
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  std::uint64_t begun = 0;
  journal.each(0, [&](const simulation::Record& r) {
    if (std::holds_alternative<simulation::RepartitionBegun>(r.transition)) begun = r.sequence;
    return begun == 0;
  });
  const simulation::World world = journal.world_before(begun);
  simulation::UsageReading reading;
  const policy::Snapshot snapshot = simulation::snapshot_of(world, PoolId{0}, after(seconds(3)), reading);
  policy::WorkingCluster working;
  policy::Transaction loud(snapshot, working);
  policy::Explanation words;
  policy::PolicySpec kai;
  kai.name = "kai";
  policy::make_policy(kai)->cycle(snapshot, loud, words);
  REQUIRE(words.workloads.size() == 1);
  REQUIRE_FALSE(words.workloads[0].lines.empty());
  CHECK(words.workloads[0].lines.back() ==
        "asks for idle MIG instances to be cut anew on n0; it may start there when the cut is done");
  const auto is_cut = [](const policy::Decision& d) {
    return std::holds_alternative<policy::Repartition>(d);
  };
  CHECK(std::count_if(loud.decisions().begin(), loud.decisions().end(), is_cut) == 1);
}

TEST_CASE("kai: a profile that a cut could make is waited for; one that none could make never fits") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.ask("holder", seconds(0), hours(20), mig("7g.80gb"));
  pool.ask("some day", minutes(1), hours(1), mig("3g.40gb"));
  pool.ask("no such thing", minutes(1), hours(1), mig("5g.60gb"));
  const Finished f = run(pool);
  CHECK(f["some day"].refusals.at(0).code == RefusalCode::no_room);
  CHECK(f["no such thing"].refusals.at(0).code == RefusalCode::never_fits);
  CHECK(lines(f, {"repartition-begun"}).empty());
}

TEST_CASE("kai: cuts are asked for in the order in which allocate takes the workloads") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.ask("holder", seconds(0), hours(1), mig("7g.80gb"));
  pool.ask("early", minutes(1), hours(1), mig("4g.40gb"));
  pool.ask("urgent", minutes(2), hours(1), mig("4g.40gb")).priority = 80;
  const Finished f = run(pool);
  CHECK(f.phases("urgent") == "120:Pending 3720:Running 7320:Completed");
  // The idle 4g is there when the first is done.
  CHECK(f.phases("early") == "60:Pending 7320:Running 10920:Completed");
  CHECK(lines(f, {"repartition-begun"}).size() == 1);
}

TEST_CASE("kai: nothing is cut for a workload that something else keeps out") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"7g.80gb"}, true, 1, 4));
  SECTION("its queue's limit") {
    pool.limit(2);
    pool.ask("big", minutes(1), hours(1), mig("3g.40gb"));
  }
  SECTION("the quota of what cannot be preempted") {
    organization::at(pool.input.organization.queues[QueueId{1}].quota[PoolId{0}].quota, Resource::gpu) = 2000;
    pool.ask("big", minutes(1), hours(1), mig("3g.40gb")).priority = 100;
  }
  SECTION("CPUs") {
    pool.ask("filler", seconds(0), hours(20), {}, 1, 3);
    pool.ask("big", minutes(1), hours(1), mig("3g.40gb"), 1, 2);
  }
  SECTION("a cordoned node") {
    pool.action(seconds(10), simulation::Cordon{"n0", true});
    pool.ask("big", minutes(1), hours(1), mig("3g.40gb"));
  }
  SECTION("whole GPUs, which a node of strategy mixed never gives") {
    pool.ask("big", minutes(1), hours(1), workload::GpuRequest::whole(1));
  }
  const Finished f = run(pool);
  CHECK(lines(f, {"repartition-begun"}).empty());
  CHECK_FALSE(started(f, "big"));
}

TEST_CASE("kai: what one workload will take of its queue is not promised to a second") {
  Pool pool;
  pool.limit(4);
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.add_node(pool.spec("n1", {"7g.80gb"}));
  pool.ask("one", seconds(0), hours(1), mig("3g.40gb"));
  pool.ask("two", seconds(0), hours(1), mig("2g.20gb"));
  const Finished f = run(pool);
  CHECK(lines(f, {"repartition-begun"}) ==
        Lines{"+0.000000s repartition-begun n0 0", "+3720.000000s repartition-begun n0 0"});
  CHECK(layout(f, 1) == "7g.80gb@0");
}

TEST_CASE("kai: the limit of one queue keeps nobody of another from a cut") {
  Pool pool;
  organization::Queue other = pool.input.organization.queues[QueueId{1}];
  other.name = "other";
  pool.input.organization.add(other);
  pool.limit(2);
  pool.add_node(pool.spec("n0", {}));  // on demand a node may start without instances
  pool.ask("limited", seconds(0), hours(1), mig("3g.40gb"));
  pool.ask("free", seconds(1), hours(1), mig("3g.40gb")).project = QueueId{2};
  const Finished f = run(pool);
  CHECK_FALSE(started(f, "limited"));
  CHECK(f.phases("free") == "1:Pending 121:Running 3721:Completed");
}

TEST_CASE("kai: a gang is cut for as a whole, inside the domain that it requires") {
  Pool pool;
  cluster::Topology racks;
  racks.name = "default";
  racks.levels = {"rack"};
  pool.input.cluster.topologies.push_back(racks);
  for (const auto& [name, rack] : {std::pair("n0", "r0"), std::pair("n1", "r1"), std::pair("n2", "r1")}) {
    // The nodes of the second rack would be disturbed more.
    auto n = pool.spec(name, rack[1] == '0' ? Lines{"1g.10gb@6"} : Lines{"7g.80gb"});
    n.labels = {{"rack", rack}};
    pool.add_node(n);
  }
  auto& gang = pool.ask("gang", seconds(0), hours(1), mig("4g.40gb"), 2);
  SECTION("required") {
    gang.sub_groups[0].topology = {"default", "rack", ""};
    const Finished f = run(pool);
    CHECK(lines(f, {"repartition-begun", "pod-bound"}) ==
          Lines{"+0.000000s repartition-begun n1 0", "+0.000000s repartition-begun n2 0",
                "+120.000000s pod-bound gang 0 on n1 {0@0}", "+120.000000s pod-bound gang 1 on n2 {0@0}"});
  }
  SECTION("not required") {
    const Finished f = run(pool);
    CHECK(lines(f, {"repartition-begun"}) ==
          Lines{"+0.000000s repartition-begun n0 0", "+0.000000s repartition-begun n1 0"});
    CHECK(started(f, "gang"));
  }
  SECTION("too large for any rack") {
    gang.sub_groups[0].topology = {"default", "rack", ""};
    gang.sub_groups[0].min_pods = gang.templates[0].count = 3;
    const Finished f = run(pool);
    CHECK(lines(f, {"repartition-begun"}).empty());
  }
}

TEST_CASE("kai: an instance that a pipelined workload waits beside is not cut away") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"3g.40gb@0"}, true, 1, 5));
  pool.ask("filler", seconds(0), seconds(10), {}, 1, 4).termination_grace = minutes(5);
  pool.ask("soon", seconds(5), hours(1), mig("3g.40gb"), 1, 4);
  pool.ask("whole", seconds(12), hours(1), mig("7g.80gb"));
  pool.action(seconds(8), simulation::Delete{"filler"});
  const Finished f = run(pool);
  CHECK(lines(f) ==
        Lines{"+0.000000s pod-bound filler 0 on n0", "+8.000000s pod-pipelined soon 0 to n0 {0@0}",
              "+308.000000s pod-bound soon 0 on n0 {0@0}", "+3908.000000s repartition-begun n0 0",
              "+3909.000000s pod-pipelined whole 0 to n0 {0@0}", "+4028.000000s repartition-ended n0 0",
              "+4028.000000s pod-bound whole 0 on n0 {0@0}"});
}

TEST_CASE("kai: who waits for a cut under way makes nobody leave") {
  Pool pool;
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.add_node(pool.spec("n1", {"3g.40gb", "3g.40gb"}, false));
  for (const char* name : {"a", "b"}) pool.ask(name, minutes(60), hours(20), mig("3g.40gb"));
  pool.ask("holder", seconds(0), hours(1), mig("7g.80gb"));
  pool.ask("urgent", seconds(3500), hours(1), mig("4g.40gb")).priority = 90;
  const Finished f = run(pool);
  CHECK(lines(f, {"repartition-begun", "repartition-ended", "pod-evicted"}) ==
        Lines{"+3600.000000s repartition-begun n0 0", "+3720.000000s repartition-ended n0 0"});
  CHECK(f.phases("urgent") == "3500:Pending 3720:Running 7320:Completed");
}

TEST_CASE("kai: a cut that takes no time, with cycles of their own beat or immediate") {
  Pool pool;
  pool.input.repartition_time = Duration{};
  if (GENERATE(true, false)) pool.input.cycle_period.reset();
  pool.add_node(pool.spec("n0", {"7g.80gb"}));
  pool.ask("one", seconds(10), minutes(1), mig("3g.40gb"));
  const Finished f = run(pool);
  REQUIRE(started(f, "one"));
  CHECK(*f["one"].first_full_start <= after(seconds(11)));
}

namespace {

// A random run on nodes in MIG mode; `on_demand` alone differs between two of the same draw.
struct Draw {
  struct Work {
    int submit, duration, pods, minimum, profile, count, cores, priority, project, grace;
  };
  std::vector<int> layouts;
  std::vector<Work> works;
  int quota[2], period, cut_time;

  Draw() {
    using kai::between;
    const int nodes = between(1, 3);
    for (int i = 0; i < nodes; ++i) layouts.push_back(between(0, 3));
    const int count = between(1, 12);
    for (int i = 0; i < count; ++i) {
      const int pods = between(1, 3);
      works.push_back({between(0, 300), between(1, 400), pods, between(1, pods), between(0, 3), between(1, 2),
                       between(1, 4), *rc::gen::element(50, 50, 75, 100), between(1, 2), between(0, 20)});
    }
    for (int& q : quota) q = between(0, 8);
    period = between(0, 20);
    cut_time = between(0, 60);
  }

  Finished run(bool on_demand, const std::string& policy) const {
    static const std::vector<Lines> all{
        {"7g.80gb"}, {"3g.40gb", "3g.40gb"}, {"1g.10gb", "1g.10gb", "2g.20gb"}, {"4g.40gb", "1g.10gb"}};
    static const Lines profiles{"1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"};
    Pool pool;
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      pool.add_node(pool.spec("n" + std::to_string(i), all[static_cast<std::size_t>(layouts[i])], on_demand,
                              1 + static_cast<int>(i % 2), 8));
    }
    organization::Queue second = pool.input.organization.queues[QueueId{1}];
    second.name = "second";
    pool.input.organization.add(second);
    for (std::size_t q : {1, 2}) {
      organization::at(pool.input.organization.queues[id_of<QueueId>(q)].quota[PoolId{0}].quota,
                       Resource::gpu) = quota[q - 1] * 1000;
    }
    for (std::size_t i = 0; i < works.size(); ++i) {
      const Work& w = works[i];
      auto& spec = pool.ask("w" + std::to_string(i), seconds(w.submit), seconds(w.duration),
                            mig(profiles[static_cast<std::size_t>(w.profile)], w.count), w.pods, w.cores);
      spec.sub_groups[0].min_pods = w.minimum;
      spec.kind = workload::Kind::distributed;
      spec.priority = w.priority;
      spec.project = id_of<QueueId>(static_cast<std::size_t>(w.project));
      spec.termination_grace = seconds(w.grace);
    }
    pool.input.cycle_period = period > 0 ? std::optional(seconds(period)) : std::nullopt;
    pool.input.repartition_time = seconds(cut_time);
    pool.input.end = after(minutes(30));
    pool.input.policy.name = policy;
    auto made = policy::make_policy(pool.input.policy);
    return run_to_end(pool, std::move(made));  // an illegal decision throws
  }
};

const Lines decisions{"repartition-begun",     "pod-bound",    "pod-pipelined", "pod-evicted", "pod-moved",
                      "pipelined-pod-evicted", "stale-marked", "stale-cleared"};

}  // namespace

TEST_CASE("random runs with cuts on demand pass the engine's checks and replay") {
  for (const char* policy : {"kai", "fifo-skip", "fifo"}) {
    CHECK(rc::check(std::string("run under ") + policy, [&] {
      const Draw draw;
      const Finished f = draw.run(true, policy);
      const simulation::MemorySource source(f.bytes);
      const simulation::JournalReader journal(source);
      RC_ASSERT(journal.world_before(journal.size()).first_difference(f.world) == "");
    }));
  }
}

TEST_CASE("kai: up to the first cut a run decides as one whose layouts are fixed, and that one never cuts") {
  CHECK(rc::check("fixed and on demand", [] {
    const Draw draw;
    const Lines fixed = lines(draw.run(false, "kai"), decisions);
    const Lines free = lines(draw.run(true, "kai"), decisions);
    for (const std::string& line : fixed) RC_ASSERT(line.find("repartition") == std::string::npos);
    const auto first = std::find_if(free.begin(), free.end(), [](const std::string& line) {
      return line.find("repartition") != std::string::npos;
    });
    const auto same = static_cast<std::size_t>(first - free.begin());
    RC_ASSERT(fixed.size() >= same);
    RC_ASSERT(Lines(fixed.begin(), fixed.begin() + (first - free.begin())) == Lines(free.begin(), first));
    RC_ASSERT(first != free.end() || fixed.size() == free.size());
  }));
}
