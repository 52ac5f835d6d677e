// The instances of one GPU in MIG mode: which may stand together, where a new one starts, which lists of
// profiles a GPU can hold. Rules and their sources: sim/cluster/mig.md.
//
// A placement is a (profile, start) pair: the instance occupies the memory slices [start, start +
// memory_slices). A set of placements is legal iff every start is in its profile's list, the intervals are
// disjoint, no profile occurs more often than its max_instances, and at most one profile with the media
// engines (".me", ".me.all") occurs at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/cluster/gpu_model.hpp"

namespace berth::cluster {

struct MigPlacement {
  std::uint16_t profile = 0;  // index into MigGeometry::profiles
  std::uint8_t start = 0;     // memory slice
  bool operator==(const MigPlacement&) const = default;
};

// A legal set of placements, of a geometry that outlives it.
class MigLayout {
 public:
  explicit MigLayout(const MigGeometry& geometry);

  bool can_place(MigPlacement placement) const;
  // `placement` must be placeable; `remove` takes one that is there. Both O(1).
  void place(MigPlacement placement);
  void remove(MigPlacement placement);

  // How many (profile, start) pairs could be placed now. O(pairs).
  int free_pairs() const;
  // The start after which most pairs stay free; ties: the lowest. Nothing when no start is free. O(pairs x
  // starts).
  std::optional<std::uint8_t> choose_start(std::uint16_t profile) const;

  // Memory slices taken, bit s for slice s.
  std::uint64_t slices() const { return slices_; }
  // Sum of the compute slices of the instances; never above the geometry's. For the geometries that ship the
  // memory slices run out first (mig.md), for one that a scenario brings the limit may bind.
  int compute_slices() const { return compute_; }

 private:
  const MigGeometry* geometry_;
  std::uint64_t slices_ = 0;
  std::vector<std::uint8_t> counts_;  // by profile
  int compute_ = 0;
  int media_ = 0;  // instances that have the media engines
};

// The memory slices of a placement, bit s for slice s.
std::uint64_t slices_of(const MigGeometry& geometry, MigPlacement placement);
// Does the profile have the GPU's media engines, of which there is one set a GPU?
bool has_media_engines(const MigProfile& profile);

// Where the instances of a list of profiles come to stand on an empty GPU: made one after the other by the
// start rule, compute slices descending (ties: memory slices descending, then list order); when that fails,
// in every other order until one serves (mig-parted config.go). In list order; nothing when no order serves.
std::optional<std::vector<MigPlacement>> plan_layout(const MigGeometry& geometry,
                                                     const std::vector<std::uint16_t>& profiles);

// Why the placements cannot stand together, as a sentence without a full stop that names the two that
// collide; nothing when they can.
std::optional<std::string> layout_problem(const MigGeometry& geometry,
                                          const std::vector<MigPlacement>& placements);
// Why no GPU of this geometry can hold the list of profiles: the first that finds no start, and what stands
// in its way. Call it when plan_layout gave nothing.
std::string list_problem(const MigGeometry& geometry, const std::vector<std::uint16_t>& profiles);

}  // namespace berth::cluster
