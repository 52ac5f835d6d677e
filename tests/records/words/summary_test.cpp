#include "sim/records/words/summary.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/finished_run.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::records;
using nlohmann::json;

namespace {

Waits waits_of(std::initializer_list<Wait> all) {
  Waits out;
  for (const auto& wait : all) out.add(wait);
  out.sort();
  return out;
}

// Two projects on four GPUs: b's only workload asks for more than is left until the end.
const char* const two_projects = R"(
version: 1
name: two
seed: 9
clock: {start: 2026-01-05T00:00:00Z, duration: 4h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 4}, cpu: 16, memory: 64Gi}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 2}}}, {name: b, quota: {p: {gpu: 2}}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: w1, kind: training, project: a, submit: 0s, gpu: 2, duration: 2h}
  - {name: w2, kind: training, project: a, submit: 0s, gpu: 2, duration: 5h}
  - {name: w3, kind: training, project: a, submit: 1h, gpu: 2, duration: 30m}
  - {name: w4, kind: training, project: b, submit: 2h, gpu: 4, duration: 1h}
)";

}  // namespace

TEST_CASE("quantiles are the nearest rank") {
  Waits hundred;
  for (int i = 100; i >= 1; --i) hundred.add({seconds(i), false});
  hundred.sort();
  CHECK(hundred.quantile(50).length == seconds(50));
  CHECK(hundred.quantile(90).length == seconds(90));
  CHECK(hundred.quantile(99).length == seconds(99));
  const Waits three = waits_of({{seconds(3), false}, {seconds(1), false}, {seconds(2), false}});
  CHECK(three.quantile(50).length == seconds(2));
  CHECK(three.quantile(90).length == seconds(3));
  CHECK(waits_of({{seconds(7), false}}).quantile(50).length == seconds(7));
}

TEST_CASE("a wait without an end is a lower bound, and so is what rests on it") {
  const Waits waits = waits_of({{seconds(10), true}, {seconds(1), false}, {seconds(10), false}});
  CHECK_FALSE(waits.quantile(50).at_least);  // what is known stands before what is a bound
  CHECK(waits.quantile(99).at_least);
  CHECK(waits.mean().at_least);
  CHECK(waits.mean().length == seconds(7));
}

TEST_CASE("a summary counts what happened") {
  const tests::FinishedRun run(two_projects);
  JsonWriter out;
  write_summary(out, run.summary());
  const json summary = json::parse(out.text());
  CHECK(summary["name"] == "two");
  CHECK(summary["seed"] == 9);
  CHECK(summary["policy"] == "fifo-skip");
  CHECK(summary["end"] == "2026-01-05T04:00:00.000Z");
  CHECK(summary["workloads"]["total"] == 4);
  CHECK(summary["workloads"]["by_phase"] == json::parse(R"({"Completed":2,"Pending":1,"Running":1})"));
  CHECK(summary["pods"] == 4);
  CHECK(summary["scheduled"] == 3);
  CHECK(summary["failed_to_schedule"] == 1);
  CHECK(summary["gpu_capacity_milli"] == 4000);
  CHECK(summary["gpu_allocated_milli"] == 2000);
  // w1 2 x 2 h, w2 2 x 4 h, w3 2 x 0.5 h of 4 x 4 h.
  CHECK(summary["gpu_allocation_percent"] == json::parse(R"({"time_average":81.25,"end":50})"));
  CHECK(summary["wait_seconds"]["by_project"]["a"] ==
        json::parse(R"({"count":3,"mean":1200,"p50":0,"p90":3600,"p99":3600})"));
  CHECK(summary["wait_seconds"]["by_project"]["b"] ==
        json::parse(R"({"count":1,"mean":"> 7200","p50":"> 7200","p90":"> 7200","p99":"> 7200"})"));
  CHECK(summary["wait_seconds"]["by_node_pool"]["p"]["p50"] == 0);
  CHECK(summary["wait_seconds"]["all"]["p90"] == "> 7200");
  CHECK(summary["preemptions"] == 0);
  CHECK(summary["lost_gpu_hours"] == 0);
  // a: got 13 GPU hours of 15 wanted; b: got none of 8. Jain: x^2 / (2 x^2).
  CHECK(summary["fairness_jain"] == 0.5);
  CHECK(summary["waiting_for_ever"] == json::array());
}

