// Does a pod fit a node, and on which devices? The rule of baselines.md section 6, used by every policy but
// `kai` (which has its reference's own accounting).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/stop.hpp"
#include "berth/workload/request.hpp"

namespace berth::policy {

// Which device a share of a GPU takes among those with room; ties: lowest index. Whole GPUs always take the
// lowest vacant ones; MIG requests the lowest device, then the lowest start.
enum class DeviceRule : std::uint8_t {
  lowest,    // first-fit: lowest index
  tightest,  // best-fit: least room that suffices
  roomiest,  // worst-fit: most room
};

// May the pod ever run on this node: constraints hold (GPU model, node requirements, taints) and the empty,
// healthy node is large enough.
bool could_fit(const cluster::Cluster& cluster, NodeId node, const workload::PodShape& shape);

// Does it fit now, given that could_fit holds? Looks at free CPU, memory, pod slots and devices.
// `now` is the node's occupancy, the World's or a working copy's.
bool fits_now(const cluster::Cluster& cluster, NodeId node, const cluster::NodeOccupancy& now,
              const workload::PodShape& shape);

// The devices that it would take, given that fits_now holds.
cluster::DeviceAssignment choose_devices(const cluster::Cluster& cluster, NodeId node,
                                         const cluster::NodeOccupancy& now, const workload::PodShape& shape,
                                         DeviceRule rule);

// How many pods of the shape the empty, healthy node would hold at once, counted up to `most`. All of one shape: first fit
// is exact for whole devices, CPU and memory.
std::int32_t could_hold(const cluster::Cluster& cluster, NodeId node, const workload::PodShape& shape,
                        std::int32_t most);

// Could the pool, empty and healthy, hold `count` pods of each shape at once, placed in order by first fit? Throws
// Interrupted when `stop` asks.
bool could_hold_together(const cluster::Cluster& cluster, PoolId pool,
                         const IdVector<ShapeId, workload::PodShape>& shapes,
                         const std::vector<std::pair<ShapeId, std::int32_t>>& ask, StopToken stop = {});

}  // namespace berth::policy
