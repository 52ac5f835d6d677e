// Scenarios with a trace: counts, mended rows, faults at their place, and what a run gets of it.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"
#include "tests/support/absent.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

const std::string nodes = "sn,cpu_milli,memory_mib,gpu,model\nn-0,64000,262144,2,T4\nn-1,96000,393216,8,G2\n";
const std::string pods =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
    "scheduled_time\n"
    "p-0,1000,1024,1,500,,LS,Succeeded,0,100,50\n"
    "p-1,1000,1024,8,1000,G2,LS,Failed,1000,1500,1100\n"
    "p-2,1000,1024,0,0,,LS,Pending,2000,2000,\n";

std::vector<simulation::Submission> all_of(simulation::Input& input) {
  std::vector<simulation::Submission> all;
  while (auto next = input.submissions->next()) all.push_back(std::move(*next));
  return all;
}

}  // namespace

TEST_CASE("trace: nodes form the pool default, rows belong to project default") {
  const test::TestFolder folder("trace");
  folder.write("nodes.csv", nodes);
  folder.write("pods.csv", pods);
  const std::string file = folder.write(
      "s.yaml",
      "version: 1\ntrace: {format: openb, nodes: nodes.csv, workloads: pods.csv, arrival_scale: 0.1}\n");
  const Loaded loaded = load_scenario(file);
  CHECK(loaded.diagnostics.to_text() == "");
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->trace->counts == TraceCounts{3, 2, 1, 1, 0});
  CHECK(loaded.scenario->trace->nodes.path.value == folder.path() + "/nodes.csv");
  CHECK(loaded.scenario->trace->nodes.sha256 ==
        "bd19fdcf58f57f01fd13c6714fa60d5c94c22524f791ab021cde0a041b3ed349");

  simulation::Input input = build_input(*loaded.scenario);
  REQUIRE(input.cluster.pools.size() == 1);
  CHECK(input.cluster.pools[PoolId{0}].name == "default");
  CHECK(input.cluster.nodes[NodeId{1}].gpus == 8);
  CHECK(input.cluster.models[input.cluster.nodes[NodeId{1}].gpu_model].name == "G2");
  REQUIRE(input.organization.queues.size() == 2);
  CHECK(input.submissions->remaining() == 3);
  const auto all = all_of(input);
  REQUIRE(all.size() == 3);
  CHECK(all[0].spec.kind == workload::Kind::training);
  CHECK(all[0].spec.priority == 40);
  CHECK(all[0].spec.project == QueueId{1});
  CHECK(all[0].spec.duration == seconds(50));
  CHECK(all[0].shapes[0].gpu == workload::GpuRequest::fraction(GpuMilli(500)));
  CHECK(all[1].spec.submit - all[0].spec.submit == seconds(100));  // a tenth of the gap
  CHECK(all[1].spec.duration == seconds(400));                     // durations stay
  CHECK(all[1].spec.outcome == workload::Outcome::failed);
  CHECK(all[1].spec.outcome_final);
  CHECK(all[1].shapes[0].gpu_models == std::vector<std::string>{"G2"});
  CHECK(all[2].spec.duration == seconds(1));

  // The print names the file and its hash; another file of that name is refused.
  const std::string print = print_scenario(*loaded.scenario);
  const Loaded again = load_scenario_text(print, folder.path() + "/print.yaml");
  REQUIRE(again.scenario);
  CHECK(*again.scenario == *loaded.scenario);
  folder.write("pods.csv", pods + "p-3,1000,1024,0,0,,LS,Running,3000,3001,3000\n");
  const std::string changed = load_scenario_text(print, "print.yaml").diagnostics.to_text();
  CHECK(changed.find("pods.csv': its SHA-256 is ") != std::string::npos);
  CHECK(changed.find(": it is another file than the scenario means\n") != std::string::npos);
  // A past run's documents need no trace.
  LoadOptions unread;
  unread.read_traces = false;
  CHECK(load_scenario_text(print, "print.yaml", unread).scenario.has_value());
}