TEST_CASE("the text for people") {
  const tests::FinishedRun run(two_projects);
  CHECK(summary_text(run.summary()) ==
        "two: fifo-skip with best-fit, seed 9\n"
        "  simulated                 4h   from 2026-01-05T00:00:00.000Z, to its end at "
        "2026-01-05T04:00:00.000Z\n"
        "  workloads                  4   Completed 2, Pending 1, Running 1\n"
        "  started                    3   1 never started\n"
        "  pods                       4\n"
        "  nodes                      1   4 GPUs\n"
        "  GPU allocation         81.3%   on average; 50.0% (2 GPUs) at the end\n"
        "  fairness               0.500   Jain's index over projects\n"
        "\n"
        "  wait               workloads        mean         p50         p90         p99\n"
        "  all                        4       > 45m          0s        > 2h        > 2h\n"
        "  project a                  3         20m          0s          1h          1h\n"
        "  project b                  1        > 2h        > 2h        > 2h        > 2h\n");
}

TEST_CASE("an elastic gang that lost pods and kept its minimum was preempted in part") {
  const tests::FinishedRun run(R"(
version: 1
name: shrinks
clock: {duration: 6h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 8}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {gpu: 4}}, {name: b, quota: {gpu: 4}}]}]}
policy: {name: kai}
workloads:
  - {name: wide, kind: distributed, project: a, gang: {min_pods: 2, max_pods: 8}, gpu: 1, duration: 100h}
  - {name: own, project: b, submit: 10m, gpu: 4, duration: 100h}
)");
  const Summary summary = run.summary();
  CHECK(summary.preemptions == 0);
  CHECK(summary.preempted_workloads == 0);
  CHECK(summary.preempted_pods == 4);
  CHECK(summary_text(summary).find("  preemptions                0   of 0 workloads, 4 pods; ") !=
        std::string::npos);
}

TEST_CASE("a drained run lists what waits for ever") {
  const tests::FinishedRun run(R"(
version: 1
clock: {until: drained}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 4}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 2}}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: fine, kind: training, project: a, submit: 0s, gpu: 2, duration: 2h}
  - {name: huge, kind: training, project: a, submit: 0s, gpu: 5, duration: 2h}
)");
  const Summary summary = run.summary();
  CHECK(summary.ended == "drained");
  CHECK(summary.waiting_for_ever == std::vector<std::string>{"huge"});
  CHECK(summary_text(summary).find("\n  1 wait for ever:\n    huge\n") != std::string::npos);
}

TEST_CASE("numbers and durations for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(short_duration(Duration{}) == "0s");
  CHECK(short_duration(milliseconds(250)) == "250ms");
  CHECK(short_duration(seconds(1) + milliseconds(250)) == "1s");
  CHECK(short_duration(hours(27)) == "1d 3h");
  CHECK(short_duration(hours(24) + minutes(5)) == "1d");
  CHECK(short_duration(seconds(3599)) == "59m 59s");
}

namespace {

// Binds whatever waits to the first GPU, as a known bug of the reference would.
class OverBooking final : public policy::Policy {
 public:
  std::string_view name() const override { return "over-booking"; }
  cluster::DeviceBook book() const override { return cluster::DeviceBook::mebibytes; }
  policy::CycleResult cycle(const policy::Snapshot& s, policy::Transaction& transaction) override {
    for (const WorkloadId id : *s.waiting) {
      cluster::DeviceAssignment first{1, {}};
      first.over_booked = transaction.occupancy()[NodeId{0}].vacant == 0;
      transaction.bind(s.workloads->all[id].pods.front(), NodeId{0}, first);
    }
    return {};
  }
};

}  // namespace

TEST_CASE("GPU seconds that were granted beyond what there is are counted, and are no allocation") {
  tests::InputBuilder b;
  b.node("n0", 1);
  b.work("first", seconds(0), seconds(100));
  b.work("second", seconds(10), seconds(30));
  const tests::Finished f = tests::run_to_end(b, std::make_unique<OverBooking>());
  const simulation::MemorySource source(f.bytes);
  const simulation::JournalReader journal(source);
  const Summary summary = summarize(f.world, journal.header(), f.result);
  // The second has no share of a device that is given away whole.
  CHECK(summary.overbooked_gpu_micro_seconds == 30'000'000);
  CHECK(summary.allocation_average_micro == 100'000'000);
  JsonWriter out(2);
  write_summary(out, summary);
  CHECK(json::parse(out.text())["overbooked_gpu_seconds"] == 30);
  // A replay books the same.
  CHECK(journal.world_before(journal.size()).first_difference(f.world).empty());
}
