// A run decides as a case does: the snapshot of every cycle of random runs under kai, captured as a policy case, written and
// read again, is decided alike, pod by pod; and no decision is refused by the World.
#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"
#include "sim/cases/case_tools.hpp"

using namespace berth;

namespace {

int between(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}
bool chance(int percent) {
  return between(0, 99) < percent;
}
std::string number(int n) {
  return std::to_string(n);
}
std::string pick(const std::vector<std::string>& from) {
  return from[static_cast<std::size_t>(between(0, static_cast<int>(from.size()) - 1))];
}

bool half() {
  return chance(50);
}
std::string seconds_text(int low, int high) {
  return number(between(low, high)) + "s";
}

std::string random_request() {
  switch (between(0, 9)) {
    case 0:
    case 1:
      return "{fraction: 0." + number(between(101, 999)) + (chance(25) ? ", devices: 2}" : "}");
    case 2:
    case 3:
      return "{fraction: 0." + number(between(10, 99)) + (chance(25) ? ", devices: 2}" : "}");
    case 4:
    case 5:
      return "{memory: " + number(between(1, 60) * between(100, 1000)) + (half() ? "Mi" : "M") +
             (chance(20) ? ", devices: 2}" : "}");
    case 6:
      return half() ? "{mig: " + pick({"1g.10gb", "2g.20gb", "3g.40gb"}) + "}" : "{mig: {1g.10gb: 2}}";
    case 7:
      return "0";
    default:
      return number(between(1, 3));
  }
}

// Minimum run times are not drawn: a case does not keep when a workload that waits had last begun to run.
// --- Options, nodes and queues --------------------------------------------------------------------------------------
std::string random_options() {
  std::string text;
  const auto add = [&](int percent, const std::string& key, const std::string& value) {
    if (chance(percent)) text += (text.empty() ? "" : ", ") + key + ": " + value;
  };
  const int bugs_off = pick({"0", "0", "20", "100"}) == "100" ? 100 : 15;
  for (const char* bug :
       {"task_check_counts_one_device", "job_check_ignores_gpu_memory", "min_node_gpu_memory_is_100",
        "queue_depth_drops_last_leaf", "undo_leaves_releasing_share", "skipped_filter_stays_skipped",
        "named_group_takes_two_slots", "recorded_chunk_evicted_twice", "shared_gpus_booked_by_steps",
        "request_outlives_commit"})
    add(bugs_off, "bugs." + std::string(bug), "false");
  add(20, "stale_grace", pick({"0s", "7s", "never"}));
  add(15, "consolidation_limit", pick({"0", "2", "-1"}));
  add(15, "signatures", "false");
  add(15, "consolidating_reclaim", "false");
  add(10, "saturation_multiplier", "1.3");
  add(10, "queue_depth.allocate", number(between(1, 3)));
  add(10, "queue_depth.reclaim", number(between(1, 3)));
  add(15, "placement.gpu", "spread");
  add(10, "placement.cpu", "spread");
  add(10, "actions", "\"" + pick({"allocate, preempt, reclaim", "allocate", "reclaim, allocate"}) + "\"");
  if (chance(30)) {
    add(100, "time_based_fair_share.window", pick({"2m", "10m"}));
    add(100, "time_based_fair_share.fetch", pick({"10s", "1m"}));
    add(100, "time_based_fair_share.resolution", pick({"5s", "30s"}));
    add(50, "time_based_fair_share.half_life", "90s");
    add(50, "k_value", pick({"0", "0.5", "3"}));
  }
  return "{" + text + "}";
}

const std::string no_extra;

// A node group of one line; `place` says how its nodes lie in the topology and what they are labelled and tainted with.
std::string node_group(const std::string& prefix, int count, const std::string& gpus) {
  std::string text = "        - {name: \"" + prefix + "{index}\", count: " + number(count) +
                     (gpus.empty() ? no_extra : ", gpus: " + gpus) + ", cpu: " + pick({"32", "32", "6"}) +
                     ", memory: 256Gi";
  if (chance(15)) text += ", max_pods: " + number(between(2, 6));
  std::string labels = "block: b" + number(between(0, 1)) + ", rack: \"" + pick({"r{index}", "r0"}) + "\"";
  if (half()) labels += ", disk: " + pick({"ssd", "hdd"});
  text += ", labels: {" + labels + "}";
  if (chance(15))
    text +=
        ", taints: [{key: dear, value: \"yes\", effect: " + pick({"NoSchedule", "PreferNoSchedule"}) + "}]";
  return text;
}

std::string random_pool(const std::string& pool) {
  std::string text = "    - name: " + pool + "\n      nodes:\n";
  text +=
      node_group(pool + "h", between(1, 2), "{model: H100-SXM5-80GB, count: " + number(between(1, 4)) + "}") +
      "}\n";
  if (half())
    text +=
        node_group(pool + "l", between(1, 2), "{model: L40S, count: " + number(between(1, 3)) + "}") + "}\n";
  if (chance(15)) text += node_group(pool + "c", 1, "") + "}\n";
  if (chance(30))
    text += node_group(pool + "m", 1, "{model: H100-SXM5-80GB, count: 2}") +
            ", mig: {strategy: mixed, layout: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]}}\n";
  if (chance(10))
    text += node_group(pool + "s", 1, "{model: H100-SXM5-80GB, count: 1}") +
            ", mig: {strategy: single, layout: [3g.40gb, 3g.40gb]}}\n";
  if (chance(20))
    text += "      changes: [{at: " + seconds_text(60, 300) + ", group: \"" + pool + "h{index}\", " +
            pick({"add", "remove"}) + ": 1}]\n";
  return text;
}

std::string random_quota(int most) {
  std::string text = "{gpu: " + (chance(10) ? "unlimited" : number(between(0, most)));
  if (chance(15)) text += ", cpu: " + number(between(1, 20));
  if (chance(10)) text += ", memory: " + number(between(1, 100)) + "Gi";
  if (chance(30))
    text += ", limit: " + (half() ? number(between(1, 8))
                                  : "{gpu: " + number(between(1, 8)) + ", cpu: " + number(between(2, 16)) +
                                        ", memory: " + number(between(8, 64)) + "Gi}");
  if (chance(25))
    text += ", over_quota_weight: " +
            (half() ? number(between(0, 3))
                    : "{gpu: " + number(between(0, 4)) + ", cpu: " + number(between(0, 4)) + ", memory: 2}");
  return text + "}";
}

std::string random_queue(const std::string& name, int most) {
  std::string text = "{name: " + name + ", quota: " + random_quota(most);
  if (chance(20)) text += ", priority: " + pick({"50", "200"});
  return text;
}

// Projects p, q and r: side by side, in two departments, or r below a department of a department.
std::string random_organization() {
  std::string text = "organization:\n  departments:\n";
  text += "    - " + random_queue("d", 8) + ", projects: [" + random_queue("p", 4) + "}, " +
          random_queue("q", 4) + "}]";
  const std::string r = "projects: [" + random_queue("r", 4) + "}]}";
  switch (between(0, 2)) {
    case 0:
      return text + "}\n    - " + random_queue("e", 6) + ", " + r + "\n";
    case 1:
      return text + ", departments: [" + random_queue("e", 6) + ", " + r + "]}\n";
    default:
      return text + "}\n    - {name: e, quota: {gpu: unlimited}, " + r + "\n";
  }
}

// --- Work -----------------------------------------------------------------------------------------------------------
std::string random_topology() {
  return chance(50) ? "{required: " + pick({"block", "rack"}) + "}"
         : half()   ? "{preferred: " + pick({"block", "rack"}) + "}"
                    : std::string("{required: block, preferred: rack}");
}

std::string random_gang(int pods) {
  if (pods >= 2 && chance(25)) {
    const int first = between(1, pods - 1);
    std::string text = ", sub_groups: [{name: x, pods: " + number(first) +
                       ", min_pods: " + number(between(1, first)) + ", pod: {gpu: " + random_request() + "}";
    if (chance(40)) text += ", topology: " + random_topology();
    text += "}, {name: y, pods: " + number(pods - first) + ", pod: {cpu: 1, gpu: " + random_request() + "}}]";
    return text;
  }
  std::string text = ", gpu: " + random_request() + ", gang: {min_pods: " + number(between(1, pods)) +
                     ", max_pods: " + number(pods);
  if (chance(35)) text += ", topology: " + random_topology();
  return text + "}";
}

std::string random_workload(int index, bool two_pools) {
  const bool gang = chance(35);
  const int pods = between(1, 5);
  std::string text = "  - {name: w" + number(index) + ", kind: " +
                     (gang ? std::string("distributed") : pick({"training", "training", "workspace"})) +
                     ", project: " + pick({"p", "q", "r"}) + ", submit: " + seconds_text(0, 300) +
                     ", cpu: " + number(between(0, 4)) + ", duration: " + seconds_text(5, 500) +
                     ", priority: " + pick({"low", "low", "medium", "high", "very-high"});
  if (gang) {
    text += random_gang(pods);
  } else {
    text += ", gpu: " + random_request();
    if (chance(30)) text += ", pods: " + number(pods);
  }
  if (chance(20)) text += ", memory: " + number(between(1, 60)) + "Gi";
  if (chance(30)) text += ", termination_grace: " + seconds_text(1, 40);
  if (chance(30)) text += ", image_pull: " + seconds_text(1, 20);
  if (chance(10)) text += ", creation_delay: " + seconds_text(1, 9);
  if (chance(10)) text += ", preemptible: " + pick({"true", "false"});
  if (chance(10)) text += ", outcome: failed, backoff_limit: 2";
  if (chance(5)) text += ", terminate_after_preemption: true";
  if (chance(5)) text += ", delete_after: " + seconds_text(1, 30);
  if (chance(12)) text += ", node_selector: {disk: " + pick({"ssd", "hdd"}) + "}";
  if (chance(8)) text += ", node_affinity: [{key: disk, operator: " + pick({"Exists", "DoesNotExist"}) + "}]";
  if (chance(8)) text += ", gpu_models: [" + pick({"L40S", "H100-SXM5-80GB"}) + "]";
  if (chance(15)) text += ", tolerations: [{key: dear}]";
  if (chance(25)) text += ", labels: {app: " + pick({"x", "y"}) + "}";
  if (chance(12))
    text += ", pod_affinity: [{anti: " + pick({"true", "false"}) + ", labels: {app: " + pick({"x", "y"}) +
            "}, topology_key: " + pick({"rack", "kubernetes.io/hostname"}) + "}]";
  if (two_pools) text += ", node_pools: " + pick({"[a, b]", "[b, a]", "[a]", "[b]"});
  return text + "}\n";
}

std::string random_event(int workloads, bool two_pools) {
  const std::string at = "  - {at: " + seconds_text(20, 600) + ", ";
  const std::string workload = "w" + number(between(0, workloads - 1));
  const std::string node = two_pools && half() ? "bh0" : "ah0";
  switch (between(0, 4)) {
    case 0:
      return at + pick({"suspend", "suspend", "resume", "delete"}) + ": " + workload + "}\n";
    case 1: {
      const int from = between(20, 500);
      return "  - {at: " + number(from) + "s, suspend: " + workload +
             "}\n  - {at: " + number(from + between(1, 60)) + "s, resume: " + workload + "}\n";
    }
    case 2: {
      const int from = between(20, 500);
      const bool cordon = half();
      return "  - {at: " + number(from) + "s, " + (cordon ? "cordon: " : "node_down: ") + node +
             "}\n  - {at: " + number(from + between(1, 90)) + "s, " + (cordon ? "uncordon: " : "node_up: ") +
             node + "}\n";
    }
    case 3:
      return at + "delete: " + workload + "}\n";
    default:
      return at + "quota: {project: " + pick({"p", "q", "r"}) + ", gpu: " + number(between(0, 5)) +
             (half() ? ", limit: " + number(between(1, 6)) : no_extra) + "}}\n";
  }
}

std::string random_scenario() {
  const bool two_pools = chance(30);
  std::string text = "version: 1\nclock: {duration: 12m}\npolicy:\n  name: kai\n";
  text += "  cycle: " + pick({"1s", "7s", "immediate"}) + "\n";
  if (half()) text += "  options: " + random_options() + "\n";
  text += "cluster:\n  topology: [block, rack]\n  node_pools:\n" + random_pool("a");
  if (two_pools) text += random_pool("b");
  text += random_organization() + "workloads:\n";
  const int count = between(3, 24);
  for (int i = 0; i < count; ++i) text += random_workload(i, two_pools);
  const int events = half() ? 0 : between(1, 6);
  if (events > 0) text += "events:\n";
  for (int i = 0; i < events; ++i) text += random_event(count, two_pools);
  return text;
}

// Pod by pod, what became of it: "w3-1" -> "binding on h0".
using Fates = std::map<std::string, std::string>;

std::string fate(workload::PodStatus status, const std::string& node) {
  return std::string(workload::name_of(status)) + " on " + node;
}

// Decides as kai does, and has the snapshot decided as a case beside it.
class AsCase final : public policy::Policy {
 public:
  explicit AsCase(policy::PolicySpec spec) : spec_(std::move(spec)), kai_(policy::make_policy(spec_)) {}
  std::string_view name() const override { return kai_->name(); }
  cluster::DeviceBook book() const override { return kai_->book(); }
  policy::CycleResult cycle(const policy::Snapshot& snapshot, policy::Transaction& transaction) override {
    scenario::PolicyCase captured = scenario::capture_policy_case(*world, snapshot.pool, snapshot.now, spec_);
    captured.id = "captured";
    const std::string line = scenario::print_policy_case(captured) + "\n";
    Diagnostics faults;
    const auto read = scenario::read_policy_cases(line, "captured", faults);
    RC_LOG(line + faults.to_text());
    RC_ASSERT(read.size() == 1);
    const policy::CycleResult result = kai_->cycle(snapshot, transaction);
    RC_LOG("at " + number(static_cast<int>((snapshot.now - world->start).micros / 1'000'000)) + " s");
    RC_ASSERT(fates_of_run(transaction.decisions()) == fates_of_case(read.front()));
    cycles += 1;
    for (const policy::Decision& d : transaction.decisions()) {
      moves += std::holds_alternative<policy::Move>(d) ? 1 : 0;
      const auto* bind = std::get_if<policy::Bind>(&d);
      overbooked += bind != nullptr && bind->devices.over_booked ? 1 : 0;
    }
    return result;
  }

