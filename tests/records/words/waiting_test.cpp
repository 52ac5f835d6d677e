#include "sim/records/words/waiting.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "berth/core/time_text.hpp"
#include "sim/records/words/explain.hpp"
#include "sim/records/words/fit_messages.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "sim/records/workloads/workload_record.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
using berth::tests::FinishedRun;
using berth::tests::Moment;
using nlohmann::json;

namespace {

// One pool of one node with four GPUs, one project.
std::string lab(const std::string& policy, const std::string& workloads, const std::string& more = "") {
  return "version: 1\nclock: {duration: 10h}\n"
         "cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 4}, "
         "cpu: 16, memory: "
         "64Gi}]}]}\n"
         "organization: {departments: [{name: d, quota: {p: {gpu: 4}}, projects: [{name: a, quota: {p: {gpu: "
         "4}}}]}]}\n"
         "policy: " +
         policy + "\n" + more + "workloads:\n" + workloads;
}

// What record and policy say of a workload at an offset from the start.
struct Said {
  Said(const FinishedRun& run, const std::string& name, Duration offset) {
    Moment moment(run, offset);
    const WorkloadId id = moment.world.find_workload(name).value();
    cause = wait_cause(moment.view, id);
    phase_message = records::phase_message(moment.view, moment.world.workloads.all[id]);
    const FitMessages messages(moment.view, *run.journal, {id});
    moment.view.messages = &messages;
    JsonWriter out;
    write_workload(out, moment.view, id, Detail::full);
    record = json::parse(out.text());
    if (!record["conditions"].empty()) condition = record["conditions"][0]["message"];
    text = explain_workload(moment.view, *run.journal, id);
  }
  bool explained(const std::string& words) const { return text.find(words) != std::string::npos; }

  std::optional<WaitCause> cause;
  std::string phase_message, condition, text;
  json record;
};

}  // namespace

TEST_CASE("a workload that waits for others names them and says how they stand") {
  const FinishedRun run(
      lab("{name: kai}",
          "  - {name: prep, project: a, gpu: 1, duration: 2h}\n"
          "  - {name: bad, project: a, gpu: 1, duration: 1h, outcome: failed, backoff_limit: 0}\n"
          "  - {name: late, project: a, submit: 5h, gpu: 1, duration: 1h}\n"
          "  - {name: next, project: a, gpu: 1, duration: 1h, after: [prep, bad, late]}\n"));
  const Said early(run, "next", minutes(30));
  CHECK(early.cause == WaitCause::awaits);
  CHECK(early.phase_message ==
        "Waits for prep (Running), bad (Running) and late (not submitted) to complete");
  CHECK(early.condition == early.phase_message);
  CHECK(early.record["conditions"][0]["reason"] == "SchedulingGated");
  CHECK(early.record["pendingSchedulingMessages"] == json::array());
  CHECK(early.explained("now it waits because\n    prep (Running) must complete first\n"));
  const Said later(run, "next", hours(3));
  CHECK(later.phase_message == "Waits for bad (Failed) and late (not submitted) to complete");
}

TEST_CASE("a workload whose room is being freed says where") {
  const FinishedRun run(
      lab("{name: kai}",
          "  - {name: low, project: a, gpu: 4, duration: 9h, termination_grace: 10m}\n"
          "  - {name: top, project: a, submit: 1h, gpu: 2, duration: 1h, priority: very-high}\n"));
  const Said said(run, "top", hours(1) + minutes(1));
  CHECK(said.cause == WaitCause::pipelined);
  CHECK(said.phase_message == "Waits for room that is being freed for it on n-0");
  CHECK(said.condition == "node pool p: its pod waits for room to be freed on n-0");
  CHECK(said.explained("in node pool p: its pod waits for room to be freed on n-0\n"));
}

