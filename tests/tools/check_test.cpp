// berth check and berth run --shadow, as a user calls them: whole messages, exit codes, the files that they leave.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone afterwards; the program runs in it, so that messages have short names.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "berth-check-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

  struct Answer {
    int code = -1;
    std::string out, err;
  };
  Answer berth(const std::string& arguments) const {
    const std::string command =
        "cd '" + path_.string() + "' && '" BERTH_PROGRAM "' " + arguments + " >.out 2>.err";
    const int status = std::system(command.c_str());
    Answer answer{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(".out"), read(".err")};
    fs::remove(path_ / ".out");
    fs::remove(path_ / ".err");
    return answer;
  }

 private:
  fs::path path_;
};

// One queue, one node of 2 GPUs, two jobs of one GPU: one runs, one waits. `expected` is JSON.
std::string line(const std::string& id, const std::string& expected, const std::string& extra = "") {
  return R"({"id": ")" + id + R"(", "name": ")" + id + R"(", "actions": ["allocate"], )" + extra +
         R"("nodes": [{"name": "n0", "gpus": 2, "allocatable_milli_cpu": 8000, "allocatable_memory_bytes": 1000}], )"
         R"("departments": [{"name": "d", "gpu_quota": 2}], )"
         R"("queues": [{"name": "q", "parent": "d", "gpu_quota": 2}], )"
         R"("jobs": [{"name": "a", "queue": "q", "priority": 50, "gpus_per_task": 1, )"
         R"("tasks": [{"name": "a-0", "status": "running", "node": "n0"}]}, )"
         R"({"name": "b", "queue": "q", "priority": 50, "gpus_per_task": 1, "tasks": [{"name": "b-0"}]}], )"
         R"("expected": )" +
         expected + "}\n";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

const std::string binds = R"({"jobs": {"b": {"status": "binding", "node": "n0"}}})";
const std::string waits = R"({"jobs": {"b": {"status": "pending"}}})";

const std::string yaml_case = R"(# our own
cases:
  - name: one   # of two
    why: room for both
    nodes: [{name: n0, gpus: 2}]
    departments: [{name: d, quota: {gpu: 2}, projects: [{name: p, quota: {gpu: 2}}]}]
    actions: [allocate]
    workloads: [{name: a, project: p, gpu: 1}, {name: b, project: p, gpu: 1}]
    state: {a: n0}
)";

const std::string scenario = R"(version: 1
name: small
clock: {duration: 1d}
cluster: {node_pools: [{name: p, nodes: [{name: "n{index}", count: 2, gpus: 4}]}]}
organization: {departments: [{name: d, quota: {gpu: 8}, projects: [{name: a, quota: {gpu: 4}}, {name: b, quota: {gpu: 4}}]}]}
workloads:
  - {name: one, project: a, gpu: 4, duration: 2h, submit: 0s}
  - {name: two, project: a, gpu: 4, duration: 2h, submit: 10m}
  - {name: three, project: b, gpu: 4, duration: 2h, submit: 1h}
)";

}  // namespace

TEST_CASE("berth check tells what was expected and what came, and exits with 1") {
  const Folder folder;
  folder.write("c.jsonl", line("good", binds) + line("bad", waits));
  const auto answer = folder.berth("check c.jsonl");
  CHECK(answer.code == 1);
  CHECK(answer.err == "");
  CHECK(answer.out ==
        "FAILED bad\n"
        "    cycle 1: task b-0 is binding on n0, expected pending (every task of b)\n"
        "1 passed, 1 failed\n");
  CHECK(folder.berth("check --filter good c.jsonl").code == 0);
  CHECK(folder.berth("check --quiet c.jsonl").out == "1 passed, 1 failed\n");
}

TEST_CASE("the output of berth check is the same for any number of threads") {
  const Folder folder;
  std::string cases;
  for (int i = 0; i < 60; ++i) cases += line("case-" + std::to_string(i), i % 3 == 0 ? waits : binds);
  folder.write("c.jsonl", cases);
  const auto one = folder.berth("check c.jsonl");
  CHECK(one.code == 1);
  CHECK(one.out.find("40 passed, 20 failed\n") != std::string::npos);
  for (const char* jobs : {"2", "7", "100"})
    CHECK(folder.berth(std::string("check c.jsonl --jobs ") + jobs).out == one.out);
  CHECK(folder.berth("check --json --jobs 4 c.jsonl").out == folder.berth("check --json c.jsonl").out);
  const auto wrong = folder.berth("check --jobs none c.jsonl");
  CHECK(wrong.code == 2);
  CHECK(wrong.err ==
        "berth check: --jobs: 'none' is not a whole number from 1 to 1024\nSee 'berth help check'.\n");
}