  const simulation::World* world = nullptr;
  std::size_t cycles = 0, moves = 0, overbooked = 0;

 private:
  Fates fates_of_run(const std::vector<policy::Decision>& decisions) const {
    Fates out;
    std::map<PodId, NodeId> placed;  // in this cycle
    const auto put = [&](PodId id, workload::PodStatus status, NodeId node) {
      placed[id] = node;
      const workload::Pod& pod = world->workloads.pods[id];
      out[world->workloads.all[pod.workload].spec.name + "-" + number(pod.index)] =
          fate(status, world->cluster.nodes[node].name);
    };
    for (const policy::Decision& decision : decisions) {
      if (const auto* bind = std::get_if<policy::Bind>(&decision))
        put(bind->pod, workload::PodStatus::binding, bind->node);
      if (const auto* pipeline = std::get_if<policy::Pipeline>(&decision))
        put(pipeline->pod, workload::PodStatus::pipelined, pipeline->node);
      if (const auto* move = std::get_if<policy::Move>(&decision))
        put(move->pod, workload::PodStatus::pipelined, move->to);
      if (const auto* evict = std::get_if<policy::Evict>(&decision)) {
        const auto now = placed.find(evict->pod);
        put(evict->pod, workload::PodStatus::releasing,
            now != placed.end() ? now->second : world->workloads.pods[evict->pod].node);
      }
    }
    return out;
  }

