// Hostile texts: whatever bytes a file has, loading ends, throws nothing and either gives a scenario or says why not.
#include <catch2/catch.hpp>
#include <sstream>

#include "sim/core/random.hpp"
#include "sim/formats/openb.hpp"
#include "tests/scenario/texts.hpp"

using namespace berth;

namespace {

// Up to `most` edits: a byte changed, inserted or removed, a stretch removed, doubled or moved.
std::string mutate(std::string text, Random& random, std::uint64_t most) {
  static const std::string likely = "{}[]:,-#&*!|>'\"%@`\n\t 0123456789.eE~/\\\r\0\xff";
  const std::uint64_t edits = 1 + random.below(most);
  for (std::uint64_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = std::min<std::size_t>(1 + random.below(40), text.size() - at);
    switch (random.below(6)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text[at] = likely[random.below(likely.size())];
        break;
      case 2:
        text.insert(at, 1, likely[random.below(likely.size())]);
        break;
      case 3:
        text.erase(at, length);
        break;
      case 4:
        text.insert(at, text.substr(at, length));
        break;
      case 5: {
        const std::string piece = text.substr(at, length);
        text.erase(at, length);
        text.insert(text.empty() ? 0 : random.below(text.size()), piece);
        break;
      }
    }
  }
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("fuzz: no bytes of a scenario break the reader") {
  const std::string good = read_file(BERTH_SOURCE_DIR "/scenarios/quickstart.yaml");
  REQUIRE(test::load(good).scenario);
  RandomStream stream(20260105, 0, "scenario fuzz");
  int taken = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    Random random = stream.at(i);
    const std::string text = mutate(good, random, 8);
    INFO("mutation " << i);
    const auto loaded = test::load(text);
    REQUIRE(loaded.scenario.has_value() != loaded.diagnostics.has_errors());
    for (const Diagnostic& d : loaded.diagnostics.all()) REQUIRE(!d.message.empty());
    if (!loaded.scenario) continue;
    // What is taken can be printed, read again and run.
    ++taken;
    const std::string print = scenario::print_scenario(*loaded.scenario);
    const auto again = scenario::load_scenario_text(print, "again.yaml");
    INFO(print);
    INFO(again.diagnostics.to_text());
    REQUIRE(again.scenario);
    REQUIRE(scenario::print_scenario(*again.scenario) == print);
    simulation::Input input = scenario::build_input(*loaded.scenario);
    for (int n = 0; n < 20 && input.submissions->next(); ++n) {
    }
  }
  CHECK(taken > 10);
  CHECK(taken < 590);
}

TEST_CASE("fuzz: no bytes of a trace break the reader") {
  const std::string pods =
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
      "scheduled_time\n"
      "p-0,1000,1024,1,500,,LS,Succeeded,0,100,50\n"
      "\"p-1\",1000,1024,8,1000,G2|T4,LS,Failed,1000,1500,1100\r\n"
      "p-2,1000,1024,0,0,,LS,Pending,2000,2000,\n";
  const std::string nodes =
      "sn,cpu_milli,memory_mib,gpu,model\nn-0,64000,262144,2,T4\nn-1,96000,393216,8,G2\n";
  RandomStream stream(20260105, 0, "trace fuzz");
  int clean = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    Random random = stream.at(i);
    std::istringstream pod_text(mutate(pods, random, 2)), node_text(mutate(nodes, random, 2));
    Diagnostics faults, node_faults;
    const auto read = formats::read_openb_pods(pod_text, "pods.csv", faults);
    const auto read_nodes = formats::read_openb_nodes(node_text, "nodes.csv", node_faults);
    clean += (faults.has_errors() ? 0 : 1) + (node_faults.has_errors() ? 0 : 1);
    for (const formats::OpenbPod& pod : read.rows) {
      REQUIRE(pod.length > Duration{});
      REQUIRE(pod.created >= Duration{});
      REQUIRE(pod.spec < read.specs.size());
      REQUIRE((pod.gpus == 0) == (pod.milli.value == 0));
    }
    for (const formats::OpenbNode& node : read_nodes) REQUIRE(node.gpus <= 64);
  }
  CHECK(clean > 50);
  CHECK(clean < 9000);
}
