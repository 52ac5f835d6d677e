// Reasons and their texts (kai-semantics.md 7, 9.13, 10.13). Built only when someone listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/session/numbers.hpp"
#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

// --- Reasons ---------------------------------------------------------------------------------------------------------
inline constexpr std::string_view reason_non_preemptible_over_quota = "NonPreemptibleOverQuota";
inline constexpr std::string_view reason_over_limit = "OverLimit";
inline constexpr std::string_view reason_pod_scheduling_errors = "PodSchedulingErrors";
inline constexpr std::string_view reason_unable_to_schedule = "Unable to schedule podgroup";
inline constexpr std::string_view reason_not_enough_resources = "Not enough resources for the workload";
inline constexpr std::string_view no_nodes_found = "no nodes with enough resources were found";
inline constexpr std::string_view overhead_suffix = "Not enough resources due to pod overhead resources";

// --- A node, a pod, a job that does not fit ---------------------------------------------------------------------------
struct NodeFitError {
  std::string node;
  std::vector<std::string> reasons;
  std::vector<std::string> detailed;
};
// What a request lacks on a node. `used` includes devices opened for sharing. `suffix`: appended to each text.
NodeFitError insufficient_on_node(std::string_view node, const ResourceText& requested,
                                  const ResourceText& used, const ResourceText& capacity,
                                  std::int64_t node_gpu_memory_mib, bool gang, std::string_view suffix);

// The suffix when only the pod's overhead, which its request includes, is too much for `idle`; else empty. Berth's pods
// have no overhead.
std::string overhead_note(const ResourceText& requested, const ResourceText& overhead,
                          const ResourceText& idle);

// Why one pod was not placed: an error of its own, or what its nodes said.
struct PodFitErrors {
  std::string error;  // empty: no_nodes_found
  std::vector<NodeFitError> nodes;
  bool empty() const { return error.empty() && nodes.empty(); }
};
std::string message_of(const PodFitErrors& errors);  // histogram of reasons, sorted as strings

struct JobFitError {
  std::string sub_group;  // empty or "default": not named
  std::string reason;
  std::vector<std::string> messages;
  std::vector<std::string> detailed;  // empty: as messages
  std::string domain;                 // the node group that it is about; empty: none

  const std::vector<std::string>& details() const { return detailed.empty() ? messages : detailed; }
};
// "[<dom>: ][subgroup s: ]a, b": what the error adds to the job's detailed message.
std::string detailed_text(const JobFitError& error);
std::string message_of(const std::vector<JobFitError>& errors);
std::string detailed_message_of(const std::vector<JobFitError>& errors);

// What a domain lacks for tasks summed up.
JobFitError insufficient_in_domain(std::string_view sub_group, std::string_view domain,
                                   const ResourceText& requested, const ResourceText& available);

// --- Gangs, topology --------------------------------------------------------------------------------------------------
std::string gang_message(std::int64_t found, std::int64_t required, std::string_view error);
std::string sub_group_gang_message(std::int64_t found, std::string_view sub_group, std::int64_t required,
                                   std::string_view error);
std::string single_pod_message(std::string_view namespace_name, std::string_view pod, std::string_view error);

// "topology t, requirement l couldn't be satisfied for job <ns/name>[, subgroup s][: not enough resources in D to
// allocate the job]". `lacking_domain` empty: without the suffix.
std::string topology_message(std::string_view topology, std::string_view requirement,
                             std::string_view namespace_name, std::string_view job,
                             std::string_view sub_group, std::string_view lacking_domain);
std::string domain_pods_message(std::string_view domain, std::int64_t possible, std::int64_t required);
std::string no_such_topology_message(std::string_view topology);

// --- Quotas -----------------------------------------------------------------------------------------------------------
// Amounts in the resource's unit: GPUs, milli-cores, bytes.
std::string over_quota_message(std::string_view queue, Resource resource, double quota, double used,
                               double requested);
std::string over_limit_message(std::string_view queue, Resource resource, double limit, double used,
                               double requested);

}  // namespace berth::policy::kai
