#include "sim/policy/kai/order/queue_order.hpp"

#include <algorithm>

namespace berth::policy::kai {
namespace {

bool less(double left, double right) {
  return compare_amounts(left, right) == First::left;
}
bool less_or_equal(double left, double right) {
  return compare_amounts(left, right) != First::right;
}

// Step 1: over its fair share in every resource.
bool over_utilized(const QueueInfo& q) {
  return less_in_all(q.fair_share, q.allocated);
}

// Step 4: would hold something of a resource of which it may hold nothing.
bool takes_what_it_may_not(const Resources& share, const Resources& held) {
  return (share.cpu == 0 && held.cpu > 0) || (share.memory == 0 && held.memory > 0) ||
         (share.gpu == 0 && held.gpu > 0);
}

// Step 7, with unlimited as infinity.
bool smaller_share(const Resources& left, const Resources& right) {
  return less_or_equal_in_all(left, right) && less_in_at_least_one(left, right);
}

}  // namespace

First compare_amounts(double left, double right) {
  if (left == right) return First::equal;
  if (left == unlimited) return First::right;
  if (right == unlimited) return First::left;
  return left < right ? First::left : First::right;
}

bool less_in_all(const Resources& left, const Resources& right) {
  return less(left.cpu, right.cpu) && less(left.memory, right.memory) && less(left.gpu, right.gpu);
}
bool less_or_equal_in_all(const Resources& left, const Resources& right) {
  return less_or_equal(left.cpu, right.cpu) && less_or_equal(left.memory, right.memory) &&
         less_or_equal(left.gpu, right.gpu);
}
bool less_in_at_least_one(const Resources& left, const Resources& right) {
  return less(left.cpu, right.cpu) || less(left.memory, right.memory) || less(left.gpu, right.gpu);
}

Resources allocatable_share(const QueueInfo& queue) {
  Resources share;
  for (Resource r : all_resources) {
    const double limit = queue.limit[r];
    if (queue.quota[r] == unlimited) {
      share[r] = limit;
      continue;
    }
    share[r] = std::max(queue.quota[r], queue.fair_share[r]);
    if (limit != unlimited) share[r] = std::min(limit, share[r]);
  }
  return share;
}

double dominant_share(const Resources& allocated, const Resources& share, const Resources& total) {
  constexpr double without_share = 1000;  // the reference's multiplier where a queue may hold nothing
  double dominant = 0;
  for (Resource r : all_resources) {
    const double of = share[r] == unlimited ? total[r] : share[r];
    dominant = std::max(dominant, of == 0 ? allocated[r] * without_share : allocated[r] / of);
  }
  return dominant;
}

First compare_queues(const QueueContender& left, const QueueContender& right, const Resources& total) {
  const QueueInfo& l = *left.queue;
  const QueueInfo& r = *right.queue;
  // 1: not over-utilised first.
  const bool left_over = over_utilized(l);
  if (left_over != over_utilized(r)) return left_over ? First::right : First::left;
  // 2: starved first.
  const Resources left_with_job = l.allocated + left.next_request;
  const Resources right_with_job = r.allocated + right.next_request;
  const bool left_starved = less_or_equal_in_all(left_with_job, l.quota);
  if (left_starved != less_or_equal_in_all(right_with_job, r.quota))
    return left_starved ? First::left : First::right;
  // 3: priority.
  if (l.priority != r.priority) return l.priority > r.priority ? First::left : First::right;
  // 4: who takes what it may not have at all goes last.
  const bool left_penalized = takes_what_it_may_not(l.allocatable_share, left_with_job);
  if (left_penalized != takes_what_it_may_not(r.allocatable_share, right_with_job)) {
    return left_penalized ? First::right : First::left;
  }
  // 5: dominant share with the job, and without the victims (10.9).
  const double left_share = dominant_share(left_with_job - left.victims, l.allocatable_share, total);
  const double right_share = dominant_share(right_with_job - right.victims, r.allocatable_share, total);
  if (left_share != right_share) return left_share < right_share ? First::left : First::right;
  // 6: dominant share as it is.
  const double left_now = dominant_share(l.allocated, l.allocatable_share, total);
  const double right_now = dominant_share(r.allocated, r.allocatable_share, total);
  if (left_now != right_now) return left_now < right_now ? First::left : First::right;
  // 7: allocatable share.
  if (smaller_share(l.allocatable_share, r.allocatable_share)) return First::left;
  if (smaller_share(r.allocatable_share, l.allocatable_share)) return First::right;
  // 8: age.
  return l.created < r.created ? First::left : First::right;
}

First compare_queues_by_age(const QueueInfo& left, const QueueInfo& right) {
  if (left.created != right.created) return left.created < right.created ? First::left : First::right;
  return left.name < right.name ? First::left : First::right;
}

}  // namespace berth::policy::kai
