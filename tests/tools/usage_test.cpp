// What the program says to somebody who uses it wrong, word for word, and its exit codes.
#include <catch2/catch.hpp>

#include "tests/tools/program.hpp"

using namespace berth::tests;

namespace {

struct Wrong {
  std::vector<std::string> words;
  std::string message;
};

}  // namespace

TEST_CASE("usage errors name the word, the nearest right one and the help, and exit with 2") {
  const Folder folder;
  folder.write("a.yaml", "version: 1\n");
  folder.write("thesis.txt", "years of work");
  const std::vector<Wrong> all{
      {{"rnu"}, "berth: unknown command 'rnu'; did you mean 'run'?\nSee 'berth help'.\n"},
      {{"frobnicate"}, "berth: unknown command 'frobnicate'\nSee 'berth help'.\n"},
      {{"help", "replai"}, "berth: unknown command 'replai'; did you mean 'replay'?\nSee 'berth help'.\n"},
      {{"run"},
       "berth run: missing argument; usage: berth run SCENARIO [--out DIR]\nSee 'berth help run'.\n"},
      {{"help", "run", "get"}, "berth: unexpected argument 'get'\nSee 'berth help'.\n"},
      {{"run", "a.yaml", "b.yaml"}, "berth run: unexpected argument 'b.yaml'\nSee 'berth help run'.\n"},
      {{"run", "--ouy", "x", "a.yaml"},
       "berth run: unknown option '--ouy'; did you mean '--out'?\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--out"}, "berth run: option '--out' needs a value\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--quiet=yes"},
       "berth run: option '--quiet' takes no value\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--out", "x", "--out", "y"},
       "berth run: option '--out' is given more than once\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--emit", "sumary"},
       "berth run: --emit: unknown item 'sumary'; did you mean 'summary'?\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--emit", "report"},
       "berth run: --emit: 'report' is not supported by this version\nSee 'berth help run'.\n"},
      {{"run", "a.yaml", "--emit", "summary"},
       "berth run: --emit says which files --out writes; give --out DIR as well\nSee 'berth help run'.\n"},
      {{"get", "GET /api/v1/workloads"},
       "berth get: option '--from' is missing: which run?\nSee 'berth help get'.\n"},
      {{"get", "/api/v1/workloads", "--from", "x"},
       "berth get: '/api/v1/workloads' is not a request; expected something like 'GET "
       "/api/v1/workloads?limit=5'\n"
       "See 'berth help get'.\n"},
      {{"get", "GET /api/v1/workloads", "--from", "nowhere"}, "berth get: 'nowhere' does not exist\n"},
      {{"get", "GET /api/v1/workloads", "--from", "."},
       "berth get: '.' holds no journal.berth: it is not a run's folder, or --emit left the journal out\n"},
      {{"journal", "nowhere"}, "berth journal: 'nowhere' does not exist\n"},
      {{"help", "serve"},
       "berth: the command 'serve' is not in this version; it has run, validate, get, explain, timeline, "
       "journal, replay, check and models\nSee 'berth help'.\n"},
      {{"sweep", "a.yaml", "--vary", "seed=1,2"},
       "berth: the command 'sweep' is not in this version; it has run, validate, get, explain, timeline, "
       "journal, replay, check and models\nSee 'berth help'.\n"},
      {{"run", "--resume", "x"},
       "berth run: the option '--resume' is not in this version\nSee 'berth help run'.\n"},
      {{"timeline", "x", "--trace", "t.json"},
       "berth timeline: the option '--trace' is not in this version\nSee 'berth help timeline'.\n"},
      {{"replay", "x", "--until", "many"},
       "berth replay: --until: 'many' is not a whole number of at least 0\nSee 'berth help replay'.\n"},
      {{"replay", "x", "--until", "-1"},
       "berth replay: --until: '-1' is not a whole number of at least 0\nSee 'berth help replay'.\n"},
      {{"journal", "a.yaml", "--diff", "b", "--from", "1"},
       "berth journal: '--diff' and '--from' exclude one another\nSee 'berth help journal'.\n"},
      {{"timeline", "x", "--width", "-5"},
       "berth timeline: --width: '-5' is not a whole number from 1 to 1000\nSee 'berth help timeline'.\n"},
      {{"validate", "a.yaml", "--print", "--json"},
       "berth validate: '--json' and '--print' exclude one another\nSee 'berth help validate'.\n"},
      {{"models", "--mixes"},
       "berth models: the option '--mixes' is not in this version\nSee 'berth help models'.\n"},
      {{"models", "--for", "trace"},
       "berth models: --for: unknown use 'trace'; expected clusters or traces\nSee 'berth help models'.\n"},
      {{"models", "--policies", "--placements"},
       "berth models: '--policies' and '--placements' exclude one another\nSee 'berth help models'.\n"},
      {{"models", "T4", "--policies"},
       "berth models: NAME is of a GPU model: it goes neither with another list nor with '--for traces'\nSee "
       "'berth help models'.\n"},
      {{"models", "Voodoo-2"},
       "berth models: no GPU model has the name or label 'Voodoo-2', and none is of its family; `berth "
       "models` "
       "lists all\n"},
      {{"replay", "x", "--until", "1", "--at", "2d"},
       "berth replay: '--until' and '--at' exclude one another\nSee 'berth help replay'.\n"},
      {{"run", "nowhere.yaml"},
       "nowhere.yaml: error: cannot read 'nowhere.yaml': no such file\nberth run: nowhere.yaml: 1 error\n"},
  };
  for (const auto& [words, message] : all) {
    const Said said = berth_in(folder, words);
    INFO(words.front() << (words.size() > 1 ? " " + words[1] : ""));
    CHECK(said.code == 2);
    CHECK(said.err == message);
    CHECK(said.out.empty());
  }
}

