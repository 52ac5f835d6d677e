// A case printed as a line of JSON is the same case.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/cases/policy_case.hpp"
#include "tests/support/absent.hpp"
#include "tests/support/gunzip.hpp"

using namespace berth;
using namespace berth::scenario;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Printed, read, and run again: the same states after every cycle, and the same line when printed once more.
void same_when_read_back(const PolicyCase& c) {
  INFO(c.id);
  const std::string line = print_policy_case(c);
  Diagnostics faults;
  const std::vector<PolicyCase> again = read_policy_cases(line + "\n", "printed", faults);
  CHECK(faults.to_text() == "");
  REQUIRE(again.size() == 1);
  CHECK(again[0].expected == c.expected);
  CHECK(print_policy_case(again[0]) == line);
  const auto before = trace_policy_case(c, *policy::make_policy(c.policy));
  const auto after = trace_policy_case(again[0], *policy::make_policy(again[0].policy));
  REQUIRE(after.size() == before.size());
  for (std::size_t cycle = 0; cycle < before.size(); ++cycle) {
    // Tasks of a table stand by priority; printed, they stand in that order, too.
    for (std::size_t i = 0; i < before[cycle].size(); ++i) {
      const auto pod = id_of<PodId>(i);
      INFO(c.pod_names[pod]);
      CHECK(again[0].pod_names[pod] == c.pod_names[pod]);
      CHECK(after[cycle][pod].text() == before[cycle][pod].text());
    }
  }
}

}  // namespace

TEST_CASE("our own policy cases are the same when printed and read back") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BERTH_SOURCE_DIR "/scenarios/policy")) {
    if (entry.path().extension() != ".yaml") continue;
    Diagnostics faults;
    for (const PolicyCase& c :
         read_policy_cases_yaml(read_file(entry.path()), entry.path().filename().string(), faults)) {
      same_when_read_back(c);
      ++count;
    }
  }
  CHECK(count >= 40);
}

// Every case of a text is the same when printed and read back; how many there are.
std::size_t same_cases_when_read_back(const std::string& text, const std::string& name) {
  Diagnostics faults;
  const auto cases = read_policy_cases(text, name, faults);
  CHECK(faults.to_text() == "");
  for (const PolicyCase& c : cases) same_when_read_back(c);
  return cases.size();
}

TEST_CASE("random cases are the same when printed and read back") {
  const std::string name = "random-cases.jsonl";
  const std::string text = test::gunzip(BERTH_SOURCE_DIR "/tests/cases/policy_cases/" + name + ".gz");
  CHECK(same_cases_when_read_back(text, name) == 1021);
}

TEST_CASE("the tables' cases are the same when printed and read back") {
  const std::string path = BERTH_SHARED_DIR "/conformance/kai-cases.jsonl";
  if (test::absent(path)) return;
  CHECK(same_cases_when_read_back(read_file(path), "kai-cases.jsonl") == 215);
}

TEST_CASE("a node's MIG instances are counted device by device, and printed with their places") {
  Diagnostics faults;
  const auto cases = read_policy_cases_yaml(R"(cases:
  - name: cut
    nodes:
      - {name: m, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 2}, mig: {strategy: mixed, layout: [3g.40gb, 3g.40gb]}}
    departments: [{name: d, quota: {gpu: 2}, projects: [{name: p, quota: {gpu: 2}}]}]
    workloads: [{name: a, project: p, gpu: {mig: 3g.40gb}}]
    expect: {a: {binding: m}}
)",
                                            "c.yaml", faults);
  INFO(faults.to_text());
  REQUIRE(cases.size() == 1);
  const cluster::NodeSpec& node = cases[0].cluster.nodes[NodeId{0}];
  CHECK(node.mig_advertised == std::vector<std::pair<std::string, std::int32_t>>{{"3g.40gb", 4}});
  same_when_read_back(cases[0]);
}

TEST_CASE("seconds of a case take parts of a second, and are printed with them") {
  const auto with = [](const std::string& value) {
    return R"({"id": "c", "name": "c", "actions": ["allocate"], "seconds_between_rounds": )" + value +
           R"(, "stale_grace_seconds": 0.25, "departments": [{"name": "d"}], "queues": [{"name": "q", "parent": "d"}],
 "nodes": [{"name": "n", "gpus": 1, "allocatable_milli_cpu": 1000, "allocatable_memory_bytes": 1000}], "jobs":
 [{"name": "j", "queue": "q", "priority": 50, "tasks": [{"name": "j-0", "status": "pending"}]}], "expected": {}})";
  };
  const auto read = [](std::string line, std::string* said = nullptr) {
    line.erase(std::remove(line.begin(), line.end(), '\n'), line.end());
    Diagnostics faults;
    const auto cases = read_policy_cases(line, "c.jsonl", faults);
    if (said != nullptr) *said = faults.to_text();
    return cases;
  };
  std::string said;
  const auto cases = read(with("2.5"), &said);
  INFO(said);
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].between_rounds == milliseconds(2500));
  CHECK(cases[0].policy.options.at("stale_grace") == "250ms");
  Diagnostics faults;
  const auto again = read_policy_cases(print_policy_case(cases[0]), "printed", faults);
  REQUIRE(again.size() == 1);
  CHECK(again[0].between_rounds == milliseconds(2500));
  CHECK(again[0].policy.options.at("stale_grace") == "250ms");
  CHECK(read(with("-0.5"), &said).empty());
  CHECK(said.find("case.seconds_between_rounds must lie between 0 and 1000000, not -0.5") !=
        std::string::npos);
}
