// The golden documents: tests/golden/README.md.
#include <catch2/catch.hpp>

#include "tests/tools/program.hpp"

using namespace berth::tests;
namespace fs = std::filesystem;

TEST_CASE("berth makes the golden documents, byte for byte") {
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(BERTH_SOURCE_DIR) / "tests/golden")) {
    if (!entry.is_directory()) continue;
    ++cases;
    const Folder made;
    const std::string command = "'" BERTH_SOURCE_DIR "/tests/golden/make' '" +
                                fs::canonical(BERTH_PROGRAM).string() + "' '" + entry.path().string() +
                                "' '" + made.path() + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    int files = 0;
    for (const auto& golden : fs::directory_iterator(entry.path())) {
      const std::string name = golden.path().filename().string();
      if (name == "scenario.yaml") continue;
      ++files;
      INFO(entry.path().filename().string()
           << "/" << name << " is not what it was; tests/approve shows the difference");
      CHECK((text_of_file(golden.path()) == text_of_file(made.path(name))));
    }
    CHECK(files == 7);
  }
  CHECK(cases == 2);
}
