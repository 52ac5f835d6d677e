#include "berth/workload/phase.hpp"

#include <array>

namespace berth::workload {

std::string_view name_of(Phase phase) {
  static constexpr std::array<std::string_view, 14> names = {
      "Creating", "Pending", "Initializing", "Running",  "Degraded",  "Updating", "Terminating",
      "Stopping", "Stopped", "Resuming",     "Deleting", "Completed", "Failed",   "Unknown"};
  return names[static_cast<std::size_t>(phase)];
}

std::string_view name_of(PodStatus status) {
  static constexpr std::array<std::string_view, 9> names = {
      "pending", "gated", "binding", "running", "releasing", "succeeded", "failed", "deleted", "pipelined"};
  return names[static_cast<std::size_t>(status)];
}

}  // namespace berth::workload
