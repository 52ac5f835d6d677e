// Checks what a policy decided against the World, and makes transitions of it, in list order. A policy
// proposes; here is decided what may be.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "berth/policy/decision.hpp"
#include "berth/simulation/world.hpp"

namespace berth::simulation {

// The rules, each with the decisions that can break it.
enum class Rule : std::uint8_t {
  pod_exists,             // bind, evict, pipeline, move
  workload_exists,        // refuse, drop, mark, clear, and for_workload
  node_exists,            // bind, pipeline, move, repartition
  pod_pending,            // bind, pipeline: wants a place
  workload_schedulable,   // bind, pipeline: not suspended, not to be deleted, not waiting for others
  node_in_pool,           // the node belongs to the pool of this cycle
  workload_in_pool,       // so does the workload
  node_schedulable,       // bind: present, ready, not cordoned
  devices_match_request,  // bind, pipeline, move: number and kind of devices as asked
  devices_free,           // bind: nobody else holds them, and shares fit
  cpu_fits,               // bind
  memory_fits,            // bind
  pods_fit,               // bind: the node's maximum of pods
  constraints_hold,       // bind: model, labels, taints
  gang_whole,             // bind: after the cycle no gang is bound below its minimum that was at none before
  pod_placed,             // evict, move: holds devices and is not being deleted
  workload_waits,         // refuse, drop: has a pending pod
  refusal_in_pool,        // refuse: speaks of the pool of this cycle
  repartition_allowed,    // repartition: the node permits it and the device is in MIG mode
  layout_valid,           // repartition: an allowed layout that keeps what is used
  stale_state,            // mark: not marked; clear: marked
};
std::string_view name_of(Rule rule);  // "pod-pending", ...

// A policy decided what it may not.
class PolicyError : public std::runtime_error {
 public:
  PolicyError(std::string_view policy, std::string decision, Rule rule, std::string detail);
  Rule rule() const { return rule_; }

 private:
  Rule rule_;
};

// A decision in words, with names: "bind pod train-a-0003-0 to node h100-03, devices {0 1}".
std::string describe(const policy::Decision& decision, const World& world);

// The rule that the decision would break in this World, if any, with the detail.
struct Breach {
  Rule rule{};
  std::string detail;
};
// `book`: the one by which the policy counts shared devices; only the one in MiB may over-book (known bugs of the reference).
std::optional<Breach> check(const policy::Decision& decision, PoolId pool, const World& world,
                            cluster::DeviceBook book = cluster::DeviceBook::thousandths);

}  // namespace berth::simulation
