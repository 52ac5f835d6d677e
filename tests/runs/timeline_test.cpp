#include "sim/runs/timeline.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "berth/simulation/run.hpp"
#include "tests/runs/small_run.hpp"

using namespace berth;

namespace {

runs::Timeline timeline_of(const std::string& yaml, std::size_t columns) {
  const scenario::Scenario scenario = tests::scenario_of(yaml);
  simulation::Input input = scenario::build_input(scenario);
  auto policy = runs::policy_of(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  run.execute();
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source);
  return runs::timeline_of(journal, columns);
}

}  // namespace

TEST_CASE("a column is what a pool had on average and each workload's phase in its middle") {
  // Ten minutes of both GPUs, then thirty of one, then nothing, in an hour of six columns.
  const runs::Timeline chart = timeline_of(tests::two_in_turn, 6);
  CHECK(chart.end - chart.start == hours(1));
  REQUIRE(chart.pools.size() == 1);
  REQUIRE(chart.pools[0].size() == 6);
  std::int64_t allocated = 0;
  for (const runs::PoolColumn& column : chart.pools[0]) {
    CHECK(column.capacity_milli == 2000);
    allocated += column.allocated_milli;
  }
  CHECK(chart.pools[0].front().allocated_milli > 1900);
  CHECK(chart.pools[0].back().allocated_milli == 0);
  // The averages of equal columns add up to what was had in all: (2 x 10 + 1 x 30) minutes, and what pods take to come and go.
  CHECK(allocated >= 5000);
  CHECK(allocated < 5200);
  CHECK(chart.pools[0].front().waiting_milli > 800);
  CHECK(chart.workloads == std::vector<std::string>{"#     ", ".###  "});
}

TEST_CASE("more columns than microseconds are left out, and an hour in one column is its average") {
  const runs::Timeline one = timeline_of(tests::two_in_turn, 1);
  REQUIRE(one.pools[0].size() == 1);
  CHECK(one.pools[0][0].allocated_milli >= 5000 / 6);
  CHECK(one.workloads[1].size() == 1);
}

TEST_CASE("the legend has a letter for every phase that is shown") {
  std::set<char> letters;
  for (const auto phase : {workload::Phase::pending, workload::Phase::initializing, workload::Phase::running,
                           workload::Phase::degraded, workload::Phase::terminating, workload::Phase::stopped,
                           workload::Phase::failed})
    letters.insert(runs::phase_letter(phase));
  CHECK(letters.size() == 7);
  for (const char letter : letters)
    CHECK((" " + std::string(runs::phase_legend)).find(std::string(" ") + letter + " ") != std::string::npos);
  CHECK(runs::phase_letter(workload::Phase::completed) == ' ');
}
