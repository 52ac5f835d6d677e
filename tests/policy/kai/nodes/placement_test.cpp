// Rules of placement that the reference's single-rule cases leave out, and fast paths against slow twins.
#include <algorithm>
#include <cmath>
#include <functional>

#include <rapidcheck.h>
#include "sim/policy/kai/actions/victim_set_filters.hpp"
#include "sim/policy/kai/nodes/device_choice.hpp"
#include "sim/policy/kai/nodes/feasible_nodes.hpp"
#include "sim/policy/kai/nodes/filters.hpp"
#include "sim/policy/kai/nodes/node_scores.hpp"
#include "sim/policy/kai/nodes/pre_filters.hpp"
#include "sim/policy/kai/nodes/topology.hpp"
#include "sim/policy/kai/session/numbers.hpp"
#include "sim/policy/kai/session/statement.hpp"
#include "sim/policy/kai/words/messages.hpp"
#include "tests/policy/kai/session/placement_session.hpp"

namespace berth::policy::kai::testing {
namespace {

TEST_CASE("kai: numbers in texts") {
  CHECK(decimal(1.5) == "1.5");
  CHECK(decimal(2) == "2");
  CHECK(decimal(0.0039) == "0.003");  // cut, not rounded
  CHECK(decimal(1.9999999) == "2");   // after six decimals have been rounded
  CHECK(amount_text(Resource::cpu, 16500) == "16.5");
  CHECK(amount_text(Resource::memory, 3.2e9) == "3.2");
  CHECK(amount_text(Resource::gpu, -1) == "Unlimited");
  CHECK(raw_number(0.5) == "0.5");
  CHECK(raw_number(2000) == "2000");
  CHECK(raw_number(123456) == "123456");
  CHECK(raw_number(1e9) == "1e+09");
  CHECK(three_digits(1.8) == "1.8");
  CHECK(three_digits(1024) == "1.02e+03");
}

TEST_CASE("kai: a memory label is floored, and read as bytes when it cannot be MiB") {
  CHECK(node_gpu_memory("81559").mib == 81500);
  CHECK(node_gpu_memory("16106127360").mib == 15300);
  CHECK_FALSE(node_gpu_memory("").synced);
  CHECK_FALSE(node_gpu_memory("15G").synced);
  CHECK(node_gpu_memory("").mib == 100);
}

TEST_CASE("kai: memory requests take hundredths of a device, rounded up in double") {
  PlacementSession s;
  const NodeIx node = s.add_node("n", {{"gpus", 1}, {"gpu_memory_mib", 100}});
  const auto portion = [&](std::int64_t mib) {
    return portion_on(s.session.nodes[node], s.session.shapes[s.add_shape({{"gpu_memory_mib", mib}})]);
  };
  CHECK(portion(40) == 0.4);
  CHECK(portion(7) == 0.08);  // 7 / 100 x 100 is a little above 7
  CHECK(valid_portion(s.session.nodes[node], s.session.shapes[s.add_shape({{"gpu_memory_mib", 200}})]));
  CHECK_FALSE(valid_portion(s.session.nodes[node], s.session.shapes[s.add_shape({{"gpu_memory_mib", 150}})]));
}

TEST_CASE("kai: packing fills the fullest shared device first, spreading a whole GPU") {
  PlacementSession s;
  const NodeIx node = s.add_node(
      "n",
      {{"gpus", 4},
       {"idle_gpus", 1},
       {"shared_devices",
        {{"a", {{"allocated_mib", 30}}}, {"b", {{"allocated_mib", 60}}}, {"c", {{"allocated_mib", 90}}}}}});
  const Shape& shape = s.session.shapes[s.add_shape({{"gpu_fraction", 0.4}})];
  const auto chosen = [&](DeviceOrder order) {
    DeviceChoice choice;
    choose_devices(s.session.nodes[node], shape, order, false, choice);
    REQUIRE(choice.devices.size() == 1);
    CHECK_FALSE(choice.pipelined);
    return choice.devices.front();
  };
  CHECK(chosen(DeviceOrder::pack) == s.group("b"));
  CHECK(chosen(DeviceOrder::spread) == whole_gpu);
  CHECK(chosen(DeviceOrder::none) == s.group("a"));
}

struct Pods {
  PlacementSession s;
  std::deque<workload::PodShape> sources;

