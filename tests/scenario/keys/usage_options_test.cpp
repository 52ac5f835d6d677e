// Time-based fair share in a scenario: its options are checked one by one, and together.
#include <catch2/catch.hpp>

#include "berth/organization/usage_window.hpp"
#include "berth/scenario/load.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

Loaded load(const std::string& usage) {
  return load_scenario_text(
      "version: 1\n"
      "cluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 1}]}]}\n"
      "organization: {departments: [{name: d, projects: [{name: p}]}]}\n"
      "policy: {name: kai, options: {time_based_fair_share: " +
          usage + "}}\n",
      "s.yaml");
}

std::optional<organization::UsageOptions> usage_of(const Loaded& loaded) {
  REQUIRE(loaded.scenario);
  return organization::read_usage_options(build_input(*loaded.scenario).policy.options);
}

}  // namespace

TEST_CASE("usage options reach the run") {
  CHECK_FALSE(usage_of(load("{}")));
  const auto sliding = usage_of(load("{window: 3d, half_life: 12h}"));
  REQUIRE(sliding);
  CHECK(sliding->window == days(3));
  CHECK(sliding->half_life == hours(12));
  const auto cron = usage_of(load("{window_type: cron, cron: '0 0 * * 1'}"));
  REQUIRE(cron);
  CHECK(cron->type == organization::UsageWindow::cron);
}

TEST_CASE("wrong usage options are shown at their places") {
  CHECK(load("{window_type: Sliding}").diagnostics.to_text() ==
        "s.yaml:4:68: error: option 'time_based_fair_share.window_type': 'Sliding' is none of sliding, "
        "tumbling, cron\n");
  CHECK(load("{cron: often}").diagnostics.to_text() ==
        "s.yaml:4:61: error: option 'time_based_fair_share.cron': 'often' is no cron schedule of five "
        "fields\n");
  CHECK(load("{window_type: cron}").diagnostics.to_text() ==
        "s.yaml:4:9: error: option 'time_based_fair_share.cron': a cron window needs a schedule\n");
}
