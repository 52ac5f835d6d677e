#include "sim/policy/kai/words/conclusion.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "sim/core/text.hpp"
#include "sim/policy/kai/actions/allocation_info.hpp"
#include "sim/policy/kai/actions/victim_action.hpp"
#include "sim/policy/kai/order/queue_order.hpp"
#include "sim/policy/kai/order/reclaim_rules.hpp"

namespace berth::policy::kai {
namespace {

std::string pods_of_it(std::size_t n) {
  return n == 1 ? "its pod" : "its " + std::to_string(n) + " pods";
}

// "n0", "n0, n1 and 3 more".
std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  const std::size_t shown = names.size() > most + 1 ? most : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown && shown == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + names[i];
  }
  return shown == names.size() ? text : text + " and " + std::to_string(names.size() - shown) + " more";
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// What the cycle decided for the job: nodes that pods were bound and pipelined to, jobs that lose pods for it, and jobs to
// which it lost again what it had just been given.
struct Got {
  std::size_t bound = 0, pipelined = 0, lost = 0;  // lost: given a place and evicted again
  std::vector<std::string> bound_to, pipelined_to, victims, lost_to;
};

Got got_in(const Cycle& cycle, JobIx job) {
  const Session& s = cycle.session;
  Got got;
  const JobInfo& info = s.jobs[job];
  std::set<TaskIx> placed;  // pending when the cycle began
  for (const Committed& done : cycle.log) {
    const bool its_own = s.tasks[done.task].job == job;
    const bool evicts = done.kind == Committed::Kind::evict || done.kind == Committed::Kind::move;
    if (its_own && !evicts) placed.insert(done.task);
    if (its_own && evicts && placed.contains(done.task) && done.for_job != none<JobIx>()) {
      add_once(got.lost_to, s.jobs[done.for_job].name);
    }
    if (!its_own && evicts && done.for_job == job) add_once(got.victims, s.jobs[s.tasks[done.task].job].name);
  }
  for (std::size_t i = 0; i < info.task_count; ++i) {
    const TaskIx ix = id_of<TaskIx>(index_of(info.first_task) + i);
    const TaskInfo& task = s.tasks[ix];
    if (!placed.contains(ix) && task.status != TaskStatus::pipelined) continue;
    if (task.status == TaskStatus::pipelined) {
      ++got.pipelined;
      add_once(got.pipelined_to, s.nodes[task.node].name);
    } else if (task.status == TaskStatus::binding) {
      ++got.bound;
      add_once(got.bound_to, s.nodes[task.node].name);
    } else if (task.status == TaskStatus::releasing) {
      ++got.lost;
    }
  }
  return got;
}

// The first resource in which used + requested is above the bound, in the order in which a reader would look.
std::optional<Resource> above(const Resources& used, const Resources& requested, const Resources& bound) {
  for (const Resource r : {Resource::gpu, Resource::cpu, Resource::memory}) {
    if (compare_amounts(used[r] + requested[r], bound[r]) == First::right) return r;
  }
  return std::nullopt;
}

bool takes_part(const Session& s, Action action) {
  return std::find(s.options.actions.begin(), s.options.actions.end(), action) != s.options.actions.end();
}

std::string by_queue(const Session& s, const CapacityVerdict& v) {
  const QueueInfo& queue = s.queues[v.queue];
  if (v.reason == CapacityReason::over_limit) {
    return "queue " + queue.name + " may not go above its limit: " +
           sum_above_bound(v.resource, v.used, "in use", v.requested, "limit", v.bound);
  }
  return "queue " + queue.name + " may not go above its quota for non-preemptible workloads: " +
         sum_above_bound(v.resource, v.used, "in use by non-preemptible workloads", v.requested, "quota",
                         v.bound);
}

// Why reclaim does not even look for victims; empty: it does.
std::string barred_from_reclaim(const Session& s, JobIx ix) {
  const JobInfo& job = s.jobs[ix];
  const QueueInfo& queue = s.queues[job.queue];
  const Resources request = tasks_to_allocate_request(s, ix, Attempt::simulated).with_gpu_memory;
  if (!job.preemptible) {
    if (const auto r = above(queue.allocated_non_preemptible, request, queue.quota)) {
      return "queue " + queue.name + " may not take any from others: " +
             sum_above_bound(*r, queue.allocated_non_preemptible[*r], "in use by non-preemptible workloads",
                             request[*r], "quota", queue.quota[*r]);
    }
  }
  if (const auto r = above(queue.allocated, request, queue.fair_share)) {
    return "queue " + queue.name + " may not take any from others: " +
           sum_above_bound(*r, queue.allocated[*r], "in use", request[*r], "fair share",
                           queue.fair_share[*r]);
  }
  return "";
}

// What kept the job from the victims that were looked at; empty: no set of victims was.
std::string victims_kept(const Session& s, const JobOutcome& found) {
  using End = VictimSetOutcome::End;
  const VictimSetOutcome* latest = nullptr;
  for (const VictimSetOutcome& o : found.victim_sets) {
    if (o.victims.empty() || o.end == End::accepted) continue;
    const bool ruled = o.end == End::min_runtime || o.end == End::reclaim_rules;
    if (latest == nullptr || ruled || latest->end == End::rejected_by_filter ||
        latest->end == End::does_not_fit)
      latest = &o;
  }
  if (latest == nullptr) return "";
  switch (latest->end) {
    case End::min_runtime:
      return "those who could make room are protected by a minimum run time";
    case End::reclaim_rules:
      switch (latest->verdict.rule) {
        case ReclaimRule::strategies:
          return "queue " + s.queues[latest->verdict.reclaimee].name +
                 ", which could make room, is not above its fair share";
        case ReclaimRule::boundaries:
          return "queue " + s.queues[latest->verdict.reclaimer].name +
                 " would be above its fair share and no less saturated than " +
                 s.queues[latest->verdict.reclaimee].name + ", which would make room";
        case ReclaimRule::quota:
          return "queue " + s.queues[latest->verdict.reclaimer].name + " would go above its quota";
        case ReclaimRule::lawful:
          break;
      }
      return "the rules of reclaim keep the victims";
    case End::victim_not_replaced:
      return "not every pod that would have to move has another place";
    case End::rejected_by_filter:
    case End::does_not_fit:
    case End::accepted:
      break;
  }
  return "moving or evicting others would not make enough";
}

std::string why_none(const Session& s, JobIx ix, const JobOutcome& found) {
  const std::string kept = victims_kept(s, found);
  const std::string barred = takes_part(s, Action::reclaim) ? barred_from_reclaim(s, ix) : "";
  if (!barred.empty()) return barred;
  if (!kept.empty()) return kept;
  return "there is nobody to take it from";
}

// Who was never looked at in the cycle.
std::string not_looked_at(const Session& s, JobIx ix) {
  const JobInfo& job = s.jobs[ix];
  if (!has_leaf_queue(s, ix)) return "its queue takes no workloads";
  if (!ready_to_schedule(s, ix)) return "fewer of its pods are there than it needs to run";
  const std::int32_t depth = queue_depth(s.options, Action::allocate);
  if (takes_part(s, Action::allocate) && depth > 0) {
    return "not looked at: of queue " + s.queues[job.queue].name + " the policy looks at " +
           (depth == 1 ? "one workload" : std::to_string(depth) + " workloads") +
           " a cycle (queue_depth.allocate)";
  }
  return "not looked at: the policy runs without an action that would place it";
}

}  // namespace

