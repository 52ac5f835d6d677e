// The heap over the queue tree: Go's array moves, the lazy re-ordering, the depth limit, and random walks beside a twin.
#include <rapidcheck.h>

#include "sim/policy/kai/order/fair_share.hpp"
#include "sim/policy/kai/order/job_heap.hpp"
#include "tests/policy/kai/session/rule_session.hpp"
#include "tests/support/slow/job_heap.hpp"

using namespace berth;
using namespace berth::policy::kai;
using namespace berth::policy::kai::testing;

namespace {

const auto smaller = [](int a, int b) { return a < b; };

Shape gpus(double n) {
  Shape shape;
  shape.gpu = GpuKind::whole;
  shape.amounts.gpu = n;
  return shape;
}

JobIx add_job(RuleSession& s, QueueIx queue, std::int32_t priority, std::int64_t created, TaskStatus status,
              double gpu) {
  JobInfo job;
  job.name = job.uid = "j" + std::to_string(s.session.jobs.size());
  job.queue = queue;
  job.priority = priority;
  job.created = {created};
  return s.add_job(job, {{"default", 1, {{"t", status, false, gpus(gpu)}}}});
}

QueueInfo queue_of(std::string name, std::int64_t created, double quota, double fair_share) {
  QueueInfo q;
  q.name = std::move(name);
  q.created = {created};
  q.quota = {unlimited, unlimited, quota};
  q.limit = {unlimited, unlimited, unlimited};
  q.fair_share.gpu = fair_share;
  q.allocatable_share = allocatable_share(q);
  return q;
}

// A random tree of up to three levels with jobs; a job's allocation counts at its queue and all ancestors.
void fill_randomly(RuleSession& s, bool victims) {
  s.session.total = {1000, 1000, 20};
  const int tops = *rc::gen::inRange(1, 4);
  std::vector<QueueIx> leaves;
  std::int64_t created = 0;
  const auto add = [&](QueueIx parent) {
    QueueInfo q = queue_of("q" + std::to_string(s.session.queues.size()), created, *rc::gen::inRange(0, 4),
                           *rc::gen::inRange(0, 6));
    q.priority = *rc::gen::element(100, 100, 100, 200);
    created += *rc::gen::inRange(0, 2);
    return s.add_queue(q, parent);
  };
  for (int t = 0; t < tops; ++t) {
    const QueueIx top = add(none<QueueIx>());
    const int children = *rc::gen::inRange(1, 4);
    for (int c = 0; c < children; ++c) {
      const QueueIx child = add(top);
      const int below = *rc::gen::element(0, 0, 2);
      for (int b = 0; b < below; ++b) leaves.push_back(add(child));
      if (below == 0) leaves.push_back(child);
    }
  }
  const int jobs = *rc::gen::inRange(0, 25);
  for (int j = 0; j < jobs; ++j) {
    const QueueIx leaf =
        leaves[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(leaves.size())))];
    const double gpu = *rc::gen::element(0.5, 1.0, 1.0, 2.0);
    const JobIx job = add_job(s, leaf, *rc::gen::element(50, 50, 75), *rc::gen::inRange(0, 3),
                              victims ? TaskStatus::running : TaskStatus::pending, gpu);
    if (!victims) continue;
    for (QueueIx q = leaf; q != none<QueueIx>(); q = s.session.queues[q].parent) {
      s.session.queues[q].allocated += s.session.jobs[job].allocated;
    }
  }
  s.rank_jobs();
}

void walk_beside_twin(bool victims) {
  RuleSession s;
  fill_randomly(s, victims);
  AttemptRequests requests;
  JobHeap heap(s.session, requests, victims ? JobHeap::Order::victims : JobHeap::Order::jobs);
  berth::testing::slow::JobHeapTwin twin(s.session, victims);
  std::vector<JobIx> all;
  for (std::size_t i = 0; i < s.session.jobs.size(); ++i) all.push_back(id_of<JobIx>(i));
  heap.init(all);
  for (JobIx job : all) twin.push(job);
  std::vector<JobIx> out;  // popped, may be pushed back
  for (int step = 0; step < 60 && !heap.empty(); ++step) {
    RC_ASSERT(!twin.empty());
    const JobIx job = heap.pop();
    RC_ASSERT(twin.pop() == job);
    out.push_back(job);
    // A start changes what its queues hold while other entries stay where they are.
    if (!victims && *rc::gen::element(0, 1) == 0) {
      for (QueueIx q = s.session.jobs[job].queue; q != none<QueueIx>(); q = s.session.queues[q].parent) {
        s.session.queues[q].allocated.gpu += 1;
      }
    }
    if (*rc::gen::inRange(0, 3) == 0) {
      const JobIx back = out[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(out.size())))];
      heap.push(back);
      twin.push(back);
      out.erase(std::find(out.begin(), out.end(), back));
    }
  }
  RC_ASSERT(heap.empty() == twin.empty());
}

}  // namespace

