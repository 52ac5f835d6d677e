// Going back to a checkpoint restores a session bit for bit, whatever was tried since.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <sstream>

#include "sim/policy/kai/allocate_job.hpp"
#include "sim/policy/kai/policy_options.hpp"
#include "sim/policy/kai/session_from_snapshot.hpp"
#include "sim/policy/kai/solver.hpp"
#include "tests/policy/kai/random_pool.hpp"

using namespace berth;
using namespace berth::policy::kai;
namespace pool = berth::tests::kai;

namespace {

// Everything that a statement may change, doubles by their bits. Versions only tell caches to look again.
class Picture {
 public:
  explicit Picture(const Session& s) {
    for (const NodeInfo& n : s.nodes) {
      put("node", n.name, room(n.idle), room(n.releasing), n.legacy_mig_tasks);
      for (const auto* list : {&n.mig_idle, &n.mig_releasing}) {
        for (const std::int32_t count : *list) put(count);
      }
      for (const SharedGroup& g : n.groups) {
        put("group", index_of(g.id), g.has_entry, g.used, g.allocated, g.releasing, g.tasks,
            g.releasing_tasks, g.pipelined_tasks);
      }
    }
    for (const QueueInfo& q : s.queues) {
      put("queue", q.name, amounts(q.allocated), amounts(q.allocated_non_preemptible), amounts(q.fair_share));
    }
    for (const JobInfo& j : s.jobs) put("job", j.name, amounts(j.allocated), counts(j.counts));
    for (const PodSet& p : s.pod_sets) put("pod set", p.tasks.size(), counts(p.counts));
    for (const TaskInfo& t : s.tasks) {
      put("task", static_cast<int>(t.status), t.evicted_in_simulation, t.moved, index_of(t.node),
          bits(t.accepted_gpu));
      for (const GroupIx g : t.groups) put(index_of(g));
    }
  }
  std::string text() const { return out_.str(); }

 private:
  template <class... Ts>
  void put(const Ts&... values) {
    ((out_ << values << ' '), ...);
    out_ << '\n';
  }
  static std::string room(const Room& r) {
    return std::to_string(r.cpu) + "/" + std::to_string(r.memory) + "/" + std::to_string(r.gpus) + "/" +
           std::to_string(r.pods);
  }
  static std::uint64_t bits(double d) {
    std::uint64_t b = 0;
    std::memcpy(&b, &d, sizeof d);
    return b;
  }
  static std::string amounts(const Resources& r) {
    return std::to_string(bits(r.cpu)) + "/" + std::to_string(bits(r.memory)) + "/" +
           std::to_string(bits(r.gpu));
  }
  static std::string counts(const StatusCounts& c) {
    std::string text;
    for (std::size_t i = 0; i < task_status_count; ++i)
      text += std::to_string(c[static_cast<TaskStatus>(i)]) + ",";
    return text + std::to_string(c.active_allocated());
  }

  std::ostringstream out_;
};

// A few evictions and attempts, as a simulation would make them.
void change_something(Cycle& cycle) {
  Session& s = cycle.session;
  for (int step = pool::between(1, 8); step > 0; --step) {
    if (s.jobs.empty()) return;
    if (pool::chance(50)) {
      const TaskIx t =
          id_of<TaskIx>(static_cast<std::size_t>(pool::between(0, static_cast<int>(s.tasks.size()) - 1)));
      if (active_allocated(s.tasks[t].status)) static_cast<void>(cycle.statement.evict(t));
    } else {
      const JobIx j =
          id_of<JobIx>(static_cast<std::size_t>(pool::between(0, static_cast<int>(s.jobs.size()) - 1)));
      allocate_job(cycle, j, s.all_nodes, pool::chance(50) ? Attempt::real : Attempt::simulated);
    }
  }
}

// The options of a session whose roll backs are exact: two of the known bugs leave something behind.
Options exact_options() {
  return policy::kai::read_options(
      {{"bugs.undo_leaves_releasing_share", "false"}, {"bugs.shared_gpus_booked_by_steps", "false"}});
}

// A session on the heap, so that its many defaults are set in one place.
std::unique_ptr<Session> opened(const policy::Snapshot& snapshot) {
  auto session = std::make_unique<Session>();
  open_session(snapshot, exact_options(), *session);
  return session;
}

}  // namespace

TEST_CASE("kai: a roll back restores the session bit for bit, at every depth") {
  CHECK(rc::check("roll back", [] {
    const pool::RandomPool w;
    const policy::Snapshot snapshot = w.snapshot();
    const std::unique_ptr<Session> on_heap = opened(snapshot);
    Session& session = *on_heap;
    Cycle cycle(session, nullptr);
    std::vector<std::pair<Statement::Checkpoint, std::string>> checkpoints;
    for (int depth = pool::between(1, 4); depth > 0; --depth) {
      checkpoints.emplace_back(cycle.statement.checkpoint(), Picture(session).text());
      change_something(cycle);
    }
    while (!checkpoints.empty()) {
      cycle.statement.roll_back(checkpoints.back().first);
      RC_ASSERT(Picture(session).text() == checkpoints.back().second);
      checkpoints.pop_back();
    }
  }));
}

TEST_CASE("kai: a search that finds nothing leaves nothing") {
  CHECK(rc::check("solve", [] {
    const pool::RandomPool w;
    const policy::Snapshot snapshot = w.snapshot();
    const std::unique_ptr<Session> on_heap = opened(snapshot);
    Session& session = *on_heap;
    Cycle cycle(session, nullptr);
    Search search;
    for (std::size_t i = 0; i < session.jobs.size(); ++i) {
      if (session.jobs[id_of<JobIx>(i)].counts.active_allocated() > 0)
        search.victims.push_back(id_of<JobIx>(i));
    }
    // Every scenario that fits is refused at the end.
    search.validate = [](JobIx, const std::vector<TaskIx>&, ReclaimVerdict&) {
      return ScenarioOutcome::End::reclaim_rules;
    };
    const std::string before = Picture(session).text();
    for (std::size_t i = 0; i < session.jobs.size(); ++i) {
      const JobIx job = id_of<JobIx>(i);
      if (!ready_to_schedule(session, job)) continue;
      Search others = search;
      others.victims.erase(std::remove(others.victims.begin(), others.victims.end(), job),
                           others.victims.end());
      RC_ASSERT_FALSE(solve(cycle, job, others));
      RC_ASSERT(Picture(session).text() == before);
    }
  }));
}
