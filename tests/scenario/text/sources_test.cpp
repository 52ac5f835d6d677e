// `include` and `--set`.
#include <catch2/catch.hpp>

#include "tests/scenario/texts.hpp"

using namespace berth;
using namespace berth::scenario;
using berth::test::faults_of;
using berth::test::small;

namespace {

Loaded load_set(const std::string& text, std::vector<std::string> sets) {
  LoadOptions options;
  options.sets = std::move(sets);
  return test::load(text, options);
}

std::string set_faults(std::vector<std::string> sets) {
  return load_set(small("workloads: [{name: w.1, project: vision, gpu: 1, duration: 1h}]\n"), std::move(sets))
      .diagnostics.to_text();
}

}  // namespace

TEST_CASE("--set: keys by dots, list entries by name or index") {
  const auto loaded = load_set(
      small("workloads: [{name: w.1, project: vision, gpu: 1, duration: 1h}]\n"),
      {"cluster.node_pools.h100.nodes[0].count=5", "cluster.node_pools[0].nodes.h-{index}.labels.a/b=x y",
       "seed=9", "workloads.w.1.gpu={fraction: 0.5}", "policy.name=fifo",
       "organization.departments.research.projects.vision.priority=7", "name="});
  CHECK(loaded.diagnostics.to_text() ==
        "--set name: error: name: '' is not a name (1 to 253 bytes, no control "
        "characters, no blank at an end)\n");
  const auto good = load_set(
      small("workloads: [{name: w.1, project: vision, gpu: 1, duration: 1h}]\n"),
      {"cluster.node_pools.h100.nodes[0].count=5", "cluster.node_pools[0].nodes.h-{index}.labels.a/b=x y",
       "seed=9", "workloads.w.1.gpu={fraction: 0.5}", "policy.name=fifo",
       "organization.departments.research.projects.vision.priority=7"});
  CHECK(
      good.diagnostics.to_text() ==
      "--set organization.departments.research.projects.vision.priority: warning: policy fifo does not heed "
      "'priority' in a project; kai does\n");
  REQUIRE(good.scenario);
  const NodeGroup& group = good.scenario->cluster.node_pools[0].nodes[0];
  CHECK(group.count == 5);
  CHECK(group.labels == TextPairs{{"a/b", "x y"}});
  CHECK(good.scenario->seed == 9);
  CHECK(good.scenario->workloads[0].ask.gpu.value.portion == GpuMilli(500));
  CHECK(good.scenario->policy.name.value == "fifo");
  CHECK(good.scenario->organization.departments[0].projects[0].priority == 7);
}

TEST_CASE("--set: what cannot be set is explained") {
  CHECK(set_faults({"seed"}) == "--set seed: error: expected path.to.key=value\n");
  CHECK(set_faults({"=1"}) == "--set =1: error: expected path.to.key=value\n");
  CHECK(set_faults({"cluster.node_pools.h10.name=x"}) ==
        "--set cluster.node_pools.h10.name: error: 'cluster.node_pools' has no entry named 'h10'; did you "
        "mean 'h100'?\n");
  CHECK(set_faults({"cluster.node_pools[3].name=x"}) ==
        "--set cluster.node_pools[3].name: error: 'cluster.node_pools' has 1 entries; there is no [3]\n");
  CHECK(set_faults({"version.x=1"}) ==
        "--set version.x: error: 'version' is '1', so there is nothing below it to set\n");
  CHECK(set_faults({"sead=1"}) ==
        "--set sead: error: unknown key 'sead' in the scenario; did you mean 'seed'?\n");
  CHECK(set_faults({"seed=x"}) == "--set seed: error: seed: 'x' is not a whole number\n");
  CHECK(set_faults({"clock..start=x"}) == "--set clock..start: error: expected a key at '.start'\n");
  CHECK(set_faults({"seed=[1"}).find("--set seed:") == 0);
}

