// The policy cases of the reference's version of March 2026, whole files. Those of the conformance folder lie outside the
// repository; where they are absent the tests say so. The smallest snapshots on which Berth differed once are here
// (policy_cases/faults.jsonl), and are run wherever the tests are.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "berth/scenario/policy_case.hpp"

using namespace berth;

namespace {

const std::filesystem::path conformance = BERTH_SHARED_DIR "/conformance";

// The ids of a file's cases, all of which must hold.
std::vector<std::string> run_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  Diagnostics faults;
  const auto cases = scenario::read_policy_cases(text.str(), path.filename().string(), faults);
  CHECK(faults.to_text() == "");
  std::vector<std::string> ids;
  std::string failed;
  for (const scenario::PolicyCase& c : cases) {
    ids.push_back(c.id);
    const auto policy = policy::make_policy(c.policy);
    const scenario::CaseResult result = scenario::run_policy_case(c, *policy);
    if (result.passed) continue;
    failed += result.id + " (" + c.name + ")\n";
    for (const std::string& d : result.differences) failed += "  " + d + "\n";
  }
  CHECK(failed == "");
  return ids;
}

// A file of the conformance folder, with as many cases as it is known to have.
void run_conformance(const std::string& file, std::size_t count) {
  if (!std::filesystem::exists(conformance / file)) {
    WARN("skipped: a file of the conformance folder is not here: " << file);
    return;
  }
  CHECK(run_file(conformance / file).size() == count);
}

}  // namespace

TEST_CASE("the reference's own cases come out as it decides them", "[kai][cases]") {
  run_conformance("kai-cases.jsonl", 215);
}

TEST_CASE("random snapshots come out as the reference decides them", "[kai][cases]") {
  run_conformance("random-cases.jsonl", 1021);
  run_conformance("random2-cases.jsonl", 1248);
}

TEST_CASE("snapshots on which the reference panics come out as its later guard decides them",
          "[kai][cases]") {
  run_conformance("random-panics.jsonl", 60);
}

TEST_CASE("snapshots on which Berth once differed come out as the reference decides them", "[kai][cases]") {
  const std::vector<std::string> here =
      run_file(BERTH_SOURCE_DIR "/tests/scenario/policy_cases/faults.jsonl");
  CHECK(here.size() == 11);
  if (!std::filesystem::exists(conformance / "faults")) return;
  // Whatever the folder has, and nothing less than what is here.
  std::set<std::string> there;
  for (const auto& file : std::filesystem::directory_iterator(conformance / "faults")) {
    INFO(file.path().filename().string());
    const std::vector<std::string> ids = run_file(file.path());
    CHECK(ids.size() == 1);
    there.insert(ids.begin(), ids.end());
  }
  CHECK(there == std::set<std::string>(here.begin(), here.end()));
}
