#include "berth/simulation/transition.hpp"

#include <array>
#include <type_traits>

namespace berth::simulation {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Transition>> names = {
    "shape-added",   "workload-submitted", "objects-created",  "pods-created",          "pod-bound",
    "pod-started",   "pod-succeeded",      "pod-failed",       "pod-restarted",         "pod-evicted",
    "pod-stopped",   "pod-gone",           "pod-pipelined",    "pipelined-pod-evicted", "refused",
    "pool-moved",    "round-begun",        "stale-marked",     "stale-cleared",         "suspend-asked",
    "resume-asked",  "delete-asked",       "workload-deleted", "workload-finished",     "node-added",
    "node-removed",  "node-cordoned",      "node-powered",     "repartition-begun",     "repartition-ended",
    "quota-changed", "cycle-began",        "run-ended"};

template <class T>
concept AboutWorkload = requires(const T& t) {
  t.workload;
};
template <class T>
concept AboutPod = requires(const T& t) {
  t.pod;
};
template <class T>
concept AboutNode = requires(const T& t) {
  t.node;
};

template <class T>
bool equal(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a && b && *a == *b);
}

bool same_fields(const ShapeAdded& a, const ShapeAdded& b) {
  return equal(a.shape, b.shape);
}
bool same_fields(const WorkloadSubmitted& a, const WorkloadSubmitted& b) {
  return a.workload == b.workload && equal(a.spec, b.spec);
}
bool same_fields(const ObjectsCreated& a, const ObjectsCreated& b) {
  return a.workload == b.workload;
}
bool same_fields(const PodsCreated& a, const PodsCreated& b) {
  return a.workload == b.workload && a.first == b.first && a.count == b.count;
}
bool same_fields(const PodBound& a, const PodBound& b) {
  return a.workload == b.workload && a.pod == b.pod && a.node == b.node && a.devices == b.devices;
}
bool same_fields(const PodFailed& a, const PodFailed& b) {
  return a.workload == b.workload && a.pod == b.pod && a.cause == b.cause;
}
template <class T>
requires std::is_same_v<T, PodEvicted> || std::is_same_v<T, PipelinedPodEvicted>
bool same_fields(const T& a, const T& b) {
  return a.workload == b.workload && a.pod == b.pod && a.cause == b.cause && a.for_workload == b.for_workload;
}
bool same_fields(const PodStopped& a, const PodStopped& b) {
  return a.workload == b.workload && a.pod == b.pod && a.cause == b.cause;
}
template <class T>
requires std::is_same_v<T, PodStarted> || std::is_same_v<T, PodSucceeded> ||
    std::is_same_v<T, PodRestarted> || std::is_same_v<T, PodGone>
bool same_fields(const T& a, const T& b) {
  return a.workload == b.workload && a.pod == b.pod;
}
bool same_fields(const PodPipelined& a, const PodPipelined& b) {
  return a.workload == b.workload && a.pod == b.pod && a.node == b.node && a.devices == b.devices;
}
bool same_fields(const Refused& a, const Refused& b) {
  return a.workload == b.workload && a.refusal == b.refusal;
}
bool same_fields(const PoolMoved& a, const PoolMoved& b) {
  return a.workload == b.workload && a.to == b.to && a.round_over == b.round_over;
}
template <class T>
requires std::is_same_v<T, RoundBegun> || std::is_same_v<T, StaleMarked> || std::is_same_v<T, StaleCleared> ||
    std::is_same_v<T, ResumeAsked> || std::is_same_v<T, DeleteAsked> || std::is_same_v<T, WorkloadDeleted>
bool same_fields(const T& a, const T& b) {
  return a.workload == b.workload;
}
bool same_fields(const SuspendAsked& a, const SuspendAsked& b) {
  return a.workload == b.workload && a.cause == b.cause;
}
bool same_fields(const WorkloadFinished& a, const WorkloadFinished& b) {
  return a.workload == b.workload && a.ending == b.ending && a.cause == b.cause;
}
bool same_fields(const NodeAdded& a, const NodeAdded& b) {
  return equal(a.spec, b.spec);
}
bool same_fields(const NodeRemoved& a, const NodeRemoved& b) {
  return a.node == b.node;
}
bool same_fields(const NodeCordoned& a, const NodeCordoned& b) {
  return a.node == b.node && a.on == b.on;
}
bool same_fields(const NodePowered& a, const NodePowered& b) {
  return a.node == b.node && a.up == b.up;
}
bool same_fields(const RepartitionBegun& a, const RepartitionBegun& b) {
  return a.node == b.node && a.device == b.device && a.instances == b.instances;
}
bool same_fields(const RepartitionEnded& a, const RepartitionEnded& b) {
  return a.node == b.node && a.device == b.device;
}
bool same_fields(const QuotaChanged& a, const QuotaChanged& b) {
  return a.queue == b.queue && a.pool == b.pool && a.quota == b.quota;
}
bool same_fields(const CycleBegan& a, const CycleBegan& b) {
  return a.pool == b.pool;
}
bool same_fields(const RunEnded& a, const RunEnded& b) {
  return a.why == b.why && a.events == b.events && a.cycles == b.cycles && a.decisions == b.decisions;
}

}  // namespace

std::string_view name_of(const Transition& transition) {
  return names[transition.index()];
}

WorkloadId workload_of(const Transition& transition) {
  return std::visit(
      [](const auto& t) {
        if constexpr (AboutWorkload<decltype(t)>) {
          return t.workload;
        } else {
          return none<WorkloadId>();
        }
      },
      transition);
}

PodId pod_of(const Transition& transition) {
  return std::visit(
      [](const auto& t) {
        if constexpr (AboutPod<decltype(t)>) {
          return t.pod;
        } else {
          return none<PodId>();
        }
      },
      transition);
}

NodeId node_of(const Transition& transition) {
  return std::visit(
      [](const auto& t) {
        if constexpr (AboutNode<decltype(t)>) {
          return t.node;
        } else {
          return none<NodeId>();
        }
      },
      transition);
}

bool same(const Transition& a, const Transition& b) {
  if (a.index() != b.index()) return false;
  return std::visit([&b](const auto& t) { return same_fields(t, std::get<std::decay_t<decltype(t)>>(b)); },
                    a);
}

}  // namespace berth::simulation