TEST_CASE("with nothing to check, berth check says so and exits with 2") {
  const Folder folder;
  folder.write("c.jsonl", line("one", binds));
  folder.write("none.jsonl", "");
  folder.write("none.yaml", "cases: []\n");
  folder.write("s.yaml", scenario);
  const std::string no_files = "the files hold no case, and no scenario that expects something";
  const auto refused = [&](const std::string& words, const std::string& why) {
    INFO(words);
    const auto answer = folder.berth("check " + words);
    CHECK(answer.code == 2);
    CHECK(answer.out == "");
    CHECK(answer.err == "berth check: there is nothing to check: " + why + "\n");
  };
  refused("none.jsonl none.yaml", no_files);
  const std::string no_match = "no id or name contains 'two' (--filter)";
  for (const char* mode : {"", "--approve ", "--shrink ", "--compare kai fifo ", "--json ", "--junit j.xml "})
    refused(mode + std::string("c.jsonl --filter two"), no_match);
  CHECK(folder.files() == 4);  // no j.xml
  const auto expects_nothing = folder.berth("check s.yaml");
  CHECK(expects_nothing.code == 2);
  CHECK(expects_nothing.err ==
        "s.yaml: warning: the scenario expects nothing (it has no key 'expect')\n"
        "berth check: there is nothing to check: " +
            no_files + "\n");
  CHECK(folder.berth("check .").err == "berth check: cannot read '.': it is a folder\n");
  // A case beside it is something.
  CHECK(folder.berth("check s.yaml c.jsonl").code == 0);
}

TEST_CASE("options that mean nothing to a mode of berth check are refused") {
  const Folder folder;
  folder.write("c.jsonl", line("one", binds));
  const auto refused = [&](const std::string& words, const std::string& why) {
    INFO(words);
    const auto answer = folder.berth("check " + words);
    CHECK(answer.code == 2);
    CHECK(answer.err == "berth check: " + why + "\nSee 'berth help check'.\n");
  };
  refused("--compare kai fifo c.jsonl --policy kai", "'--compare' and '--policy' exclude one another");
  refused("--compare kai fifo c.jsonl --junit j.xml", "'--compare' and '--junit' exclude one another");
  refused("--approve c.jsonl --json", "'--approve' and '--json' exclude one another");
  refused("--shrink c.jsonl --approve", "'--approve' and '--shrink' exclude one another");
  refused("--shrink c.jsonl --junit j.xml", "'--shrink' and '--junit' exclude one another");
  refused("--capture run --at 1h --filter x", "'--capture' and '--filter' exclude one another");
  refused("c.jsonl --at 1h", "'--at' goes with '--capture'");
  refused("c.jsonl --set policy.name=fifo",
          "'--set' and '--allow-outside' are about scenarios, and none of the files is one");
  refused(
      "--policy easy c.jsonl",
      "--policy: policy 'easy' is not supported by this version; expected fifo, fifo-skip, kai or try-once");
  refused("--compare kai zzz c.jsonl",
          "--compare: unknown policy 'zzz'; expected fifo, fifo-skip, kai or try-once");
}