  Fates fates_of_case(const scenario::PolicyCase& one) const {
    Fates out;
    const auto states = scenario::trace_policy_case(one, *policy::make_policy(one.policy));
    for (std::size_t i = 0; i < one.workloads.pods.size(); ++i) {
      const PodId id = id_of<PodId>(i);
      const scenario::TaskState& state = states.front()[id];
      if (state.status == one.workloads.pods[id].status) continue;
      const std::string& name = one.pod_names[id];
      const std::size_t dash = name.rfind('-');
      out[name.substr(0, dash) + "-" + number(std::stoi(name.substr(dash + 1)))] =
          fate(state.status, state.node);
    }
    return out;
  }

  policy::PolicySpec spec_;
  std::unique_ptr<policy::Policy> kai_;
};

}  // namespace

TEST_CASE("kai: a run decides as a case does, cycle by cycle", "[property]") {
  std::size_t cycles = 0, moves = 0;
  REQUIRE(rc::check("as a case", [&] {
    const std::string text = random_scenario();
    RC_LOG(text);
    const auto loaded = scenario::load_scenario_text(text, "random.yaml");
    RC_LOG(loaded.diagnostics.to_text());
    RC_ASSERT(loaded.scenario.has_value());
    simulation::Input input = scenario::build_input(*loaded.scenario);
    auto policy = std::make_unique<AsCase>(input.policy);
    AsCase& spy = *policy;
    simulation::NullSink sink;
    simulation::Run run(std::move(input), std::move(policy), sink);
    spy.world = &run.world();
    run.execute();  // a refusal of the World throws
    cycles += spy.cycles;
    moves += spy.moves;
  }));
  CHECK(cycles > 500);
  CHECK(moves > 0);
}

