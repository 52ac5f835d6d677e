// What a policy is shown of a World: the one place where a Snapshot is made of it, for runs and for looks back.
#pragma once

#include <optional>

#include "berth/policy/snapshot.hpp"
#include "berth/simulation/world.hpp"

namespace berth::simulation {

// The last reading of usage of one pool: it changes at known instants only, so that it is kept from pass to pass.
struct UsageReading {
  std::optional<Instant> at;
  policy::Usage shares;
};

// World and reading must outlive the snapshot. The reading is taken anew when a newer one is due.
policy::Snapshot snapshot_of(const World& world, PoolId pool, Instant now, UsageReading& reading);

}  // namespace berth::simulation
