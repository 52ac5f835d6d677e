// The program end to end on a small scenario.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/program.hpp"

using namespace berth::tests;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const char* const small = R"(version: 1
name: small
clock: {start: 2026-01-05T00:00:00Z, duration: 6h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: "n-{index}", count: 2, gpus: {model: Tesla-T4, count: 2}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 4}}}]}]}
policy: {name: fifo-skip}
workloads:
  - {name: one, kind: training, project: a, submit: 0s, gpu: 2, duration: 2h}
  - {name: two, kind: training, project: a, submit: 0s, gpu: 2, duration: 3h}
  - {name: late, kind: training, project: a, submit: 1h, gpu: 2, duration: 1h}
)";

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(path)) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("run, get, journal, replay, timeline and explain agree") {
  const Folder folder;
  folder.write("small.yaml", small);
  const Said ran = berth_in(folder, {"run", "small.yaml", "--out", "out", "--timing", "timing.json"});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK(ran.err.empty());  // no progress in a pipe
  CHECK(ran.out.starts_with("small: fifo-skip with best-fit, seed 1\n"));
  CHECK(ran.out.find("written to out\n") != std::string::npos);
  CHECK(names_in(folder.path("out")) ==
        std::vector<std::string>{"journal.berth", "metrics.json", "scenario.yaml", "summary.json",
                                 "telemetry.json", "workload-details.jsonl", "workloads.json"});
  const json summary = json::parse(text_of_file(folder.path("out/summary.json")));
  CHECK(summary["workloads"]["by_phase"]["Completed"] == 3);
  const json timing = json::parse(text_of_file(folder.path("timing.json")));
  CHECK(timing["events"] == summary["events"]);
  CHECK(timing["seconds"].contains("simulate"));
  CHECK(timing["peak_memory_bytes"] > 0);

  const json at_start =
      json::parse(berth_in(folder, {"get", "GET /api/v1/workloads/count?filterBy=phase==Running", "--from",
                                    "out", "--at", "90m"})
                      .out);
  CHECK(at_start["count"] == 2);
  const Said two_words = berth_in(
      folder, {"get", "GET", "/api/v1/workloads/count", "--from", "out", "--at", "2026-01-05T00:30:00Z"});
  CHECK(two_words.out == "{\"count\":2}\n");
  const Said missing = berth_in(folder, {"get", "GET /api/v1/workloads/none", "--from", "out"});
  CHECK(missing.code == 0);
  CHECK(missing.out == "{\"code\":404,\"message\":\"Resource id not found.\"}\n");
  CHECK(missing.err == "berth get: the API answers 404\n");

  const Said journal = berth_in(folder, {"journal", "out", "--workload", "late"});
  CHECK(journal.code == 0);
  CHECK(journal.out.find("workload-submitted  late\n") != std::string::npos);
  CHECK(journal.out.find("  one") == std::string::npos);
  const Said whole = berth_in(folder, {"journal", "out", "--initial"});
  CHECK(whole.out.find("   start  node  ") == 0);
  CHECK(whole.out.find("\n   start  queue  ") != std::string::npos);
  CHECK(whole.out.find("\n       0  ") != std::string::npos);
  const Said replay = berth_in(folder, {"replay", "out", "--at", "90m", "--json"});
  CHECK(json::parse(replay.out)["node_pools"][0]["gpu_allocated_milli"] == 4000);
  CHECK(json::parse(replay.out)["node_pools"][0]["waiting"] == 1);
  const Said timeline = berth_in(folder, {"timeline", "out", "--width", "6"});
  CHECK(timeline.code == 0);
  CHECK(timeline.out.find("  late                | .#   | Completed\n") != std::string::npos);
  const Said explain = berth_in(folder, {"explain", "late", "--from", "out", "--at", "90m"});
  CHECK(explain.out.find("Pending for 30m. Not enough resources in the requested nodepool") !=
        std::string::npos);
  const Said nobody = berth_in(folder, {"explain", "lat", "--from", "out"});
  CHECK(nobody.code == 2);
  CHECK(nobody.err == "berth explain: at that instant there is no workload 'lat'; did you mean 'late'?\n");
}

