#include "sim/policy/queue/queue_policy.hpp"

#include <algorithm>
#include <utility>

#include "sim/policy/fit.hpp"
#include "sim/policy/recuts.hpp"

namespace berth::policy {

using workload::Refusal;
using workload::RefusalCode;

std::string_view QueuePolicy::name() const {
  switch (discipline_) {
    case QueueDiscipline::fifo:
      return "fifo";
    case QueueDiscipline::fifo_skip:
      return "fifo-skip";
    case QueueDiscipline::try_once:
      return "try-once";
  }
  return "";
}

void QueuePolicy::drop_caches() {
  lanes_.clear();
  recuttable_.clear();
  placement_->drop_caches();
}

CycleResult QueuePolicy::cycle(const Snapshot& snapshot, Transaction& transaction) {
  if (discipline_ == QueueDiscipline::try_once) {
    try_each_once(snapshot, transaction);
    return {};
  }
  if (lanes_.size() <= index_of(snapshot.pool)) lanes_.resize(index_of(snapshot.pool) + 1);
  Lanes& lanes = lanes_[snapshot.pool];
  lanes.follow(snapshot);
  serve_lanes(snapshot, transaction, lanes);
  grow(snapshot, transaction, lanes);
  if (may_recut(snapshot)) ask_for_recuts(snapshot, transaction, lanes);
  return {};
}

bool QueuePolicy::place_all(const Snapshot& snapshot, Transaction& transaction,
                            const std::vector<PodId>& pods) {
  const Transaction::Checkpoint before = transaction.checkpoint();
  for (const PodId pod : pods) {
    snapshot.stop.poll();
    auto place =
        placement_->place(snapshot, transaction.occupancy(), snapshot.workloads->pods[pod].shape, pod);
    if (!place) {
      transaction.roll_back(before);
      return false;
    }
    transaction.bind(pod, place->node, std::move(place->devices));
  }
  return true;
}

void QueuePolicy::try_each_once(const Snapshot& snapshot, Transaction& transaction) {
  std::vector<PodId> more;
  for (const WorkloadId id : *snapshot.waiting) {
    pods_of_minimum(snapshot, id, pods_);
    if (!pods_.empty() && !place_all(snapshot, transaction, pods_)) {
      transaction.drop(id);
      continue;
    }
    growable_pods(snapshot, id, more);
    for (const PodId pod : more) {
      if (std::find(pods_.begin(), pods_.end(), pod) != pods_.end()) continue;
      if (!place_all(snapshot, transaction, {pod})) break;
    }
  }
}

bool QueuePolicy::never_fits(const Snapshot& snapshot, Lanes& lanes, Lane& lane) {
  const std::uint64_t membership = snapshot.cluster->pools[snapshot.pool].membership;
  if (lane.membership == membership) return lane.never_fits;
  const bool known = lane.membership != 0;
  const bool never = !could_hold_together(*snapshot.cluster, snapshot.pool, snapshot.workloads->shapes,
                                          lane.ask, snapshot.stop);
  if (known && never != lane.never_fits) lanes.tell_again(lane);
  lane.never_fits = never;
  lane.membership = membership;
  return never;
}

bool QueuePolicy::may_fit(const Snapshot& snapshot, const Transaction& transaction, Lane& lane) const {
  if (lane.failed_at == 0) return true;
  const cluster::Occupancy& occupancy = transaction.occupancy();
  const auto changes = occupancy.changes_since(lane.failed_at);
  if (!changes) return true;
  if (lane.ask.size() > 1 || lane.ask.front().second > 1) {
    for (const NodeId node : *changes) {
      if (snapshot.cluster->nodes[node].pool == snapshot.pool) return true;
    }
    lane.failed_at = occupancy.mark();
    return false;
  }
  const workload::PodShape& shape = snapshot.workloads->shapes[lane.ask.front().first];
  for (const NodeId node : *changes) {
    if (snapshot.cluster->nodes[node].pool == snapshot.pool &&
        fits_now(*snapshot.cluster, node, occupancy[node], shape) &&
        could_fit(*snapshot.cluster, node, shape)) {
      return true;
    }
  }
  lane.failed_at = occupancy.mark();
  return false;
}

void QueuePolicy::serve_lanes(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes) {
  const bool strict = discipline_ == QueueDiscipline::fifo;
  struct Head {
    WorkloadId id;
    std::size_t lane;
    std::size_t next;  // position in the lane's queue after the head
  };
  const auto later = [](const Head& a, const Head& b) { return a.id > b.id; };
  std::vector<Head> heads;
  for (std::size_t l = 0; l < lanes.all().size(); ++l) {
    Lane& lane = lanes.all()[l];
    if (lane.queue.empty() || never_fits(snapshot, lanes, lane)) continue;
    // fifo must know its head even when it cannot start; the others need only those that may fit.
    if (!strict && !may_fit(snapshot, transaction, lane)) continue;
    heads.push_back({lane.queue.front(), l, 1});
  }
  std::make_heap(heads.begin(), heads.end(), later);
  while (!heads.empty()) {
    std::pop_heap(heads.begin(), heads.end(), later);
    const Head head = heads.back();
    heads.pop_back();
    Lane& lane = lanes.all()[head.lane];
    if (strict && !may_fit(snapshot, transaction, lane)) break;
    pods_of_minimum(snapshot, head.id, pods_);
    if (!place_all(snapshot, transaction, pods_)) {
      lane.failed_at = transaction.occupancy().mark();
      if (strict) break;
      continue;  // room only shrinks within a pass: the rest of the lane fails too
    }
    lane.failed_at = 0;
    lanes.recheck(head.id);
    if (head.next < lane.queue.size()) {
      heads.push_back({lane.queue[head.next], head.lane, head.next + 1});
      std::push_heap(heads.begin(), heads.end(), later);
    }
  }
  std::vector<WorkloadId> placed;
  for (const Decision& d : transaction.decisions()) {
    if (const auto* bind = std::get_if<Bind>(&d))
      placed.push_back(snapshot.workloads->pods[bind->pod].workload);
  }
  std::sort(placed.begin(), placed.end());
  for (const WorkloadId id : lanes.take_fresh()) {
    const std::int32_t l = lanes.lane_of(id);
    if (l < 0 || std::binary_search(placed.begin(), placed.end(), id)) continue;
    Refusal refusal;
    refusal.pool = snapshot.pool;
    refusal.code =
        lanes.all()[static_cast<std::size_t>(l)].never_fits ? RefusalCode::never_fits : RefusalCode::no_room;
    refusal.at = snapshot.now;
    transaction.refuse(id, refusal);
  }
}

bool QueuePolicy::may_recut(const Snapshot& snapshot) {
  if (recuttable_.size() <= index_of(snapshot.pool)) recuttable_.resize(index_of(snapshot.pool) + 1);
  Recuttable& known = recuttable_[snapshot.pool];
  const cluster::NodePool& pool = snapshot.cluster->pools[snapshot.pool];
  if (known.nodes != pool.nodes.size()) known = {pool.nodes.size(), RecutPlanner::possible(snapshot)};
  return known.any;
}

void QueuePolicy::ask_for_recuts(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes) {
  std::vector<WorkloadId> placed;
  for (const Decision& d : transaction.decisions()) {
    if (const auto* bind = std::get_if<Bind>(&d))
      placed.push_back(snapshot.workloads->pods[bind->pod].workload);
  }
  std::sort(placed.begin(), placed.end());
  // Who still waits and asks for MIG instances, in queue order; under fifo only the head of all counts.
  std::vector<std::pair<WorkloadId, std::size_t>> candidates;
  WorkloadId head = none<WorkloadId>();
  for (std::size_t l = 0; l < lanes.all().size(); ++l) {
    const Lane& lane = lanes.all()[l];
    if (lane.queue.empty() || lane.never_fits) continue;
    const bool asks_mig = std::any_of(lane.ask.begin(), lane.ask.end(), [&](const auto& ask) {
      return snapshot.workloads->shapes[ask.first].gpu.kind == workload::GpuRequestKind::mig;
    });
    for (const WorkloadId id : lane.queue) {
      if (std::binary_search(placed.begin(), placed.end(), id)) continue;
      head = std::min(head, id);
      if (!asks_mig) break;
      candidates.emplace_back(id, l);
    }
  }
  std::sort(candidates.begin(), candidates.end());
  RecutPlanner planner(snapshot, transaction.occupancy());
  std::vector<bool> failed(lanes.all().size(), false);
  for (const auto& [id, lane] : candidates) {
    if (discipline_ == QueueDiscipline::fifo && id != head) break;
    snapshot.stop.poll();
    if (failed[lane]) continue;  // what does not serve one serves nobody of its lane
    pods_of_minimum(snapshot, id, pods_);
    failed[lane] = !planner.serve(pods_);
  }
  planner.ask(transaction);
}

void QueuePolicy::grow(const Snapshot& snapshot, Transaction& transaction, Lanes& lanes) {
  // Those that started in this pass are offered their further pods too: the pass is over.
  std::vector<WorkloadId> order = lanes.growing();
  for (const Decision& d : transaction.decisions()) {
    if (const auto* bind = std::get_if<Bind>(&d))
      order.push_back(snapshot.workloads->pods[bind->pod].workload);
  }
  std::sort(order.begin(), order.end());
  order.erase(std::unique(order.begin(), order.end()), order.end());
  std::vector<PodId> more;
  std::vector<PodId> bound;
  for (const Decision& d : transaction.decisions()) {
    if (const auto* bind = std::get_if<Bind>(&d)) bound.push_back(bind->pod);
  }
  std::sort(bound.begin(), bound.end());
  for (const WorkloadId id : order) {
    growable_pods(snapshot, id, more);
    for (const PodId pod : more) {
      if (std::binary_search(bound.begin(), bound.end(), pod)) continue;
      pods_.assign(1, pod);
      if (!place_all(snapshot, transaction, pods_)) break;
      lanes.recheck(id);
    }
  }
}

}  // namespace berth::policy
