#include "sim/policy/kai/policy.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sim/policy/kai/actions/recuts.hpp"
#include "sim/policy/kai/nodes/device_naming.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/session/cycle.hpp"
#include "sim/policy/kai/session/session_from_snapshot.hpp"
#include "sim/policy/kai/words/explain.hpp"

namespace berth::policy::kai {
namespace {

void propose(Cycle& cycle, Transaction& transaction) {
  Session& s = cycle.session;
  DeviceNaming devices(s, transaction);
  for (const Committed& done : cycle.log) {
    s.stop.poll();
    const PodId pod = s.tasks[done.task].pod;
    const WorkloadId serves =
        done.for_job == none<JobIx>() ? none<WorkloadId>() : s.jobs[done.for_job].workload;
    const auto where = [&] { return devices.name(done.task, done.node, done.groups); };
    switch (done.kind) {
      case Committed::Kind::bind: {
        cluster::DeviceAssignment taken = where();
        taken.over_booked = !devices.free_now(done.task, done.node, taken);
        transaction.bind(pod, s.nodes[done.node].id, std::move(taken));
        break;
      }
      case Committed::Kind::pipeline:
        transaction.pipeline(pod, s.nodes[done.node].id, where());
        break;
      case Committed::Kind::evict:
        transaction.evict(pod, done.cause, serves);
        break;
      case Committed::Kind::move:
        transaction.move(pod, s.nodes[done.node].id, where(), serves);
        break;
    }
  }
}

workload::Refusal refusal_of(const Cycle& cycle, JobIx ix, const Snapshot& snapshot, CutAnew& cut_anew) {
  const Session& s = cycle.session;
  workload::Refusal refusal;
  refusal.pool = snapshot.pool;
  refusal.at = snapshot.now;
  const Refused& why = cycle.refused[ix];
  if (why.never_fits && !cut_anew.could_hold(ix)) refusal.code = workload::RefusalCode::never_fits;
  if (why.by_queue.allowed()) return refusal;
  refusal.code = why.by_queue.reason == CapacityReason::over_limit
                     ? workload::RefusalCode::over_limit
                     : workload::RefusalCode::non_preemptible_over_quota;
  refusal.queue = s.queues[why.by_queue.queue].id;
  refusal.resource = static_cast<std::uint8_t>(why.by_queue.resource);
  const double unit = why.by_queue.resource == Resource::gpu ? 1000 : 1;
  const auto whole = [&](double v) { return static_cast<std::int64_t>(v * unit + 0.5); };
  refusal.limit = whole(why.by_queue.bound);
  refusal.used = whole(why.by_queue.used);
  refusal.requested = whole(why.by_queue.requested);
  return refusal;
}

void refuse_the_rest(const Cycle& cycle, const Snapshot& snapshot, CutAnew& cut_anew,
                     Transaction& transaction) {
  const Session& s = cycle.session;
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const JobIx ix = id_of<JobIx>(i);
    if (left_waiting(s, ix))
      transaction.refuse(s.jobs[ix].workload, refusal_of(cycle, ix, snapshot, cut_anew));
  }
}

// Section 5: the clock starts at first sight of a gang below its minimum and is reset when it is healthy.
void keep_stale_clocks(const Session& s, const std::vector<bool>& stale_at_open, Transaction& transaction) {
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const JobInfo& job = s.jobs[id_of<JobIx>(i)];
    if (stale_at_open[i] && !job.stale_since.has_value()) transaction.mark_stale(job.workload);
    if (!stale_at_open[i] && !job.leaving && job.stale_since.has_value())
      transaction.clear_stale(job.workload);
  }
}

// Ends of minimum run times and of stale grace: when the same snapshot could be decided otherwise.
std::optional<Instant> next_look(const Session& s, const std::vector<bool>& stale_at_open) {
  std::optional<Instant> next;
  const auto consider = [&](Instant at) {
    if (at > s.now && (!next || at < *next)) next = at;
  };
  std::vector<Duration> protections{s.options.default_preempt_min_runtime,
                                    s.options.default_reclaim_min_runtime};
  for (const QueueInfo& q : s.queues) {
    if (q.preempt_min_runtime) protections.push_back(*q.preempt_min_runtime);
    if (q.reclaim_min_runtime) protections.push_back(*q.reclaim_min_runtime);
  }
  std::sort(protections.begin(), protections.end());
  protections.erase(std::unique(protections.begin(), protections.end()), protections.end());
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const JobInfo& job = s.jobs[id_of<JobIx>(i)];
    if (job.last_start && s.options.plugins.min_runtime) {
      for (const Duration d : protections) {
        if (d.micros > 0) consider(*job.last_start + d);
      }
    }
    if (stale_at_open[i] && s.options.stale_grace)
      consider(job.stale_since.value_or(s.now) + *s.options.stale_grace);
  }
  return next;
}

CycleResult run(const Options& options, const Snapshot& snapshot, Transaction& transaction,
                Explanation* explanation) {
  Session session;
  open_session(snapshot, options, session);
  std::vector<bool> stale(session.jobs.size());
  for (std::size_t i = 0; i < stale.size(); ++i) {
    const JobIx ix = id_of<JobIx>(i);
    stale[i] = !session.jobs[ix].leaving && is_stale(session, ix);
  }
  CycleOutcome outcome;
  Cycle cycle(session, explanation == nullptr ? nullptr : &outcome);
  run_actions(cycle);
  propose(cycle, transaction);
  CutAnew cut_anew(session, snapshot);
  refuse_the_rest(cycle, snapshot, cut_anew, transaction);
  const bool watches = std::find(options.actions.begin(), options.actions.end(),
                                 Action::stale_gang_eviction) != options.actions.end();
  if (watches) keep_stale_clocks(session, stale, transaction);
  if (explanation != nullptr) explain(cycle, cut_anew, *explanation);
  ask_for_recuts(cycle, transaction, explanation);
  std::optional<Instant> look = next_look(session, stale);
  // A reading of usage moves fair shares, which matters to who waits.
  const bool waits = std::any_of(session.jobs.begin(), session.jobs.end(),
                                 [](const JobInfo& job) { return job.counts[TaskStatus::pending] > 0; });
  if (snapshot.next_reading && options.k_value > 0 && waits && (!look || *snapshot.next_reading < *look)) {
    look = snapshot.next_reading;
  }
  return {look};
}

}  // namespace

CycleResult KaiPolicy::cycle(const Snapshot& snapshot, Transaction& transaction) {
  return run(options_, snapshot, transaction, nullptr);
}

CycleResult KaiPolicy::cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) {
  return run(options_, snapshot, transaction, &explanation);
}

std::vector<Explanation::Node> KaiPolicy::nodes_of(const Snapshot& snapshot) {
  Session session;
  open_session(snapshot, options_, session);
  return explained_nodes(session);
}

}  // namespace berth::policy::kai