TEST_CASE("kai: the heap moves entries as Go's container/heap does") {
  // Arrays worked out by hand from the rules of init, push, fix, remove and pop.
  std::vector<int> heap{5, 2, 8, 1, 9};
  heap_init(heap, smaller);
  CHECK(heap == std::vector<int>{1, 2, 8, 5, 9});
  heap_push(heap, 0, smaller);
  CHECK(heap == std::vector<int>{0, 2, 1, 5, 9, 8});
  CHECK(heap_remove(heap, 1, smaller) == 2);
  CHECK(heap == std::vector<int>{0, 5, 1, 8, 9});
  CHECK(heap_remove(heap, 4, smaller) == 9);
  CHECK(heap == std::vector<int>{0, 5, 1, 8});
  heap[0] = 7;
  heap_fix(heap, 0, smaller);
  CHECK(heap == std::vector<int>{1, 5, 7, 8});
  CHECK(heap_pop(heap, smaller) == 1);
  CHECK(heap == std::vector<int>{5, 8, 7});
  heap[2] = 3;
  heap_fix(heap, 2, smaller);
  CHECK(heap == std::vector<int>{3, 8, 5});
}

TEST_CASE("kai: one queue's jobs come out by priority, gang state and age") {
  RuleSession s;
  const QueueIx q = s.add_queue(queue_of("q", 0, 4, 4), none<QueueIx>());
  const JobIx young = add_job(s, q, 50, 2, TaskStatus::pending, 1);
  const JobIx old = add_job(s, q, 50, 1, TaskStatus::pending, 1);
  const JobIx urgent = add_job(s, q, 75, 3, TaskStatus::pending, 1);
  const JobIx running =
      add_job(s, q, 50, 0, TaskStatus::running, 1);  // at its minimum: after those below theirs
  s.rank_jobs();
  AttemptRequests requests;
  JobHeap heap(s.session, requests, JobHeap::Order::jobs);
  heap.init({running, young, old, urgent});
  CHECK(heap.size() == 4);
  std::vector<JobIx> order;
  while (!heap.empty()) order.push_back(heap.pop());
  CHECK(order == std::vector<JobIx>{urgent, old, young, running});
  CHECK(heap.pop() == none<JobIx>());

  JobHeap victims(s.session, requests, JobHeap::Order::victims);
  victims.init({running, young, old, urgent});
  order.clear();
  while (!victims.empty()) order.push_back(victims.pop());
  CHECK(order == std::vector<JobIx>{running, young, old, urgent});
}

TEST_CASE("kai: a queue deep in the heap stays stale until it is looked at as the top") {
  // Four queues, the least used first: the heap's array is [a, b, c, d]. Behind its back d loses all that it holds. A look
  // at the top compares a with b and c alone, so that d waits until a pop brings it up.
  RuleSession s;
  s.session.total = {1, 1, 8};
  std::vector<QueueIx> queues;
  std::vector<JobIx> jobs;
  for (int i = 0; i < 4; ++i) {
    QueueInfo queue = queue_of(std::string(1, static_cast<char>('a' + i)), i, 0, 8);
    queue.allocated.gpu = i + 1;
    queues.push_back(s.add_queue(queue, none<QueueIx>()));
    jobs.push_back(add_job(s, queues.back(), 50, 0, TaskStatus::pending, 1));
  }
  const JobIx second_of_a = add_job(s, queues[0], 50, 1, TaskStatus::pending, 1);
  s.rank_jobs();
  AttemptRequests requests;
  JobHeap heap(s.session, requests, JobHeap::Order::jobs);
  heap.init(jobs);
  heap.push(second_of_a);
  s.session.queues[queues[3]].allocated.gpu = 0;
  CHECK(heap.pop() == jobs[0]);
  CHECK(heap.pop() == second_of_a);
  // Now a leaves: the last entry of the array, d, takes its place and stays there.
  CHECK(heap.pop() == jobs[3]);
  CHECK(heap.pop() == jobs[1]);
  CHECK(heap.pop() == jobs[2]);
}

