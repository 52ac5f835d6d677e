#include "sim/policy/placement/ordered_fit.hpp"

#include <algorithm>
#include <limits>

namespace berth::policy {

std::string_view OrderedFit::name() const {
  switch (order_) {
    case FitOrder::first:
      return "first-fit";
    case FitOrder::best:
      return "best-fit";
    case FitOrder::worst:
      return "worst-fit";
  }
  return "";
}

OrderedFit::Key OrderedFit::key_for(NodeId node, const cluster::NodeOccupancy& now) const {
  switch (order_) {
    case FitOrder::first:
      return {0, 0, node};
    case FitOrder::best:
      return {now.gpu_free.value, now.cpu_free.value, node};
    case FitOrder::worst:
      return {-now.gpu_free.value, -now.cpu_free.value, node};
  }
  return {0, 0, node};
}

void OrderedFit::follow(PoolIndex& index, const Snapshot& snapshot,
                        const cluster::Occupancy& occupancy) const {
  const std::vector<NodeId>& nodes = snapshot.cluster->pools[snapshot.pool].nodes;
  const auto changes =
      index.valid && index.nodes == nodes.size() ? occupancy.changes_since(index.mark) : std::nullopt;
  if (!changes) {
    index.sorted.clear();
    index.key_of.assign(occupancy.size(), Key{});
    index.instances_as_gpus = false;
    for (const NodeId node : nodes) {
      const cluster::NodeSpec& spec = snapshot.cluster->nodes[node];
      index.instances_as_gpus |= spec.mig_enabled && spec.mig_strategy == cluster::MigStrategy::single;
      index.key_of[node] = key_for(node, occupancy[node]);
      index.sorted.push_back(index.key_of[node]);
    }
    std::sort(index.sorted.begin(), index.sorted.end());
    index.could.clear();
    index.nodes = nodes.size();
    index.valid = true;
  } else {
    for (const NodeId node : *changes) {
      if (snapshot.cluster->nodes[node].pool != snapshot.pool) continue;
      const Key now = key_for(node, occupancy[node]);
      Key& was = index.key_of[node];
      if (now == was) continue;
      const auto from = std::lower_bound(index.sorted.begin(), index.sorted.end(), was);
      const auto to = std::lower_bound(index.sorted.begin(), index.sorted.end(), now);
      if (from < to) {
        std::move(from + 1, to, from);
        *(to - 1) = now;
      } else {
        std::move_backward(to, from, from + 1);
        *to = now;
      }
      was = now;
    }
  }
  index.mark = occupancy.mark();
}

bool OrderedFit::could(PoolIndex& index, const Snapshot& snapshot, ShapeId shape, NodeId node) const {
  if (index.could.size() <= index_of(shape)) index.could.resize(index_of(shape) + 1);
  std::vector<std::uint8_t>& known = index.could[shape];
  if (known.size() < snapshot.cluster->nodes.size()) known.resize(snapshot.cluster->nodes.size(), 0);
  std::uint8_t& answer = known[index_of(node)];
  if (answer == 0) answer = could_fit(*snapshot.cluster, node, snapshot.workloads->shapes[shape]) ? 2 : 1;
  return answer == 2;
}

std::optional<Place> OrderedFit::place(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                       ShapeId shape, PodId /*pod*/) {
  if (pools_.size() <= index_of(snapshot.pool)) pools_.resize(index_of(snapshot.pool) + 1);
  PoolIndex& index = pools_[snapshot.pool];
  follow(index, snapshot, occupancy);

  const workload::PodShape& pod = snapshot.workloads->shapes[shape];
  using Kind = workload::GpuRequestKind;
  // A node needs this much GPU left in all; only whole and fraction requests say it without looking at the
  // node.
  const bool sized =
      !index.instances_as_gpus && (pod.gpu.kind == Kind::whole || pod.gpu.kind == Kind::fraction);
  const std::int64_t need = sized ? pod.gpu.quota_amount().value : 0;
  auto it = index.sorted.begin();
  if (order_ == FitOrder::best && need > 0) {
    it = std::lower_bound(index.sorted.begin(), index.sorted.end(),
                          Key{need, std::numeric_limits<std::int64_t>::min(), NodeId{}});
  }
  for (; it != index.sorted.end(); ++it) {
    if (order_ == FitOrder::worst && -it->gpu < need) break;
    const cluster::NodeOccupancy& now = occupancy[it->node];
    if (now.gpu_free.value < need || now.cpu_free < pod.cpu || !could(index, snapshot, shape, it->node) ||
        !fits_now(*snapshot.cluster, it->node, now, pod)) {
      continue;
    }
    const DeviceRule rule = order_ == FitOrder::first  ? DeviceRule::lowest
                            : order_ == FitOrder::best ? DeviceRule::tightest
                                                       : DeviceRule::roomiest;
    return Place{it->node, choose_devices(*snapshot.cluster, it->node, now, pod, rule)};
  }
  return std::nullopt;
}

}  // namespace berth::policy
