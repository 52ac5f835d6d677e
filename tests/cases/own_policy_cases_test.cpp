// The policy cases of scenarios/policy, and what the reader of their form says about mistakes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/cases/policy_case.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string faults_of(const std::string& text) {
  Diagnostics faults;
  read_policy_cases_yaml(text, "c.yaml", faults);
  faults.sort_by_place();
  return faults.to_text();
}

// A case that is right, with room for what stands after `workloads`.
const std::string sound = R"(cases:
  - name: one
    nodes: [{name: n0, gpus: 2}]
    departments: [{name: d, quota: {gpu: 2}, projects: [{name: p, quota: {gpu: 2}}]}]
    workloads: [{name: a, project: p, gpu: {fraction: 0.5}}, {name: b, project: p, gpu: 1}]
)";

}  // namespace

TEST_CASE("every policy case of our own holds") {
  std::size_t count = 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(BERTH_SOURCE_DIR "/scenarios/policy")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    Diagnostics faults;
    const std::vector<PolicyCase> cases =
        read_policy_cases_yaml(read_file(file), file.filename().string(), faults);
    INFO(faults.to_text());
    CHECK(faults.all().empty());
    for (const PolicyCase& c : cases) {
      const CaseResult result = run_policy_case(c, *policy::make_policy(c.policy));
      INFO(c.id);
      for (const std::string& difference : result.differences) UNSCOPED_INFO(difference);
      CHECK(result.passed);
      // Every case says what becomes of somebody.
      CHECK_FALSE((c.expected.jobs.empty() && c.expected.tasks.empty()));
      ++count;
    }
  }
  CHECK(count >= 40);
}

TEST_CASE("a case in YAML is a case: defaults, state and expectations") {
  Diagnostics faults;
  const auto cases = read_policy_cases_yaml(sound + R"(    usage: {p: {gpu: 40%}}
    state: {a: {pods: [{status: running, node: n0, devices: [g]}], started: 5m, created: 1h, below_minimum: 90s}}
    cycles: 2
    steady_cycles: 1
    between_cycles: 10s
    expect: {a: {running: n0}, b-0: {status: binding, gpus: 1}, nodes: {n0: {idle_gpus: 0}}, at_most: {binds: 1}}
  - name: two
    like: one
    expect: {b: pending}
)",
                                            "c.yaml", faults);
  INFO(faults.to_text());
  REQUIRE(cases.size() == 2);
  const PolicyCase& c = cases[0];
  CHECK(c.id == "c.yaml#one");
  CHECK(c.place.line == 2);
  CHECK(c.policy.name == "kai");
  CHECK(c.policy.options.at("signatures") == "false");
  CHECK(c.policy.options.at("consolidation_limit") == "-1");
  CHECK(c.rounds_until_match == 2);
  CHECK(c.rounds_after_match == 1);
  CHECK(c.between_rounds == seconds(10));
  CHECK(c.cluster.nodes[NodeId{0}].inventory == cluster::Inventory::counts);
  CHECK(c.workloads.all[WorkloadId{0}].created == c.now - hours(1));
  CHECK(c.workloads.all[WorkloadId{1}].created == c.now - minutes(1));
  CHECK(c.started_for[WorkloadId{0}] == minutes(5));
  CHECK(c.stale_for[WorkloadId{0}] == seconds(90));
  CHECK(c.stale_for[WorkloadId{1}] < Duration{});
  CHECK(c.pod_names[PodId{1}] == "b-0");
  CHECK(c.group_names == std::vector<std::string>{"g"});
  CHECK(c.usage[*c.organization.find("p")][2] == 0.4);
  CHECK(c.expected.jobs.at("a").node == "n0");
  CHECK(c.expected.tasks.at("b-0").accepted_gpu_milli == 1000);
  CHECK(c.expected.nodes.at("n0").idle_gpus == 0);
  CHECK(c.expected.at_most.binds == 1);
  // The second takes everything that it does not say.
  CHECK(cases[1].rounds_until_match == 2);
  CHECK(cases[1].expected.jobs.at("b").status == workload::PodStatus::pending);
  CHECK(cases[1].expected.jobs.count("a") == 0);
}