std::string sum_above_bound(Resource resource, double used, std::string_view used_by, double requested,
                            std::string_view bound_name, double bound) {
  const double unit = resource == Resource::cpu ? 1e3 : resource == Resource::memory ? 1e9 : 1;
  const char* const words = resource == Resource::cpu      ? "CPU cores"
                            : resource == Resource::memory ? "GB of memory"
                                                           : "GPUs";
  // Amounts are whole milli-cores and bytes, and GPUs of a few decimals: nine places show all of them.
  constexpr std::int64_t scales[] = {1'000, 1'000'000, 1'000'000'000};
  int places = 3;
  std::int64_t a = 0, b = 0, c = 0;
  for (const std::int64_t scale : scales) {
    const auto whole = [&](double amount) {
      const double scaled = amount / unit * static_cast<double>(scale);
      return static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    };
    a = whole(used), b = whole(requested), c = whole(bound);
    if (a + b > c || scale == scales[2]) break;
    places += 3;
  }
  const std::string in_use = print_decimal(a, places);
  const std::string word = resource == Resource::gpu && in_use == "1" ? "GPU" : words;
  return in_use + " " + word + " " + std::string(used_by) + " + " + print_decimal(b, places) +
         " asked for > " + std::string(bound_name) + " " + print_decimal(c, places);
}

std::string conclusion_of(const Cycle& cycle, JobIx ix, const JobOutcome* found, CutAnew& cut_anew) {
  const Session& s = cycle.session;
  const JobInfo& job = s.jobs[ix];
  const Got got = got_in(cycle, ix);
  const auto pending = static_cast<std::size_t>(std::max(job.counts[TaskStatus::pending], 0));
  if (pending + got.bound + got.pipelined + got.lost == 0) return "";
  std::string placed;
  if (got.bound > 0) {
    placed = "there is room for " + pods_of_it(got.bound) + " on " + joined(got.bound_to) +
             ", which the next cycle takes";
  }
  if (got.pipelined > 0) {
    placed += (placed.empty() ? "" : "; ") + pods_of_it(got.pipelined) +
              (got.pipelined == 1 ? " waits" : " wait") + " for room to be freed on " +
              joined(got.pipelined_to);
    if (!got.victims.empty()) placed += ", which the next cycle takes from " + joined(got.victims);
  }
  if (got.lost > 0) {
    placed += (placed.empty() ? "" : "; ") + pods_of_it(got.lost) +
              " would be given room by the next cycle and lose it again in the same";
    if (!got.lost_to.empty()) placed += " to " + joined(got.lost_to);
  }
  if (pending == 0) return placed;
  if (!placed.empty()) placed += "; ";

  std::vector<TaskIx> asked;
  tasks_to_allocate(s, ix, Attempt::real, asked);
  if (found == nullptr || !found->tried) return placed + not_looked_at(s, ix);
  const std::string whom = asked.empty() ? "its pods" : pods_of_it(asked.size());
  // A job that has its minimum asks for one pod more at a time.
  const bool one_more = job.counts.active_allocated() > 0 && asked.size() == 1;
  const std::string no_room =
      "no room for " +
      (one_more ? std::string(pending == 1 ? "its last pod"
                                           : "one more of its " + std::to_string(pending) + " waiting pods")
                : whom + (asked.size() > 1 ? " together" : ""));
  const Refused& refused = cycle.refused[ix];
  if (!refused.by_queue.allowed()) return placed + by_queue(s, refused.by_queue);
  if (refused.never_fits && cut_anew.could_hold(ix))
    return placed + "no node has the MIG instances for " + whom +
           ", and those in use leave no room to cut them anew";
  if (refused.never_fits) return placed + "no node of the pool may hold " + whom;
  return placed + no_room + ", and " + why_none(s, ix, *found);
}

}  // namespace berth::policy::kai
