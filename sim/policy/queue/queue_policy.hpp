// fifo, fifo-skip and try-once (baselines.md section 2): one pass over the queue, nothing is preempted,
// nothing reserved.
//
// fifo       while the head fits, start it; stop at the first that does not.
// fifo-skip  go through the queue once; start every workload that fits now.
// try-once   the same, and who does not fit is dropped for good.
//
// A gang is placed pod by pod in spec order by the placement's rule on the transaction; if one pod does not
// fit, all are taken back. Pods beyond the minimum are placed after the pass, in queue order, one at a time.
// A workload that the empty cluster could not hold is refused and never stands in the way.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "berth/policy/placement.hpp"
#include "berth/policy/policy.hpp"
#include "sim/policy/queue/lanes.hpp"

namespace berth::policy {

enum class QueueDiscipline : std::uint8_t { fifo, fifo_skip, try_once };

class QueuePolicy final : public Policy {
 public:
  QueuePolicy(QueueDiscipline discipline, std::unique_ptr<Placement> placement)
      : discipline_(discipline), placement_(std::move(placement)) {}

  std::string_view name() const override;
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction) override;
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) override;
  void drop_caches() override;

 private:
  void try_each_once(const Snapshot& snapshot, Transaction& transaction);
  void serve_lanes(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes);
  void grow(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes);
  bool place_all(const Snapshot& snapshot, Transaction& transaction, const std::vector<PodId>& pods);
  // Could the empty pool hold the lane's ask?
  bool never_fits(const Snapshot& snapshot, Lanes& lanes, Lane& lane);
  // May the lane fit although it failed before: a node that changed since has room for a pod of it.
  bool may_fit(const Snapshot& snapshot, const Transaction& transaction, Lane& lane) const;

  // One sentence for each workload that waits, by what the cycle just run has decided.
  void conclude(const Snapshot& snapshot, const Transaction& transaction, Explanation& explanation);

  // Has the pool nodes whose idle MIG instances may be cut anew (`repartition: on-demand`)?
  bool may_recut(const Snapshot& snapshot);
  // Asks for the cuts that let waiting workloads start (recuts.hpp).
  void ask_for_recuts(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes);

  struct Recuttable {
    std::size_t nodes = 0;  // of the pool, when it was looked at
    bool any = false;
  };

  QueueDiscipline discipline_;
  std::unique_ptr<Placement> placement_;
  IdVector<PoolId, Lanes> lanes_;
  IdVector<PoolId, Recuttable> recuttable_;
  std::vector<PodId> pods_;  // scratch
};

}  // namespace berth::policy