TEST_CASE("mistakes in a case in YAML, with whole messages") {
  CHECK(faults_of("cases: 1\n") ==
        "c.yaml:1:1: error: a file of policy cases is a map with one key, 'cases': a list\n");
  CHECK(faults_of(sound + "    expect: {c: pending}\n") ==
        "c.yaml:6:14: error: case 'one': unknown workload or pod 'c'; expected a, b, a-0 or b-0\n");
  CHECK(faults_of(sound + "    expect: {a: runing}\n") ==
        "c.yaml:6:17: error: case 'one': unknown status 'runing'; did you mean 'running'?\n");
  CHECK(faults_of(sound + "    expect: {a: {running: n1}}\n") ==
        "c.yaml:6:27: error: case 'one': unknown node 'n1'; did you mean 'n0'?\n");
  CHECK(faults_of(sound + "    state: {a: n1}\n    expect: {a: pending}\n") ==
        "c.yaml:6:16: error: case 'one': unknown node 'n1'; did you mean 'n0'?\n");
  CHECK(faults_of(sound + "    state: {a: {status: releasing}}\n    expect: {a: pending}\n") ==
        "c.yaml:6:16: error: case 'one': a pod that is releasing needs a node\n");
  CHECK(faults_of(sound + "    state: {a: {status: pending, node: n0}}\n    expect: {a: pending}\n") ==
        "c.yaml:6:16: error: case 'one': a pod that is pending has no node\n");
  CHECK(faults_of(sound + "    state: {a: [n0, n0]}\n    expect: {a: pending}\n") ==
        "c.yaml:6:16: error: case 'one': 2 places for 1 pods\n");
  CHECK(faults_of(sound + "    state: {b: {node: n0, devices: [x]}}\n    expect: {a: pending}\n") ==
        "c.yaml:6:16: error: case 'one': the pod shares no device\n");
  CHECK(faults_of(sound + "    state: {d: n0}\n    expect: {a: pending}\n") ==
        "c.yaml:6:13: error: case 'one': unknown workload 'd'; expected a or b\n");
  CHECK(faults_of(sound + "    usage: {q: {gpu: 10%}}\n    expect: {a: pending}\n") ==
        "c.yaml:6:13: error: case 'one': unknown department or project 'q'; expected d or p\n");
  CHECK(faults_of(sound) == "c.yaml:2:5: error: case 'one': a case needs the key 'expect'\n");
  CHECK(faults_of(sound + "    expects: {a: pending}\n") ==
        "c.yaml:2:5: error: case 'one': a case needs the key 'expect'\n"
        "c.yaml:6:5: error: case 'one': unknown key 'expects' in a case; did you mean 'expect'?\n");
  CHECK(faults_of(sound + "    expect: {a: pending}\n  - {name: two, like: on, expect: {}}\n") ==
        "c.yaml:7:23: error: case 'two': unknown earlier case 'on'; did you mean 'one'?\n");
  CHECK(faults_of(sound + "    expect: {a: pending}\n  - {name: one, like: one}\n") ==
        "c.yaml:7:5: error: case 'one': another case of this file has this name\n");
}

TEST_CASE("a broken case does not keep the others from running") {
  Diagnostics faults;
  const auto cases = read_policy_cases_yaml(
      sound + "    expect: {c: pending}\n  - {name: two, like: one, expect: {a: binding}}\n", "c.yaml",
      faults);
  CHECK(faults.error_count() == 1);
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].id == "c.yaml#two");
}

TEST_CASE("a case says that it cuts no MIG instances anew, and cuts none") {
  const std::string text = R"(cases:
  - name: one
    nodes: [{name: n0, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, mig: {strategy: mixed, layout: [7g.80gb], repartition: on-demand}}]
    departments: [{name: d, quota: {gpu: 8}, projects: [{name: p, quota: {gpu: 8}}]}]
    workloads: [{name: small, project: p, gpu: {mig: 1g.10gb}}]
    cycles: 3
    steady_cycles: 1
    expect: {small: pending}
)";
  CHECK(faults_of(text) ==
        "c.yaml:3:20: warning: case 'one': node group 'n0': a policy case cuts no MIG instances anew; "
        "repartition has no effect\n");
  Diagnostics faults;
  for (const PolicyCase& c : read_policy_cases_yaml(text, "c.yaml", faults)) {
    const auto policy = policy::make_policy(c.policy);
    CHECK(run_policy_case(c, *policy).passed);
  }
  CHECK(faults.error_count() == 0);
}
