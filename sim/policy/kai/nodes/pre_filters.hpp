// Pre-filters: checks of a pod before any node is looked at (kai-semantics.md 1, 6, 9.13). Their texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {

// Max node resources: the message for a pod that asks for more of some resource than any node has; nothing when none
// refuses. `largest`: component-wise maximum over the nodes. Order: GPU, CPU, memory, then others by name.
std::optional<std::string> max_node_resources_message(std::string_view namespace_name, std::string_view pod,
                                                      std::string_view node_pool, const ResourceText& request,
                                                      const ResourceText& largest);

// Several pre-filters that said no, in one text.
struct PreFilterFailure {
  std::string filter;
  std::string error;
  std::vector<std::string> reasons;
};
std::string pre_filters_message(std::string_view namespace_name, std::string_view pod,
                                const std::vector<PreFilterFailure>& failures);

// Dynamic resource allocation. Berth has no resource claims: nothing in a run calls this.
struct ResourceClaim {
  std::string name;
  bool gpu = false;                        // of a GPU device class
  std::optional<std::string> queue_label;  // kai.scheduler/queue
  std::int32_t consumers = 0;
};
struct ClaimReference {
  std::string name;            // of the reference in the pod
  bool from_template = false;  // a claim of the pod's own
  const ResourceClaim* claim = nullptr;
  std::string claim_name;  // of the claim that it means
};
inline constexpr std::int32_t most_claim_consumers = 256;  // Kubernetes' ResourceClaimReservedForMaxSize
std::optional<std::string> dra_pre_filter_error(bool dra_enabled, std::string_view namespace_name,
                                                std::string_view pod, std::string_view queue,
                                                const std::vector<ClaimReference>& references);

}  // namespace berth::policy::kai
