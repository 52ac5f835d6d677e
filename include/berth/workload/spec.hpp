// What was submitted: a workload as its owner wrote it. Never changes after submission, save by an explicit
// event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "berth/workload/request.hpp"

namespace berth::workload {

enum class Kind : std::uint8_t { training, workspace, distributed, inference };
enum class Outcome : std::uint8_t { completed, failed, stopped };
enum class Preemptibility : std::uint8_t { by_priority, preemptible, non_preemptible };

// Named priorities of contract/NOTES.md 2.1 and the older ones of kai-semantics.md section 3. Preemptible
// below 100.
struct PriorityClass {
  const char* name;
  std::int32_t value;
};
const std::vector<PriorityClass>& priority_classes();
inline constexpr std::int32_t non_preemptible_from = 100;

struct TopologyConstraint {
  std::string topology;   // name of a cluster topology; empty: none
  std::string required;   // level key; empty: none
  std::string preferred;  // level key; empty: none
  bool operator==(const TopologyConstraint&) const = default;
  bool empty() const { return topology.empty() && required.empty() && preferred.empty(); }
};

// A node of the pod group's tree (KAI's PodGroup.subGroups). Node 0 is the root. A leaf is a pod set with a
// minimum.
struct SubGroup {
  std::string name;           // the single leaf of a flat gang is "default"
  std::int32_t parent = -1;   // index; -1 for the root
  std::int32_t min_pods = 1;  // leaves: fewer than this and the gang does not run
  TopologyConstraint topology;
  bool operator==(const SubGroup&) const = default;
};

// `count` pods alike.
struct PodTemplate {
  ShapeId shape{};
  std::int32_t count = 1;
  std::int32_t sub_group = 0;             // index into sub_groups: a leaf
  std::string role;                       // "master", "worker", "leader" or ""
  std::optional<std::string> task_order;  // text of KAI's task-order label
  bool operator==(const PodTemplate&) const = default;
};

struct Checkpoints {
  Duration every{};  // 0: none
  Duration cost{};   // each pauses the work this long
  Duration restart{};
  bool operator==(const Checkpoints&) const = default;
};

struct WorkloadSpec {
  std::string name;
  Kind kind = Kind::training;
  QueueId project{};
  std::int32_t priority = 40;
  std::string priority_class;  // "" when given by number that no class has
  Preemptibility preemptibility = Preemptibility::by_priority;
  std::vector<PoolId> node_pools;      // in the order to try; never empty
  std::vector<SubGroup> sub_groups;    // never empty
  std::vector<PodTemplate> templates;  // pod index runs through them in order
  std::string framework;               // "PyTorch", ...
  std::string submitted_by;
  std::string image;

  Instant submit;
  Duration duration = Duration::max();  // work at full size and speed 1; max: endless
  Duration estimate = Duration::max();  // what the user says; = duration when not said
  Outcome outcome = Outcome::completed;
  bool outcome_final =
      false;  // failed as a trace or generator says: no retries unless backoff_limit is given
  std::vector<std::string> after;     // names of workloads that must complete first (reader's form)
  std::vector<WorkloadId> after_ids;  // the same, resolved
  Checkpoints checkpoints;
  Duration image_pull{};
  Duration creation_delay{};
  Duration termination_grace{};
  std::int32_t backoff_limit = 6;
  std::optional<Duration> delete_after;                          // automatic deletion this long after the end
  std::vector<std::pair<GpuModelId, std::int32_t>> speed_milli;  // per GPU model; absent: 1000
  std::int32_t idle_percent = 0;                // share of the time in which its GPUs idle (telemetry)
  std::int32_t topology_slowdown_milli = 1000;  // speed when the gang spans the widest level
  bool terminate_after_preemption = false;

  std::int32_t pod_count() const;
  std::int32_t min_pods() const;  // sum over leaves
  bool preemptible() const;       // as submitted, else priority < 100
  bool operator==(const WorkloadSpec&) const = default;
};

}  // namespace berth::workload