  TaskIx pod(workload::PodShape source, TaskStatus status = TaskStatus::pending, const char* on = nullptr) {
    sources.push_back(std::move(source));
    const ShapeIx shape = s.add_shape({{"cpu_milli", 100}});
    s.session.shapes[shape].source = &sources.back();
    const TaskIx task = s.add_task(shape, status, "pod");
    if (on != nullptr) s.place(task, s.node(on));
    return task;
  }
  NodeRefusal refusal(TaskIx task, const char* node) {
    Filters filters(s.session);
    CHECK(filters.pre_filter(task));
    return filters.refusal(s.node(node));
  }
};

workload::PodShape labelled(const std::string& app) {
  workload::PodShape pod;
  pod.labels = {{"app", app}};
  return pod;
}
workload::PodShape wanting(const std::string& own, const std::string& other, bool anti) {
  workload::PodShape pod = labelled(own);
  pod.pod_affinity.push_back({anti, {{"app", other}}, "zone"});
  return pod;
}

Json zone(const char* name) {
  return {{"labels", {{"zone", name}}}};
}

TEST_CASE("kai: inter-pod affinity") {
  Pods p;
  p.s.add_node("a1", zone("a"));
  p.s.add_node("a2", zone("a"));
  p.s.add_node("b1", zone("b"));
  p.s.add_node("none", Json::object());

  SECTION("the first of a group that wants itself may start anywhere with the label") {
    const TaskIx first = p.pod(wanting("x", "x", false));
    CHECK(p.refusal(first, "a1") == NodeRefusal::none);
    CHECK(p.refusal(first, "none") == NodeRefusal::pod_affinity);
  }
  SECTION("later ones go to its domain, also while it is only pipelined or being released") {
    for (const TaskStatus status : {TaskStatus::running, TaskStatus::pipelined, TaskStatus::releasing}) {
      Pods q;
      q.s.add_node("a1", zone("a"));
      q.s.add_node("a2", zone("a"));
      q.s.add_node("b1", zone("b"));
      q.pod(labelled("x"), status, "a1");
      const TaskIx next = q.pod(wanting("y", "x", false));
      CHECK(q.refusal(next, "a2") == NodeRefusal::none);
      CHECK(q.refusal(next, "b1") == NodeRefusal::pod_affinity);
    }
  }
  SECTION("one that wants others finds none") {
    CHECK(p.refusal(p.pod(wanting("y", "x", false)), "a1") == NodeRefusal::pod_affinity);
  }
  SECTION("anti-affinity works both ways") {
    p.pod(wanting("x", "y", true), TaskStatus::running, "a1");
    CHECK(p.refusal(p.pod(labelled("y")), "a2") == NodeRefusal::existing_anti_affinity);
    CHECK(p.refusal(p.pod(labelled("y")), "b1") == NodeRefusal::none);
    CHECK(p.refusal(p.pod(wanting("z", "x", true)), "a2") == NodeRefusal::pod_anti_affinity);
    CHECK(p.refusal(p.pod(wanting("z", "x", true)), "none") == NodeRefusal::none);
  }
}

TEST_CASE("kai: a filter skipped once for a pod stays skipped all cycle") {
  Pods p;
  p.s.add_node("a1", zone("a"));
  const TaskIx pod = p.pod(labelled("y"));
  const TaskIx foe = p.pod(wanting("x", "y", true), TaskStatus::allocated);
  for (const bool bug : {true, false}) {
    p.s.session.options.bugs.skipped_filter_stays_skipped = bug;
    Filters filters(p.s.session);
    filters.pre_filter(pod);
    p.s.session.tasks[foe].node = p.s.node("a1");  // a pod that opposes it comes in the meantime
    filters.pre_filter(pod);
    CHECK(filters.passes(p.s.node("a1")) == bug);
    p.s.session.tasks[foe].node = none<NodeIx>();
  }
}

TEST_CASE("kai: taints, node affinity, restrict") {
  Pods p;
  const NodeIx ix = p.s.add_node("a1", zone("a"));
  cluster::NodeSpec spec = *p.s.session.nodes[ix].spec;
  p.s.session.nodes[ix].spec = &spec;
  const TaskIx plain = p.pod({});
  CHECK(p.refusal(plain, "a1") == NodeRefusal::none);

  workload::PodShape picky;
  picky.node_requirements.push_back({"zone", workload::NodeRequirement::Operator::not_in, {"a"}});
  CHECK(p.refusal(p.pod(picky), "a1") == NodeRefusal::node_affinity);

  p.s.session.options.restrict_node_scheduling = true;
  CHECK(p.refusal(plain, "a1") == NodeRefusal::not_cpu_worker);
  p.s.session.options.restrict_node_scheduling = false;

  spec.taints.push_back({"dedicated", "x", "NoSchedule"});
  Filters filters(p.s.session);
  filters.pre_filter(plain);
  REQUIRE(filters.refusal(ix) == NodeRefusal::taint);
  CHECK(filters.reason(ix, NodeRefusal::taint) == "node(s) had untolerated taint {dedicated: x}");
  workload::PodShape tolerant;
  tolerant.tolerations.push_back({"dedicated", false, "x", ""});
  CHECK(p.refusal(p.pod(tolerant), "a1") == NodeRefusal::none);
  p.s.session.options.plugins.predicates = false;
  CHECK(p.refusal(plain, "a1") == NodeRefusal::none);
  p.s.session.nodes[ix].schedulable = false;  // still no place for anything
  CHECK(p.refusal(plain, "a1") == NodeRefusal::node_unschedulable);
}

TEST_CASE("kai: a larger pod than any node has one message") {
  Pods p;
  p.s.add_node("a1", {{"cpu_milli", 4000}, {"gpus", 1}});
  const ShapeIx shape = p.s.add_shape({{"gpus", 2}, {"cpu_milli", 500}});
  const TaskIx task = p.s.add_task(shape, TaskStatus::pending, "p");
  Filters filters(p.s.session);
  REQUIRE_FALSE(filters.pre_filter(task));
  CHECK(filters.pre_filter_message(task) ==
        "Scheduling conditions were not met for pod /p:\nMaxNodePoolResources: The pod /p requires GPU: 2, "
        "CPU: 0.5 "
        "(cores), memory: 0 (GB), pods: 1. Max GPU resources available in a single node in the default "
        "node-pool is "
        "topped at 1.\n");
}

// Two zones of two racks of one node with two GPUs each, less what is taken.
struct Racks {
  PlacementSession s;
  workload::TopologyConstraint constraint;
  std::vector<PodSetIx> pod_sets{id_of<PodSetIx>(0)};
  std::vector<TaskIx> tasks;

