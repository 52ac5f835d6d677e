#include "sim/runs/case_files.hpp"

#include <catch2/catch.hpp>

#include "sim/runs/input_error.hpp"
#include "tests/runs/small_run.hpp"
#include "tests/support/folder.hpp"

using namespace berth;
using tests::Folder;

namespace {

runs::CaseFiles load(const std::vector<std::string>& paths, const std::string& filter, std::string& told) {
  return runs::load_case_files(paths, filter, [&](const Diagnostics& faults) { told += faults.to_text(); });
}

}  // namespace

TEST_CASE("scenarios are told from files of cases by their keys, whatever their name") {
  const Folder folder;
  const std::string scenario = folder.write("a.yaml", tests::two_in_turn);
  const std::string cases = BERTH_SOURCE_DIR "/scenarios/policy/limits.yaml";
  std::string told;
  const runs::CaseFiles files = load({scenario, cases}, "", told);
  CHECK(told.empty());
  CHECK(files.scenarios == std::vector<std::string>{scenario});
  REQUIRE(files.files.size() == 1);
  CHECK(files.files[0].yaml);
  REQUIRE_FALSE(files.cases.empty());
  const runs::CaseFiles some = load({cases}, files.cases.back().id, told);
  CHECK_FALSE(some.cases.empty());
  for (const auto& one : some.cases) CHECK(runs::filter_takes(files.cases.back().id, one.id, one.name));
  CHECK(load({cases}, "no case is called that", told).cases.empty());
}

TEST_CASE("faults of a file of cases are told, and the rest is kept") {
  const Folder folder;
  const std::string broken = folder.write("broken.jsonl", "{\"id\": 7}\nnot json\n");
  std::string told;
  const runs::CaseFiles files = load({broken}, "", told);
  CHECK(files.malformed);
  CHECK(told.find(broken + ":1") != std::string::npos);
  CHECK(told.find(broken + ":2") != std::string::npos);
  CHECK_THROWS_AS(load({folder.path("none.jsonl")}, "", told), runs::InputError);
}

TEST_CASE("a filter takes what contains it in id or name") {
  CHECK(runs::filter_takes("", "id", "name"));
  CHECK(runs::filter_takes("i", "id", ""));
  CHECK(runs::filter_takes("am", "id", "name"));
  CHECK_FALSE(runs::filter_takes("x", "id", "name"));
}
