// The placement study from the scenario file to study.csv.
#include "sim/records/series/study_series.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "berth/scenario/load.hpp"
#include "berth/simulation/run.hpp"
#include "sim/policy/study_placement.hpp"
#include "sim/records/series/fragmentation.hpp"
#include "sim/records/words/summary.hpp"
#include "tests/support/absent.hpp"
#include "tests/support/slow/study_placement.hpp"

using namespace berth;

namespace {

const std::string scenario_file = BERTH_SOURCE_DIR "/scenarios/studies/openb/openb.yaml";

struct Ran {
  simulation::RunResult result;
  std::int64_t scheduled = 0, dropped = 0, gpu_milli = 0;
  std::string series, fragmentation;
};

std::string text_of(const simulation::MemorySink& sink) {
  return {sink.bytes().begin(), sink.bytes().end()};
}

simulation::Input input_for(const std::vector<std::string>& sets) {
  scenario::LoadOptions options;
  options.sets = sets;
  const auto loaded = scenario::load_scenario(scenario_file, options);
  INFO(loaded.diagnostics.to_text());
  REQUIRE(loaded.scenario.has_value());
  return scenario::build_input(*loaded.scenario);
}

Ran run(const std::vector<std::string>& sets) {
  simulation::Input input = input_for(sets);
  auto policy = policy::make_policy(input.policy);
  simulation::MemorySink sink;
  simulation::Run run(std::move(input), std::move(policy), sink);
  Ran ran;
  ran.result = run.execute();
  const simulation::World& world = run.world();
  for (const workload::Workload& w : world.workloads.all) {
    ran.scheduled += w.last_start.has_value() ? 1 : 0;
    ran.dropped += w.dropped ? 1 : 0;
  }
  for (const workload::Pod& pod : world.workloads.pods) {
    if (workload::counts_as_allocated(pod.status))
      ran.gpu_milli += world.workloads.shape_of(pod).gpu.quota_amount().value;
  }
  const simulation::MemorySource source(sink.bytes());
  const simulation::JournalReader journal(source);
  simulation::MemorySink series, fragmentation;
  records::write_study_series(series, journal);
  records::write_fragmentation(fragmentation, journal, 3);
  ran.series = text_of(series);
  ran.fragmentation = text_of(fragmentation);
  return ran;
}

// Rows of the series without its header, as numbers.
std::vector<std::vector<double>> rows_of(const std::string& csv) {
  std::vector<std::vector<double>> rows;
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
  }
  return rows;
}

double round_2(double x) {
  return std::nearbyint(x * 100) / 100;
}

// fgd.md section 3 written out: every event looks at every node, sums and means in double.
std::vector<std::vector<double>> series_by_definition(policy::StudyScore score) {
  simulation::Input input = input_for({});
  workload::Workloads workloads;
  policy::Snapshot snapshot;
  snapshot.cluster = &input.cluster;
  snapshot.workloads = &workloads;
  slow::StudyPlacement placement(score, input.policy);
  cluster::Occupancy occupancy = input.cluster.occupancy;
  double capacity = 0;
  for (const cluster::NodeSpec& node : input.cluster.nodes) capacity += 1000.0 * node.gpus;

  struct Bin {
    double events = 0, allocated = 0, ratio = 0, fragmented = 0;
  };
  std::map<int, Bin> bins;
  double arrived = 0, used = 0;
  while (const auto submission = input.submissions->next()) {
    const ShapeId id = workloads.intern(submission->shapes.front());
    const workload::PodShape& shape = workloads.shapes[id];
    const auto asked = static_cast<double>(shape.gpu.quota_amount().value);
    arrived += asked;
    if (const auto place = placement.place(snapshot, occupancy, id, PodId{})) {
      occupancy.hold(place->node, input.cluster.nodes[place->node], shape, place->devices);
      used += asked;
    }
    double fragmented = 0;
    for (std::size_t i = 0; i < input.cluster.nodes.size(); ++i)
      fragmented += placement.fragmentation_of(snapshot, occupancy, id_of<NodeId>(i));
    Bin& bin = bins[static_cast<int>(std::nearbyint(100 * arrived / capacity))];
    bin.events += 1;
    bin.allocated += round_2(100 * used / capacity);
    bin.ratio += used < capacity ? round_2(100 * fragmented / (capacity - used)) : 0;
    bin.fragmented += fragmented;
  }
  std::vector<std::vector<double>> rows;
  for (const auto& [percent, bin] : bins)
    rows.push_back({double(percent), bin.events, bin.allocated / bin.events, bin.ratio / bin.events,
                    100 * bin.fragmented / bin.events / capacity});
  return rows;
}

}  // namespace

