#include "sim/policy/kai/order/job_heap.hpp"

#include "berth/core/invariant.hpp"
#include "sim/policy/kai/order/job_order.hpp"

namespace berth::policy::kai {

JobHeap::JobHeap(const Session& session, AttemptRequests& requests, Order order, std::int32_t max_depth)
    : session_(session),
      requests_(requests),
      victims_(order == Order::victims),
      max_depth_(max_depth > 0 ? static_cast<std::size_t>(max_depth) : 0),
      nodes_(session.queues.size()) {}

QueueContender JobHeap::contender(QueueIx queue) {
  QueueContender c;
  c.queue = &session_.queues[queue];
  // The best descendant is each heap's present top, as it lies (section 2).
  QueueIx leaf = queue;
  while (!nodes_[leaf].children.empty()) leaf = nodes_[leaf].children.front();
  const Node& node = nodes_[leaf];
  if (victims_) {
    c.victims = node.popped;
    if (!node.jobs.empty()) c.victims += session_.jobs[node.jobs.front()].allocated;
  } else if (!node.jobs.empty()) {
    c.next_request = requests_.of(session_, node.jobs.front());
  }
  return c;
}

bool JobHeap::queue_less(QueueIx left, QueueIx right) {
  const First first = session_.options.plugins.proportion
                          ? compare_queues(contender(left), contender(right), session_.total)
                          : compare_queues_by_age(session_.queues[left], session_.queues[right]);
  return victims_ ? first != First::left : first == First::left;
}

std::vector<QueueIx>& JobHeap::heap_of_parent(QueueIx queue) {
  const QueueIx parent = session_.queues[queue].parent;
  return parent == none<QueueIx>() ? top_ : nodes_[parent].children;
}

void JobHeap::mark_up_from(QueueIx queue) {
  for (; queue != none<QueueIx>(); queue = session_.queues[queue].parent) nodes_[queue].needs_reorder = true;
}

// Puts the queue into its parent's heap, and the parent into its own, unless they are there; then marks them all, the new
// ones too (section 11.1): while they were linked, their ancestors lacked what they bring.
void JobHeap::activate(QueueIx leaf) {
  const auto less = [&](QueueIx a, QueueIx b) { return queue_less(a, b); };
  for (QueueIx queue = leaf; queue != none<QueueIx>() && !nodes_[queue].active;
       queue = session_.queues[queue].parent) {
    nodes_[queue].active = true;
    nodes_[queue].needs_reorder = false;
    heap_push(heap_of_parent(queue), queue, less);
  }
  mark_up_from(leaf);
}

void JobHeap::push_to_leaf(JobIx job) {
  const auto less = job_less();
  std::vector<JobIx>& jobs = nodes_[session_.jobs[job].queue].jobs;
  heap_push(jobs, job, less);
  ++size_;
  if (max_depth_ > 0 && jobs.size() > max_depth_) {
    heap_remove(jobs, jobs.size() - 1, less);
    --size_;
  }
}

void JobHeap::init(const std::vector<JobIx>& jobs) {
  for (Node& node : nodes_) {
    node.jobs.clear();
    node.children.clear();
    node.active = node.needs_reorder = false;
    node.popped = {};
  }
  top_.clear();
  size_ = 0;
  for (JobIx job : jobs) push(job);
}

void JobHeap::push(JobIx job) {
  if (!has_leaf_queue(session_, job)) return;
  push_to_leaf(job);
  activate(session_.jobs[job].queue);
}

QueueIx JobHeap::look_at_top(std::vector<QueueIx>& heap) {
  while (nodes_[heap.front()].needs_reorder) {
    nodes_[heap.front()].needs_reorder = false;
    heap_fix(heap, 0, [&](QueueIx a, QueueIx b) { return queue_less(a, b); });
  }
  return heap.front();
}

JobIx JobHeap::pop() {
  if (top_.empty()) return none<JobIx>();
  session_.stop.poll();
  QueueIx leaf = look_at_top(top_);
  while (!nodes_[leaf].children.empty()) leaf = look_at_top(nodes_[leaf].children);
  Node& node = nodes_[leaf];
  BERTH_INVARIANT(!node.jobs.empty(), "an active queue holds a job");
  const JobIx job = heap_pop(node.jobs, job_less());
  --size_;
  if (victims_) node.popped += session_.jobs[job].allocated;
  // Queues without a job leave, from the leaf up; the others on the way to the root are marked.
  QueueIx queue = leaf;
  while (queue != none<QueueIx>() && nodes_[queue].jobs.empty() && nodes_[queue].children.empty()) {
    std::vector<QueueIx>& heap = heap_of_parent(queue);
    nodes_[queue].active = false;
    heap_pop(heap, [&](QueueIx a, QueueIx b) { return queue_less(a, b); });
    queue = session_.queues[queue].parent;
  }
  mark_up_from(queue);
  return job;
}

}  // namespace berth::policy::kai
