#include <catch2/catch.hpp>

#include "sim/policy/study_placement.hpp"
#include "tests/support/study_trace.hpp"

using namespace berth;
using policy::StudyScore;

namespace {

struct Published {
  StudyScore score;
  const char* name;
  std::int64_t scheduled, failed, gpu_milli;
};

// fgd.md section 4.
const Published published[] = {
    {StudyScore::fgd, "fgd", 8334, 2532, 5'919'410},
    {StudyScore::best_fit, "study-best-fit", 8190, 2676, 5'785'450},
    {StudyScore::gpu_packing, "gpu-packing", 8072, 2794, 5'688'580},
    {StudyScore::gpu_clustering, "gpu-clustering", 8069, 2797, 5'686'120},
    {StudyScore::dot_product, "dot-product", 7992, 2874, 5'624'470},
};

}  // namespace

TEST_CASE("the study of seed 42 comes out as published", "[study]") {
  if (test::StudyTrace::absent()) return;
  const auto trace = test::StudyTrace::load();
  for (const Published& p : published) {
    INFO(p.name);
    policy::PolicySpec spec;
    spec.typical = trace.typical;
    const auto placement = policy::make_study_placement(p.score, spec);
    CHECK(placement->name() == p.name);
    const auto outcome = test::run_study(trace, *placement);
    CHECK(outcome.scheduled == p.scheduled);
    CHECK(outcome.failed == p.failed);
    CHECK(outcome.gpu_milli == p.gpu_milli);
  }
}

TEST_CASE("every placement of the study's best fit is the published one", "[study]") {
  if (test::StudyTrace::absent()) return;
  const auto trace = test::StudyTrace::load();
  const auto rows = test::read_csv(BERTH_SHARED_DIR "/data/openb/study/placements_BestFit_seed42.csv");
  const auto placement = policy::make_study_placement(StudyScore::best_fit, {});
  const auto outcome = test::run_study(trace, *placement);
  REQUIRE(rows.size() == outcome.placements.size());
  std::size_t equal = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& placed = outcome.placements[i];
    std::string node, devices;
    if (placed.node != none<NodeId>()) {
      node = trace.node_names[index_of(placed.node)];
      for (int d = 0; d < cluster::max_devices_per_node; ++d) {
        if ((placed.devices >> d & 1U) != 0) devices += (devices.empty() ? "" : "-") + std::to_string(d);
      }
    }
    if (node == rows[i].at("node") && devices == rows[i].at("gpu_index"))
      ++equal;
    else if (equal == i)
      FAIL("arrival " << i << ": " << node << " [" << devices << "] instead of " << rows[i].at("node") << " ["
                      << rows[i].at("gpu_index") << "]");
  }
  CHECK(equal == 10'866);
}
