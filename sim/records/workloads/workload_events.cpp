#include "sim/records/workloads/workload_events.hpp"

#include <optional>

#include "sim/records/words/waiting.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "sim/simulation/journal/replay.hpp"

namespace berth::records {

using simulation::Record;

namespace {

constexpr std::string_view scheduler = "kai-scheduler";
constexpr std::string_view kubelet = "kubelet";
constexpr std::string_view controller = "workload-controller";

std::string pod_name(const View& view, PodId id) {
  const auto& pod = view.workloads.pods[id];
  return view.workloads.all[pod.workload].spec.name + "-" + std::to_string(pod.index);
}

std::string name_space(const View& view, WorkloadId id) {
  return "runai-" + view.organization.queues[view.workloads.all[id].spec.project].name;
}

std::string name_or_nobody(const View& view, WorkloadId id) {
  return id == none<WorkloadId>() ? "the scheduler" : view.workloads.all[id].spec.name;
}

// kai-semantics.md section 7, eviction messages.
std::string eviction_text(const View& view, const simulation::PodEvicted& evicted) {
  const std::string pod = pod_name(view, evicted.pod);
  const std::string other = name_or_nobody(view, evicted.for_workload);
  switch (evicted.cause) {
    case policy::EvictionCause::preempt:
      return "Pod " + pod + " was preempted by higher priority workload " + other;
    case policy::EvictionCause::reclaim:
      return "Pod " + pod + " was preempted by workload " + other + ".";
    case policy::EvictionCause::consolidation:
      return "Pod " + pod +
             " was preempted and rescheduled due to bin packing (resource consolidation) procedure";
    case policy::EvictionCause::stale_gang:
      return "Workload doesn't meet the minimum required number of pods (" +
             std::to_string(view.workloads.all[evicted.workload].spec.min_pods()) +
             "), evicting remaining pod: " + pod;
    case policy::EvictionCause::policy:
      return "Pod " + pod + " was evicted by the scheduler";
  }
  return "";
}

// What a transition tells the owner of a workload; nothing for most.
class Teller {
 public:
  Teller(const View& view, WorkloadId workload) : view_(view), workload_(workload) {}

  std::optional<Event> event(const Record& record) const {
    return std::visit([&](const auto& transition) { return of(transition, record.at); }, record.transition);
  }

 private:
  Event about(PodId pod, Instant at, bool warning, std::string reason, std::string message,
              std::string_view source) const {
    Event out{
        at, 0, warning, std::move(reason), std::move(message), source, true, view_.workloads.pods[pod].index};
    return out;
  }
  Event about_workload(Instant at, bool warning, std::string reason, std::string message,
                       std::string_view source) const {
    return {at, 0, warning, std::move(reason), std::move(message), source, false, 0};
  }
  const workload::WorkloadSpec& spec() const { return view_.workloads.all[workload_].spec; }

  std::optional<Event> of(const simulation::PodBound& bound, Instant at) const {
    return about(bound.pod, at, false, "Scheduled",
                 "Successfully assigned " + name_space(view_, workload_) + "/" + pod_name(view_, bound.pod) +
                     " to " + view_.cluster.nodes[bound.node].name,
                 scheduler);
  }
  std::optional<Event> of(const simulation::PodStarted& started, Instant at) const {
    return about(started.pod, at, false, "Started", "Started container " + spec().name, kubelet);
  }
  std::optional<Event> of(const simulation::PodFailed& failed, Instant at) const {
    const bool exit = failed.cause == simulation::FailureCause::exit_code;
    return about(failed.pod, at, true, exit ? "Failed" : "NodeNotReady",
                 exit ? spec().name + " exited with code 1" : "Node is not ready", kubelet);
  }
  std::optional<Event> of(const simulation::PodRestarted& restarted, Instant at) const {
    return about(restarted.pod, at, true, "BackOff", "Back-off restarting failed container " + spec().name,
                 kubelet);
  }
  std::optional<Event> of(const simulation::PodEvicted& evicted, Instant at) const {
    return about(evicted.pod, at, true, "Evict", eviction_text(view_, evicted), scheduler);
  }
  std::optional<Event> of(const simulation::Refused& refused, Instant at) const {
    const auto code = reason_code(refused.refusal.code);
    const std::string message = scheduler_message(view_, view_.workloads.all[workload_], refused.refusal);
    return about_workload(at, true, "Unschedulable", (code.empty() ? "" : std::string(code) + ": ") + message,
                          scheduler);
  }
  std::optional<Event> of(const simulation::StaleMarked&, Instant at) const {
    return about_workload(at, true, "StaleGang", "Workload is below the minimum required number of pods",
                          scheduler);
  }
  std::optional<Event> of(const simulation::SuspendAsked&, Instant at) const {
    return about_workload(at, false, "Suspended", "Workload suspended", controller);
  }
  std::optional<Event> of(const simulation::ResumeAsked&, Instant at) const {
    return about_workload(at, false, "Resumed", "Workload resumed", controller);
  }
  std::optional<Event> of(const simulation::WorkloadFinished& finished, Instant at) const {
    const bool completed = finished.ending == simulation::Ending::completed;
    return about_workload(at, !completed, completed ? "Completed" : "Failed",
                          completed ? "Workload completed" : "Workload failed", controller);
  }
  template <class Other>
  std::optional<Event> of(const Other&, Instant) const {
    return std::nullopt;
  }

