#include "sim/policy/kai/words/explain.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "berth/core/time_text.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/session/numbers.hpp"
#include "sim/policy/kai/words/conclusion.hpp"
#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {
namespace {

constexpr std::size_t most_named_victims = 5;

std::string count_of(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string_view words_of(Resource r) {
  switch (r) {
    case Resource::cpu:
      return "CPU cores";
    case Resource::memory:
      return "GB of memory";
    case Resource::gpu:
      break;
  }
  return "GPUs";
}

// "1 GPU", "2.5 CPU cores", "unlimited GPUs".
std::string amount_words(Resource r, double amount) {
  if (amount == unlimited) return "unlimited " + std::string(words_of(r));
  const std::string text = amount_text(r, amount);
  if (text == "1" && r == Resource::gpu) return "1 GPU";
  if (text == "1" && r == Resource::cpu) return "1 CPU core";
  return text + " " + std::string(words_of(r));
}

// One level of the queue tree: its GPUs; CPU and memory only where the queue bounds them.
void tell_queue(const Session& s, QueueIx ix, std::vector<std::string>& lines) {
  const QueueInfo& q = s.queues[ix];
  for (const Resource r : {Resource::gpu, Resource::cpu, Resource::memory}) {
    if (r != Resource::gpu && q.quota[r] == unlimited && q.limit[r] == unlimited) continue;
    const auto text = [&](double amount) {
      return amount == unlimited ? std::string("unlimited") : amount_text(r, amount);
    };
    std::string line = "queue " + q.name + ", " + std::string(words_of(r)) + ": quota " + text(q.quota[r]) +
                       ", limit " + text(q.limit[r]) + ", fair share " + text(q.fair_share[r]) + ", in use " +
                       text(q.allocated[r]);
    if (q.allocated_non_preemptible[r] > 0) {
      line += " (" + text(q.allocated_non_preemptible[r]) + " of it non-preemptible)";
    }
    lines.push_back(line + ", asked for in all " + text(q.request[r]));
  }
}

std::string names_of(const Session& s, const std::vector<TaskIx>& tasks) {
  std::string names;
  for (std::size_t i = 0; i < std::min(tasks.size(), most_named_victims); ++i) {
    const TaskInfo& task = s.tasks[tasks[i]];
    names += (i == 0 ? "" : ", ") + s.jobs[task.job].name;
    if (s.jobs[task.job].task_count > 1) {
      names += " pod " + std::to_string(index_of(tasks[i]) - index_of(s.jobs[task.job].first_task));
    }
  }
  if (tasks.size() > most_named_victims) {
    names += " and " + std::to_string(tasks.size() - most_named_victims) + " more";
  }
  return names;
}

// Which rule of reclaim said no (section 4).
std::string verdict_words(const Session& s, const ReclaimVerdict& v) {
  const auto name = [&](QueueIx q) { return q == none<QueueIx>() ? std::string("?") : s.queues[q].name; };
  switch (v.rule) {
    case ReclaimRule::lawful:
      break;
    case ReclaimRule::strategies:
      return "queue " + name(v.reclaimee) + " is not above its fair share, and " + name(v.reclaimer) +
             " would not stay within its quota";
    case ReclaimRule::boundaries:
      return "in " + std::string(words_of(v.resource)) + ", queue " + name(v.reclaimer) +
             " would go above its fair share and not stay less saturated than " + name(v.reclaimee);
    case ReclaimRule::quota:
      return "queue " + name(v.reclaimer) + " has no quota left for non-preemptible workloads in " +
             std::string(words_of(v.resource));
  }
  return "lawful";
}

// The end of the protection, as an instant: a length of time that is rounded could seem to be over.
std::string protection_words(const Session& s, Action action, JobIx pending,
                             const std::vector<TaskIx>& victims) {
  const VictimAction as = action == Action::reclaim ? VictimAction::reclaim : VictimAction::preempt;
  std::optional<Instant> until;
  for (const TaskIx task : victims) {
    const auto end = protected_until(s, as, s.jobs[pending].queue, s.tasks[task].job);
    if (end && (!until || *until < *end)) until = end;
  }
  return "protected by a minimum run time" +
         (until ? " until " + print_instant_exactly(*until) : std::string());
}

// What came of the sets of victims that one action tried: how many ended how, and the latest in full.
void tell_victim_sets(const Session& s, JobIx pending, Action action,
                      const std::vector<VictimSetOutcome>& all, std::vector<std::string>& lines) {
  using End = VictimSetOutcome::End;
  struct Kind {
    End end;
    const char* words;
  };
  static constexpr std::array<Kind, 6> kinds{{
      {End::accepted, "enough for some of its pods"},
      {End::rejected_by_filter, "too little in one place"},
      {End::does_not_fit, "no fit even so"},
      {End::min_runtime, "protected by a minimum run time"},
      {End::reclaim_rules, "against the rules of reclaim"},
      {End::victim_not_replaced, "no other place for the victims"},
  }};
  std::string summary;
  std::size_t total = 0;
  const VictimSetOutcome* latest = nullptr;
  for (const Kind& kind : kinds) {
    std::size_t n = 0;
    for (const VictimSetOutcome& o : all) {
      if (o.action != action || o.end != kind.end || o.victims.empty()) continue;
      ++n;
      if (o.end == End::min_runtime || o.end == End::reclaim_rules || o.end == End::victim_not_replaced)
        latest = &o;
    }
    if (n == 0) continue;
    total += n;
    summary += (summary.empty() ? "" : "; ") + std::string(kind.words) + ": " + std::to_string(n);
  }
  if (total == 0) return;
  lines.push_back(std::string(name_of(action)) + " considered " + count_of(total, "set", "sets") +
                  " of victims (" + summary + ")");
  if (latest == nullptr) return;
  std::string line = std::string(name_of(action)) + " refused to move " + names_of(s, latest->victims);
  if (latest->end == End::reclaim_rules) line += ": " + verdict_words(s, latest->verdict);
  if (latest->end == End::min_runtime) line += ": " + protection_words(s, action, pending, latest->victims);
  if (latest->end == End::victim_not_replaced) line += ": not every one of them would have another place";
  lines.push_back(line);
}

void tell_waiting(const Session& s, JobIx ix, const JobOutcome* found, std::vector<std::string>& lines) {
  const JobInfo& job = s.jobs[ix];
  std::vector<TaskIx> tasks;
  tasks_to_allocate(s, ix, Attempt::real, tasks);
  const AttemptRequest request = request_of_tasks(s, tasks);
  const double gpus = request.with_gpu_memory.gpu;
  lines.push_back("asks now for " + count_of(tasks.size(), "pod", "pods together") + ": " +
                  amount_words(Resource::gpu, gpus) + ", " +
                  amount_words(Resource::cpu, request.amounts.cpu) + ", " +
                  amount_words(Resource::memory, request.amounts.memory) +
                  (job.preemptible ? "; preemptible" : "; not preemptible") + ", priority " +
                  std::to_string(job.priority));
  for (QueueIx q = job.queue; q != none<QueueIx>(); q = s.queues[q].parent) tell_queue(s, q, lines);
  if (found == nullptr) return;
  for (const auto& [task, errors] : found->pods) {
    if (errors.empty()) continue;
    lines.push_back("pod " + std::to_string(index_of(task) - index_of(job.first_task)) + ": " +
                    message_of(errors));
    break;  // the others fail alike, or were not looked at
  }
  for (const Action action : {Action::consolidation, Action::reclaim, Action::preempt}) {
    tell_victim_sets(s, ix, action, found->victim_sets, lines);
  }
}

// Pods of the job that this cycle has sent away or moved.
void tell_evictions(const Cycle& cycle, std::vector<Explanation::Workload>& by_job) {
  const Session& s = cycle.session;
  for (const Committed& done : cycle.log) {
    if (done.kind != Committed::Kind::evict && done.kind != Committed::Kind::move) continue;
    const JobIx job = s.tasks[done.task].job;
    const std::string pod = "pod " + std::to_string(index_of(done.task) - index_of(s.jobs[job].first_task));
    const std::string whom = done.for_job == none<JobIx>() ? "" : " for " + s.jobs[done.for_job].name;
    std::string what;
    switch (done.cause) {
      case EvictionCause::preempt:
        what = " was preempted" + whom + ", of higher priority in its queue";
        break;
      case EvictionCause::reclaim:
        what =
            " was reclaimed" + whom +
            (done.for_job == none<JobIx>() ? "" : " of queue " + s.queues[s.jobs[done.for_job].queue].name);
        break;
      case EvictionCause::consolidation:
        what = " was moved to make room" + whom;
        break;
      case EvictionCause::stale_gang:
        what = " was evicted: its gang has been below its minimum for too long";
        break;
      case EvictionCause::policy:
        what = " was evicted" + whom;
        break;
    }
    if (done.kind == Committed::Kind::move) what += ", to start again on " + s.nodes[done.node].name;
    by_job[index_of(job)].lines.push_back(pod + what);
  }
}

}  // namespace

void explain(const Cycle& cycle, CutAnew& cut_anew, Explanation& out) {
  const Session& s = cycle.session;
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const JobIx ix = id_of<JobIx>(i);
    const JobInfo& job = s.jobs[ix];
    Explanation::Workload w;
    w.id = job.workload;
    const auto found = cycle.ear->jobs.find(ix);
    const JobOutcome* outcome = found == cycle.ear->jobs.end() ? nullptr : &found->second;
    if (outcome != nullptr && !outcome->errors.empty()) w.message = detailed_message_of(outcome->errors);
    w.conclusion = conclusion_of(cycle, ix, outcome, cut_anew);
    if (job.counts[TaskStatus::pending] > 0) tell_waiting(s, ix, outcome, w.lines);
    double accepted = 0;
    for (const PodSetIx p : job.pod_sets) {
      for (const TaskIx t : s.pod_sets[p].tasks) accepted += s.tasks[t].last_accepted_gpu;
    }
    w.accepted_gpu_milli = static_cast<std::int64_t>(accepted * 1000 + 0.5);
    out.workloads.push_back(std::move(w));
  }
  tell_evictions(cycle, out.workloads);
  std::sort(out.workloads.begin(), out.workloads.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  out.nodes = explained_nodes(s);
}

std::vector<Explanation::Node> explained_nodes(const Session& session) {
  std::vector<Explanation::Node> nodes;
  for (const NodeInfo& node : session.nodes) nodes.push_back({node.id, node.idle.gpus, node.releasing.gpus});
  std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return nodes;
}

}  // namespace berth::policy::kai
