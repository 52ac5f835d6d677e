#include "sim/simulation/run/snapshot.hpp"

namespace berth::simulation {

policy::Snapshot snapshot_of(const World& world, PoolId pool, Instant now, UsageReading& reading) {
  policy::Snapshot snapshot;
  snapshot.now = now;
  snapshot.pool = pool;
  snapshot.cluster = &world.cluster;
  snapshot.organization = &world.organization;
  snapshot.workloads = &world.workloads;
  snapshot.members = &world.pools[pool].members;
  snapshot.leaving = &world.pools[pool].leaving;
  snapshot.waiting = &world.pools[pool].waiting;
  if (world.usage.empty()) return snapshot;
  const organization::UsageMeter& meter = world.usage[pool];
  if (reading.at != meter.reading_at(now)) {
    reading.at = meter.reading_at(now);
    reading.shares = meter.shares(now);
  }
  snapshot.usage = &reading.shares;
  snapshot.next_reading = meter.next_reading(now);
  return snapshot;
}

}  // namespace berth::simulation
