// The order in which an action takes jobs: a tree of binary heaps, one a queue, that behaves as the reference's does
// (kai-semantics.md section 2, QUEUE ORDER; sections 10.4, 10.9, 10.16).
//
// Each heap is Go's container/heap: the same up, down, fix, push, pop and remove, so that equal and stale entries end where
// the reference has them. A queue's place is mended lazily: a push or pop marks the queues on the way to the root, new ones
// too (11.1), and only a marked queue that is looked at as its heap's top is fixed. Nothing here allocates once the heaps have grown.
//
// Every pop polls the session's stop: the actions, the victim search and its walks are all loops of pops.
//
// Cost: push and pop O(depth x log n) comparisons; comparing queues asks for the best job's attempt request (memoised).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/order/job_order.hpp"
#include "sim/policy/kai/order/queue_order.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// Go's container/heap on a vector; `less(a, b)`: a stands nearer to the top.
template <class T, class Less>
void heap_up(std::vector<T>& heap, std::size_t at, Less&& less) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (!less(heap[at], heap[parent])) break;
    std::swap(heap[at], heap[parent]);
    at = parent;
  }
}
// Only the first `size` entries take part. True if the entry moved.
template <class T, class Less>
bool heap_down(std::vector<T>& heap, std::size_t start, std::size_t size, Less&& less) {
  std::size_t at = start;
  for (;;) {
    const std::size_t left = 2 * at + 1;
    if (left >= size) break;
    std::size_t best = left;
    if (left + 1 < size && less(heap[left + 1], heap[left])) best = left + 1;
    if (!less(heap[best], heap[at])) break;
    std::swap(heap[at], heap[best]);
    at = best;
  }
  return at > start;
}
template <class T, class Less>
void heap_init(std::vector<T>& heap, Less&& less) {
  for (std::size_t i = heap.size() / 2; i-- > 0;) heap_down(heap, i, heap.size(), less);
}
template <class T, class Less>
void heap_fix(std::vector<T>& heap, std::size_t at, Less&& less) {
  if (!heap_down(heap, at, heap.size(), less)) heap_up(heap, at, less);
}
template <class T, class Less>
void heap_push(std::vector<T>& heap, T value, Less&& less) {
  heap.push_back(value);
  heap_up(heap, heap.size() - 1, less);
}
template <class T, class Less>
T heap_remove(std::vector<T>& heap, std::size_t at, Less&& less) {
  const std::size_t last = heap.size() - 1;
  if (last != at) {
    std::swap(heap[at], heap[last]);
    if (!heap_down(heap, at, last, less)) heap_up(heap, at, less);
  }
  const T value = heap.back();
  heap.pop_back();
  return value;
}
template <class T, class Less>
T heap_pop(std::vector<T>& heap, Less&& less) {
  const std::size_t last = heap.size() - 1;
  std::swap(heap.front(), heap[last]);
  heap_down(heap, 0, last, less);
  const T value = heap.back();
  heap.pop_back();
  return value;
}

class JobHeap {
 public:
  enum class Order : std::uint8_t {
    jobs,     // who is tried next
    victims,  // every comparison negated: the worst queue's worst job first
  };

  // `session` and `requests` must outlive the heap. `max_depth`: at most so many jobs a leaf queue; 0: no limit.
  JobHeap(const Session& session, AttemptRequests& requests, Order order, std::int32_t max_depth = 0);

  // Empties the heap and pushes the jobs in the order given (creation order where the reference has none, 10.16). Jobs
  // without a leaf queue stay out.
  void init(const std::vector<JobIx>& jobs);
  void push(JobIx job);
  // The first job, taken out; none when empty. In a victim heap it counts among its leaf's popped victims from now on.
  JobIx pop();
  bool empty() const { return top_.empty(); }
  std::size_t size() const { return size_; }

 private:
  struct Node {
    std::vector<JobIx> jobs;        // a leaf's heap
    std::vector<QueueIx> children;  // an inner queue's heap: children that hold jobs
    bool active = false;            // stands in its parent's heap
    bool needs_reorder = false;
    Resources popped;  // victims: allocated amounts of the popped jobs, in pop order
  };

  // A value, so that the heap's moves see through it.
  auto job_less() const {
    return [&session = session_, victims = victims_](JobIx left, JobIx right) {
      return (order_key(session, left) < order_key(session, right)) != victims;
    };
  }
  bool queue_less(QueueIx left, QueueIx right);
  QueueContender contender(QueueIx queue);
  std::vector<QueueIx>& heap_of_parent(QueueIx queue);
  void activate(QueueIx leaf);
  void mark_up_from(QueueIx queue);
  void push_to_leaf(JobIx job);
  QueueIx look_at_top(std::vector<QueueIx>& heap);

  const Session& session_;
  AttemptRequests& requests_;
  bool victims_;
  std::size_t max_depth_;
  IdVector<QueueIx, Node> nodes_;
  std::vector<QueueIx> top_;
  std::size_t size_ = 0;
};

}  // namespace berth::policy::kai
