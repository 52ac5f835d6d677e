// The policy's page names every file, option and known bug there is, with the defaults that hold.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/policy/kai/known_bugs.hpp"
#include "sim/policy/kai/policy_options.hpp"

namespace berth::policy::kai {
namespace {

const std::string folder = std::string(BERTH_SOURCE_DIR) + "/sim/policy/kai/";

std::string page() {
  std::ifstream in(folder + "README.md");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("kai: the page names every source file") {
  const std::string text = page();
  REQUIRE_FALSE(text.empty());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cpp" && extension != ".hpp") continue;
    const std::string name = entry.path().stem().string();
    INFO(name << " is not in README.md");
    CHECK(text.find('`' + name + '`') != std::string::npos);
  }
}

TEST_CASE("kai: the page lists every option with its default and meaning") {
  const std::string text = page();
  for (const PolicyOption& option : option_table()) {
    if (option.name.rfind("bugs.", 0) == 0) continue;
    const std::string value = option.default_value.empty() ? "" : '`' + option.default_value + '`';
    const std::string row = "| `" + option.name + "` | " + value + " | " + option.meaning + " |";
    INFO("no such row: " << row);
    CHECK(text.find(row) != std::string::npos);
  }
}

TEST_CASE("kai: the page lists every known bug") {
  const std::string text = page();
  for (const KnownBug& bug : known_bugs()) {
    INFO(bug.name << " is not in README.md");
    CHECK(text.find("| `" + std::string(bug.name) + "` |") != std::string::npos);
  }
}

}  // namespace
}  // namespace berth::policy::kai