TEST_CASE("trace: a path by --set starts from the working folder, and an ordered list has no times") {
  const test::TestFolder folder("trace-set");
  const std::string list = folder.write("list.csv",
                                        "seq,sim_name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n"
                                        "0,b,1000,1024,1,1000,\n1,a,1000,1024,0,0,\n");
  folder.write("nodes.csv", nodes);
  folder.write("typical.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\nt,4000,1,1,250\n");
  const std::string file =
      folder.write("s.yaml",
                   "version: 1\ntrace: {format: openb, nodes: nodes.csv, workloads: none.csv, project: late, "
                   "typical: typical.csv}\n"
                   "organization: {departments: [{name: d, projects: [{name: late}]}]}\n");
  LoadOptions options;
  options.sets = {"trace.workloads=" +
                  std::filesystem::relative(list, std::filesystem::current_path()).string()};
  const Loaded loaded = load_scenario(file, options);
  CHECK(loaded.diagnostics.to_text() == "");
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->trace->counts == TraceCounts{2, 2, 0, 0, 2});
  simulation::Input input = build_input(*loaded.scenario);
  CHECK(input.organization.queues.size() == 2);  // no project default is added
  REQUIRE(input.policy.typical.size() == 1);
  CHECK(input.policy.typical[0].milli == GpuMilli(250));
  const auto all = all_of(input);
  REQUIRE(all.size() == 2);
  CHECK(all[0].spec.name == "b");
  CHECK(all[0].spec.submit == input.start);
  CHECK(all[1].spec.submit == input.start);
  CHECK(all[0].spec.duration == Duration::max());
}

TEST_CASE("trace: malformed rows are shown with the scenario's faults; giants are warned of") {
  const test::TestFolder folder("trace-faults");
  folder.write("nodes.csv", nodes);
  folder.write("pods.csv", pods + "p-3,1000,1024,one,1000,,LS,Running,3000,3001,3000\np-4,1000\n");
  const auto faults = [&](const std::string& more) {
    const std::string file = folder.write(
        "s.yaml", "version: 1\ntrace: {format: openb, nodes: nodes.csv, workloads: pods.csv}\n" + more);
    return test::without(load_scenario(file).diagnostics.to_text(), folder.path() + "/");
  };
  CHECK(faults("sead: 1\n") ==
        "s.yaml:3:1: error: unknown key 'sead' in the scenario; did you mean 'seed'?\n"
        "pods.csv:5:15: error: num_gpu: 'one' is not a whole number\n"
        "pods.csv:6:1: error: this row has 2 fields; the header has 11\n");
  folder.write("pods.csv", pods +
                               "p-3,1000,1024,16,1000,,LS,Running,3000,3001,3000\n"
                               "p-4,100000,1024,0,0,,LS,Running,3000,3001,3000\n"
                               "p-5,1000,1024,4,1000,T4,LS,Running,3000,3001,3000\n");
  CHECK(
      faults("") ==
      "pods.csv:5: warning: 'p-3': num_gpu 16, and no node of its node pools (default) has more than 8 "
      "devices; it "
      "stays pending\n"
      "pods.csv:6: warning: 'p-4': a pod larger than any node of its node pools (default); it stays pending\n"
      "pods.csv:7: warning: 'p-5': a pod larger than any node of its node pools (default); it stays "
      "pending\n");
  LoadOptions unread;
  unread.read_traces = false;
  CHECK(test::faults_of("version: 1\ntrace: {format: swf, nodes: x}\n", unread) ==
        "s.yaml:2:17: error: unknown trace format 'swf'; expected openb\n");
  CHECK(test::faults_of("version: 1\ntrace: {format: openb}\n") ==
        "s.yaml: error: the scenario has no nodes: give cluster.node_pools, or trace.nodes\n"
        "s.yaml:2:8: error: trace needs 'nodes', 'workloads' or both\n");
}

TEST_CASE("trace: the published one, by its times") {
  const std::string folder = BERTH_SHARED_DIR "/data/openb/";
  if (test::absent(folder)) return;
  const Loaded loaded =
      test::load("version: 1\ntrace: {format: openb, nodes: " + folder +
                 "openb_node_list_all_node.csv, workloads: " + folder + "openb_pod_list_default.csv}\n");
  CHECK(loaded.diagnostics.to_text() == "");
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->trace->counts == TraceCounts{8152, 1523, 897, 1, 0});
}
