// Where a constrained sub-group may go (kai-semantics.md 5, 9.8, 9.9, 10.6, 10.13): which domains, in which order, and
// how the preferred level scores their nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/kai/nodes/topology_tree.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {

// One question: where can these tasks of a sub-group set or pod set go, within `nodes`?
struct NodeSetQuestion {
  JobIx job{};
  std::string_view sub_group;  // for texts; empty or "default": not named
  const workload::TopologyConstraint* constraint = nullptr;
  const std::vector<PodSetIx>* pod_sets =
      nullptr;                                 // of the sub-group: whose active pods bind it to their domains
  const std::vector<TaskIx>* tasks = nullptr;  // to place now
  const NodeList* nodes = nullptr;             // the parent's node set
};

struct NodeSets {
  enum class Kind : std::uint8_t {
    unchanged,  // no constraint: the given nodes as one set
    domains,    // `domains`, in the order to try
    none,       // nowhere; `errors` when listened to
  };
  Kind kind = Kind::unchanged;
  TopologyIx topology = none<TopologyIx>();
  std::vector<DomainIx> domains;
  // Domains of the preferred level in sorted order, as of this question: what preferred_scores() goes by. Empty
  // without a preferred level.
  std::vector<DomainIx> preferred;
  std::vector<JobFitError> errors;
  std::string config_error;  // set whether listened to or not: the constraint itself is wrong
};

// A score by node; negative: none.
using TopologyScores = IdVector<NodeIx, double>;

struct DomainRoom;

class Topologies {
 public:
  explicit Topologies(const Session& session);

  // `listen`: fill `errors` (costs texts).
  void node_sets(const NodeSetQuestion& question, bool listen, NodeSets& out) const;
  // The nodes of `within` that lie in the domain.
  void nodes_of(TopologyIx topology, DomainIx domain, const NodeList& within, NodeList& out) const;
  // Scores of the nodes of the sets that node_sets() offered: by the position of their domain at the preferred level,
  // among all those of the question. They hold for one attempt at the job.
  void preferred_scores(const NodeSets& sets, TopologyScores& out) const;

  const TopologyTree& tree(TopologyIx topology) const;
  std::optional<TopologyIx> find(std::string_view name) const;

 private:
  // One error a domain of the widest level tried.
  void add_domain_errors(const TopologyTree& tree, const DomainRoom& room, std::int32_t depth,
                         std::int32_t required, const NodeList& active, const NodeSetQuestion& question,
                         NodeSets& out) const;

  const Session& session_;
  // Made when first asked for: most cycles ask for none.
  mutable IdVector<TopologyIx, std::unique_ptr<TopologyTree>> trees_;
};

// --- The rules, one by one -------------------------------------------------------------------------------------------

// Levels to try, deepest first: from the preferred level up to the required one, else to the root; without a preferred
// level the required one alone. `error`: the whole text when the constraint names no level or one that is not there.
struct LevelsToTry {
  std::vector<std::int32_t> depths;
  std::string error;
};
LevelsToTry levels_to_try(const std::vector<std::string>& levels, std::string_view topology,
                          std::string_view sub_group, std::string_view required, std::string_view preferred);

// What tasks ask for together, or what a domain has: whole numbers; MIG by profile.
struct DomainAmounts {
  std::int64_t cpu_milli = 0;
  std::int64_t memory = 0;
  double gpus = 0;
  std::vector<std::int64_t> mig;  // by ProfileIx; may be shorter than the table
  void add(const DomainAmounts& o);
};
DomainAmounts summed_request(const std::vector<const Shape*>& tasks);
DomainAmounts free_amounts(const NodeInfo& node);

// Largest requested / free over GPUs, CPU in whole cores rounded up on both sides, memory and MIG, whose counts are taken for
// thousandths and rounded up likewise (11.2: 1 for up to a thousand of each); what is not asked for does not count; asked for
// and nothing free: 1000, for GPUs infinite. Never below 0.
double requested_to_free(const DomainAmounts& request, const DomainAmounts& free);

// Do pod counts decide (all alike enough), or sums? All or none use GPUs, and each MIG profile is asked for by all or
// none.
bool counted_by_pods(const std::vector<const Shape*>& tasks);

// The component-wise largest pod of the tasks. Differing fractions: `error`.
struct LargestPod {
  std::int64_t cpu_milli = 0;
  std::int64_t memory = 0;
  double portion = 0;  // of each device; 0: no GPUs. GPU memory and MIG are ignored
  std::int32_t devices = 0;
  std::string error;
};
LargestPod largest_pod(const std::vector<const Shape*>& tasks);
// How many of `wanted` such pods the node takes on idle + releasing.
std::int32_t pods_on_node(const NodeInfo& node, const LargestPod& pod, std::int32_t wanted);

// What a tree's domains can take, for one question. Only the common domain and what is below it are filled in; any
// other domain counts as empty.
struct DomainRoom {
  bool by_pods = true;
  std::int32_t wanted = 0;  // tasks
  DomainAmounts request;    // of all tasks together
  IdVector<DomainIx, std::int32_t> pods;
  IdVector<DomainIx, DomainAmounts> free;
  bool fits(DomainIx domain) const {
    return by_pods ? pods[domain] >= wanted : requested_to_free(request, free[domain]) <= 1;
  }
};
// Fills `room` for `top` and below from all nodes in it, offered or not. The text of an error, or empty.
std::string fill_room(const Session& session, const TopologyTree& tree, DomainIx top,
                      const std::vector<const Shape*>& tasks, DomainRoom& room);

// The children of each domain in the order to try them: by requested / free descending, then id; from `top` down
// through the children of domains at `deepest`.
using ChildOrder = IdVector<DomainIx, std::vector<DomainIx>>;
ChildOrder sorted_children(const TopologyTree& tree, DomainIx top, std::int32_t deepest,
                           const DomainRoom& room);

// The domains of one depth below `top`, in tree order.
std::vector<DomainIx> level_domains(const TopologyTree& tree, const ChildOrder& order, DomainIx top,
                                    std::int32_t depth);
// All domains below and including `top`: deepest level first, within a level in tree order.
std::vector<DomainIx> traversal(const TopologyTree& tree, const ChildOrder& order, DomainIx top);

// The domains to offer, in order. `active_nodes`: of the sub-group's active pods; they matter to a required level only
// (9.9). Empty: none fits.
std::vector<DomainIx> qualifying_domains(const TopologyTree& tree, const ChildOrder& order,
                                         const DomainRoom& room, const std::vector<std::int32_t>& depths,
                                         std::int32_t required_depth, const NodeList& active_nodes);

// Score of the i-th of n domains of the preferred level: floor(10 x (i + 1) / n) x 10^4.
double preferred_level_score(std::size_t position, std::size_t count);

}  // namespace berth::policy::kai
