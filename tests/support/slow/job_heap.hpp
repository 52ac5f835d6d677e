// The slow, obvious twin of the job heap: a tree of nodes, heaps written as recursions, sums taken anew in every
// comparison. Read it beside sim/policy/kai/order/job_heap.hpp.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/order/job_order.hpp"
#include "sim/policy/kai/order/queue_order.hpp"

namespace berth::testing::slow {

using namespace berth::policy::kai;  // NOLINT: a twin lives in the same words

template <class T>
struct GoHeap {
  std::vector<T> items;
  std::function<bool(T, T)> less;

  void up(std::size_t child) {
    if (child == 0) return;
    const std::size_t parent = (child - 1) / 2;
    if (!less(items[child], items[parent])) return;
    std::swap(items[child], items[parent]);
    up(parent);
  }
  bool down(std::size_t parent, std::size_t size) {
    std::size_t child = 2 * parent + 1;
    if (child >= size) return false;
    if (child + 1 < size && less(items[child + 1], items[child])) ++child;
    if (!less(items[child], items[parent])) return false;
    std::swap(items[child], items[parent]);
    down(child, size);
    return true;
  }
  void push(T value) {
    items.push_back(value);
    up(items.size() - 1);
  }
  T pop() {
    std::swap(items.front(), items.back());
    down(0, items.size() - 1);
    const T value = items.back();
    items.pop_back();
    return value;
  }
  void fix_top() { down(0, items.size()); }
};

class JobHeapTwin {
 public:
  JobHeapTwin(const Session& session, bool victims) : session_(session), victims_(victims) {
    tops_.less = queue_less();
  }

  void push(JobIx job) {
    const QueueIx leaf = session_.jobs[job].queue;
    Node& node = node_of(leaf);
    node.jobs.push(job);
    // First the links from the leaf up to the first queue that was there, then the marks all the way.
    for (QueueIx q = leaf; q != none<QueueIx>() && !node_of(q).in_parent; q = session_.queues[q].parent) {
      node_of(q).in_parent = true;
      parent_heap(q).push(q);
    }
    for (QueueIx q = leaf; q != none<QueueIx>(); q = session_.queues[q].parent) node_of(q).stale = true;
  }

  JobIx pop() {
    QueueIx q = top_of(tops_);
    while (session_.queues[q].children.size() > 0) q = top_of(node_of(q).queues);
    Node& leaf = node_of(q);
    const JobIx job = leaf.jobs.pop();
    leaf.popped.push_back(session_.jobs[job].allocated);
    bool empty = leaf.jobs.items.empty();
    for (; q != none<QueueIx>(); q = session_.queues[q].parent) {
      if (empty) {
        parent_heap(q).pop();
        node_of(q).in_parent = false;
        empty = parent_heap(q).items.empty();
      } else {
        node_of(q).stale = true;
      }
    }
    return job;
  }

  bool empty() const { return tops_.items.empty(); }

 private:
  struct Node {
    GoHeap<QueueIx> queues;
    GoHeap<JobIx> jobs;
    bool in_parent = false;
    bool stale = false;
    std::vector<Resources> popped;
  };

  Node& node_of(QueueIx q) {
    const auto [found, added] = nodes_.try_emplace(q);
    if (added) {
      found->second.queues.less = queue_less();
      found->second.jobs.less = [this](JobIx a, JobIx b) {
        return victims_ != (compare_jobs(session_, a, b) == First::left);
      };
    }
    return found->second;
  }
  GoHeap<QueueIx>& parent_heap(QueueIx q) {
    const QueueIx parent = session_.queues[q].parent;
    return parent == none<QueueIx>() ? tops_ : node_of(parent).queues;
  }
  QueueIx top_of(GoHeap<QueueIx>& heap) {
    while (node_of(heap.items.front()).stale) {
      node_of(heap.items.front()).stale = false;
      heap.fix_top();
    }
    return heap.items.front();
  }
  QueueContender contender(QueueIx q) {
    QueueContender c;
    c.queue = &session_.queues[q];
    while (session_.queues[q].children.size() > 0) q = node_of(q).queues.items.front();
    Node& leaf = node_of(q);
    if (!victims_) {
      c.next_request =
          tasks_to_allocate_request(session_, leaf.jobs.items.front(), Attempt::simulated).with_gpu_memory;
      return c;
    }
    for (const Resources& popped : leaf.popped) c.victims += popped;
    c.victims += session_.jobs[leaf.jobs.items.front()].allocated;
    return c;
  }
  std::function<bool(QueueIx, QueueIx)> queue_less() {
    return [this](QueueIx a, QueueIx b) {
      return victims_ != (compare_queues(contender(a), contender(b), session_.total) == First::left);
    };
  }

  const Session& session_;
  bool victims_;
  GoHeap<QueueIx> tops_;
  std::map<QueueIx, Node> nodes_;
};

}  // namespace berth::testing::slow
