// A run decides as a case does: the snapshot of every cycle of random runs under kai, captured as a policy case, written and
// read again, is decided alike, pod by pod; and no decision is refused by the World.
#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "berth/scenario/case_tools.hpp"
#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"

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
      return "{memory: " + number(between(1, 60) * between(100, 1000)) + (chance(50) ? "Mi" : "M") +
             (chance(20) ? ", devices: 2}" : "}");
    case 6:
      return "{mig: " + pick({"1g.10gb", "2g.20gb", "3g.40gb"}) + "}";
    case 7:
      return "0";
    default:
      return number(between(1, 3));
  }
}

std::string random_scenario() {
  std::string text = "version: 1\nclock: {duration: 12m}\n";
  text += "policy: {name: kai, cycle: " + pick({"1s", "7s", "immediate"}) + "}\n";
  text += "cluster:\n  node_pools:\n    - name: a\n      nodes:\n";
  const std::string size = "cpu: 32, memory: 256Gi";
  text += "        - {name: \"h{index}\", count: " + number(between(1, 2)) +
          ", gpus: {model: H100-SXM5-80GB, count: " + number(between(1, 4)) + "}, " + size + "}\n";
  if (chance(60))
    text += "        - {name: \"l{index}\", count: 1, gpus: {model: L40S, count: " + number(between(1, 3)) +
            "}, " + size + "}\n";
  if (chance(40))
    text +=
        "        - {name: \"m{index}\", count: 1, gpus: {model: H100-SXM5-80GB, count: 2}, mig: {strategy: "
        "mixed, "
        "layout: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]}, " +
        size + "}\n";
  text += "organization:\n  departments:\n    - name: d\n      quota: {gpu: unlimited}\n      projects:\n";
  for (const char* project : {"p", "q"}) {
    text += std::string("        - {name: ") + project + ", quota: {gpu: " + number(between(0, 4)) +
            (chance(20) ? ", limit: " + number(between(4, 8)) : std::string()) + "}}\n";
  }
  text += "workloads:\n";
  const int count = between(3, 24);
  for (int i = 0; i < count; ++i) {
    const bool gang = chance(30);
    const int pods = between(1, 5);
    text += "  - {name: w" + number(i) + ", kind: " + (gang ? "distributed" : "training") +
            ", project: " + pick({"p", "q"}) + ", submit: " + number(between(0, 300)) +
            "s, gpu: " + random_request() + ", cpu: " + number(between(0, 4)) +
            ", duration: " + number(between(5, 500)) +
            "s, priority: " + pick({"low", "low", "medium", "high"});
    if (gang) {
      text += ", gang: {min_pods: " + number(between(1, pods)) + ", max_pods: " + number(pods) + "}";
    } else if (chance(30)) {
      text += ", pods: " + number(pods);
    }
    if (chance(30)) text += ", termination_grace: " + number(between(1, 40)) + "s";
    if (chance(30)) text += ", image_pull: " + number(between(1, 20)) + "s";
    text += "}\n";
  }
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