TEST_CASE("who waits for instances that a cut could make is not told that no node may hold it") {
  const auto explained = [](const std::string& profile, const std::string& words) {
    const FinishedRun run(
        "version: 1\nclock: {duration: 10h}\n"
        "cluster: {node_pools: [{name: p, nodes: [{name: n, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, "
        "mig: "
        "{strategy: mixed, layout: [7g.80gb], repartition: on-demand}}]}]}\n"
        "workloads: [{name: holder, gpu: {mig: 7g.80gb}, duration: 9h}, {name: w, submit: 1m, gpu: {mig: " +
        profile + "}, duration: 1h}]\n");
    const Said said(run, "w", hours(1));
    INFO(said.text);
    CHECK(said.explained("in node pool p: " + words));
  };
  explained("3g.40gb",
            "no node has the MIG instances for its pod, and those in use leave no room to cut them anew\n");
  explained("{3g.40gb: 3}", "no node of the pool may hold its pod\n");
}

TEST_CASE("what the scheduler has not looked at says so, and the explanation what the next look finds") {
  const FinishedRun run(lab("{name: fifo-skip, cycle: 10m}",
                            "  - {name: one, project: a, submit: 1m, gpu: 2, duration: 1h}\n"));
  const Said said(run, "one", minutes(5));
  CHECK(said.cause == WaitCause::unseen);
  CHECK(said.phase_message == "Waits for the scheduler to look at it");
  CHECK_FALSE(said.record["conditions"][0].contains("reason"));
  CHECK(said.explained("in node pool p: there is room for its pod, which the next cycle takes\n"));
  CHECK(Said(run, "one", minutes(30)).cause == std::nullopt);
}

TEST_CASE("fifo names the first in line, which lets nobody pass") {
  const FinishedRun run(lab("{name: fifo}",
                            "  - {name: runs, project: a, gpu: 2, duration: 9h}\n"
                            "  - {name: giant, project: a, gpu: 9, duration: 1h}\n"
                            "  - {name: head, project: a, gpu: 4, duration: 1h}\n"
                            "  - {name: second, project: a, gpu: 1, duration: 1h}\n"
                            "  - {name: third, project: a, gpu: 1, duration: 1h}\n"));
  CHECK(Said(run, "giant", hours(1))
            .explained("in node pool p: the pool is too small for its pod, even when it is empty\n"));
  CHECK(Said(run, "head", hours(1)).condition == "node pool p: no room for its pod, the first in line");
  CHECK(Said(run, "second", hours(1)).condition ==
        "node pool p: behind head: head has no room, and nobody may pass it");
  CHECK(Said(run, "third", hours(1)).condition ==
        "node pool p: behind head and 1 more: head has no room, and nobody may pass it");
}

TEST_CASE("a workload that runs tells of its pods that wait") {
  const std::string work =
      "  - {name: other, project: a, gpu: 2, duration: 9h}\n"
      "  - {name: many, kind: training, project: a, submit: 1m, gpu: 1, pods: 4, duration: 5h}\n";
  for (const char* const policy : {"{name: kai}", "{name: fifo-skip}"}) {
    const FinishedRun run(lab(policy, work));
    const Said said(run, "many", hours(1));
    INFO(said.text);
    CHECK(said.record["runningPods"] == 2);
    CHECK(said.cause == WaitCause::growing);
    CHECK(said.record["pendingSchedulingMessages"] == nullptr);
    REQUIRE(said.record["conditions"].size() == 1);
    CHECK(said.condition.find("node pool p: ") == 0);
    CHECK(
        said.explained("2 of 4 pods wait for room, because\n    in node pool p: no room for one more of its "
                       "2 waiting pods"));
  }
}

TEST_CASE("pods that wait are told beside all that the workload has, those that leave too") {
  const FinishedRun run(
      lab("{name: kai}",
          "  - {name: other, project: a, gpu: 1, duration: 9h, priority: high}\n"
          "  - {name: low, project: a, submit: 1m, gpu: 1, kind: distributed, gang: {min_pods: 3, max_pods: "
          "4}, duration: 9h, termination_grace: 10m}\n"
          "  - {name: top, project: a, submit: 1h, gpu: 2, duration: 1h, priority: high}\n"));
  const Said said(run, "low", hours(1) + minutes(1));
  INFO(said.text);
  CHECK(said.explained("  1 of 4 pods waits for room, because\n"));
}