TEST_CASE("the study's series is what its definition says", "[study]") {
  const std::pair<const char*, policy::StudyScore> scores[] = {
      {"fgd", policy::StudyScore::fgd},
      {"study-best-fit", policy::StudyScore::best_fit},
      {"gpu-packing", policy::StudyScore::gpu_packing}};
  for (const auto& [name, score] : scores) {
    INFO(name);
    const Ran ran = run({std::string("policy.placement=") + name});
    CHECK(ran.scheduled + ran.dropped == 130);
    CHECK(ran.dropped > 5);
    CHECK(ran.series.rfind("arrived_percent,events,allocated_percent,fragmentation_ratio_percent,"
                           "fragmentation_amount_percent\n",
                           0) == 0);
    const auto rows = rows_of(ran.series);
    const auto expected = series_by_definition(score);
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      INFO("row " << i);
      REQUIRE(rows[i].size() == 5);
      CHECK(rows[i][0] == expected[i][0]);
      CHECK(rows[i][1] == expected[i][1]);
      for (std::size_t c = 2; c < 5; ++c) CHECK(rows[i][c] == Approx(expected[i][c]).margin(0.0101));
    }
  }
}

TEST_CASE("fragmentation over time ends where the series does", "[study]") {
  const Ran ran = run({});
  std::istringstream lines(ran.fragmentation);
  std::string line, last;
  int count = 0;
  while (std::getline(lines, line)) {
    if (count++ == 0) CHECK(line == "seconds,node_pool,free_gpus,fragmented_gpus,fragmentation_percent");
    last = line;
  }
  CHECK(count == 2);  // everything happens at one instant
  const double at_end = std::stod(last.substr(last.rfind(',') + 1));
  CHECK(at_end == Approx(rows_of(ran.series).back()[3]).margin(5));
  CHECK(at_end > 0);
  CHECK(at_end <= 100);
}

TEST_CASE("seed 42 from the scenario file gives the published figures", "[study]") {
  const std::string shared = BERTH_SHARED_DIR "/data/openb";
  if (test::absent(shared + "/study")) return;
  struct Published {
    const char* placement;
    std::int64_t scheduled, failed, gpu_milli;
    double allocated_at_130;
  };
  // fgd.md section 4.
  const Published published[] = {{"fgd", 8334, 2532, 5'919'410, 95.29},
                                 {"study-best-fit", 8190, 2676, 5'785'450, 93.13},
                                 {"gpu-packing", 8072, 2794, 5'688'580, 91.57},
                                 {"gpu-clustering", 8069, 2797, 5'686'120, 91.53},
                                 {"dot-product", 7992, 2874, 5'624'470, 90.54}};
  for (const Published& p : published) {
    INFO(p.placement);
    const Ran ran = run({std::string("policy.placement=") + p.placement,
                         "trace.nodes=" + shared + "/study/nodes_default_tune1.3_seed42.csv",
                         "trace.workloads=" + shared + "/study/arrivals_default_tune1.3_seed42.csv",
                         "trace.typical=" + shared + "/openb_pod_list_default.csv"});
    CHECK(ran.scheduled == p.scheduled);
    CHECK(ran.dropped == p.failed);
    CHECK(ran.gpu_milli == p.gpu_milli);
    const auto rows = rows_of(ran.series);
    REQUIRE(rows.size() == 131);
    CHECK(rows.back()[0] == 130);
    CHECK(rows.back()[2] == Approx(p.allocated_at_130).margin(0.005));
  }
}