TEST_CASE("kai: a queue that has just entered its parent's heap is compared again, as are all above it") {
  // b enters with b1, then a with a1: as much each, and a is older and rises. Then b2 brings less into b. a is the top, and
  // nothing has come into it since.
  RuleSession s;
  s.session.total = {1, 1, 8};
  const QueueIx a = s.add_queue(queue_of("a", 0, 0, 8), none<QueueIx>());
  const QueueIx b = s.add_queue(queue_of("b", 1, 0, 8), none<QueueIx>());
  const QueueIx a1 = s.add_queue(queue_of("a1", 2, 0, 8), a);
  const QueueIx b1 = s.add_queue(queue_of("b1", 3, 0, 8), b);
  const QueueIx b2 = s.add_queue(queue_of("b2", 4, 0, 8), b);
  const JobIx of_b1 = add_job(s, b1, 50, 0, TaskStatus::pending, 2);
  const JobIx of_a1 = add_job(s, a1, 50, 1, TaskStatus::pending, 2);
  const JobIx of_b2 = add_job(s, b2, 50, 2, TaskStatus::pending, 1);
  s.rank_jobs();
  AttemptRequests requests;
  JobHeap heap(s.session, requests, JobHeap::Order::jobs);
  heap.init({of_b1, of_a1, of_b2});
  CHECK(heap.pop() == of_b2);
  CHECK(heap.pop() == of_a1);
  CHECK(heap.pop() == of_b1);
}

TEST_CASE("kai: what an attempt asks for is remembered until a status changes, its tasks too") {
  RuleSession s;
  const QueueIx q = s.add_queue(queue_of("q", 0, 4, 4), none<QueueIx>());
  JobInfo job;
  job.queue = q;
  const JobIx ix = s.add_job(
      job, {{"default",
             1,
             {{"t0", TaskStatus::pending, false, gpus(2)}, {"t1", TaskStatus::pending, false, gpus(1)}}}});
  s.rank_jobs();
  const TaskIx first = s.session.pod_sets[s.session.jobs[ix].pod_sets[0]].tasks[0];
  TaskInfo& task = s.session.tasks[first];
  AttemptRequests asked;
  CHECK(asked.of(s.session, ix).gpu == 2);
  AttemptRequests tasks_asked;
  CHECK(tasks_asked.tasks(s.session, ix) == std::vector<TaskIx>{first});
  // It is placed by somebody who does not tell: whoever asked before goes on with what it knew.
  task.status = TaskStatus::running;
  CHECK(asked.of(s.session, ix).gpu == 2);
  // Who knew the tasks alone sums what of them can still be placed: nothing.
  CHECK(tasks_asked.tasks(s.session, ix) == std::vector<TaskIx>{first});
  CHECK(tasks_asked.of(s.session, ix).gpu == 0);
  ++s.session.jobs[ix].version;
  CHECK(asked.tasks(s.session, ix) != std::vector<TaskIx>{first});
  CHECK(asked.of(s.session, ix).gpu == 1);
}

TEST_CASE("kai: requests for GPU memory are summed task by task, in double") {
  RuleSession s;
  const QueueIx q = s.add_queue(queue_of("q", 0, 4, 4), none<QueueIx>());
  Shape memory;
  memory.gpu = GpuKind::memory;
  memory.devices = 1;
  memory.memory_mib = 70;
  JobInfo job;
  job.queue = q;
  const JobIx ix = s.add_job(job, {{"default",
                                    3,
                                    {{"t0", TaskStatus::pending, false, memory},
                                     {"t1", TaskStatus::pending, false, memory},
                                     {"t2", TaskStatus::pending, false, memory}}}});
  s.rank_jobs();
  AttemptRequests requests;
  const double sum = requests.of(s.session, ix).gpu;
  CHECK(sum == 0.7 + 0.7 + 0.7);
  CHECK(sum < 2.1);  // which is what 210 of 100 would be
  // Several devices of one task are multiplied.
  memory.devices = 3;
  CHECK(pending_amounts(memory, 100).gpu == 3 * 0.7);
}

