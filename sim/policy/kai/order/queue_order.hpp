// Which of two sibling queues goes first (kai-semantics.md section 2, QUEUE ORDER; 10.9 for victims).
#pragma once

#include <cstdint>

#include "sim/policy/kai/session/queue_info.hpp"
#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

enum class First : std::int8_t { left, equal, right };

// Amounts with -1 as infinity.
First compare_amounts(double left, double right);  // left: left is smaller
bool less_in_all(const Resources& left, const Resources& right);
bool less_or_equal_in_all(const Resources& left, const Resources& right);
bool less_in_at_least_one(const Resources& left, const Resources& right);

// What a queue may hold: its limit where the quota is unlimited, else max(quota, fair share) cut at the limit.
Resources allocatable_share(const QueueInfo& queue);
// The largest part that `allocated` is of `share`: of the cluster's total where the share is unlimited; allocated x 1000
// where it is 0; never below 0.
double dominant_share(const Resources& allocated, const Resources& share, const Resources& total);

// A queue in a comparison. `allocatable_share` of the queue must be set.
struct QueueContender {
  const QueueInfo* queue = nullptr;
  Resources next_request;  // of the best descendant job; 0 in a victim queue (10.9)
  Resources victims;       // popped victims of the best job's leaf and the next one; 0 when jobs are ordered
};

// Never `equal`: at the end the older queue is first, and of two of one age the right one.
First compare_queues(const QueueContender& left, const QueueContender& right, const Resources& total);
// Without a queue-order plugin: creation, then name.
First compare_queues_by_age(const QueueInfo& left, const QueueInfo& right);

}  // namespace berth::policy::kai
