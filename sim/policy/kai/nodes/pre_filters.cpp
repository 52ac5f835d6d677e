#include "sim/policy/kai/nodes/pre_filters.hpp"

#include "sim/policy/kai/session/numbers.hpp"

namespace berth::policy::kai {

namespace {

bool is_storage(std::string_view name) {
  return name == "ephemeral-storage" || name == "storage";
}

}  // namespace

std::optional<std::string> max_node_resources_message(std::string_view namespace_name, std::string_view pod,
                                                      std::string_view node_pool, const ResourceText& request,
                                                      const ResourceText& largest) {
  const std::string pool = node_pool.empty() ? "default" : std::string(node_pool);
  const auto refuse = [&](const std::string& resource, double most, const std::string& unit) {
    std::string text = "The pod " + std::string(namespace_name) + '/' + std::string(pod) + " requires " +
                       detailed_text(request) + ". ";
    if (most == 0) return text + "No node in the " + pool + " node-pool has " + resource + " resources";
    text += "Max " + resource + " resources available in a single node in the " + pool +
            " node-pool is topped at " + decimal(most);
    return unit.empty() ? text : text + ' ' + unit;
  };
  if (request.gpus > largest.gpus) return refuse("GPU", largest.gpus, "");
  if (request.cpu_milli > largest.cpu_milli) {
    return refuse("CPU", static_cast<double>(largest.cpu_milli) / 1000, "cores");
  }
  if (request.memory_bytes > largest.memory_bytes) {
    return refuse("memory", static_cast<double>(largest.memory_bytes) / 1e9, "GB");
  }
  for (const auto& [name, amount] : request.others) {
    const std::int64_t most = largest.other(name);
    if (amount <= 0 || most >= amount) continue;
    // Only storage is told in figures.
    return is_storage(name) ? refuse(name, static_cast<double>(most) / 1e9, "GB") : refuse(name, 0, "");
  }
  return std::nullopt;
}

std::string pre_filters_message(std::string_view namespace_name, std::string_view pod,
                                const std::vector<PreFilterFailure>& failures) {
  std::string text = "Scheduling conditions were not met for pod " + std::string(namespace_name) + '/' +
                     std::string(pod) + ":\n";
  for (const PreFilterFailure& failure : failures) {
    text += failure.filter + ": " + failure.error + '.';
    // A first reason that only repeats the error is not said twice.
    const std::size_t first = !failure.reasons.empty() && failure.reasons[0] == failure.error ? 1 : 0;
    for (std::size_t i = first; i < failure.reasons.size(); ++i) {
      text += (i == first ? " Reasons: " : ", ") + failure.reasons[i];
    }
    text += '\n';
  }
  return text;
}

std::optional<std::string> dra_pre_filter_error(bool dra_enabled, std::string_view namespace_name,
                                                std::string_view pod, std::string_view queue,
                                                const std::vector<ClaimReference>& references) {
  const std::string name = std::string(namespace_name) + '/' + std::string(pod);
  if (!dra_enabled && !references.empty()) {
    std::string names;
    for (const ClaimReference& reference : references) {
      names += (names.empty() ? "" : ", ") + reference.name;
    }
    return "pod " + name + " cannot be scheduled, it references resource claims <" + names +
           "> while dynamic resource allocation feature is not enabled in cluster";
  }
  for (const ClaimReference& reference : references) {
    const std::string claim_name = std::string(namespace_name) + '/' + reference.claim_name;
    if (reference.claim == nullptr) {
      return "failed to get resource claim " + claim_name + ": could not find ResourceClaim \"" + claim_name +
             '"';
    }
    const ResourceClaim& claim = *reference.claim;
    if (claim.consumers >= most_claim_consumers) {
      return "resource claim " + claim_name + " has reached its maximum number of consumers (" +
             std::to_string(most_claim_consumers) + ')';
    }
    if (reference.from_template || !claim.gpu) continue;
    const std::string refused =
        "pod " + name + " cannot be scheduled: DRA claim " + claim.name + " is a shared GPU claim ";
    if (!claim.queue_label || claim.queue_label->empty()) {
      return refused + "but does not have a queue label (kai.scheduler/queue)";
    }
    if (*claim.queue_label != queue) {
      return refused + "with wrong queue label (expected queue: " + std::string(queue) +
             ", claim queue label: " + *claim.queue_label + ')';
    }
  }
  return std::nullopt;
}

}  // namespace berth::policy::kai