TEST_CASE("kai: users' memory and fraction requests start where the reference starts them") {
  const auto started = [](const std::string& gpu, const std::string& more, int pods) {
    const std::string text =
        "version: 1\nclock: {duration: 10m}\ncluster: {node_pools: [{name: a, nodes: [{name: n0, " + more +
        "}]}]}\norganization: {departments: [{name: d, quota: {gpu: unlimited}, projects: "
        "[{name: p, quota: {gpu: unlimited}}]}]}\nworkloads: [{name: w, project: p, kind: "
        "inference, pods: " +
        number(pods) + ", gpu: " + gpu + ", duration: 1h}]\n";
    const auto loaded = scenario::load_scenario_text(text, "test.yaml");
    INFO(text << loaded.diagnostics.to_text());
    REQUIRE(loaded.scenario.has_value());
    simulation::Input input = scenario::build_input(*loaded.scenario);
    auto policy = policy::make_policy(input.policy);
    simulation::NullSink sink;
    simulation::Run run(std::move(input), std::move(policy), sink);
    run.execute();
    int running = 0;
    GpuMilli shares;
    for (const workload::Pod& pod : run.world().workloads.pods) {
      running += pod.status == workload::PodStatus::running ? 1 : 0;
      shares += run.world().device_share(pod);
    }
    CHECK(run.world().pools[PoolId{0}].gpu_allocated == shares);
    CHECK(shares <= run.world().pools[PoolId{0}].gpu_capacity);
    return running;
  };
  const std::string h100 = "gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}, max_pods: 250";
  CHECK(started("{memory: 5000Mi}", h100, 113) == 113);
  CHECK(started("{fraction: 0.334}", "gpus: {model: NVIDIA-L40S, count: 1}", 3) == 3);
}