  explicit Racks(std::vector<int> gpus) {
    s.session.topologies.push_back({"t", {"zone", "rack"}});
    for (std::size_t i = 0; i < gpus.size(); ++i) {
      s.add_node("n" + std::to_string(i),
                 {{"gpus", gpus[i]},
                  {"labels", {{"zone", i < 2 ? "z0" : "z1"}, {"rack", "r" + std::to_string(i)}}}});
    }
  }
  NodeSets ask(int pods, const char* required, const char* preferred, const NodeList* nodes = nullptr) {
    constraint = {"t", required, preferred};
    const ShapeIx shape = s.add_shape({{"gpus", 1}});
    tasks.clear();
    for (int i = 0; i < pods; ++i) tasks.push_back(s.add_task(shape));
    NodeSetQuestion question;
    question.job = id_of<JobIx>(0);
    question.constraint = &constraint;
    question.pod_sets = &pod_sets;
    question.tasks = &tasks;
    question.nodes = nodes == nullptr ? &s.session.all_nodes : nodes;
    NodeSets sets;
    Topologies(s.session).node_sets(question, true, sets);
    return sets;
  }
  std::vector<std::string> ids(const NodeSets& sets) {
    const Topologies topologies(s.session);
    std::vector<std::string> out;
    for (const DomainIx domain : sets.domains) out.push_back(topologies.tree(sets.topology)[domain].id);
    return out;
  }
  std::vector<std::string> messages(const NodeSets& sets) {
    std::vector<std::string> out;
    for (const JobFitError& error : sets.errors) out.push_back(detailed_text(error));
    return out;
  }
};

TEST_CASE("kai: domains of a required and a preferred level") {
  using Ids = std::vector<std::string>;
  Racks r({4, 2, 3, 3});
  // Fullest first within its parent; the parent's rank first: z0 and z1 have six GPUs each, a tie by id.
  CHECK(r.ids(r.ask(2, "rack", "")) == Ids{"z0.r1", "z0.r0", "z1.r2", "z1.r3"});
  CHECK(r.ids(r.ask(3, "zone", "rack")) == Ids{"z0.r0", "z1.r2", "z1.r3", "z0", "z1"});
  CHECK(r.ids(r.ask(5, "zone", "rack")) == Ids{"z0", "z1"});
  CHECK(r.ids(r.ask(9, "", "rack")) == Ids{"root"});
}

TEST_CASE("kai: a required level above the common domain never fits") {
  Racks r({4, 2, 3, 3});
  const NodeList one_rack{id_of<NodeIx>(0)};
  const NodeSets sets = r.ask(1, "zone", "", &one_rack);
  REQUIRE(sets.kind == NodeSets::Kind::none);
  CHECK(r.messages(sets) ==
        std::vector<std::string>{"<z0>: node-group z0 can allocate only 0 of 1 required pods",
                                 "<z1>: node-group z1 can allocate only 0 of 1 required pods",
                                 "topology t, requirement zone couldn't be satisfied for job </job>"});
  // With a preferred level the common domain is never deeper than that one.
  CHECK(r.ask(1, "zone", "zone", &one_rack).kind == NodeSets::Kind::domains);
}

TEST_CASE("kai: texts of a topology that does not fit") {
  Racks r({4, 2, 3, 3});
  const NodeSets too_many = r.ask(20, "zone", "");
  REQUIRE(too_many.errors.size() == 1);
  CHECK(too_many.errors[0].reason == reason_pod_scheduling_errors);
  CHECK(r.messages(too_many)[0] ==
        "topology t, requirement zone couldn't be satisfied for job </job>: not enough resources in the "
        "cluster to "
        "allocate the job");
  r.constraint = {};
  const NodeSets unknown = r.ask(1, "row", "");
  CHECK(unknown.kind == NodeSets::Kind::none);
  CHECK(unknown.config_error ==
        "topology constraint error: sub-group  specified 'row' as the required topology constraint level, "
        "but the "
        "topology tree 't' does not contain a level with this name");
}

TEST_CASE("kai: active pods bind a required level to their domain") {
  Racks r({4, 2, 3, 3});
  const TaskIx active = r.s.add_task(r.s.add_shape({{"gpus", 1}}), TaskStatus::running);
  r.s.place(active, r.s.node("n2"));
  CHECK(r.ids(r.ask(1, "zone", "rack")) == std::vector<std::string>{"z1.r2", "z1.r3", "z1"});
  CHECK(r.ids(r.ask(1, "rack", "")) == std::vector<std::string>{"z1.r2"});
}

TEST_CASE("kai: the preferred level prefers freer domains, and drops nodes outside the question") {
  Racks r({4, 2, 3, 3});
  const NodeSets sets = r.ask(2, "", "rack");
  TopologyScores scores;
  Topologies(r.s.session).preferred_scores(sets, scores);
  CHECK(scores[r.s.node("n1")] == 20000);
  CHECK(scores[r.s.node("n0")] == 50000);
  CHECK(scores[r.s.node("n2")] == 70000);
  CHECK(scores[r.s.node("n3")] == 100000);
  NodeScorer scorer(r.s.session, r.tasks[0], r.s.session.all_nodes, &scores);
  CHECK(scorer.score(r.s.node("n3")).value() > scorer.score(r.s.node("n1")).value());
  scores[r.s.node("n3")] = -1;
  CHECK_FALSE(scorer.score(r.s.node("n3")).has_value());
}

TEST_CASE("kai: sums decide when only some pods use GPUs") {
  Racks r({4, 2, 3, 3});
  std::vector<ShapeIx> shapes{r.s.add_shape({{"gpus", 4}, {"cpu_milli", 100}}),
                              r.s.add_shape({{"cpu_milli", 100}})};
  const std::vector<const Shape*> tasks{&r.s.session.shapes[shapes[0]], &r.s.session.shapes[shapes[1]]};
  CHECK_FALSE(counted_by_pods(tasks));
  const Topologies topologies(r.s.session);
  const TopologyTree& tree = topologies.tree(id_of<TopologyIx>(0));
  DomainRoom room;
  REQUIRE(fill_room(r.s.session, tree, root_domain, tasks, room).empty());
  std::vector<std::string> fitting;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (room.fits(id_of<DomainIx>(i))) fitting.push_back(tree[id_of<DomainIx>(i)].id);
  }
  CHECK(fitting == std::vector<std::string>{"root", "z0", "z0.r0", "z1"});
}

TEST_CASE("kai: differing fractions in one sub-group are an error") {
  PlacementSession s;
  const std::vector<ShapeIx> shapes{s.add_shape({{"gpu_fraction", 0.5}}),
                                    s.add_shape({{"gpu_fraction", 0.25}})};
  CHECK(largest_pod({&s.session.shapes[shapes[0]], &s.session.shapes[shapes[1]]}).error ==
        "cannot calculate max resource for GpuResourceRequirements with different fractional portions. 0.5 "
        "vs 0.25");
}

TEST_CASE("kai: evicting from a device that is partly released takes an idle GPU that is waited for") {
  for (const bool waited_for : {true, false}) {
    for (const bool bug : {true, false}) {
      PlacementSession s;
      s.session.options.bugs.shared_gpus_booked_by_steps = bug;
      const NodeIx node = s.add_node("n", {{"gpus", 2}});
      const TaskIx going = s.add_task(s.add_shape({{"gpu_fraction", 0.2}}), TaskStatus::releasing);
      const TaskIx victim = s.add_task(s.add_shape({{"gpu_fraction", 0.6}}), TaskStatus::running);
      s.place(going, node, "a");
      s.place(victim, node, "a");
      if (waited_for) s.place(s.add_task(s.add_shape({{"gpus", 1}}), TaskStatus::pipelined), node);
      const NodeInfo before = s.session.nodes[node];
      const TaskInfo& task = s.session.tasks[victim];
      relay(s.session, node, task.shape, task.groups, Lies::firm, Lies::releasing, nullptr);
      CHECK(s.session.nodes[node].idle.gpus == (waited_for && bug ? 0 : 1));
      CHECK(s.session.nodes[node].releasing.gpus == before.releasing.gpus + 1);
      relay(s.session, node, task.shape, task.groups, Lies::releasing, Lies::firm, nullptr);
      CHECK((s.session.nodes[node].idle == before.idle) ==
            !(waited_for && bug));  // nor does undoing give it back
      CHECK(s.session.nodes[node].releasing == before.releasing);
      CHECK(s.session.nodes[node].groups == before.groups);
    }
  }
}

TEST_CASE("kai: a share moved on its own node and back leaves what its node had booked") {
  for (const bool bug : {true, false}) {
    PlacementSession s;
    s.session.options.bugs.undo_leaves_releasing_share = bug;
    const NodeIx node = s.add_node("n", {{"gpus", 2}, {"cpu_milli", 10000}});
    const NodeIx other = s.add_node("o", {{"gpus", 1}});
    const TaskIx ix =
        s.add_task(s.add_shape({{"gpu_fraction", 0.4}, {"cpu_milli", 1000}}), TaskStatus::running);
    s.place(ix, node, "a");
    const NodeInfo before = s.session.nodes[node];
    const NodeInfo& now = s.session.nodes[node];
    const TaskInfo& task = s.session.tasks[ix];
    Statement statement(s.session);
    const Statement::Checkpoint start = statement.checkpoint();
    REQUIRE(statement.evict(ix));
    const NodeInfo evicted = now;

    // Moved to another node and back, it is what it was.
    const Statement::Checkpoint gone = statement.checkpoint();
    statement.pipeline(ix, other, {none<GroupIx>()});
    statement.roll_back(gone);
    CHECK_FALSE(task.unknown_to_node);
    CHECK(now.groups == evicted.groups);

    // Moved to another device of its node and back, the node does not know it any more.
    statement.pipeline(ix, node, {none<GroupIx>()});
    statement.roll_back(gone);
    CHECK(now.groups == evicted.groups);
    CHECK(now.idle == evicted.idle);
    CHECK(task.unknown_to_node == bug);
    const Statement::Checkpoint again = statement.checkpoint();
    CHECK(statement.evict(ix) != bug);
    statement.roll_back(again);

    // Its eviction undone, it is there twice: as it runs, and as it was being released.
    statement.roll_back(start);
    CHECK(task.status == TaskStatus::running);
    CHECK_FALSE(task.unknown_to_node);
    if (!bug) {
      CHECK(now.groups == before.groups);
      CHECK(now.idle == before.idle);
      CHECK(now.releasing == before.releasing);
      continue;
    }
    CHECK(now.groups.front().used == 80);
    CHECK(now.groups.front().allocated == 80);
    CHECK(now.groups.front().releasing == 40);
    CHECK(now.idle.cpu == 8000);
    CHECK(now.releasing.cpu == 1000);
    CHECK(now.idle.gpus == before.idle.gpus);
    CHECK(now.releasing.gpus == before.releasing.gpus);
  }
}

TEST_CASE("kai: a victim evicted a second time and given back is as it was before the search") {
  PlacementSession s;
  const NodeIx node = s.add_node("n", {{"gpus", 2}});
  const TaskIx ix = s.add_task(s.add_shape({{"gpus", 1}}), TaskStatus::running);
  s.place(ix, node);
  const Room before = s.session.nodes[node].idle;
  Statement statement(s.session);
  const Statement::Checkpoint start = statement.checkpoint();
  REQUIRE(statement.evict(ix));
  const Statement::Checkpoint recorded = statement.checkpoint();
  REQUIRE(statement.evict(ix));
  CHECK(s.session.nodes[node].releasing.gpus == 1);
  std::vector<TaskIx> evicted;
  statement.unevict(ix);
  statement.evicted_since(start, evicted);
  CHECK(evicted == std::vector<TaskIx>{ix});  // twice evicted, once given back
  statement.roll_back(recorded);
  CHECK(s.session.tasks[ix].status == TaskStatus::running);
  CHECK(s.session.nodes[node].idle == before);
  statement.evicted_since(start, evicted);
  CHECK(evicted == std::vector<TaskIx>{ix});
  statement.roll_back(start);
  CHECK(s.session.tasks[ix].status == TaskStatus::running);
  CHECK(s.session.nodes[node].idle == before);
  CHECK(s.session.nodes[node].releasing == Room{});
  statement.evicted_since(start, evicted);
  CHECK(evicted.empty());
}

TEST_CASE("kai: idle and releasing GPUs make a node feasible each by itself") {
  PlacementSession s;
  const auto add = [&](const char* name, int idle, int releasing) {
    return s.add_node(name, {{"gpus", 4}, {"idle_gpus", idle}, {"releasing_gpus", releasing}});
  };
  const NodeIx waited_for = add("a", 2, -2);
  add("b", 0, 0);
  const NodeIx to_come = add("c", -1, 1);
  add("d", 0, -1);
  const NodeIx plain = add("e", 1, 0);
  const TaskIx gpu = s.add_task(s.add_shape({{"gpus", 1}}));
  CHECK(feasible_nodes(s.session, {gpu}) == NodeList{waited_for, to_come, plain});
  const TaskIx cpu = s.add_task(s.add_shape({{"cpu_milli", 1}}));
  CHECK(feasible_nodes(s.session, {gpu, cpu}) == s.session.all_nodes);
}

TEST_CASE("kai: a node with fewer than no GPUs left takes no share, whatever its devices have") {
  PlacementSession s;
  const NodeIx node =
      s.add_node("n", {{"gpus", 4},
                       {"idle_gpus", -1},
                       {"shared_devices", {{"a", {{"allocated_mib", 50}}}, {"b", {{"allocated_mib", 50}}}}}});
  const ShapeIx one = s.add_shape({{"gpu_fraction", 0.25}});
  // One device of those that fit is counted, as many as are asked for: -1 + 1 < 1.
  CHECK_FALSE(fits_later(s.session.nodes[node], s.session.shapes[one]));
  CHECK(pods_on_node(s.session.nodes[node], largest_pod({&s.session.shapes[one]}), 1) == 0);
  s.session.nodes[node].idle.gpus = 0;
  CHECK(fits_later(s.session.nodes[node], s.session.shapes[one]));
  CHECK(pods_on_node(s.session.nodes[node], largest_pod({&s.session.shapes[one]}), 3) == 2);
}

TEST_CASE("kai: a MIG pod on a node that advertises none") {
  PlacementSession s;
  const NodeIx bare = s.add_node("n", {{"gpus", 1}});
  // Instances are advertised and idle, but nothing says what is being released.
  const NodeIx half =
      s.add_node("m", {{"mig_strategy", "mixed"}, {"mig_instances", {{"nvidia.com/mig-1g.10gb", 2}}}});
  const TaskIx ix =
      s.add_task(s.add_shape({{"mig_instances", {{"nvidia.com/mig-1g.10gb", 1}}}}), TaskStatus::pending);
  Statement statement(s.session);
  for (const NodeIx node : {bare, half}) {
    const std::int64_t free = idle_gpus(s.session.nodes[node], s.session.mig_profile_gpus).memory;
    const Statement::Checkpoint start = statement.checkpoint();
    statement.pipeline(ix, node, {});
    CHECK(releasing_gpus(s.session.nodes[node], s.session.mig_profile_gpus).gpus == -1);
    REQUIRE(statement.evict(ix));
    CHECK(idle_gpus(s.session.nodes[node], s.session.mig_profile_gpus).memory == free - 100);
    statement.roll_back(start);
    CHECK(idle_gpus(s.session.nodes[node], s.session.mig_profile_gpus).memory == free);
  }
}

TEST_CASE("kai: requested to free takes MIG counts for thousandths, and less than nothing for no bound") {
  const auto ratio = [](const DomainAmounts& request, const DomainAmounts& free) {
    return requested_to_free(request, free);
  };
  // One of one, three of one, three of a thousand, and none there.
  CHECK(ratio({0, 0, 0, {1}}, {0, 0, 0, {1}}) == 1);
  CHECK(ratio({0, 0, 0, {3}}, {0, 0, 0, {1}}) == 1);
  CHECK(ratio({0, 0, 0, {1}}, {0, 0, 0, {900}}) == 1);
  CHECK(ratio({0, 0, 0, {1}}, {0, 0, 0, {1001}}) == 0.5);
  CHECK(ratio({0, 0, 0, {1}}, {0, 0, 0, {0}}) == 1000);
  CHECK(ratio({0, 0, 0, {1}}, {}) == 1000);
  CHECK(ratio({1500, 0, 0, {}}, {0, 0, 0, {}}) == 1000);
  CHECK(ratio({1500, 0, 0, {}}, {-1500, 0, 0, {}}) == 0);
  CHECK(ratio({1500, 0, 0, {}}, {2001, 0, 0, {}}) == 2.0 / 3);
  CHECK(std::isinf(ratio({0, 0, 1, {}}, {0, 0, 0, {}})));
  CHECK(ratio({0, 0, 1, {}}, {0, 0, -2, {}}) == 0);
}

TEST_CASE("kai: texts of section 11, whole") {
  CHECK(over_quota_message("q", Resource::cpu, 16000, 12500, 8250) ==
        "Non-preemptible workload is over quota. Workload requested 8.25 CPU cores, but q quota is 16 cores, "
        "while 12.5 "
        "cores are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.");
  CHECK(over_quota_message("q", Resource::memory, 64e9, 0, 1.5e9) ==
        "Non-preemptible workload is over quota. Workload requested 1.5 GB memory, but q quota is 64 GB, "
        "while 0 GB are "
        "already allocated for non-preemptible pods. Use a preemptible workload to go over quota.");
  // GPUs asked for are the raw number, which is not cut to three decimals.
  CHECK(over_quota_message("q", Resource::gpu, 1.2345, 0, 0.1 + 0.2) ==
        "Non-preemptible workload is over quota. Workload requested 0.30000000000000004 GPUs, but q quota is "
        "1.234 GPUs, "
        "while 0 GPUs are already allocated for non-preemptible pods. Use a preemptible workload to go over "
        "quota.");
  CHECK(levels_to_try({"zone", "rack"}, "tree", "workers", "row", "").error ==
        "topology constraint error: sub-group workers specified 'row' as the required topology constraint "
        "level, but the "
        "topology tree 'tree' does not contain a level with this name");
  CHECK(levels_to_try({"zone", "rack"}, "tree", "default", "row", "rack").error ==
        "topology constraint error: workload specified 'row' as the required topology constraint level, but "
        "the topology "
        "tree 'tree' does not contain a level with this name");
  // The required level is said first when both are unknown.
  CHECK(levels_to_try({"zone", "rack"}, "tree", "default", "row", "hall").error ==
        "topology constraint error: workload specified 'row' as the required topology constraint level, but "
        "the topology "
        "tree 'tree' does not contain a level with this name");
  CHECK(*dra_pre_filter_error(true, "team", "pod-0", "q", {{"gpu", false, nullptr, "shared"}}) ==
        "failed to get resource claim team/shared: could not find ResourceClaim \"team/shared\"");
}

TEST_CASE("kai: matched requirements agree with first fit by the book") {
  CHECK(rc::check("first fit on descending holders that are never re-sorted", [] {
    const auto descending = [] {
      std::vector<double> values;
      for (int i = *rc::gen::inRange(0, 7); i > 0; --i) values.push_back(*rc::gen::inRange(0, 9) / 2.0);
      std::sort(values.begin(), values.end(), std::greater<>());
      return values;
    };
    const std::vector<double> requirements = descending();
    const std::vector<double> holders = descending();
    const bool slow = [&] {
      std::vector<double> left = holders;
      for (const double requirement : requirements) {
        if (requirement == 0) return true;
        std::size_t i = 0;
        while (i < holders.size() && holders[i] >= requirement && left[i] < requirement) ++i;
        if (i == holders.size() || holders[i] < requirement) return false;
        left[i] -= requirement;
      }
      return true;
    }();
    RC_ASSERT(match_requirements(requirements, holders) == slow);
  }));
}

TEST_CASE("kai: the k freest nodes agree with sorting all of them") {
  CHECK(rc::check("values of the kept nodes equal the k largest", [] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 12);
    std::vector<double> free;
    for (std::size_t i = 0; i < count; ++i) free.push_back(*rc::gen::inRange(0, 9) / 2.0);
    const auto k = *rc::gen::inRange<std::size_t>(0, 6);
    FreestNodes kept(free, k);
    for (int step = 0; step < 8; ++step) {
      std::vector<double> all = free;
      std::sort(all.begin(), all.end(), std::greater<>());
      all.resize(std::min(k, all.size()));
      std::vector<double> values;
      for (const NodeIx node : kept.best()) values.push_back(kept.free_of(node));
      RC_ASSERT(values == all);
      const auto node = *rc::gen::inRange<std::size_t>(0, count);
      const double more = *rc::gen::inRange(0, 5) / 2.0;
      if (k > 0) free[node] += more;
      kept.free_more(id_of<NodeIx>(node), more);
    }
  }));
}

