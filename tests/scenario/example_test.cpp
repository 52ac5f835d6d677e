// The format's published example: what this version refuses is exactly this, and everything else it takes.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/scenario/texts.hpp"
#include "tests/support/absent.hpp"

using namespace berth;

namespace {

const std::string page_of_the_format = BERTH_SHARED_DIR "/design/interface.md";

// The first YAML block of the page.
std::string example() {
  std::ifstream in(page_of_the_format);
  std::stringstream page;
  page << in.rdbuf();
  const std::string text = page.str();
  const std::size_t begin = text.find("```yaml\n");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("```", begin + 8);
  return text.substr(begin + 8, end - begin - 8);
}

}  // namespace

TEST_CASE("example: what is not supported is refused by name, and nothing else but the absent trace") {
  if (test::absent(page_of_the_format)) return;
  const std::string text = example();
  const auto loaded = test::load(text);
  std::vector<std::string> refused, unread;
  for (const Diagnostic& d : loaded.diagnostics.all()) {
    CHECK((d.code == "not-supported" || d.code == "cannot-read"));
    (d.code == "cannot-read" ? unread : refused).push_back(d.message);
  }
  CHECK(refused ==
        std::vector<std::string>{"'price' in a node group is not supported by this version",
                                 "'spot' in a node pool is not supported by this version",
                                 "'replicas' in a workload is not supported by this version",
                                 "'load' in a workload is not supported by this version",
                                 "'failures' in the scenario is not supported by this version",
                                 "'maintenance' in the scenario is not supported by this version"});
  const std::string folder = std::filesystem::current_path().string() + "/";
  REQUIRE(unread.size() == 2);
  CHECK(test::without(unread[0], folder) == "cannot read trace file 'nodes.csv': no such file");
  CHECK(test::without(unread[1], folder) == "cannot read trace file 'pods.csv': no such file");
}

TEST_CASE("example: without what is refused it loads, and its print is the same scenario") {
  if (test::absent(page_of_the_format)) return;
  const std::string text = example();
  // Lines of refused keys, and the blocks below them.
  std::stringstream in(text);
  std::string kept, line;
  bool below = false;
  while (std::getline(in, line)) {
    if (line.rfind("failures:", 0) == 0) {
      below = true;
      continue;
    }
    if (below && line.rfind("  ", 0) == 0) continue;
    below = false;
    bool refused = line.rfind("maintenance:", 0) == 0;
    for (const char* key : {" price:", " spot:", " replicas:", " load:"}) {
      refused = refused || line.find(key) != std::string::npos;
    }
    if (!refused) kept += line + "\n";
  }
  scenario::LoadOptions options;
  options.read_traces = false;
  const auto loaded = test::load(kept, options);
  CHECK(loaded.diagnostics.to_text() ==
        "s.yaml:37:3: warning: policy kai does not heed 'placement' in policy; fifo, fifo-skip and try-once "
        "do\n"
        "s.yaml:42:97: warning: no policy of this version heeds 'estimate' in a workload\n");
  REQUIRE(loaded.scenario);
  const std::string print = scenario::print_scenario(*loaded.scenario);
  const auto again = scenario::load_scenario_text(print, "again.yaml", options);
  REQUIRE(again.diagnostics.all().size() == 1);  // the placement is left out
  CHECK(again.diagnostics.all()[0].message == "no policy of this version heeds 'estimate' in a workload");
  REQUIRE(again.scenario);
  CHECK(*again.scenario == *loaded.scenario);
  CHECK(scenario::print_scenario(*again.scenario) == print);
}
