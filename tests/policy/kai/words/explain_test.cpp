// What `kai` says about a workload that waits: its queues with their numbers, the victims that were considered, who said no.
#include <catch2/catch.hpp>

#include "sim/cases/policy_case.hpp"
#include "sim/policy/kai/words/conclusion.hpp"

using namespace berth;

namespace {

// Two queues of one department share a node of 2 GPUs; `holder` has both, and lets go of what is above its fair share.
constexpr const char* two_queues = R"({"id": "two queues", "actions": ["allocate", "reclaim"],
 "nodes": [{"name": "n0", "gpus": 2, "gpu_memory_mib": 100, "allocatable_milli_cpu": 64000,
            "allocatable_memory_bytes": 64000000000}],
 "departments": [{"name": "d"}],
 "queues": [{"name": "holder", "parent": "d", "gpu_quota": HOLDER, "gpu_over_quota_weight": 0},
            {"name": "asker", "parent": "d", "gpu_quota": 1, "gpu_over_quota_weight": 1}],
 "jobs": [{"name": "old", "queue": "holder", "priority": 50, "gpus_per_task": 2, "milli_cpu_per_task": 1000,
           "memory_bytes_per_task": 1000000000, "tasks": [{"name": "old-0", "status": "running", "node": "n0"}]},
          {"name": "new", "queue": "asker", "priority": 50, "gpus_per_task": 1, "milli_cpu_per_task": 1000,
           "memory_bytes_per_task": 1000000000, "tasks": [{"name": "new-0", "status": "pending"}]}],
 "expected": {}})";

policy::Explanation explained_case(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  Diagnostics faults;
  const auto cases = scenario::read_policy_cases(text, "cases", faults);
  REQUIRE(faults.to_text() == "");
  REQUIRE(cases.size() == 1);
  const scenario::PolicyCase& c = cases.front();
  std::vector<WorkloadId> members;
  workload::WaitingList waiting;
  for (std::size_t i = 0; i < c.workloads.all.size(); ++i) {
    const WorkloadId id = id_of<WorkloadId>(i);
    members.push_back(id);
    if (c.workloads.pods[c.workloads.all[id].pods.front()].status == workload::PodStatus::pending)
      waiting.insert(id);
  }
  policy::Snapshot snapshot;
  snapshot.now = c.now;
  snapshot.cluster = &c.cluster;
  snapshot.organization = &c.organization;
  snapshot.workloads = &c.workloads;
  snapshot.members = &members;
  snapshot.waiting = &waiting;
  snapshot.group_names = &c.group_names;
  snapshot.pod_names = &c.pod_names;
  policy::WorkingCluster working;
  policy::Transaction transaction(snapshot, working);
  policy::Explanation explanation;
  policy::make_policy(c.policy)->cycle(snapshot, transaction, explanation);
  return explanation;
}

