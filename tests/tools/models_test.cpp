// berth models: what it lists is what a scenario may say.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/tools/program.hpp"

using namespace berth::tests;
using nlohmann::json;

namespace {

json listed(const Folder& folder, std::vector<std::string> words) {
  words.insert(words.begin(), "models");
  words.push_back("--json");
  const Said said = berth_in(folder, words);
  INFO(said.err);
  REQUIRE(said.code == 0);
  return json::parse(said.out);
}

std::string scenario_with(const std::string& model, const std::string& rest = "") {
  return "version: 1\ncluster: {node_pools: [{name: p, nodes: [{name: n, gpus: {model: '" + model +
         "', count: 1}}]}]}\nworkloads: [{name: w, gpu: 1, duration: 1h" + rest + "}]\n";
}

}  // namespace

TEST_CASE("all GPU models, by name and label, with memory and MIG profiles") {
  const Folder folder;
  const json all = listed(folder, {});
  CHECK(all.size() == 23);
  const json& h100 =
      *std::find_if(all.begin(), all.end(), [](const json& m) { return m["name"] == "H100-SXM5-80GB"; });
  CHECK(h100["product_label"] == "NVIDIA-H100-80GB-HBM3");
  CHECK(h100["memory_bytes"] == 81559LL * 1024 * 1024);
  const json& profile = h100["mig"]["profiles"][4];
  CHECK(profile["name"] == "3g.40gb");
  CHECK(profile["starts"] == json({0, 4}));
  for (const auto& model : all)
    for (const char* key : {"name", "product_label"}) {
      const std::string name = model[key];
      folder.write("s.yaml", scenario_with(name));
      const Said said = berth_in(folder, {"validate", "s.yaml"});
      INFO(name << ": " << said.err);
      CHECK(said.code == 0);
      CHECK(listed(folder, {name}) == json::array({model}));
    }
  const Said text = berth_in(folder, {"models"});
  CHECK(std::count(text.out.begin(), text.out.end(), '\n') == 1 + 23 + 3);
  CHECK(berth_in(folder, {"models", "H100", "--quiet"}).out ==
        "  name            product label          memory   GPUs a node  NVLink joins  MIG profiles\n"
        "  H100-SXM5-80GB  NVIDIA-H100-80GB-HBM3  81559Mi  8            8             1g.10gb 1g.10gb.me "
        "1g.20gb "
        "2g.20gb 3g.40gb 4g.40gb 7g.80gb\n"
        "  H100-PCIE-80GB  NVIDIA-H100-PCIe       81559Mi  4            1             1g.10gb 1g.10gb.me "
        "1g.20gb "
        "2g.20gb 3g.40gb 4g.40gb 7g.80gb\n"
        "  H100-NVL-94GB   NVIDIA-H100-NVL        95830Mi  8            2             1g.12gb 1g.12gb.me "
        "1g.24gb "
        "2g.24gb 3g.47gb 4g.47gb 7g.94gb\n");
}

TEST_CASE("a family lists its models, one model shows where its instances may start") {
  const Folder folder;
  const Said one = berth_in(folder, {"models", "A30"});
  CHECK(one.out ==
        "A30\n"
        "  product label  NVIDIA-A30\n"
        "  memory         24576Mi\n"
        "  GPUs a node    4 (typical)\n"
        "  NVLink joins   1\n"
        "  MIG  geometry A30: 4 compute slices, 4 memory slices\n"
        "\n"
        "  profile     compute slices  memory slices  memory   at most  may start at memory slice\n"
        "  1g.6gb      1               1              5952Mi   4        0 1 2 3\n"
        "  1g.6gb.me   1               1              5952Mi   1        0 1 2 3\n"
        "  2g.12gb     2               2              11968Mi  2        0 2\n"
        "  2g.12gb.me  2               2              11968Mi  1        0 2\n"
        "  4g.24gb     4               4              24064Mi  1        0\n");
  const json family = listed(folder, {"h100"});
  REQUIRE(family.size() == 3);
  CHECK(family[2]["name"] == "H100-NVL-94GB");
  CHECK(berth_in(folder, {"models", "T4"}).out.ends_with("  MIG  none\n"));
}

TEST_CASE("labels in traces, and what Berth knows of them") {
  const Folder folder;
  const json labels = listed(folder, {"--for", "traces"});
  CHECK(labels.size() == 7);
  CHECK(labels[1] ==
        json({{"format", "openb"}, {"label", "G2"}, {"model", nullptr}, {"memory_bytes", nullptr}}));
  CHECK(
      labels[4] ==
      json({{"format", "openb"}, {"label", "T4"}, {"model", "T4"}, {"memory_bytes", 15360LL * 1024 * 1024}}));
  CHECK(listed(folder, {"--for", "clusters"}) == listed(folder, {}));
}

TEST_CASE("policies, placements, priorities and geometries that are listed can be chosen") {
  const Folder folder;
  const auto valid = [&](const std::string& text, const std::vector<std::string>& sets) {
    folder.write("s.yaml", text);
    std::vector<std::string> words{"validate", "s.yaml"};
    for (const auto& set : sets) words.insert(words.end(), {"--set", set});
    const Said said = berth_in(folder, words);
    INFO(said.err);
    CHECK(said.code == 0);
  };
  const json policies = listed(folder, {"--policies"});
  CHECK(policies.size() == 4);
  for (const auto& policy : policies) {
    valid(scenario_with("T4"), {"policy.name=" + policy["name"].get<std::string>()});
    CHECK(policy["options"][0]["name"] == "order");
  }
  const json placements = listed(folder, {"--placements"});
  CHECK(placements.size() == 9);
  for (const auto& placement : placements)
    valid(scenario_with("T4"),
          {"policy.name=fifo", "policy.placement=" + placement["name"].get<std::string>()});
  for (const auto& priority : listed(folder, {"--priorities"}))
    valid(scenario_with("T4", ", priority: " + priority["name"].get<std::string>()), {});
  for (const auto& geometry : listed(folder, {"--geometries"}))
    valid("version: 1\ncluster: {gpu_models: [{name: X, memory: 80Gi, mig: " +
              geometry["geometry"].get<std::string>() +
              "}], node_pools: [{name: p, nodes: [{name: n, gpus: {model: X, count: 1}}]}]}\n"
              "workloads: [{name: w, gpu: 1, duration: 1h}]\n",
          {});
  for (const char* list : {"--policies", "--placements", "--priorities", "--geometries"})
    CHECK(berth_in(folder, {"models", list}).code == 0);
  CHECK(berth_in(folder, {"models", "--priorities"})
            .out.starts_with("  name                     value  preemptible\n"
                             "  very-low                 25     yes\n"));
}