TEST_CASE("include: maps merge, named entries merge, the including file stands above") {
  const test::TestFolder folder("include");
  folder.write("parts/cluster.yaml",
               "include: deeper/models.yaml\n"
               "cluster:\n  node_pools:\n    - {name: a, nodes: [{name: n, gpus: 8, cpu: 4}]}\n"
               "    - {name: b, nodes: [{name: m, gpus: 8}]}\n");
  folder.write("parts/deeper/models.yaml", "seed: 5\nname: from-models\n");
  const std::string main = folder.write("main.yaml",
                                        "version: 1\ninclude: [parts/cluster.yaml]\nname: main\n"
                                        "cluster:\n  node_pools:\n    - {name: c, nodes: [{name: l}]}\n    - "
                                        "{name: a, placement: {gpu: spread}}\n");
  const auto loaded = load_scenario(main);
  CHECK(loaded.diagnostics.to_text() == "");
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->name == "main");
  CHECK(loaded.scenario->seed == 5);
  REQUIRE(loaded.scenario->cluster.node_pools.size() == 3);
  CHECK(loaded.scenario->cluster.node_pools[0].name.value == "a");
  CHECK(loaded.scenario->cluster.node_pools[0].placement.gpu == cluster::Packing::spread);
  CHECK(loaded.scenario->cluster.node_pools[0].nodes[0].cpu == CpuMilli(4000));
  CHECK(loaded.scenario->cluster.node_pools[2].name.value == "c");
}

TEST_CASE("include: cycles, escapes and absent files are refused") {
  const test::TestFolder folder("include-faults");
  folder.write("outside.yaml", "seed: 3\n");
  folder.write("in/a.yaml", "include: b.yaml\n");
  folder.write("in/b.yaml", "include: [a.yaml]\n");
  const auto faults = [&](const std::string& include, bool allow) {
    const std::string main = folder.write("in/main.yaml", small("include: " + include + "\n"));
    LoadOptions options;
    options.allow_outside = allow;
    return test::without(load_scenario(main, options).diagnostics.to_text(), folder.path() + "/");
  };
  CHECK(faults("a.yaml", false) ==
        "in/b.yaml:1:11: error: files include each other: a.yaml -> b.yaml -> a.yaml\n");
  CHECK(faults("../outside.yaml", false) ==
        "in/main.yaml:8:10: error: include: '../outside.yaml' is outside the scenario's folder; "
        "--allow-outside permits "
        "that\n");
  CHECK(faults("../outside.yaml", true) == "");
  CHECK(faults("none.yaml", false) == "in/main.yaml:8:10: error: cannot read 'in/none.yaml': no such file\n");
  CHECK(faults("{a: b}", false) ==
        "in/main.yaml:8:10: error: include: expected a path or a list of paths, found a map\n");
  // A link that leads out is an escape too.
  std::filesystem::create_symlink(folder.path() + "/outside.yaml", folder.path() + "/in/link.yaml");
  CHECK(faults("link.yaml", false).find("is outside the scenario's folder") != std::string::npos);
  CHECK(test::without(load_scenario(folder.path() + "/nothing.yaml").diagnostics.to_text(),
                      folder.path() + "/") ==
        "nothing.yaml: error: cannot read 'nothing.yaml': no such file\n");
}

TEST_CASE(
    "--set: another policy's name drops the options that it has not, with a word at the place of each") {
  const std::string text = small(
      "policy: {name: kai, options: {order: per-event, k_value: 2, time_based_fair_share: {window: 7d, "
      "half_life: "
      "1d}}}\n");
  const auto dropped = load_set(text, {"policy.name=try-once"});
  CHECK(dropped.diagnostics.to_text().find("s.yaml:8:49: warning: option 'k_value' is left out: policy "
                                           "try-once, which --set names, has no such "
                                           "option\n"
                                           "s.yaml:8:61: warning: option 'time_based_fair_share' is left "
                                           "out: policy try-once, which --set names, "
                                           "has no such option\n") != std::string::npos);
  REQUIRE(dropped.scenario);
  CHECK(dropped.scenario->policy.options == std::map<std::string, Name>{{"order", Name("per-event")}});
  // The same policy's options are its own, and so is what stands beside a name in the file or is set after it.
  CHECK(load_set(text, {"policy.name=kai"}).diagnostics.to_text() == "");
  CHECK(faults_of(small("policy: {name: fifo, options: {k_value: 2}}\n"))
            .find("s.yaml:8:41: error: unknown option of policy fifo 'k_value'; it is one of policy kai") !=
        std::string::npos);
  CHECK(load_set(text, {"policy.name=fifo", "policy.options.k_value=2"})
            .diagnostics.to_text()
            .find("error: unknown option of policy fifo 'k_value'") != std::string::npos);
  CHECK(set_faults({"include=other.yaml"}) ==
        "--set include: error: files are included before --set is applied; name them in the file\n");
}