TEST_CASE("kai: the queue depth limit drops the last leaf of the heap, not the worst job") {
  RuleSession s;
  const QueueIx q = s.add_queue(queue_of("q", 0, 4, 4), none<QueueIx>());
  const JobIx low = add_job(s, q, 50, 0, TaskStatus::pending, 1);
  const JobIx mid = add_job(s, q, 60, 1, TaskStatus::pending, 1);
  const JobIx high = add_job(s, q, 70, 2, TaskStatus::pending, 1);
  s.rank_jobs();
  AttemptRequests requests;
  JobHeap heap(s.session, requests, JobHeap::Order::jobs, 2);
  // Array after low, mid: [mid, low]. High rises to the top, mid becomes the last leaf and is dropped; low stays.
  heap.init({low, mid, high});
  CHECK(heap.size() == 2);
  CHECK(heap.pop() == high);
  CHECK(heap.pop() == low);
  CHECK(heap.empty());
}

TEST_CASE("kai: jobs without a leaf queue stay out of the heap") {
  RuleSession s;
  const QueueIx top = s.add_queue(queue_of("top", 0, 4, 4), none<QueueIx>());
  s.add_queue(queue_of("leaf", 0, 4, 4), top);
  const JobIx inner = add_job(s, top, 50, 0, TaskStatus::pending, 1);
  const JobIx lost = add_job(s, none<QueueIx>(), 50, 0, TaskStatus::pending, 1);
  AttemptRequests requests;
  JobHeap heap(s.session, requests, JobHeap::Order::jobs);
  heap.init({inner, lost});
  CHECK(heap.empty());
}

TEST_CASE("kai: random walks of the heap follow the twin's") {
  CHECK(rc::check("jobs", [] { walk_beside_twin(false); }));
  CHECK(rc::check("victims", [] { walk_beside_twin(true); }));
}

TEST_CASE("kai: job order as one number is priority, gang state and age one after the other") {
  CHECK(rc::check("order key", [] {
    RuleSession s;
    s.session.options.plugins.priority = *rc::gen::arbitrary<bool>();
    s.session.options.plugins.elastic = *rc::gen::arbitrary<bool>();
    const QueueIx q = s.add_queue(queue_of("q", 0, 4, 4), none<QueueIx>());
    for (int i = *rc::gen::inRange(2, 8); i > 0; --i) {
      JobInfo job;
      job.name = job.uid = "j" + std::to_string(i);
      job.queue = q;
      job.priority = *rc::gen::element(-2'000'000'000, -1, 0, 50, 100, 2'000'000'000);
      job.created = {*rc::gen::inRange(0, 3)};
      RuleSession::Set set{"default", *rc::gen::inRange(0, 3), {}};
      for (int t = *rc::gen::inRange(0, 4); t > 0; --t) {
        set.tasks.push_back(
            {"t", *rc::gen::element(TaskStatus::running, TaskStatus::pending), false, gpus(1)});
      }
      s.add_job(job, {set});
    }
    s.rank_jobs();
    const auto plainly = [&](JobIx l, JobIx r) {
      const JobInfo& left = s.session.jobs[l];
      const JobInfo& right = s.session.jobs[r];
      if (s.session.options.plugins.priority && left.priority != right.priority) {
        return left.priority > right.priority ? First::left : First::right;
      }
      if (s.session.options.plugins.elastic && compare_gang_state(s.session, l, r) != First::equal) {
        return compare_gang_state(s.session, l, r);
      }
      if (left.age_rank == right.age_rank) return First::equal;
      return left.age_rank < right.age_rank ? First::left : First::right;
    };
    for (int round = 0; round < 2; ++round) {
      for (std::size_t l = 0; l < s.session.jobs.size(); ++l) {
        for (std::size_t r = 0; r < s.session.jobs.size(); ++r) {
          RC_ASSERT(compare_jobs(s.session, id_of<JobIx>(l), id_of<JobIx>(r)) ==
                    plainly(id_of<JobIx>(l), id_of<JobIx>(r)));
        }
      }
      // A task starts: the job's version says so.
      for (TaskInfo& task : s.session.tasks) {
        if (task.status != TaskStatus::pending) continue;
        task.status = TaskStatus::running;
        for (StatusCounts* counts :
             {&s.session.jobs[task.job].counts, &s.session.pod_sets[task.pod_set].counts}) {
          counts->add(TaskStatus::pending, -1);
          counts->add(TaskStatus::running, 1);
        }
        ++s.session.jobs[task.job].version;
        break;
      }
    }
  }));
}