TEST_CASE("kai: ranked devices agree with sorting their scores") {
  CHECK(rc::check("by score descending, then order of creation, then whole GPUs", [] {
    PlacementSession s;
    Json devices = Json::object();
    const auto groups = *rc::gen::inRange(0, 7);
    for (int g = 0; g < groups; ++g)
      devices["g" + std::to_string(g)] = {{"allocated_mib", *rc::gen::inRange(1, 101)}};
    const auto whole = *rc::gen::inRange(0, 4);
    const NodeIx ix =
        s.add_node("n", {{"gpus", groups + whole}, {"idle_gpus", whole}, {"shared_devices", devices}});
    const NodeInfo& node = s.session.nodes[ix];
    const double asked = *rc::gen::inRange(1, 100) / 100.0;
    const Shape& shape = s.session.shapes[s.add_shape({{"gpu_fraction", asked}, {"devices", 3}})];
    const DeviceOrder order = *rc::gen::element(DeviceOrder::pack, DeviceOrder::spread, DeviceOrder::none);
    std::vector<std::pair<double, GroupIx>> slow;
    for (const SharedGroup& group : node.groups) {
      const std::int64_t left = node.gpu_memory - group.allocated;
      if (left >= static_cast<std::int64_t>(asked * 100))
        slow.emplace_back(*device_score(order, group.used, 100, false), group.id);
    }
    for (int i = 0; i < std::min(whole, 3); ++i)
      slow.emplace_back(*device_score(order, 0, 100, true), whole_gpu);
    std::stable_sort(slow.begin(), slow.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<GroupIx> ranked;
    rank_devices(node, shape, order, ranked);
    RC_ASSERT(ranked.size() == slow.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) RC_ASSERT(ranked[i] == slow[i].second);
  }));
}

}  // namespace
}  // namespace berth::policy::kai::testing
