#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "berth/scenario/policy_case.hpp"

using namespace berth;

namespace {

// Runs all cases of a file of the conformance folder; the ids of those that fail, with what differs.
void run_file(const std::string& file, std::size_t expected_count) {
  std::ifstream in(BERTH_SHARED_DIR "/conformance/" + file);
  if (!in) {
    WARN("skipped: a file of the conformance folder is not here: " << file);
    return;
  }
  std::stringstream text;
  text << in.rdbuf();
  Diagnostics faults;
  const auto cases = scenario::read_policy_cases(text.str(), file, faults);
  CHECK(faults.to_text() == "");
  CHECK(cases.size() == expected_count);
  std::size_t failed = 0;
  std::string told;
  for (const scenario::PolicyCase& c : cases) {
    const auto policy = policy::make_policy(c.policy);
    const scenario::CaseResult result = scenario::run_policy_case(c, *policy);
    if (result.passed) continue;
    ++failed;
    told += result.id + " (" + c.name + ")\n";
    for (const std::string& d : result.differences) told += "  " + d + "\n";
  }
  INFO(told);
  CHECK(failed == 0);
}

}  // namespace

TEST_CASE("the reference's own cases come out as it decides them", "[kai][cases]") {
  run_file("kai-cases.jsonl", 215);
}

TEST_CASE("random cases come out as the rules decide them", "[kai][cases]") {
  run_file("random-cases.jsonl", 1088);
}
