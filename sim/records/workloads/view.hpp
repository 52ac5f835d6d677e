// What every document is a function of: the World as it is at one instant, and who is who in it.
#pragma once

#include "berth/core/stop.hpp"
#include "berth/core/time.hpp"
#include "berth/simulation/world.hpp"
#include "sim/records/workloads/identities.hpp"

namespace berth::records {

class FitMessages;

// References only: whoever makes a view keeps what it refers to, and has let `ids` follow the workloads.
struct View {
  View(const simulation::World& at, const Identities& who, Instant when)
      : world(at),
        cluster(at.cluster),
        organization(at.organization),
        workloads(at.workloads),
        ids(who),
        now(when) {}

  const simulation::World& world;
  const cluster::Cluster& cluster;
  const organization::Organization& organization;
  const workload::Workloads& workloads;
  const Identities& ids;
  Instant now;                            // world.now or later, before the next transition
  const FitMessages* messages = nullptr;  // the policy's own words for refusals, when somebody asked for them
  StopToken stop;  // polled once a workload by documents that have them all, which then throw Interrupted
};

inline constexpr std::int64_t tenant_id = 1001;  // contract/NOTES.md section 2: one a scenario

}  // namespace berth::records