TEST_CASE("help goes to standard output; nothing at all is a usage error") {
  const Folder folder;
  const Said help = berth_in(folder, {"help"});
  CHECK(help.code == 0);
  CHECK(help.out.find("Usage: berth COMMAND [options] ARGUMENTS\n") != std::string::npos);
  for (const char* command :
       {"run", "validate", "get", "explain", "timeline", "journal", "replay", "check", "models"}) {
    CHECK(help.out.find("\n  " + std::string(command) + " ") != std::string::npos);
    const Said own = berth_in(folder, {"help", command});
    CHECK(own.code == 0);
    CHECK(own.out.starts_with("Usage: berth " + std::string(command) + " "));
    CHECK(berth_in(folder, {command, "--help"}).out == own.out);
  }
  CHECK(berth_in(folder, {"help", "--help"}).out == help.out);
  const Said version = berth_in(folder, {"--version"});
  CHECK(version.code == 0);
  CHECK(version.out == "berth " BERTH_VERSION "\n");
  const Said nothing = berth_in(folder, {});
  CHECK(nothing.code == 2);
  CHECK(nothing.out.empty());
  CHECK(nothing.err == help.out);
}

TEST_CASE("a path that cannot be written says so in words") {
  const Folder folder;
  folder.write("a.yaml",
               "version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 1}]}]}\n"
               "workloads: [{name: w, gpu: 1, duration: 1h}]\n");
  folder.write("file", "");
  const std::vector<std::pair<std::string, std::string>> all{
      {"/proc/out", "cannot write '/proc/out': no such file or folder"},
      {"file/out", ", in which 'file/out' would stand, is not a folder"},
      {"file", "'file' exists and is not a folder"},
      {std::string(300, 'x'), "the name is too long"},
  };
  for (const auto& [path, words] : all) {
    const Said said = berth_in(folder, {"run", "a.yaml", "--quiet", "--out", path});
    INFO(path << ": " << said.err);
    CHECK(said.code == 2);
    CHECK(said.err.find("berth run: ") == 0);
    CHECK(said.err.find(words) != std::string::npos);
    CHECK(said.err.find("filesystem error") == std::string::npos);
  }
}

TEST_CASE("a file that could not be written is told before the work, not after it") {
  const Folder folder;
  folder.write("a.yaml",
               "version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 1}]}]}\n"
               "workloads: [{name: w, gpu: 1, duration: 1h}]\nexpect: [{workload: w, phase: Completed}]\n");
  folder.write("file", "");
  std::filesystem::create_directory(folder.path("folder"));
  const std::vector<std::pair<std::string, std::string>> all{
      {"none/t.json", "cannot write 'none/t.json': no such file or folder\n"},
      {"file/t.json", "cannot write 'file/t.json': a part of the path is a file, not a folder\n"},
      {"folder", "cannot write 'folder': it is a folder\n"}};
  for (const auto& [path, words] : all) {
    const Said run = berth_in(folder, {"run", "a.yaml", "--out", "out", "--timing", path});
    CHECK(run.code == 2);
    CHECK(run.out == "");
    CHECK(run.err == "berth run: " + words);
    CHECK(!std::filesystem::exists(folder.path("out")));
    const Said check = berth_in(folder, {"check", "a.yaml", "--junit", path});
    CHECK(check.code == 2);
    CHECK(check.out == "");
    CHECK(check.err == "berth check: " + words);
  }
  CHECK(berth_in(folder, {"run", "a.yaml", "--quiet", "--timing", "t.json"}).code == 0);
  CHECK(text_of_file(folder.path("t.json")).find("\"simulate\"") != std::string::npos);
  CHECK(berth_in(folder, {"check", "none.jsonl"}).err ==
        "berth check: cannot read 'none.jsonl': no such file or folder\n");
}

TEST_CASE(
    "a policy's name by --set runs, with a word about the options that are left out and the keys not "
    "heeded") {
  const Folder folder;
  folder.write("a.yaml",
               "version: 1\ncluster: {node_pools: [{name: a, nodes: [{name: n, gpus: 1}]}]}\n"
               "policy: {name: kai, options: {time_based_fair_share: {window: 7d}}}\n"
               "organization: {departments: [{name: d, projects: [{name: p, priority: 7}]}]}\n"
               "workloads: [{name: w, project: p, gpu: 1, duration: 1h}]\n");
  const Said said = berth_in(folder, {"validate", "a.yaml", "--set", "policy.name=fifo"});
  CHECK(said.code == 0);
  CHECK(said.err ==
        "a.yaml:3:31: warning: option 'time_based_fair_share' is left out: policy fifo, which --set names, "
        "has no such "
        "option\n"
        "a.yaml:4:61: warning: policy fifo does not heed 'priority' in a project; kai does\n");
  const Said print = berth_in(folder, {"validate", "--print", "a.yaml", "--set", "policy.placement=fgd"});
  CHECK(print.code == 0);
  CHECK(print.err.find(
            "--set policy.placement: warning: policy kai does not heed 'placement' in policy; fifo") !=
        std::string::npos);
  CHECK(print.out.find("placement: fgd") == std::string::npos);
  CHECK(print.out.find("policy:\n  name: kai\n  cycle: 1s\n") != std::string::npos);
}
