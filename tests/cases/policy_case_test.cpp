// The policy cases of the reference's version of March 2026, whole files. Random snapshots with the outcomes that the
// reference reached, and the smallest ones on which Berth differed once, are here (policy_cases/) and run wherever the tests
// are. What was read off the reference's own tables lies outside the repository; where it is absent the test is skipped, and
// counted.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "sim/cases/policy_case.hpp"
#include "tests/support/absent.hpp"
#include "tests/support/gunzip.hpp"

using namespace berth;

namespace {

const std::filesystem::path conformance = BERTH_SHARED_DIR "/conformance";

const std::string here = BERTH_SOURCE_DIR "/tests/cases/policy_cases/";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The ids of the cases of a text, all of which must hold.
std::vector<std::string> run_cases(const std::string& text, const std::string& name) {
  Diagnostics faults;
  const auto cases = scenario::read_policy_cases(text, name, faults);
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

// A packed file of this folder, with as many cases as it is known to have: the one of the conformance folder, where that is.
void run_packed(const std::string& file, std::size_t count) {
  const std::string text = test::gunzip(here + file + ".gz");
  CHECK(run_cases(text, file).size() == count);
  if (std::filesystem::exists(conformance / file)) CHECK((read_file(conformance / file) == text));
}

}  // namespace

TEST_CASE("the reference's own cases come out as it decides them", "[kai][cases]") {
  const std::string file = "kai-cases.jsonl";
  if (test::absent((conformance / file).string())) return;
  CHECK(run_cases(read_file(conformance / file), file).size() == 215);
}

TEST_CASE("random snapshots come out as the reference decides them", "[kai][cases]") {
  run_packed("random-cases.jsonl", 1021);
  run_packed("random2-cases.jsonl", 1248);
}

TEST_CASE("snapshots on which the reference panics come out as its later guard decides them",
          "[kai][cases]") {
  run_packed("random-panics.jsonl", 60);
}

TEST_CASE("snapshots on which Berth once differed come out as the reference decides them", "[kai][cases]") {
  const std::vector<std::string> ours = run_cases(read_file(here + "faults.jsonl"), "faults.jsonl");
  CHECK(ours.size() == 11);
  if (!std::filesystem::exists(conformance / "faults")) return;
  // Whatever the folder has, and nothing less than what is here.
  std::set<std::string> there;
  for (const auto& file : std::filesystem::directory_iterator(conformance / "faults")) {
    INFO(file.path().filename().string());
    const std::vector<std::string> ids = run_cases(read_file(file.path()), file.path().filename().string());
    CHECK(ids.size() == 1);
    there.insert(ids.begin(), ids.end());
  }
  CHECK(there == std::set<std::string>(ours.begin(), ours.end()));
}
