// The placement study's inputs as floor-2 values: read straight from the shared CSV files, so that the scores can be
// tested without the scenario reader. A test asks for `absent` first.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/policy/placement.hpp"
#include "berth/policy/snapshot.hpp"
#include "berth/workload/workloads.hpp"
#include "tests/support/absent.hpp"

namespace berth::test {

using CsvRow = std::map<std::string, std::string>;

inline std::vector<std::string> split_fields(const std::string& line, char separator) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == separator)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

inline std::vector<CsvRow> read_csv(const std::string& path) {
  std::vector<CsvRow> rows;
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return rows;
  const auto columns = split_fields(line, ',');
  while (std::getline(in, line)) {
    const auto fields = split_fields(line, ',');
    CsvRow row;
    for (std::size_t i = 0; i < columns.size() && i < fields.size(); ++i) row[columns[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

struct StudyTrace {
  cluster::Cluster cluster;
  organization::Organization organization;
  workload::Workloads workloads;
  std::vector<ShapeId> arrivals;
  std::vector<std::string> node_names;    // by NodeId
  std::vector<policy::PodClass> typical;  // of the untuned list

  static std::string folder() { return BERTH_SHARED_DIR "/data/openb"; }
  // The inputs are not here: the test is skipped, and says so.
  static bool absent() { return test::absent(BERTH_SHARED_DIR "/data/openb/study"); }

  static workload::PodShape shape_of(const CsvRow& row) {
    workload::PodShape shape;
    shape.cpu = CpuMilli(std::stoll(row.at("cpu_milli")));
    shape.memory = mebibytes(std::stoll(row.at("memory_mib")));
    const int devices = std::stoi(row.at("num_gpu"));
    const GpuMilli milli(std::stoll(row.at("gpu_milli")));
    if (devices == 1 && milli < whole_gpus(1))
      shape.gpu = workload::GpuRequest::fraction(milli);
    else
      shape.gpu = workload::GpuRequest::whole(devices);
    const auto spec = row.find("gpu_spec");
    if (spec != row.end() && !spec->second.empty()) shape.gpu_models = split_fields(spec->second, '|');
    return shape;
  }

  static StudyTrace load() {
    StudyTrace trace;
    const std::string from = folder();
    trace.cluster.pools.push_back({});
    auto nodes = read_csv(from + "/study/nodes_default_tune1.3_seed42.csv");
    std::sort(nodes.begin(), nodes.end(),
              [](const CsvRow& a, const CsvRow& b) { return a.at("sim_name") < b.at("sim_name"); });
    for (const CsvRow& row : nodes) {
      cluster::NodeSpec spec;
      spec.name = row.at("node");
      spec.cpu = CpuMilli(std::stoll(row.at("cpu_milli")));
      spec.memory = mebibytes(std::stoll(row.at("memory_mib")));
      spec.gpus = std::stoi(row.at("gpu"));
      spec.gpu_model = trace.cluster.models.intern_opaque(row.at("model"));
      spec.max_pods = 1001;
      trace.node_names.push_back(spec.name);
      trace.cluster.add_node(std::move(spec));
    }
    for (const CsvRow& row : read_csv(from + "/study/arrivals_default_tune1.3_seed42.csv"))
      trace.arrivals.push_back(trace.workloads.intern(shape_of(row)));
    for (const CsvRow& row : read_csv(from + "/openb_pod_list_default.csv"))
      trace.typical.push_back(policy::class_of(shape_of(row), Bytes(0)));
    return trace;
  }

  policy::Snapshot snapshot_of() const {
    policy::Snapshot s;
    s.cluster = &cluster;
    s.organization = &organization;
    s.workloads = &workloads;
    return s;
  }
};

// What became of the arrivals: placed one by one in list order, nothing departs.
struct StudyOutcome {
  struct Placed {
    NodeId node = none<NodeId>();
    cluster::DeviceSet devices = 0;
    bool operator==(const Placed&) const = default;
  };
  std::vector<Placed> placements;  // by arrival
  std::int64_t scheduled = 0;
  std::int64_t failed = 0;
  std::int64_t gpu_milli = 0;
};

inline StudyOutcome run_study(const StudyTrace& trace, policy::Placement& placement) {
  StudyOutcome outcome;
  const policy::Snapshot snapshot = trace.snapshot_of();
  cluster::Occupancy occupancy = trace.cluster.occupancy;
  outcome.placements.reserve(trace.arrivals.size());
  for (std::size_t i = 0; i < trace.arrivals.size(); ++i) {
    const ShapeId shape = trace.arrivals[i];
    const auto place = placement.place(snapshot, occupancy, shape, id_of<PodId>(i));
    if (!place) {
      ++outcome.failed;
      outcome.placements.push_back({});
      continue;
    }
    const workload::PodShape& pod = trace.workloads.shapes[shape];
    occupancy.hold(place->node, trace.cluster.nodes[place->node], pod, place->devices);
    ++outcome.scheduled;
    outcome.gpu_milli += pod.gpu.quota_amount().value;
    outcome.placements.push_back({place->node, place->devices.devices});
  }
  return outcome;
}

}  // namespace berth::test
