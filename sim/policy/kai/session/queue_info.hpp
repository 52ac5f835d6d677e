// A queue as the session sees it (section 2). Fair share and request are fixed when the session opens; the
// allocated amounts move with every decision, virtual ones too (section 10.1), at the queue and all its
// ancestors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"
#include "sim/policy/kai/session/indices.hpp"
#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

struct QueueInfo {
  std::string name;
  QueueId id = none<QueueId>();      // in the World
  QueueIx parent = none<QueueIx>();  // none: a top queue
  std::vector<QueueIx> children;     // creation order
  std::int32_t depth = 0;            // 0: a top queue
  std::int32_t priority = 100;
  Instant created;
  std::optional<Duration> preempt_min_runtime;
  std::optional<Duration> reclaim_min_runtime;
  Resources quota;  // "deserved"; unlimited = -1
  Resources limit;
  Resources weight;   // over-quota weight
  Resources usage;    // normalized historical usage
  Resources request;  // allocated + pending, of the subtree
  Resources fair_share;
  Resources allocated;
  Resources allocated_non_preemptible;
  Resources allocatable_share;  // queue_order.hpp; fixed like fair_share

  bool leaf() const { return children.empty(); }
};

}  // namespace berth::policy::kai