TEST_CASE("a malformed case is told with its id and line, the others run, and the exit code is 2") {
  const Folder folder;
  const auto fault = [&](const std::string& what, const std::string& with) {
    folder.write("c.jsonl", line("good", binds) + replaced(line("odd", binds), what, with));
    const auto answer = folder.berth("check c.jsonl");
    CHECK(answer.code == 2);
    CHECK(answer.out == "1 passed, 0 failed\n");
    return answer.err;
  };
  CHECK(fault(R"("queue": "q")", R"("queue": "qq")") ==
        "c.jsonl:2: error: case 'odd': job 'a': unknown queue 'qq'; did you mean 'q'?\n");
  CHECK(fault(R"("node": "n0"}]})", R"("node": "n1"}]})") ==
        "c.jsonl:2: error: case 'odd': task 'a-0': unknown node 'n1'; did you mean 'n0'?\n");
  CHECK(fault(R"("running")", R"("runing")") ==
        "c.jsonl:2: error: case 'odd': task 'a-0': unknown status 'runing'; did you mean 'running'?\n");
  CHECK(fault(R"("name": "b-0")", R"("name": "a-0")") ==
        "c.jsonl:2: error: case 'odd': two tasks named 'a-0'\n");
  CHECK(fault(R"("gpus": 2)", R"("gpus": 0)") ==
        "c.jsonl:2: error: case 'odd': task 'a-0' lies on node 'n0', which lacks the room for it: GPUs\n");
  CHECK(fault(R"(["allocate"])", R"(["alocate"])").find("c.jsonl:2: error: case 'odd': ") == 0);
  CHECK(fault(R"(["allocate"])", R"(["alocate"])").find("'alocate'") != std::string::npos);
  const std::string plugin =
      fault(R"("nodes")", R"("scheduler_config": {"plugins": [{"name": "proportions"}]}, "nodes")");
  CHECK(plugin.find("c.jsonl:2: error: case 'odd': ") == 0);
  CHECK(plugin.find("proportions") != std::string::npos);
}

TEST_CASE("a case in YAML with a pod on a node that lacks the room is told, and the others run") {
  const Folder folder;
  folder.write("c.yaml", yaml_case + "    expect: {b: {binding: n0}}\n" +
                             "  - {name: two, like: one, nodes: [{name: n0, gpus: 0}]}\n");
  const auto answer = folder.berth("check c.yaml");
  CHECK(answer.code == 2);
  CHECK(answer.out == "1 passed, 0 failed\n");
  CHECK(answer.err ==
        "c.yaml:9:12: error: case 'two': task 'a-0' lies on node 'n0', which lacks the room for it: GPUs\n");
}

TEST_CASE("--approve changes the expectation of a JSON line and nothing else of the file") {
  const Folder folder;
  const std::string good = line("good", binds);
  folder.write("c.jsonl", good + "\n" + line("bad", waits));
  const auto answer = folder.berth("check --approve c.jsonl");
  CHECK(answer.code == 0);
  CHECK(answer.err == "");
  const std::string now =
      R"({"jobs": {"b": {"status": "binding", "node": "n0"}}, "tasks": {}, "nodes": {}, "at_most": {}})";
  CHECK(answer.out == "APPROVED bad\n    - " + waits + "\n    + " + now + "\n1 passed, 1 approved\n");
  CHECK(folder.read("c.jsonl") == good + "\n" + line("bad", now));
  CHECK(folder.berth("check c.jsonl").out == "2 passed, 0 failed\n");
  // Nothing to do: nothing changes.
  CHECK(folder.berth("check --approve c.jsonl").out == "2 passed, 0 approved\n");
  CHECK(folder.files() == 1);
}

TEST_CASE("--approve keeps the YAML around an expectation as it was written") {
  const Folder folder;
  const std::string rest = "\n  # the next one\n  - {name: two, like: one, why: 'a { in quotes'}\n";
  SECTION("in one line") {
    folder.write("c.yaml", yaml_case + "    expect: {a: {running: n0}, b: pending}  # why not" + rest);
    const auto answer = folder.berth("check --approve c.yaml");
    CHECK(answer.code == 0);
    CHECK(answer.err == "");
    CHECK(folder.read("c.yaml") ==
          yaml_case + "    expect: {a: {running: n0}, b: {binding: n0}}  # why not" + rest);
    CHECK(folder.berth("check c.yaml").out == "2 passed, 0 failed\n");
  }
  SECTION("a line each") {
    folder.write("c.yaml", yaml_case + "    expect:\n      b: pending\n      at_most: {binds: 0}\n" + rest);
    CHECK(folder.berth("check --approve c.yaml").code == 0);
    CHECK(folder.read("c.yaml") ==
          yaml_case + "    expect:\n      b: {binding: n0}\n      at_most: {binds: 1}\n" + rest);
  }
  SECTION("a case that is like another gets its own") {
    folder.write("c.yaml",
                 yaml_case + "    expect: {b: {binding: n0}}\n" +
                     "  - name: two\n    like: one\n    nodes: [{name: n0, gpus: 1}]\n  # the end\n");
    const auto answer = folder.berth("check --approve c.yaml");
    CHECK(answer.out ==
          "APPROVED c.yaml#two\n    - as in the case that it is like\n    + expect: {b: pending}\n"
          "1 passed, 1 approved\n");
    CHECK(folder.read("c.yaml") ==
          yaml_case + "    expect: {b: {binding: n0}}\n" +
              "  - name: two\n    like: one\n    nodes: [{name: n0, gpus: 1}]\n    expect: {b: pending}\n"
              "  # the end\n");
  }
}

