// A workload as the scenario lists it. Generators use the same keys for what they draw (generator_spec.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"
#include "berth/scenario/clock.hpp"
#include "berth/scenario/cluster_spec.hpp"
#include "berth/scenario/place_of.hpp"
#include "berth/workload/request.hpp"
#include "berth/workload/spec.hpp"

namespace berth::scenario {

// Per pod.
struct PodAsk {
  Placed<workload::GpuRequest> gpu;
  CpuMilli cpu;
  Bytes memory;
  bool operator==(const PodAsk&) const = default;
};

struct GangTopology {
  Name topology;  // not said: the cluster's first
  Name required, preferred;
  bool operator==(const GangTopology&) const = default;
  bool empty() const { return required.value.empty() && preferred.value.empty(); }
};

// Fewer than `min_pods` do not run; more, up to `max_pods`, are welcome.
struct GangSpec {
  std::int32_t min_pods = 0;
  std::int32_t max_pods = 0;  // 0: not said
  GangTopology topology;
  Mark mark;
  bool operator==(const GangSpec& o) const {
    return min_pods == o.min_pods && max_pods == o.max_pods && topology == o.topology;
  }
};

// A node of the gang's tree: a leaf with pods, or an inner one with sub-groups.
struct SubGroupSpec {
  Name name;
  std::int32_t pods = 0;
  std::int32_t min_pods = 0;  // not said: all
  std::optional<PodAsk> ask;  // not said: as the workload
  std::string role;           // "master", "worker", "leader"
  GangTopology topology;
  std::vector<SubGroupSpec> sub_groups;
  bool operator==(const SubGroupSpec&) const = default;
};

// Each part that a workload does not say is that of the defaults; after loading all are said.
struct CheckpointSpec {
  std::optional<Duration> every, cost, restart;
  bool operator==(const CheckpointSpec&) const = default;
};

struct Priority {
  std::int32_t value = 40;
  std::string class_name;  // empty: given by a number that no class has
  bool operator==(const Priority&) const = default;
};

// What listed workloads and generators have in common. The optionals hold a value after loading, unless
// noted.
struct WorkloadCommon {
  Name name;
  workload::Kind kind = workload::Kind::training;
  PodAsk ask;
  std::int32_t pods = 0;                 // 0 while loading: not said
  std::optional<GangSpec> gang;          // empty: pods start singly
  std::optional<PodAsk> master;          // empty: none; a distributed workload's separate master pod
  std::vector<SubGroupSpec> sub_groups;  // empty: one flat group
  std::optional<Priority> priority;
  std::optional<bool> preemptible;  // stays empty when not said: by priority
  std::vector<Name> node_pools;
  std::vector<Name> gpu_models;
  std::vector<workload::NodeRequirement> node_affinity;
  std::vector<workload::Toleration> tolerations;
  TextPairs labels;
  std::vector<workload::PodAffinityTerm> pod_affinity;
  std::optional<CheckpointSpec> checkpoint;
  std::optional<Duration> image_pull, creation_delay, termination_grace;
  std::optional<std::int32_t> backoff_limit;  // stays empty when not said
  std::optional<Duration> delete_after;       // stays empty when not said: never
  std::vector<std::pair<Name, std::int32_t>> speed_milli;
  std::int32_t topology_slowdown_milli = 1000;
  std::int32_t idle_percent = 0;
  bool terminate_after_preemption = false;
  std::string framework, submitted_by, image;
  bool operator==(const WorkloadCommon&) const = default;
};

struct WorkloadSpec : WorkloadCommon {
  Name project;
  When submit;
  std::optional<Duration> duration;  // empty: endless
  std::optional<Duration> estimate;  // empty: the true duration
  workload::Outcome outcome = workload::Outcome::completed;
  std::vector<Name> after;
  Mark mark;
  bool operator==(const WorkloadSpec& o) const {
    return static_cast<const WorkloadCommon&>(*this) == o && project == o.project && submit == o.submit &&
           duration == o.duration && estimate == o.estimate && outcome == o.outcome && after == o.after;
  }
};

struct DefaultsSpec {
  Duration image_pull, creation_delay, termination_grace;
  // That cutting idle MIG instances anew takes. An assumption: NVIDIA states none, reports run from seconds to minutes.
  Duration repartition = minutes(2);
  CheckpointSpec checkpoint;
  bool operator==(const DefaultsSpec&) const = default;
};

}  // namespace berth::scenario
