// Filters of a victim set before it is simulated (kai-semantics.md 9.5, 10.12). They are part of the outcome: they can
// reject a victim set that would fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// First fit: requirements in descending order (one of 0 ends with success), each into the first holder with room left;
// no success as soon as a holder's total is below the requirement. `holders`: totals in descending order, never
// re-sorted as they fill.
bool match_requirements(const std::vector<double>& requirements, const std::vector<double>& holders);

// GPUs that a pending task needs of the freest nodes: GPU memory and MIG requests need none.
double gpus_needed(const Shape& shape);

// The k freest nodes of a cluster, kept in descending order as victims free GPUs. Ties: the node that was in first.
class FreestNodes {
 public:
  FreestNodes(std::vector<double> free_by_node, std::size_t k);
  // The same with a given choice, in order (tests).
  FreestNodes(std::vector<double> free_by_node, std::vector<NodeIx> best);
  void free_more(NodeIx node, double gpus);
  const std::vector<NodeIx>& best() const { return best_; }
  double free_of(NodeIx node) const { return free_[index_of(node)]; }

 private:
  std::vector<double> free_;
  std::vector<NodeIx> best_;
};

// Can the pending tasks' GPUs be matched to the k freest nodes, k being their number? One object a partial job.
class IdleGpuFilter {
 public:
  IdleGpuFilter(const Session& session, const std::vector<TaskIx>& pending);
  // Counts the victim's GPUs as free from now on; a victim is freed once.
  void free_victim(TaskIx victim);
  bool passes() const;

 private:
  const Session& session_;
  std::vector<double> requirements_;  // descending
  FreestNodes nodes_;
  std::vector<std::uint8_t> freed_;  // by task
};

// For each (topology, required level) alone: can the GPUs of all tasks of each sub-group set with that required level
// be matched to the level's domains?
class TopologyGpuFilter {
 public:
  // `job`: the pending job, possibly a partial copy; all its tasks count, in whatever status.
  TopologyGpuFilter(const Session& session, JobIx job);
  void free_victim(TaskIx victim);
  bool passes() const;

 private:
  // Domains are told apart by the label of the level alone: racks of one name in two zones are one domain here.
  struct Level {
    std::string topology;
    std::string key;
    std::vector<double> requirements;     // descending
    std::vector<double> free;             // by domain
    std::vector<std::int32_t> domain_of;  // by node; -1: without the label
  };
  const Session& session_;
  std::vector<Level> levels_;
  std::vector<std::uint8_t> freed_;  // by task
};

}  // namespace berth::policy::kai
