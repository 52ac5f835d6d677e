// Policy cases: one snapshot of a cluster, the scheduling cycles to run on it, and what must come of them. The form of
// JSON lines (one case a line) is that in which the reference scheduler's own regression tables were written down.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/diagnostic.hpp"
#include "berth/organization/organization.hpp"
#include "berth/policy/policy.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::scenario {

// What a task, or every task of a job, must have become.
struct ExpectedTask {
  bool operator==(const ExpectedTask&) const = default;
  std::optional<workload::PodStatus> status;
  std::optional<std::string> node;
  std::optional<std::int64_t> accepted_gpu_milli;  // of a job: the sum over its tasks
  std::optional<std::string> message;              // of a job: its whole fit error
  std::vector<std::string> gpu_groups;             // advisory: reported, never failed on
};

struct ExpectedNode {
  bool operator==(const ExpectedNode&) const = default;
  std::optional<std::int64_t> idle_gpus;
  std::optional<std::int64_t> releasing_gpus;
};

// For each cycle.
struct AtMost {
  bool operator==(const AtMost&) const = default;
  std::optional<std::int64_t> binds;
  std::optional<std::int64_t> evictions;
  std::optional<std::int64_t> pipelines;
};

struct Expected {
  bool operator==(const Expected&) const = default;
  std::map<std::string, ExpectedTask> jobs;
  std::map<std::string, ExpectedTask> tasks;
  std::map<std::string, ExpectedNode> nodes;
  AtMost at_most;
};

struct PolicyCase {
  std::string id;
  std::string name;
  Place place;  // where it is written
  policy::PolicySpec policy;
  std::int32_t rounds_until_match = 1;
  std::int32_t rounds_after_match = 0;
  Duration between_rounds{};
  Instant now;
  cluster::Cluster cluster;  // nodes of inventory `counts`; each pool has its pass, in order
  organization::Organization organization;
  workload::Workloads workloads;
  std::vector<std::string> group_names;    // sharing groups, by id
  IdVector<PodId, std::string> pod_names;  // = UIDs
  IdVector<WorkloadId, Duration>
      stale_for;  // how long the gang has been below its minimum; negative: not known
  IdVector<WorkloadId, Duration>
      started_for;      // how long a workload with a placed pod has run; absent: a minute
  policy::Usage usage;  // by queue (time-based fair share); empty: none
  Expected expected;
};

// Reads JSON lines. Malformed cases are left out and reported: each fault with file, line and the case's id; the others
// are returned in order.
std::vector<PolicyCase> read_policy_cases(std::string_view text, const std::string& file,
                                          Diagnostics& faults);

// Reads a file of cases as a person writes them: the scenario's words, `state` and `expect` (scenarios/policy/README.md). An
// id is FILE#NAME. Faults are reported at their places; cases that have any are left out.
std::vector<PolicyCase> read_policy_cases_yaml(const std::string& text, const std::string& file,
                                               Diagnostics& faults);

// The case as one line of JSON that reads back as the same case (FORMAT of the tables, in its longer fields: whole policy,
// `request` of every task, instants as times ago). Without the line's end.
std::string print_policy_case(const PolicyCase& c);

// The expectations in the form of that line's `expected`.
std::string print_expected_json(const Expected& expected);

// How often a cycle did what.
struct CycleCounts {
  std::int64_t binds = 0, evictions = 0, pipelines = 0;
};

struct CaseResult {
  std::string id;
  bool passed = true;
  std::vector<std::string> differences;  // a sentence each: what was expected, what came, after which cycle
  std::vector<std::string> remarks;      // advisory expectations that did not hold
};

// Runs the case's cycles under `policy` (made by make_policy(case.policy), or another one).
CaseResult run_policy_case(const PolicyCase& c, policy::Policy& policy);

// Where a task stands. Two are the same when a person could not tell them apart: sharing groups that a cycle opened go by
// the first task on them.
struct TaskState {
  workload::PodStatus status = workload::PodStatus::pending;
  std::string node;                  // empty: none
  std::vector<std::string> devices;  // sharing groups
  bool operator==(const TaskState&) const = default;
  std::string text() const;  // "running on n0", "pending"
};

// All tasks at the end of each cycle of the case, expectations or no.
std::vector<IdVector<PodId, TaskState>> trace_policy_case(const PolicyCase& c, policy::Policy& policy);

// What the case would have to expect to pass: the fields that it asks for, as they come out. A job whose tasks end up apart
// is told task by task. A case that expects nothing gets every job's status and node.
struct CaseOutcome {
  Expected expected;
  // The first further cycle after which that was no longer so: then no expectation holds.
  std::optional<std::int32_t> unsettled_in;
};
CaseOutcome outcome_of_policy_case(const PolicyCase& c, policy::Policy& policy);

}  // namespace berth::scenario
