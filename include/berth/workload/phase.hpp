// Phases of a workload and statuses of a pod (contract/NOTES.md section 3; the API's `phase` enum).
#pragma once

#include <cstdint>
#include <string_view>

namespace berth::workload {

enum class Phase : std::uint8_t {
  creating,
  pending,
  initializing,
  running,
  degraded,
  updating,
  terminating,
  stopping,
  stopped,
  resuming,
  deleting,
  completed,
  failed,
  unknown,
};
std::string_view name_of(Phase phase);  // "Creating", ...: the API's spelling

// Where a pod stands. The words are the reference scheduler's where it has them.
enum class PodStatus : std::uint8_t {
  pending,    // wants a place
  gated,      // must not be scheduled yet (policy cases)
  binding,    // bound: holds its devices, pulls its image, starts
  running,    // all containers ready
  releasing,  // being deleted: still holds its devices, no longer counts against its queue
  succeeded,
  failed,
  deleted,    // gone; holds nothing
  pipelined,  // policy cases only: waits for resources that are being released. In a run it is never World
              // state
};
std::string_view name_of(PodStatus status);  // "pending", ...

constexpr bool holds_devices(PodStatus s) {
  return s == PodStatus::binding || s == PodStatus::running || s == PodStatus::releasing;
}
constexpr bool counts_as_allocated(PodStatus s) {
  return s == PodStatus::binding || s == PodStatus::running;
}
constexpr bool finished(PodStatus s) {
  return s == PodStatus::succeeded || s == PodStatus::failed || s == PodStatus::deleted;
}

}  // namespace berth::workload
