// What a run needs, all of it as values: built by the scenario floor, by a test, or by the server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/engine/event_key.hpp"
#include "berth/organization/organization.hpp"
#include "berth/policy/policy.hpp"
#include "berth/workload/spec.hpp"

namespace berth::simulation {

// One arrival. `spec.templates[i].shape` indexes `shapes` here; the World interns them.
struct Submission {
  workload::WorkloadSpec spec;
  std::vector<workload::PodShape> shapes;
};

// Arrivals in order of (submit, position in the input); pulled one ahead of the clock, so that a generator or
// a long trace never lies in memory as a whole.
class SubmissionSource {
 public:
  virtual ~SubmissionSource() = default;
  virtual std::optional<Submission> next() = 0;
  // How many remain, when known (progress).
  virtual std::optional<std::uint64_t> remaining() const { return std::nullopt; }
};

// Submissions that are all known: sorted stably by submit.
std::unique_ptr<SubmissionSource> submissions_of(std::vector<Submission> all);
// Several sources as one, merged by (submit, position of the source).
std::unique_ptr<SubmissionSource> merge_sources(std::vector<std::unique_ptr<SubmissionSource>> sources);

// What happens to the cluster and its workloads at a stated instant, by the scenario or by a person (live
// server).
struct Suspend {
  std::string workload;
};
struct Resume {
  std::string workload;
};
struct Delete {
  std::string workload;
};
struct Cordon {
  std::string node;
  bool on = true;
};
struct NodePower {
  std::string node;
  bool up = true;
};  // down: its pods fail
struct AddNodes {
  std::vector<cluster::NodeSpec> nodes;
};
struct RemoveNodes {
  std::vector<std::string> nodes;
};  // drained at once: their pods are evicted
struct SetQuota {
  QueueId queue{};
  PoolId pool{};
  organization::Quota quota;  // the whole quota after the change
};
using Action = std::variant<Suspend, Resume, Delete, Cordon, NodePower, AddNodes, RemoveNodes, SetQuota>;

struct TimedAction {
  Instant at;
  Action action;
};

// The order within an instant (baselines.md section 1).
using engine::InstantOrder;

struct Input {
  std::string name;
  std::uint64_t seed = 1;
  Instant start;
  std::optional<Instant> end;  // nothing: until drained
  cluster::Cluster cluster;
  organization::Organization organization;
  policy::PolicySpec policy;
  std::optional<Duration> cycle_period;  // nothing: immediate
  InstantOrder order = InstantOrder::batched;
  Duration repartition_time{};  // that cutting a MIG device anew takes
  std::unique_ptr<SubmissionSource> submissions;
  std::vector<TimedAction> actions;  // any order; taken in (at, position)
};

}  // namespace berth::simulation
