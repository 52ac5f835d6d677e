#include "sim/policy/kai/order/min_runtime.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace berth::policy::kai {
namespace {

using Setting = std::optional<Duration> QueueInfo::*;

// The first queue from `queue` upward that has the setting.
Duration upward(const Queues& queues, QueueIx queue, Setting setting, Duration fallback) {
  for (QueueIx q = queue; q != none<QueueIx>(); q = queues[q].parent) {
    if (queues[q].*setting) return *(queues[q].*setting);
  }
  return fallback;
}

std::optional<Duration> unit_of(std::string_view text) {
  struct Unit {
    std::string_view name;
    Duration length;
  };
  static constexpr std::array<Unit, 8> units{{{"w", days(7)},
                                              {"d", days(1)},
                                              {"h", hours(1)},
                                              {"m", minutes(1)},
                                              {"s", seconds(1)},
                                              {"ms", milliseconds(1)},
                                              {"us", microseconds(1)},
                                              {"\xC2\xB5s", microseconds(1)}}};
  for (const Unit& unit : units) {
    if (unit.name == text) return unit.length;
  }
  return std::nullopt;
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// A podset of the victim with more pods than it needs.
bool elastic(const Session& session, const JobInfo& job) {
  return std::any_of(job.pod_sets.begin(), job.pod_sets.end(), [&](PodSetIx p) {
    const PodSet& pod_set = session.pod_sets[p];
    return static_cast<std::int64_t>(pod_set.tasks.size()) > pod_set.min_available;
  });
}

}  // namespace

void queue_path(const Queues& queues, QueueIx queue, std::vector<QueueIx>& out) {
  out.clear();
  for (QueueIx q = queue; q != none<QueueIx>(); q = queues[q].parent) out.push_back(q);
  std::reverse(out.begin(), out.end());
}

Duration preempt_min_runtime(const Queues& queues, QueueIx victim, Duration fallback) {
  return upward(queues, victim, &QueueInfo::preempt_min_runtime, fallback);
}

Duration reclaim_min_runtime(const Queues& queues, ReclaimResolve method, QueueIx reclaimer, QueueIx victim,
                             Duration fallback) {
  if (victim == none<QueueIx>() || reclaimer == none<QueueIx>()) return fallback;
  if (method == ReclaimResolve::queue)
    return upward(queues, victim, &QueueInfo::reclaim_min_runtime, fallback);
  // The victim's topmost queue that is not the reclaimer's as well; the leaf itself when there is none.
  const auto of_reclaimer = [&](QueueIx queue) {
    for (QueueIx q = reclaimer; q != none<QueueIx>(); q = queues[q].parent) {
      if (q == queue) return true;
    }
    return false;
  };
  QueueIx start = victim;
  for (QueueIx q = victim; q != none<QueueIx>() && !of_reclaimer(q); q = queues[q].parent) start = q;
  return upward(queues, start, &QueueInfo::reclaim_min_runtime, fallback);
}

std::optional<Instant> protected_until(const Session& session, VictimAction action, QueueIx pending_queue,
                                       JobIx victim) {
  const JobInfo& job = session.jobs[victim];
  if (!job.last_start) return std::nullopt;
  const Options& options = session.options;
  const Duration d = action == VictimAction::preempt
                         ? preempt_min_runtime(session.queues, job.queue, options.default_preempt_min_runtime)
                         : reclaim_min_runtime(session.queues, options.reclaim_resolve, pending_queue,
                                               job.queue, options.default_reclaim_min_runtime);
  if (session.now - *job.last_start >= d) return std::nullopt;
  return *job.last_start + d;
}

bool may_be_victim(const Session& session, VictimAction action, QueueIx pending_queue, JobIx victim) {
  return !session.options.plugins.min_runtime || elastic(session, session.jobs[victim]) ||
         !protected_until(session, action, pending_queue, victim);
}

bool min_runtime_allows(const Session& session, VictimAction action, QueueIx pending_queue,
                        const std::vector<TaskIx>& victims) {
  if (!session.options.plugins.min_runtime) return true;
  std::vector<PodSetIx> lost;  // one entry a lost task
  lost.reserve(victims.size());
  for (TaskIx t : victims) lost.push_back(session.tasks[t].pod_set);
  std::sort(lost.begin(), lost.end());
  for (auto first = lost.begin(); first != lost.end();) {
    const PodSet& pod_set = session.pod_sets[*first];
    const auto last = std::upper_bound(first, lost.end(), *first);
    const bool enough =
        pod_set.min_available <= pod_set.counts.active_used() - static_cast<std::int32_t>(last - first);
    if (!enough && protected_until(session, action, pending_queue, pod_set.job)) return false;
    first = last;
  }
  return true;
}

Duration parse_min_runtime(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.empty() || text == "0") return {};
  // Longer than any run; the reference's own bound is about 292 years.
  constexpr double bound = 9.0e15;
  double micros = 0;
  while (!text.empty()) {
    double value = 0;
    double scale = 1;
    std::size_t digits = 0;
    std::size_t i = 0;
    for (; i < text.size() && digit(text[i]); ++i, ++digits) value = value * 10 + (text[i] - '0');
    if (i < text.size() && text[i] == '.') {
      for (++i; i < text.size() && digit(text[i]); ++i, ++digits) {
        scale *= 10;
        value = value * 10 + (text[i] - '0');
      }
    }
    if (digits == 0 || digits > 30) return {};
    std::size_t end = i;
    while (end < text.size() && !digit(text[end]) && text[end] != '.') ++end;
    const std::string_view name = text.substr(i, end - i);
    if (name == "ns") {
      micros += value / scale / 1000;
    } else if (const std::optional<Duration> unit = unit_of(name)) {
      micros += value / scale * static_cast<double>(unit->micros);
    } else {
      return {};
    }
    if (micros > bound) return {};
    text.remove_prefix(end);
  }
  // Anything above nothing protects, if only for a microsecond.
  return {static_cast<std::int64_t>(std::ceil(micros))};
}

}  // namespace berth::policy::kai
