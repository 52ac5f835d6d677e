#include "sim/policy/kai/order/capacity.hpp"

namespace berth::policy::kai {
namespace {

// From the leaf up, the first resource with a request that `bound` forbids.
template <class Bound, class Used>
CapacityVerdict check(const Queues& queues, QueueIx leaf, const Resources& request, CapacityReason reason,
                      Bound bound, Used used) {
  for (QueueIx q = leaf; q != none<QueueIx>(); q = queues[q].parent) {
    const QueueInfo& queue = queues[q];
    for (Resource r : all_resources) {
      if (request[r] == 0 || bound(queue)[r] == unlimited) continue;
      if (used(queue)[r] + request[r] > bound(queue)[r]) {
        return {reason, q, r, bound(queue)[r], used(queue)[r], request[r]};
      }
    }
  }
  return {};
}

}  // namespace

CapacityVerdict check_limits(const Queues& queues, QueueIx leaf, const Resources& request) {
  return check(
      queues, leaf, request, CapacityReason::over_limit,
      [](const QueueInfo& q) -> const Resources& { return q.limit; },
      [](const QueueInfo& q) -> const Resources& { return q.allocated; });
}

CapacityVerdict check_quotas(const Queues& queues, QueueIx leaf, const Resources& request, bool preemptible) {
  if (preemptible) return {};
  return check(
      queues, leaf, request, CapacityReason::non_preemptible_over_quota,
      [](const QueueInfo& q) -> const Resources& { return q.quota; },
      [](const QueueInfo& q) -> const Resources& { return q.allocated_non_preemptible; });
}

CapacityVerdict check_capacity(const Queues& queues, QueueIx leaf, const Resources& request,
                               bool preemptible) {
  const CapacityVerdict limits = check_limits(queues, leaf, request);
  return limits.allowed() ? check_quotas(queues, leaf, request, preemptible) : limits;
}

}  // namespace berth::policy::kai
