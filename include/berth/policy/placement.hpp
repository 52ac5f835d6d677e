// Where a pod goes, for every policy but `kai`. A placement scores the nodes of a pool on the transaction's
// working occupancy and names the best; ties go to the lowest node number.
//
// | name      | takes the node with                               | source         |
// | --------- | ------------------------------------------------- | -------------- |
// | first-fit | the lowest number                                 | baselines.md 6 |
// | best-fit  | least GPU left after placing, then least CPU left | baselines.md 6 |
// | worst-fit | most GPU left after placing, then most CPU left   | baselines.md 6 |
//
// The scores of the placement study are in policy/study_placement.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth::policy {

struct Place {
  NodeId node{};
  cluster::DeviceAssignment devices;
};

class Placement {
 public:
  virtual ~Placement() = default;
  virtual std::string_view name() const = 0;
  // The place for one pod of `shape` in the snapshot's pool, as `occupancy` (the transaction's) stands;
  // nothing when no node has room. Takes milliseconds at most: who calls it for many pods polls `snapshot.stop` in between. `pod` names the draw of a placement that draws (random). An index kept between calls follows `occupancy` by its change log.
  virtual std::optional<Place> place(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                     ShapeId shape, PodId pod = none<PodId>()) = 0;
  virtual void drop_caches() {}
};

// Throws std::invalid_argument naming the placement and the nearest valid name.
std::unique_ptr<Placement> make_placement(const PolicySpec& spec);

}  // namespace berth::policy