policy::Explanation explained(const std::string& holder_quota) {
  std::string text = two_queues;
  text.replace(text.find("HOLDER"), 6, holder_quota);
  return explained_case(text);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("kai: an explanation has the queue's numbers at every level, and the rule that said no") {
  const policy::Explanation e = explained("2");
  REQUIRE(e.workloads.size() == 2);
  CHECK(e.workloads[0].lines.empty());
  CHECK(e.workloads[0].conclusion.empty());
  CHECK(e.workloads[1].conclusion ==
        "no room for its pod, and queue holder, which could make room, is not above its fair share");
  CHECK(joined(e.workloads[1].lines) ==
        "asks now for 1 pod: 1 GPU, 1 CPU core, 1 GB of memory; preemptible, priority 50\n"
        "queue asker, GPUs: quota 1, limit unlimited, fair share 1, in use 0, asked for in all 1\n"
        "queue d, GPUs: quota unlimited, limit unlimited, fair share 2, in use 2, asked for in all 3\n"
        "pod 0: no nodes with enough resources were found: 1 node(s) didn't have enough resources: GPUs.\n"
        "reclaim considered 1 set of victims (against the rules of reclaim: 1)\n"
        "reclaim refused to move old: queue holder is not above its fair share, and asker would not stay "
        "within its "
        "quota\n");
}

TEST_CASE("kai: an explanation says for whom a pod was reclaimed") {
  const policy::Explanation e = explained("1");
  REQUIRE(e.workloads.size() == 2);
  CHECK(joined(e.workloads[0].lines) == "pod 0 was reclaimed for new of queue asker\n");
  CHECK(e.workloads[1].lines.empty());
  CHECK(e.workloads[1].conclusion ==
        "its pod waits for room to be freed on n0, which the next cycle takes from old");
  REQUIRE(e.nodes.size() == 1);
  CHECK(e.nodes[0].idle_gpus == 0);
  CHECK(e.nodes[0].releasing_gpus == 1);
}

TEST_CASE("kai: a constraint that names no level of its topology is told to who waits for it") {
  const policy::Explanation e = explained_case(R"({"id": "no such level", "actions": ["allocate"],
 "topologies": [{"name": "tree", "levels": ["zone", "rack"]}],
 "nodes": [{"name": "n0", "gpus": 2, "allocatable_milli_cpu": 64000, "allocatable_memory_bytes": 64000000000,
            "labels": {"zone": "z", "rack": "r"}}],
 "departments": [{"name": "d"}], "queues": [{"name": "q", "parent": "d"}],
 "jobs": [{"name": "j", "queue": "q", "priority": 50, "gpus_per_task": 1,
           "gang": {"min_member": 1, "topology": {"topology": "tree", "required_level": "row"}},
           "tasks": [{"name": "j-0", "status": "pending"}]}], "expected": {}})");
  REQUIRE(e.workloads.size() == 1);
  CHECK(e.workloads[0].message.find(
            "specified 'row' as the required topology constraint level, but the topology tree 'tree' "
            "does not contain a level with this name") != std::string::npos);
}

TEST_CASE("kai: CPU and memory over quota are told in cores and GB") {
  const policy::Explanation e = explained_case(R"({"id": "over quota", "actions": ["allocate"],
 "nodes": [{"name": "n0", "gpus": 2, "allocatable_milli_cpu": 64000, "allocatable_memory_bytes": 64000000000}],
 "departments": [{"name": "d"}],
 "queues": [{"name": "few-cores", "parent": "d", "cpu_quota": 4000, "memory_quota": -1},
            {"name": "few-bytes", "parent": "d", "cpu_quota": -1, "memory_quota": 2000000000}],
 "jobs": [{"name": "a", "queue": "few-cores", "priority": 100, "milli_cpu_per_task": 8500,
           "memory_bytes_per_task": 1000000000, "tasks": [{"name": "a-0", "status": "pending"}]},
          {"name": "b", "queue": "few-bytes", "priority": 100, "milli_cpu_per_task": 1000,
           "memory_bytes_per_task": 3500000000, "tasks": [{"name": "b-0", "status": "pending"}]}],
 "expected": {}})");
  REQUIRE(e.workloads.size() == 2);
  CHECK(e.workloads[0].message.find(
            "Workload requested 8.5 CPU cores, but few-cores quota is 4 cores, while 0 cores are") !=
        std::string::npos);
  CHECK(e.workloads[1].message.find(
            "Workload requested 3.5 GB memory, but few-bytes quota is 2 GB, while 0 GB are") !=
        std::string::npos);
}

TEST_CASE("kai: a sum above its bound is told with as many digits as show it") {
  using organization::Resource;
  using policy::kai::sum_above_bound;
  CHECK(sum_above_bound(Resource::gpu, 1, "in use", 16, "fair share", 16) ==
        "1 GPU in use + 16 asked for > fair share 16");
  CHECK(sum_above_bound(Resource::gpu, 1.0004, "in use", 1, "limit", 2) ==
        "1.0004 GPUs in use + 1 asked for > limit 2");
  CHECK(sum_above_bound(Resource::cpu, 1500, "in use", 600, "quota", 2000) ==
        "1.5 CPU cores in use + 0.6 asked for > quota 2");
  CHECK(sum_above_bound(Resource::memory, 4'000'000'001, "in use", 4e9, "limit", 8e9) ==
        "4.000000001 GB of memory in use + 4 asked for > limit 8");
}