TEST_CASE("--approve writes all files or none") {
  const Folder folder;
  folder.write("c.jsonl", line("bad", waits));
  folder.write("d.yaml", yaml_case + "    expect: &e {b: pending}\n");
  const auto answer = folder.berth("check --approve c.jsonl d.yaml");
  CHECK(answer.code == 2);
  CHECK(answer.out == "");
  CHECK(
      answer.err ==
      "berth check: d.yaml: case 'd.yaml#one': its 'expect' is an alias, or written in another unusual way; "
      "change it by hand; nothing was written\n");
  CHECK(folder.read("c.jsonl") == line("bad", waits));
  CHECK(folder.files() == 2);
}

TEST_CASE("--compare tells where two policies decide differently") {
  const Folder folder;
  folder.write("c.jsonl", line("one", binds));
  const auto alike = folder.berth("check --compare kai kai:saturation_multiplier=2 c.jsonl");
  CHECK(alike.code == 0);
  CHECK(alike.out == "1 decided alike, 0 differently\n");
  const auto differs = folder.berth("check --compare kai kai:actions=reclaim c.jsonl");
  CHECK(differs.code == 1);
  CHECK(differs.out ==
        "DIFFERS one\n"
        "    cycle 1: task b-0 is binding on n0 under kai, pending under kai:actions=reclaim\n"
        "0 decided alike, 1 differently\n");
  const auto json = folder.berth("check --json --compare kai kai:actions=reclaim c.jsonl");
  CHECK(json.code == 1);
  CHECK(json.out.find("\"second\": \"binding on n0\"") == std::string::npos);
  CHECK(json.out.find("\"first\": \"binding on n0\"") != std::string::npos);
  // Other policies see the case's nodes with devices behind the numbers.
  CHECK(folder.berth("check --compare kai fifo-skip c.jsonl").out == "1 decided alike, 0 differently\n");
  const auto unknown = folder.berth("check --compare kai kay c.jsonl");
  CHECK(unknown.code == 2);
  CHECK(unknown.err ==
        "berth check: --compare: unknown policy 'kay'; did you mean 'kai'?\nSee 'berth help check'.\n");
}

TEST_CASE("another policy keeps the options that it has, and the others are told as left out") {
  const Folder folder;
  std::string with_options = line("one", binds);
  with_options.insert(1, R"("policy":{"name":"kai","options":{"k_value":"2"}},)");
  folder.write("c.jsonl", with_options);
  const auto same = folder.berth("check --policy kai:saturation_multiplier=2 c.jsonl");
  CHECK(same.err == "");
  const auto other = folder.berth("check --policy fifo-skip c.jsonl");
  CHECK(other.code == 0);
  CHECK(other.err ==
        "--policy fifo-skip: warning: left out, as policy fifo-skip has no such option: k_value\n");
  folder.write("s.yaml", scenario);
  const auto shadow = folder.berth("run s.yaml --quiet --shadow fifo --set policy.options.k_value=2");
  CHECK(shadow.err == "--shadow fifo: warning: left out, as policy fifo has no such option: k_value\n");
  CHECK(folder.berth("run s.yaml --quiet --shadow kai --set policy.options.k_value=2").err == "");
  const auto refused = [&](const std::string& policy, const std::string& why) {
    const auto answer = folder.berth("check c.jsonl --policy " + policy);
    CHECK(answer.code == 2);
    CHECK(answer.err == "berth check: --policy: " + why + "\nSee 'berth help check'.\n");
  };
  refused("kai:placement=first-fit",
          "policy kai does not heed 'placement'; fifo, fifo-skip or try-once would");
  refused("fifo:k_value=2", "unknown option of policy fifo 'k_value'; it is one of policy kai");
}

