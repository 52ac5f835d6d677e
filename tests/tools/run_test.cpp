// The program end to end on a small scenario.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/tools/program.hpp"

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
  CHECK(missing.code == 1);
  CHECK(missing.out == "{\"code\":404,\"message\":\"Resource id not found.\"}\n");
  CHECK(missing.err == "berth get: the API answers 404\n");
  // An error is no progress and no summary: --quiet does not hide it.
  const Said malformed =
      berth_in(folder, {"get", "GET /api/v1/workloads?limit=none", "--from", "out", "--quiet"});
  CHECK(malformed.code == 1);
  CHECK(malformed.err == "berth get: the API answers 400\n");
  CHECK(berth_in(folder, {"get", "PUT /api/v1/workloads", "--from", "out"}).code == 1);

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
  CHECK(berth_in(folder, {"explain", "late", "--from", "out", "--at", "1m"}).err ==
        "berth explain: workload 'late' is submitted later, at 2026-01-05T01:00:00.000Z\n");
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

TEST_CASE("what lies outside the run is refused, by every command that asks for it") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "out", "--quiet", "--emit", "journal"}).code == 0);
  const std::string from_to =
      " is outside the run, which goes from 2026-01-05T00:00:00.000Z to 2026-01-05T06:00:00.000Z (6h after "
      "its start)\n";
  const auto refused = [&](std::vector<std::string> words, const std::string& why) {
    const Said said = berth_in(folder, words);
    INFO(words[0] << ": " << why);
    CHECK(said.code == 2);
    CHECK(said.out.empty());
    CHECK(said.err == "berth " + words[0] + ": " + why);
  };
  for (const std::string at : {"7h", "6h1us", "2026-01-04T23:59:59Z", "2027-01-01T00:00:00Z"}) {
    refused({"get", "GET /api/v1/workloads", "--from", "out", "--at", at}, "--at " + at + from_to);
    refused({"explain", "late", "--from", "out", "--at", at}, "--at " + at + from_to);
    refused({"replay", "out", "--at", at}, "--at " + at + from_to);
    refused({"check", "--capture", "out", "--at", at}, "--at " + at + from_to);
  }
  // Its first and last instants are of the run.
  CHECK(berth_in(folder, {"get", "GET /api/v1/workloads", "--from", "out", "--at", "0s"}).code == 0);
  CHECK(berth_in(folder, {"get", "GET /api/v1/workloads", "--from", "out", "--at", "6h"}).code == 0);

  const std::string lines = berth_in(folder, {"journal", "out"}).out;
  const auto count = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
  const std::string n = std::to_string(count), last = std::to_string(count - 1);
  refused({"journal", "out", "--from", n},
          "--from " + n + " is outside the run: its transitions are numbered from 0 to " + last + "\n");
  refused({"journal", "out", "--workload", "nobody"}, "there is no workload 'nobody' in this run\n");
  refused({"journal", "out", "--workload", "one", "--from", last},
          "nothing happens to workload 'one' from transition " + last + " on\n");
  const std::string more = std::to_string(count + 1);
  refused({"replay", "out", "--until", more},
          "--until " + more + " is outside the run, which has " + n + " transitions\n");
  CHECK(berth_in(folder, {"replay", "out", "--until", n}).code == 0);
  CHECK(berth_in(folder, {"journal", "out", "--from", last}).out ==
        lines.substr(lines.rfind("\n", lines.size() - 2) + 1));
}

TEST_CASE("a stretch of the journal reads as it does in the whole") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "out", "--quiet", "--emit", "journal"}).code == 0);
  const std::string all = berth_in(folder, {"journal", "out"}).out;
  std::vector<std::string> lines;
  std::istringstream text(all);
  for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
  std::string of_late;
  for (const auto& line : lines)
    if (line.find("  late") != std::string::npos) of_late += line;
  CHECK(berth_in(folder, {"journal", "out", "--from", "3", "--count", "2"}).out == lines[3] + lines[4]);
  CHECK(berth_in(folder, {"journal", "out", "--workload", "late"}).out == of_late);
  std::istringstream machine(berth_in(folder, {"journal", "out", "--json"}).out);
  std::size_t i = 0;
  for (std::string line; std::getline(machine, line); ++i) {
    const json one = json::parse(line);
    CHECK(one["sequence"] == i);
    CHECK(lines[i].ends_with("  " + one["line"].get<std::string>() + "\n"));
  }
  CHECK(i == lines.size());
}

TEST_CASE("--json is heeded by every command that prints a result") {
  const Folder folder;
  folder.write("small.yaml", small);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "a", "--quiet"}).code == 0);
  REQUIRE(berth_in(folder, {"run", "small.yaml", "--out", "b", "--quiet", "--set", "seed=2"}).code == 0);
  const auto answer = [&](std::vector<std::string> words) {
    words.push_back("--json");
    return json::parse(berth_in(folder, words).out);
  };
  CHECK(answer({"validate", "small.yaml"})["valid"] == true);
  CHECK(answer({"explain", "late", "--from", "a"})["lines"].size() > 1);
  CHECK(answer({"replay", "a"})["phases"]["Completed"] == 3);
  CHECK(answer({"timeline", "a"})["node_pools"].size() == 1);
  const json timeline = answer({"timeline", "a", "--workloads", "2", "--width", "6"});
  REQUIRE(timeline["workloads"].size() == 2);
  CHECK(timeline["workloads"][0] == json({{"name", "one"}, {"phases", "## \u0020  "}}));
  CHECK(answer({"journal", "a", "--diff", "a"})["same"] == true);
  const std::string other =
      std::string(small) + "  - {name: more, kind: training, project: a, gpu: 1, duration: 1h}\n";
  folder.write("other.yaml", other);
  REQUIRE(berth_in(folder, {"run", "other.yaml", "--out", "c", "--quiet"}).code == 0);
  const json difference = answer({"journal", "a", "--diff", "c"});
  CHECK(difference["same"] == false);
  CHECK(difference["left"] != difference["right"]);
}