  const View& view_;
  WorkloadId workload_;
};

}  // namespace

std::vector<Event> events_of(const View& view, const simulation::JournalReader& journal,
                             WorkloadId workload) {
  std::vector<Event> out;
  const Teller teller(view, workload);
  for (const Record& record : journal.of_workload(workload)) {
    if (record.at > view.now) break;
    auto event = teller.event(record);
    if (!event) continue;
    event->number = out.size();
    out.push_back(std::move(*event));
  }
  return out;
}

std::vector<HistoryEntry> history_of(const View& view, const simulation::JournalReader& journal,
                                     WorkloadId workload) {
  std::vector<HistoryEntry> out;
  const auto records = journal.of_workload(workload);
  if (records.empty()) return out;
  const Teller teller(view, workload);
  simulation::Replay replay(journal, records.front().at - microseconds(1));
  std::optional<workload::Phase> before;
  std::uint64_t number = 0;
  for (const Record& record : records) {
    if (record.at > view.now) break;
    if (auto event = teller.event(record)) {
      event->number = number++;
      out.push_back({record.at, std::move(*event)});
    }
    replay.advance_before(record.sequence + 1);
    const auto& now = replay.world().workloads.all[workload];
    if (before == now.phase) continue;
    before = now.phase;
    const View then(replay.world(), view.ids, record.at);
    // That the scheduler's turn comes next goes without saying: history has no message on the good path.
    const bool turn_next = wait_cause(then, workload) == WaitCause::unseen;
    out.push_back({record.at, PhaseUpdate{record.at, now.phase, turn_next ? "" : phase_message(then, now)}});
  }
  return out;
}

void write_event(JsonWriter& out, const View& view, WorkloadId workload, const Event& event) {
  const auto& spec = view.workloads.all[workload].spec;
  out.begin_object();
  out.key("id").string(print_uuid(view.ids.event(workload, event.number)));
  out.key("createdAt").instant(event.at);
  out.key("type").string(event.warning ? "Warning" : "Normal");
  out.key("clusterId").string(print_uuid(view.ids.cluster()));
  out.key("reason")
      .string(event.reason)
      .key("message")
      .string(event.message)
      .key("source")
      .string(event.source);
  out.key("involvedObject").begin_object();
  out.key("uid").string(
      print_uuid(event.about_pod ? view.ids.pod(workload, event.pod_index) : view.ids.workload(workload)));
  out.key("kind").string(event.about_pod ? "Pod" : type_of(spec));
  out.key("name").string(event.about_pod ? spec.name + "-" + std::to_string(event.pod_index) : spec.name);
  out.key("namespace").string(name_space(view, workload)).end_object();
  out.end_object();
}

void write_history(JsonWriter& out, const View& view, WorkloadId workload, const HistoryEntry& entry) {
  const auto* event = std::get_if<Event>(&entry.what);
  out.begin_object().key("meta").begin_object();
  out.key("creationTimestamp")
      .instant(entry.at)
      .key("type")
      .string(event ? "Event" : "PhaseUpdate")
      .end_object();
  out.key("spec").begin_object().key(event ? "event" : "phaseUpdate");
  if (event) {
    write_event(out, view, workload, *event);
  } else {
    const auto& update = std::get<PhaseUpdate>(entry.what);
    out.begin_object().key("phase").string(workload::name_of(update.phase));
    out.key("phaseMessage").string(update.message).end_object();
  }
  out.end_object().end_object();
}

}  // namespace berth::records