TEST_CASE("--shrink leaves what the failure needs, and the small case fails alike") {
  const Folder folder;
  folder.write("c.jsonl", line("good", binds) + line("bad", waits));
  const auto answer = folder.berth("check --shrink c.jsonl");
  CHECK(answer.code == 1);
  CHECK(answer.err ==
        "SMALLER bad: 1 nodes, 2 queues, 2 jobs, 2 tasks -> 1 nodes, 2 queues, 1 jobs, 1 tasks\n"
        "    cycle 1: task b-0 is binding on n0, expected pending (every task of b)\n"
        "1 passed, 1 failed\n");
  CHECK(folder.berth("check --shrink c.jsonl").out == answer.out);
  folder.write("small.jsonl", answer.out);
  CHECK(folder.berth("check small.jsonl").out ==
        "FAILED bad\n"
        "    cycle 1: task b-0 is binding on n0, expected pending (every task of b)\n"
        "0 passed, 1 failed\n");
}

TEST_CASE("a cycle of a run becomes a case that holds") {
  const Folder folder;
  folder.write("s.yaml", scenario);
  REQUIRE(folder.berth("run s.yaml --out run --quiet --emit journal").code == 0);
  const auto answer = folder.berth("check --capture run --at 30m c.jsonl");
  CHECK(answer.code == 0);
  CHECK(answer.err == "");
  CHECK(answer.out ==
        "case small/p/2026-01-01T01:00:00.000000Z: 2 nodes, 3 jobs, 3 tasks, written to c.jsonl\n");
  CHECK(folder.berth("check c.jsonl").out == "1 passed, 0 failed\n");
  // The case says what the run did: `three` takes back what its project is entitled to.
  CHECK(folder.read("c.jsonl").find(R"("three":{"status":"pipelined")") != std::string::npos);
  CHECK(folder.berth("check --capture run --at 30m").out == folder.read("c.jsonl"));
  const auto late = folder.berth("check --capture run --at 23h");
  CHECK(late.code == 2);
  CHECK(late.err == "berth check: run: no cycle decided anything at or after 2026-01-01T23:00:00.000Z\n");
  CHECK(folder.berth("check --capture run").err ==
        "berth check: '--capture' needs '--at'\nSee 'berth help check'.\n");
}

TEST_CASE("a captured cycle keeps MIG instances and shared devices") {
  const Folder folder;
  folder.write("s.yaml", R"(version: 1
name: cut
clock: {duration: 1d}
cluster:
  node_pools:
    - name: p
      nodes:
        - {name: m, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}, mig: {strategy: mixed, layout: [3g.40gb, 3g.40gb]}}
        - {name: s, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 1}}
organization: {departments: [{name: d, quota: {gpu: 8}, projects: [{name: a, quota: {gpu: 8}}]}]}
workloads:
  - {name: m1, project: a, gpu: {mig: 3g.40gb}, duration: 2h, submit: 0s}
  - {name: s1, project: a, gpu: {fraction: 0.5}, duration: 2h, submit: 0s}
  - {name: m2, project: a, gpu: {mig: 3g.40gb}, duration: 2h, submit: 1h}
  - {name: s2, project: a, gpu: {fraction: 0.5}, duration: 2h, submit: 1h}
)");
  for (const char* policy : {"kai", "fifo-skip"}) {
    INFO(policy);
    const std::string name = policy;
    REQUIRE(
        folder.berth("run s.yaml --quiet --emit journal --out " + name + " --set policy.name=" + name).code ==
        0);
    const auto answer = folder.berth("check --capture " + name + " --at 30m " + name + ".jsonl");
    CHECK(answer.err == "");
    CHECK(answer.code == 0);
    CHECK(folder.berth("check " + name + ".jsonl").out == "1 passed, 0 failed\n");
    CHECK(folder.read(name + ".jsonl").find(R"("m2":{"status":"binding","node":"m"})") != std::string::npos);
    CHECK(folder.read(name + ".jsonl").find(R"("s2":{"status":"binding","node":"s"})") != std::string::npos);
  }
}

