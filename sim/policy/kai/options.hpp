// The options of the reference policy (section 1), with the reference's production defaults. Policy cases set
// their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/time.hpp"
#include "sim/policy/kai/known_bugs.hpp"

namespace berth::policy::kai {

enum class Action : std::uint8_t { allocate, consolidation, reclaim, preempt, stale_gang_eviction };
inline constexpr std::size_t action_count = 5;
std::string_view name_of(Action action);  // "allocate", ..., "stale_gang_eviction"
std::optional<Action> action_named(std::string_view name);

// Which plugins take part: each adds the rules that section 1 lists under its name.
struct Plugins {
  bool predicates = true;
  bool proportion = true;
  bool priority = true;
  bool elastic = true;
  bool kubeflow = true;
  bool ray = true;
  bool node_availability = true;
  bool gpu_sharing_order = true;
  bool gpu_pack = true;
  bool gpu_spread = false;
  bool resource_type = true;
  bool sub_group_order = true;
  bool task_order = true;
  bool node_placement = true;
  bool min_runtime = true;
  bool topology = true;
  bool pod_affinity = false;
  bool operator==(const Plugins&) const = default;
};

enum class ReclaimResolve : std::uint8_t { lca, queue };

struct Options {
  std::vector<Action> actions{Action::allocate, Action::consolidation, Action::reclaim, Action::preempt,
                              Action::stale_gang_eviction};
  Plugins plugins;
  cluster::Packing gpu_placement = cluster::Packing::binpack;
  cluster::Packing cpu_placement = cluster::Packing::binpack;
  // What is not given follows the node pool's placement when a session opens, as the reference's operator has it
  // (section 1): placements; consolidation, which a pool that spreads does without; and with spread GPUs gpuspread in
  // place of gpupack and gpusharingorder.
  bool gpu_placement_given = false;
  bool cpu_placement_given = false;
  bool actions_given = false;
  bool plugins_given = false;
  // Jobs offered as victims of a consolidation; 0: consolidation off, -1: no cap.
  std::int32_t max_consolidation_preemptees = 16;
  std::optional<Duration> stale_grace = seconds(60);  // nothing: never
  bool use_scheduling_signatures = true;
  bool full_hierarchy_fairness = true;
  bool allow_consolidating_reclaim = true;
  bool restrict_node_scheduling =
      false;  // GPU pods only on nodes with the gpu-worker label, CPU pods only on others
  bool detailed_fit_errors = false;
  std::vector<std::int32_t> queue_depth;  // by Action; absent or 0: no limit
  double k_value = 1.0;
  double reclaimer_saturation_multiplier = 1.0;  // at least 1
  Duration default_preempt_min_runtime{};
  Duration default_reclaim_min_runtime{};
  ReclaimResolve reclaim_resolve = ReclaimResolve::lca;
  std::int64_t min_node_gpu_memory = 100;  // MiB; 100 whatever the nodes have (known bug #1847)
  KnownBugs bugs;
};

}  // namespace berth::policy::kai