TEST_CASE("the same scenario gives the same bytes, and journal --diff says where another one differs") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "a", "--quiet"}).code == 0);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "b", "--quiet"}).code == 0);
  for (const auto& name : names_in(folder.path("a")))
    CHECK(text_of_file(folder.path("a/" + name)) == text_of_file(folder.path("b/" + name)));
  const Said same = berth_in(folder, {"journal", "a", "--diff", "b"});
  CHECK(same.code == 0);
  CHECK(same.out.starts_with("no difference in "));
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "b", "--quiet", "--set", "workloads.late.gpu=1"})
              .code == 0);
  const Said other = berth_in(folder, {"journal", "a", "--diff", "b"});
  CHECK(other.code == 1);
  CHECK(other.out.find("\n< ") != std::string::npos);
  CHECK(other.out.find("\n> ") != std::string::npos);
}

TEST_CASE("what was written as scenario.yaml runs to the same folder") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "a", "--quiet"}).code == 0);
  REQUIRE(berth_in(folder, {"run", "a/scenario.yaml", "--out", "b", "--quiet"}).code == 0);
  for (const auto& name : names_in(folder.path("a")))
    CHECK(text_of_file(folder.path("a/" + name)) == text_of_file(folder.path("b/" + name)));
}

TEST_CASE("--emit chooses the files; --json prints the summary for machines") {
  const Folder folder;
  folder.write("small.yaml", small);
  const Said said =
      berth_in(folder, {"run", "small.yaml", "--out", "a", "--emit", "summary,journal", "--json"});
  REQUIRE(said.code == 0);
  CHECK(names_in(folder.path("a")) ==
        std::vector<std::string>{"journal.berth", "scenario.yaml", "summary.json"});
  CHECK(json::parse(said.out) == json::parse(text_of_file(folder.path("a/summary.json"))));
  const Said quiet = berth_in(folder, {"run", "small.yaml", "--quiet"});
  CHECK(quiet.code == 0);
  CHECK((quiet.out + quiet.err).empty());
}

TEST_CASE("a scenario's faults are all told, by place") {
  const Folder folder;
  folder.write("bad.yaml", "version: 1\nclock: {duration: 6x}\nclutser: {}\n");
  const Said said = berth_in(folder, {"validate", "bad.yaml"});
  CHECK(said.code == 2);
  CHECK(said.out.empty());
  CHECK(said.err.find("bad.yaml:2:") != std::string::npos);
  CHECK(said.err.find("bad.yaml:3:1: error:") != std::string::npos);
  CHECK(said.err.ends_with("berth validate: bad.yaml: 3 errors\n"));
  folder.write("small.yaml", small);
  CHECK(berth_in(folder, {"validate", "small.yaml"}).out == "small.yaml: valid\n");
  const Said printed = berth_in(folder, {"validate", "small.yaml", "--print"});
  CHECK(printed.out.find("policy:") != std::string::npos);
}

TEST_CASE("a journal that was cut or altered is refused") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "a", "--quiet", "--emit", "journal"}).code == 0);
  const std::string whole = text_of_file(folder.path("a/journal.berth"));
  const auto refused = [&](const std::string& text) {
    folder.write("a/journal.berth", text);
    const Said said = berth_in(folder, {"journal", "a"});
    CHECK(said.code == 2);
    CHECK(said.err.starts_with("berth journal: "));
    CHECK(said.err.find("journal.berth: ") != std::string::npos);
  };
  refused(whole.substr(0, whole.size() / 2));
  refused("");
  std::string altered = whole;
  altered[altered.size() / 2] = static_cast<char>(altered[altered.size() / 2] ^ 0x10);
  refused(altered);
}

TEST_CASE("Ctrl-C ends a run with 130 and leaves nothing") {
  const Folder folder;
  // Millions of arrivals: far longer than anybody waits.
  folder.write("long.yaml", std::string(small) + R"(generators:
  - {name: g, kind: training, project: a, arrivals: {per_hour: 20000}, gpu: 1, duration: 10s}
)");
  const pid_t child =
      start_berth(folder, {"run", "long.yaml", "--out", "out", "--set", "clock.duration=16d"});
  // The journal in the temporary folder shows that the run is under way.
  const auto under_way = [&] {
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      const std::string name = entry.path().filename().string();
      std::error_code ignored;
      if (name.starts_with(".out.berth-") && fs::file_size(entry.path() / "journal.berth", ignored) > 0)
        return true;
    }
    return false;
  };
  int status = 0;
  while (!under_way() && ::waitpid(child, &status, WNOHANG) == 0) ::usleep(1000);
  ::kill(child, SIGINT);
  const Said said = finish_berth(folder, child);
  CHECK(said.code == 130);
  CHECK(said.err == "berth run: interrupted; nothing was written\n");
  CHECK(names_in(folder.path()) == std::vector<std::string>{".err", ".out", "long.yaml"});
}