TEST_CASE("a look that leaves workloads out says how many it takes") {
  const FinishedRun run(lab("{name: kai, options: {queue_depth: {allocate: 1}, consolidation_limit: 0}}",
                            "  - {name: holds, project: a, gpu: 4, duration: 9h}\n"
                            "  - {name: one, project: a, submit: 1m, gpu: 4, duration: 1h}\n"
                            "  - {name: two, project: a, submit: 2m, gpu: 3, duration: 1h}\n"
                            "  - {name: three, project: a, submit: 3m, gpu: 3, duration: 1h}\n"));
  int left_out = 0;
  for (const char* const name : {"one", "two", "three"}) {
    const Said said(run, name, hours(1));
    CHECK(said.condition != "");
    left_out += said.explained("not looked at: of queue a the policy looks at one workload a cycle") ? 1 : 0;
  }
  CHECK(left_out > 0);
}

TEST_CASE("one condition, with a line for each pool that refused") {
  const FinishedRun run(R"(
version: 1
clock: {duration: 2h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 2}}]}, {name: q, nodes: [{name: m-0, gpus: {model: Tesla-T4, count: 2}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {gpu: 2}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: on-p, project: a, gpu: 2, duration: 9h, node_pools: [p]}
  - {name: on-q, project: a, gpu: 2, duration: 9h, node_pools: [q]}
  - {name: both, project: a, submit: 1m, gpu: 1, duration: 1h, node_pools: [p, q]}
)");
  const Said said(run, "both", hours(1));
  REQUIRE(said.record["conditions"].size() == 1);
  CHECK(said.condition == "node pool p: no room for its pod\nnode pool q: no room for its pod");
  CHECK(said.record["conditions"][0]["lastTransitionTime"] == print_instant(run.start() + minutes(1)));
}

TEST_CASE("an explanation is of the instant asked for, not of the first refusal") {
  const FinishedRun run(
      lab("{name: kai}",
          "  - {name: early, project: a, gpu: 4, duration: 2h, priority: very-high}\n"
          "  - {name: waits, project: a, submit: 1m, gpu: 2, duration: 1h}\n"
          "  - {name: later, project: a, submit: 2h, gpu: 3, duration: 5h, priority: very-high}\n"));
  // At 1 h all four GPUs are in use; at 3 h three of them are.
  const Said first(run, "waits", hours(1));
  CHECK(
      first.explained("queue a may not take any from others: 4 GPUs in use + 2 asked for > fair share 4\n"));
  const Said now(run, "waits", hours(3));
  REQUIRE(now.record["phase"] == "Pending");
  CHECK(now.explained("3 GPUs in use + 2 asked for > fair share 4\n"));
}

TEST_CASE("refusals are of one wait: what has all its places begins anew") {
  // `many` is refused while it grows, has all its pods, loses its node and waits again.
  const FinishedRun run(lab("{name: kai}",
                            "  - {name: gang, kind: distributed, project: a, gpu: 1, pods: 4, duration: 9h}\n"
                            "  - {name: next, project: a, submit: 1m, gpu: 1, duration: 1h}\n",
                            "events: [{at: 1h, node_down: n-0}, {at: 2h, node_up: n-0}]\n"));
  CHECK(Said(run, "gang", hours(3)).record["conditions"] == json::array());
  const Moment moment(run, hours(3));
  CHECK(moment.world.workloads.all[*moment.world.find_workload("gang")].refusals.empty());
}

TEST_CASE("explain counts what queues hold as their quotas do, not by what devices give") {
  // 5,000 MiB of a T4's 15,300 are 33 hundredths to the queue and 326 thousandths of the device.
  const FinishedRun run(lab("{name: kai}",
                            "  - {name: part, project: a, gpu: {memory: 5000Mi}, duration: 9h}\n"
                            "  - {name: all, project: a, submit: 1h, gpu: 4, duration: 1h}\n"));
  const Said said(run, "all", hours(2));
  INFO(said.text);
  CHECK(said.explained("a                     4           unlimited   0.33        0\n"));
  Moment moment(run, hours(2));
  CHECK(moment.world.pools[PoolId{0}].gpu_allocated == GpuMilli(326));
}
