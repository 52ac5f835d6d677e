// A scheduling policy. It has no memory: what it must know later is World state. Caches that it keeps may be
// dropped at any cycle without effect.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/core/time.hpp"
#include "berth/policy/explanation.hpp"
#include "berth/policy/snapshot.hpp"
#include "berth/policy/transaction.hpp"
#include "berth/policy/typical_pods.hpp"

namespace berth::policy {

struct CycleResult {
  // The earliest instant at which the same snapshot could be decided otherwise; nothing: never.
  std::optional<Instant> next_look;
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::string_view name() const = 0;
  // One complete scheduling pass over the snapshot's pool. Throws Interrupted when `snapshot.stop` asks for it, which is
  // polled so often that a fraction of a second passes at most: what the transaction holds then is no decision, and the
  // caches must be dropped before the policy is used again.
  virtual CycleResult cycle(const Snapshot& snapshot, Transaction& transaction) = 0;
  // The same decisions, and why: slower. Every waiting workload of the snapshot gets a conclusion; a policy that explains
  // nothing (of a test) leaves `explanation` empty.
  virtual CycleResult cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) {
    explanation = {};
    return cycle(snapshot, transaction);
  }
  // By which book of a shared device its binds are made, and checked.
  virtual cluster::DeviceBook book() const { return cluster::DeviceBook::thousandths; }
  // The nodes of the snapshot's pool as the policy counts them before it decides anything, in order of NodeId; empty: it does
  // not say.
  virtual std::vector<Explanation::Node> nodes_of(const Snapshot&) { return {}; }
  // Forget every cache (tests: the decisions must not change).
  virtual void drop_caches() {}
};

// What the scenario says about the policy, as text; each policy reads its own options.
struct PolicySpec {
  std::string name = "fifo-skip";
  std::string placement = "best-fit";
  std::map<std::string, std::string> options;  // dotted keys, values as written; checked by the factory
  std::uint64_t seed = 1;                      // for scores that draw (random)
  std::vector<PodClass> typical;  // all pods that `fgd` and the metric `fragmentation` learn from
};

// What can be chosen: names, options and their defaults, for error messages and `validate --print`.
struct PolicyOption {
  std::string name;
  std::string default_value;
  std::string meaning;
};
struct PolicyChoice {
  std::string name;
  std::string meaning;  // some words, no full stop
};
std::vector<PolicyChoice> policy_choices();
std::vector<PolicyChoice> placement_choices();
std::vector<std::string> policy_names();
std::vector<std::string> placement_names();
std::vector<PolicyOption> policy_options(std::string_view policy);

// Why `name` is no policy (placement) here, as a sentence without a full stop that offers only what this version has. One that
// the published format has and this version lacks is told apart from one that is misspelt.
struct WrongChoice {
  bool of_another_version = false;
  std::string sentence;  // "unknown policy 'fifo-skp'; did you mean 'fifo-skip'?"
};
WrongChoice wrong_policy(std::string_view name);
WrongChoice wrong_placement(std::string_view name);

// What of a scenario some policies look at and others do not. What the simulation itself sees to (nodes, durations, events)
// is none of these: it holds under every policy.
enum class Matter : std::uint8_t {
  placement,       // the rule of policy.placement
  pool_packing,    // binpack or spread of a node pool
  quotas,          // quotas, limits and over-quota weights of queues, and their changes
  queue_priority,  // of departments and projects
  min_runtime,     // of queues
  priority,        // of workloads
  preemption,      // which workloads may be preempted, and what becomes of those that were
  topology,        // levels that a gang requires or prefers
  pod_affinity,    // other pods' labels
  recuts,          // idle MIG instances cut anew on demand
  estimates,       // how long the user says that a workload will run
};
// Does the policy look at it? False for a policy that does not exist.
bool heeds(std::string_view policy, Matter matter);
// The policies that do.
std::vector<std::string> policies_heeding(Matter matter);

// Throws std::invalid_argument with a sentence that names the offending option and value (the caller adds the
// place).
std::unique_ptr<Policy> make_policy(const PolicySpec& spec);

}  // namespace berth::policy
