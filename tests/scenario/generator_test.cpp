// What generators draw: rates, shares, quantiles, and that nobody else's draws move.
#include <catch2/catch.hpp>
#include <map>

#include "berth/core/civil_time.hpp"
#include "texts.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

std::vector<simulation::Submission> draw(const std::string& text) {
  const Loaded loaded = test::load(text);
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario);
  simulation::Input input = build_input(*loaded.scenario);
  std::vector<simulation::Submission> all;
  while (auto next = input.submissions->next()) all.push_back(std::move(*next));
  return all;
}

const std::string world =
    "version: 1\nseed: 11\n"
    "cluster: {node_pools: [{name: p, nodes: [{name: n, gpus: 8}]}]}\n"
    "clock: {start: 2026-01-05T00:00:00Z, duration: 364d}\n";

const std::string projects = "organization: {departments: [{name: d, projects: [{name: a}, {name: b}]}]}\n";

std::string generator(const std::string& name, const std::string& rest = "") {
  return "  - {name: " + name +
         ", project: {weights: {a: 3, b: 1}}, arrivals: {per_hour: 2, by_hour: office, weekend: 0.5}, "
         "gpu: {choice: {0.25: 2, 1: 1, 4: 1}}, duration: {lognormal: {median: 2h, p95: 10h}}, "
         "outcome: {completed: 0.7, failed: 0.1, stopped: 0.2}" +
         rest + "}\n";
}

}  // namespace

TEST_CASE("generator: rates by hour and day, shares and quantiles are those of the scenario") {
  const auto all = draw(world + projects + "generators:\n" + generator("g"));
  // 52 weeks of 5 x 24 h x 2 and 2 x 24 h x 1; four standard deviations of a Poisson count around it.
  CHECK(std::abs(static_cast<double>(all.size()) - 52.0 * (240 + 48)) < 4 * 122.4);
  std::map<std::int64_t, int> by_hour;
  int weekend = 0, a = 0, fractions = 0, failed = 0;
  std::vector<std::int64_t> lengths;
  Instant last;
  std::uint64_t number = 0;
  for (const auto& s : all) {
    CHECK(s.spec.submit >= last);
    last = s.spec.submit;
    CHECK(s.spec.name == "g-" + std::to_string(number++));
    const CivilTime at = civil_time_of(s.spec.submit);
    const Weekday day = weekday_of_days(days_from_civil(at.date));
    weekend += day == Weekday::saturday || day == Weekday::sunday ? 1 : 0;
    ++by_hour[at.time_of_day / hours(1)];
    a += s.spec.project == QueueId{1} ? 1 : 0;
    fractions += s.shapes[0].gpu.kind == workload::GpuRequestKind::fraction ? 1 : 0;
    failed += s.spec.outcome == workload::Outcome::failed ? 1 : 0;
    CHECK(s.spec.outcome_final == (s.spec.outcome == workload::Outcome::failed));
    CHECK(s.spec.estimate == s.spec.duration);
    CHECK(s.spec.duration.micros % 1'000'000 == 0);
    lengths.push_back(s.spec.duration / seconds(1));
  }
  const double n = static_cast<double>(all.size());
  CHECK(weekend / n == Approx(1.0 / 6).margin(0.015));
  CHECK(a / n == Approx(0.75).margin(0.015));
  CHECK(fractions / n == Approx(0.5).margin(0.018));
  CHECK(failed / n == Approx(0.1).margin(0.01));
  CHECK(by_hour[10] / n == Approx(0.1).margin(0.01));  // 2.4 of 24
  CHECK(by_hour[3] / n == Approx(0.1 / 24).margin(0.003));
  std::sort(lengths.begin(), lengths.end());
  CHECK(static_cast<double>(lengths[lengths.size() / 2]) == Approx(7200).epsilon(0.04));
  CHECK(static_cast<double>(lengths[lengths.size() * 95 / 100]) == Approx(36000).epsilon(0.06));
}

TEST_CASE("generator: an added project, generator or workload moves nobody else's draws") {
  const auto before = draw(world + projects + "generators:\n" + generator("g", ", node_pools: [p]"));
  const auto after =
      draw(world +
           "organization: {departments: [{name: x, projects: [{name: y}]}, {name: d, projects: [{name: a}, "
           "{name: b}]}]}\n"
           "workloads: [{name: w, project: y, duration: 1h}]\n"
           "generators:\n" +
           generator("f") + generator("g", ", node_pools: [p]"));
  std::vector<const simulation::Submission*> same;
  for (const auto& s : after) {
    if (s.spec.name.rfind("g-", 0) == 0) same.push_back(&s);
  }
  REQUIRE(same.size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    workload::WorkloadSpec moved = same[i]->spec;
    moved.project = before[i].spec.project;  // ids count the added project
    CHECK(moved == before[i].spec);
    CHECK(same[i]->shapes == before[i].shapes);
  }
}

TEST_CASE("generator: bounds of its arrivals") {
  const auto arrivals = [](const std::string& text) {
    return draw(world + projects +
                "generators: [{name: g, project: a, duration: 1h, estimate_factor: 1.5, arrivals: {" + text +
                "}}]\n");
  };
  CHECK(arrivals("per_hour: 5, count: 7").size() == 7);
  CHECK(arrivals("per_hour: 0").empty());
  const auto some = arrivals("per_hour: 60, from: 10d, until: 11d");
  CHECK(some.size() > 1200);
  const Instant start{1'767'571'200'000'000};
  for (const auto& s : some) {
    CHECK(s.spec.submit >= start + days(10));
    CHECK(s.spec.submit < start + days(11));
    CHECK(s.spec.estimate == minutes(90));
  }
}