TEST_CASE("what a scenario expects is held against its run") {
  const Folder folder;
  folder.write("s.yaml", scenario + R"(expect:
  - {workload: one, phase: Running, by: 1m}
  - {workload: one, phase: Completed, by: 1h}
  - {workload: three, phase: Running, at: 1h10m}
  - {workload: two, preemptions: 0}
  - {workload: one, node: n1, at: 30m}
  - {metric: "wait_p90{project=a}", at_most: 30m}
  - {metric: "gpu_allocation{node_pool=p}", at_least: 60%}
  - {metric: preemptions, equals: 1}
  - {metric: "wait_over{10m,kind=training}", at_most: 10%}
  - {metric: throughput, at_least: 3/d}
)");
  const auto answer = folder.berth("check s.yaml");
  CHECK(answer.code == 1);
  CHECK(answer.err == "");
  CHECK(answer.out ==
        "FAILED s.yaml:12: workload one is Completed by 1h\n"
        "    it was Running then, and was so first after 2h\n"
        "FAILED s.yaml:14: workload two is preempted 0 times at the end\n"
        "    it is Completed, preempted once, at the end of the run\n"
        "FAILED s.yaml:15: workload one is on n1 at 30m\n"
        "    it was Running on n0 then\n"
        "FAILED s.yaml:17: gpu_allocation{node_pool=p} at least 60%\n"
        "    it is 14.2361%\n"
        "6 passed, 4 failed\n");
  CHECK(folder.berth("check s.yaml --filter throughput").code == 0);
  CHECK(folder.berth("check s.yaml --filter 'one is Running'").out == "1 passed, 0 failed\n");
}

TEST_CASE("an expectation that means nothing is told at its place") {
  const Folder folder;
  folder.write("s.yaml", scenario + R"(expect:
  - {metric: wait_p95, at_most: 30m}
  - {metric: "wait_p90{team=a}", at_most: 30m}
  - {metric: "wait_p90{project=c}", at_most: 30m}
  - {metric: wait_p90, at_most: 60%}
  - {metric: "gpu_allocation{project=a}", at_least: 60%}
  - {metric: cost, at_most: 10}
)");
  const auto answer = folder.berth("check s.yaml");
  CHECK(answer.code == 2);
  CHECK(answer.out == "0 passed, 0 failed\n");
  CHECK(answer.err ==
        "s.yaml:11:14: error: unknown metric 'wait_p95'; did you mean 'wait_p90'?\n"
        "s.yaml:12:14: error: unknown condition 'team'; expected project, department, node_pool, kind or "
        "priority\n"
        "s.yaml:13:14: error: unknown project 'c'; expected a or b\n"
        "s.yaml:14:5: error: at_most: '60%' is not what 'wait_p90' is compared with (expected a duration "
        "such as "
        "30m)\n"
        "s.yaml:15:14: error: 'gpu_allocation' can be narrowed to a node_pool only\n"
        "s.yaml:16:14: error: the metric 'cost' is not supported by this version\n"
        "berth check: s.yaml: 6 errors\n");
}

TEST_CASE("--shadow lists where a second policy parts from the first, and changes nothing") {
  const Folder folder;
  folder.write("s.yaml", scenario);
  const auto plain = folder.berth("run s.yaml");
  const auto same = folder.berth("run s.yaml --shadow kai");
  REQUIRE(same.out.substr(0, plain.out.size()) == plain.out);
  const std::string told = same.out.substr(plain.out.size());
  CHECK(told.find("\n  shadow kai: differs in 0 of ") == 0);
  const auto other = folder.berth("run s.yaml --shadow fifo-skip");
  CHECK(other.code == 0);
  REQUIRE(other.out.substr(0, plain.out.size()) == plain.out);
  CHECK(other.out.find("    2026-01-01T01:00:00.000Z (+1h) pool p\n      only kai: evict two 0\n") !=
        std::string::npos);
  CHECK(folder.berth("run s.yaml --shadow fifoskip").err ==
        "berth run: --shadow: unknown policy 'fifoskip'; did you mean 'fifo-skip'?\nSee 'berth help run'.\n");
}
