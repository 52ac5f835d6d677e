// What generators draw: rates, shares, quantiles, and that nobody else's draws move.
#include <catch2/catch.hpp>
#include <map>

#include "sim/core/civil_time.hpp"
#include "tests/scenario/texts.hpp"

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

namespace {

std::vector<simulation::Submission> with_pods(const std::string& pods, const std::string& more = "") {
  return draw(world + projects +
              "generators: [{name: g, project: a, duration: {choice: {1h: 1, 2h: 1}}, pods: " + pods + more +
              ", arrivals: {per_hour: 1}}]\n");
}
std::vector<std::int64_t> counts_of(const std::vector<simulation::Submission>& all) {
  std::vector<std::int64_t> counts;
  for (const auto& s : all) counts.push_back(s.spec.templates.back().count);
  std::sort(counts.begin(), counts.end());
  return counts;
}
std::string pods_faults(const std::string& pods, const std::string& more = "") {
  return test::faults_of(world + projects + "generators: [{name: g, project: a, pods: " + pods + more +
                         ", arrivals: {per_hour: 1}}]\n");
}

}  // namespace

TEST_CASE("generator: the number of pods is drawn by weights or from a distribution") {
  const auto chosen = counts_of(with_pods("{choice: {1: 3, 8: 1, 50: 0}}"));
  const auto n = static_cast<double>(chosen.size());
  CHECK(static_cast<double>(std::count(chosen.begin(), chosen.end(), 1)) / n == Approx(0.75).margin(0.02));
  CHECK(std::count(chosen.begin(), chosen.end(), 1) + std::count(chosen.begin(), chosen.end(), 8) ==
        static_cast<std::ptrdiff_t>(chosen.size()));

  const auto lognormal = counts_of(with_pods("{lognormal: {median: 10, p95: 40}}"));
  CHECK(lognormal.front() >= 1);
  CHECK(static_cast<double>(lognormal[lognormal.size() / 2]) == Approx(10).margin(0.6));
  CHECK(static_cast<double>(lognormal[lognormal.size() * 95 / 100]) == Approx(40).margin(3));

  const auto exponential = counts_of(with_pods("{exponential: {mean: 20}}"));
  double sum = 0;
  for (const std::int64_t count : exponential) sum += static_cast<double>(count);
  CHECK(exponential.front() == 1);  // a draw below a half is one pod too
  CHECK(sum / static_cast<double>(exponential.size()) == Approx(20).epsilon(0.04));
  CHECK(counts_of(with_pods("{exponential: 0.001}")).back() == 1);
}

TEST_CASE("generator: a gang is as large as what is drawn, unless its minimum is written") {
  for (const auto& s : with_pods("{choice: {2: 1, 5: 1}}", ", kind: distributed, master: {cpu: 1}")) {
    REQUIRE(s.spec.templates.size() == 2);
    CHECK(s.spec.templates[0].count == 1);
    CHECK(s.spec.sub_groups[0].min_pods == s.spec.templates[1].count + 1);
  }
  for (const auto& s : with_pods("{exponential: 2}", ", kind: distributed, gang: {min_pods: 3}")) {
    CHECK(s.spec.templates[0].count >= 3);
    CHECK(s.spec.sub_groups[0].min_pods == 3);
  }
  for (const auto& s : with_pods("{choice: {2: 1, 5: 1}}")) CHECK(s.spec.sub_groups[0].min_pods == 1);
}

TEST_CASE("generator: drawing pods moves no other draw") {
  const auto fixed = with_pods("2");
  const auto drawn = with_pods("{exponential: 3}");
  REQUIRE(fixed.size() == drawn.size());
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    CHECK(fixed[i].spec.submit == drawn[i].spec.submit);
    CHECK(fixed[i].spec.duration == drawn[i].spec.duration);
  }
}

TEST_CASE("generator: what a number of pods may be") {
  CHECK(pods_faults("{choice: {0: 1}}") ==
        "s.yaml:6:52: error: choice: '0' is out of range (expected 1 to 100000)\n");
  CHECK(pods_faults("{choice: {1.5: 1}}") != "");
  CHECK(pods_faults("{choice: {100001: 1}}") != "");
  CHECK(pods_faults("{choice: {1: 0}}") != "");
  CHECK(pods_faults("{lognormal: {median: 4, p95: 2}}") != "");
  CHECK(pods_faults("{lognormal: {median: 4}}") != "");
  CHECK(pods_faults("{exponential: 0}") != "");
  CHECK(pods_faults("{exponential: 100001}") != "");
  CHECK(pods_faults("{weights: {1: 1}}") != "");
  CHECK(pods_faults("{choice: {1: 1}, exponential: 2}") != "");
  CHECK(pods_faults("{choice: {1: 1, 4: 1}}", ", kind: distributed, gang: {min_pods: 2}")
            .find("min_pods 2 is more than the 1 pods that may be drawn") != std::string::npos);
  CHECK(pods_faults("{choice: {4: 1}}", ", kind: distributed, gang: {max_pods: 4}").find("mean the same") !=
        std::string::npos);
  CHECK(pods_faults("{choice: {4: 1}}", ", kind: distributed, sub_groups: [{name: s, pods: 4}]")
            .find("cannot be drawn") != std::string::npos);
  // 364 days of one an hour, 100 pods each, are allowed; 100,000 pods each are too many.
  CHECK(pods_faults("{choice: {100: 1}}") == "");
  CHECK(pods_faults("{choice: {100000: 1}}").find("would draw more than") != std::string::npos);
}
