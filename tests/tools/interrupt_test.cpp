// Ctrl-C and SIGTERM wherever the program is: 130, in time, and nothing left behind. How fast it is is measured elsewhere; here
// only what takes a minute fails.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/tools/program.hpp"

using namespace berth::tests;
namespace fs = std::filesystem;

namespace {

// A cycle of hours: every pod may go to every node.
const char* const big = R"(version: 1
cluster: {node_pools: [{name: p, nodes: [{name: "n{index}", count: 60000, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}}]}]}
organization: {departments: [{name: d, quota: {gpu: unlimited}, projects: [{name: a, quota: {gpu: unlimited}}]}]}
workloads: [{name: w, kind: training, project: a, pods: 100000, gpu: 1, duration: 1h}]
)";
// Millions of arrivals, none of which costs much.
const char* const busy = R"(version: 1
clock: {duration: 20d}
cluster: {node_pools: [{name: p, nodes: [{name: "n-{index}", count: 2, gpus: {model: Tesla-T4, count: 2}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 4}}}]}]}
policy: {name: fifo-skip}
generators: [{name: g, kind: training, project: a, arrivals: {per_hour: 20000}, gpu: 1, duration: 10s}]
)";
// Many transitions and records.
const char* const many = R"(version: 1
clock: {duration: 1d}
cluster: {node_pools: [{name: p, nodes: [{name: "n-{index}", count: 8, gpus: {model: Tesla-T4, count: 4}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 4}}}]}]}
policy: {name: fifo-skip}
generators: [{name: g, kind: training, project: a, arrivals: {per_hour: 200}, gpu: 1, duration: 5m}]
)";

std::vector<std::string> names_in(const Folder& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

// The folder under its temporary name, as soon as it is there.
std::string temporary(const Folder& folder) {
  for (const auto& name : names_in(folder))
    if (name.starts_with(".out.berth-")) return name;
  return "";
}
bool building(const Folder& folder) {
  return !temporary(folder).empty();
}
// The journal has its header and the image of the start: what comes next are events and cycles.
bool simulating(const Folder& folder) {
  std::error_code ignored;
  const std::string name = temporary(folder);
  const auto size = fs::file_size(fs::path(folder.path(name)) / "journal.berth", ignored);
  return !name.empty() && !ignored && size > 0;
}

// Waits for the program; what has not ended after a minute fails the test.
Said ended(const Folder& folder, pid_t child) {
  const auto began = std::chrono::steady_clock::now();
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() - began > std::chrono::seconds(60)) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      FAIL("a minute after the signal it was still running");
    }
    ::usleep(1000);
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of_file(folder.path(".out")),
          text_of_file(folder.path(".err"))};
}

template <class Begun>
Said interrupted(const Folder& folder, const std::vector<std::string>& words, Begun begun, useconds_t then,
                 const std::vector<int>& signals) {
  const pid_t child = start_berth(folder, words);
  int status = 0;
  while (!begun(folder)) {
    if (::waitpid(child, &status, WNOHANG) != 0) FAIL("it ended before anybody interrupted it");
    ::usleep(1000);
  }
  ::usleep(then);
  for (const int signal : signals) ::kill(child, signal);
  return ended(folder, child);
}

}  // namespace

TEST_CASE("a run is interrupted at any stage, and leaves nothing") {
  const Folder folder;
  folder.write("big.yaml", big);
  folder.write("busy.yaml", busy);
  const auto leaves_nothing = [&](const char* scenario, auto begun, useconds_t then,
                                  const std::vector<int>& signals) {
    const Said said = interrupted(folder, {"run", scenario, "--out", "out"}, begun, then, signals);
    CHECK(said.code == 130);
    CHECK(said.out.empty());
    CHECK(said.err == "berth run: interrupted; nothing was written\n");
    CHECK(names_in(folder) == std::vector<std::string>{".err", ".out", "big.yaml", "busy.yaml"});
  };
  SECTION("between events") {
    leaves_nothing("busy.yaml", simulating, 0, {SIGINT});
  }
  SECTION("while the World is made") {
    leaves_nothing("big.yaml", building, 0, {SIGTERM});
  }
  SECTION("in the midst of a cycle; a second signal does not cut the tidying short") {
    leaves_nothing("big.yaml", simulating, 400'000, {SIGTERM, SIGINT});
  }
}

TEST_CASE("a run that is interrupted leaves the folder that was there") {
  const Folder folder;
  folder.write("busy.yaml", busy);
  REQUIRE(
      berth_in(folder, {"run", "busy.yaml", "--out", "out", "--quiet", "--set", "clock.duration=1h"}).code ==
      0);
  const std::string before = text_of_file(folder.path("out/summary.json"));
  const Said said = interrupted(folder, {"run", "busy.yaml", "--out", "out"}, simulating, 0, {SIGINT});
  CHECK(said.code == 130);
  CHECK(text_of_file(folder.path("out/summary.json")) == before);
  CHECK(names_in(folder) == std::vector<std::string>{".err", ".out", "busy.yaml", "out"});
}

TEST_CASE("a command that only reads is interrupted there and then") {
  const Folder folder;
  folder.write("many.yaml", many);
  REQUIRE(berth_in(folder, {"run", "many.yaml", "--out", "out", "--quiet"}).code == 0);
  // Its standard output is a pipe that is soon full: it stands still until the signal.
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"journal", "out"},
        std::vector<std::string>{"get", "GET /api/v1/workloads?limit=500", "--from", "out"}}) {
    for (const int signal : {SIGINT, SIGTERM}) {
      INFO(words[0]);
      int pipe[2] = {-1, -1};
      REQUIRE(::pipe(pipe) == 0);
      const pid_t child = start_berth(folder, words, pipe[1]);
      ::close(pipe[1]);
      char first = 0;
      REQUIRE(::read(pipe[0], &first, 1) == 1);
      ::kill(child, signal);
      const Said said = ended(folder, child);
      ::close(pipe[0]);
      CHECK(said.code == 130);
      CHECK(said.err == "berth " + words[0] + ": interrupted\n");
    }
  }
}
