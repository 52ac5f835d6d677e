#include "sim/simulation/run/timers.hpp"

#include <algorithm>
#include <array>

namespace berth::simulation {

using engine::EventKind;
using workload::PodStatus;

namespace {

constexpr std::array<const char*, 8> type_names = {"work-end", "pod-gone", "pod-start",   "cut-end",
                                                   "arrival",  "objects",  "auto-delete", "action"};

EventKind kind_of(EventType type) {
  switch (type) {
    case EventType::work_end:
    case EventType::pod_gone:
    case EventType::pod_start:
      return EventKind::end;
    case EventType::cut_end:
      return EventKind::recovery;
    case EventType::arrival:
    case EventType::objects:
      return EventKind::arrival;
    case EventType::auto_delete:
      return EventKind::policy;
    case EventType::action:
      return EventKind::action;
  }
  BERTH_INVARIANT(false, "an event without a kind");
  return EventKind::end;
}

// Instants near the end of time stay there.
Instant later(Instant at, Duration by) {
  return by.micros > Instant::never().micros - at.micros ? Instant::never() : at + by;
}

Instant pod_due(const World& world, PodId id) {
  const workload::Pod& pod = world.workloads.pods[id];
  const workload::WorkloadSpec& spec = world.workloads.all[pod.workload].spec;
  if (pod.status == PodStatus::binding && spec.image_pull > Duration{})
    return later(pod.bound_at, spec.image_pull);
  if (pod.status == PodStatus::releasing && spec.termination_grace > Duration{}) {
    return later(world.pod_courses[id].releasing_since, spec.termination_grace);
  }
  return Instant::never();
}

Instant workload_due(const World& world, WorkloadId id) {
  const workload::Workload& w = world.workloads.all[id];
  const Course& c = world.courses[id];
  if (w.delete_requested) return Instant::never();
  if (c.ending) return w.spec.delete_after ? later(*w.completed_at, *w.spec.delete_after) : Instant::never();
  const bool creating = !w.pod_group || (c.resuming && c.releasing == 0);
  if (creating && !w.suspend_requested && w.spec.creation_delay > Duration{}) {
    return later(c.creation_from, w.spec.creation_delay);
  }
  return Instant::never();
}

}  // namespace

engine::EventKey Timers::key(EventType type, std::uint32_t id, Instant at) const {
  return {at, kind_of(type), static_cast<std::uint64_t>(type) << 40 | id, order_};
}

void Timers::set(Timer& timer, EventType type, std::uint32_t id, Instant due) {
  if (timer.due == due && timer.type == type) return;
  queue_.cancel(timer.handle);
  timer.due = due;
  timer.type = type;
  if (due != Instant::never()) timer.handle = queue_.push(key(type, id, due), {type, id});
}

Timers::Due Timers::pop() {
  const auto next = queue_.pop();
  const Event event = next.payload;
  switch (event.type) {
    case EventType::work_end:
      works_[event.id].due = Instant::never();
      break;
    case EventType::pod_gone:
    case EventType::pod_start:
      pods_[event.id].due = Instant::never();
      break;
    case EventType::objects:
    case EventType::auto_delete:
      workloads_[event.id].due = Instant::never();
      break;
    case EventType::cut_end:
      cuts_.erase(event.id);
      break;
    case EventType::arrival:
    case EventType::action:
      break;
  }
  return {next.key.at(), event};
}

void Timers::schedule_arrival(Instant at, std::uint32_t number) {
  queue_.push(key(EventType::arrival, number, at), {EventType::arrival, number});
}

void Timers::schedule_action(Instant at, std::uint32_t position) {
  queue_.push(key(EventType::action, position, at), {EventType::action, position});
}

void Timers::refresh_workload(const World& world, WorkloadId id) {
  if (workloads_.size() <= index_of(id)) workloads_.resize(world.workloads.all.size());
  const EventType type = world.courses[id].ending ? EventType::auto_delete : EventType::objects;
  set(workloads_[index_of(id)], type, static_cast<std::uint32_t>(id), workload_due(world, id));
}

void Timers::refresh_works(const World& world, WorkloadId id) {
  const Course& c = world.courses[id];
  const std::uint32_t end = c.first_work + (c.shared_work ? 1 : c.slots);
  if (works_.size() < end) {
    works_.resize(end);
    owners_.resize(end, id);
  }
  for (std::uint32_t i = c.first_work; i < end; ++i) refresh_work(world, id, i);
}

void Timers::refresh_work(const World& world, WorkloadId id, std::uint32_t work) {
  set(works_[work], EventType::work_end, work,
      world.works[work].end(world.workloads.all[id].spec.checkpoints));
}

void Timers::refresh_pod(const World& world, PodId id) {
  if (pods_.size() <= index_of(id)) pods_.resize(world.workloads.pods.size());
  const EventType type =
      world.workloads.pods[id].status == PodStatus::binding ? EventType::pod_start : EventType::pod_gone;
  set(pods_[index_of(id)], type, static_cast<std::uint32_t>(id), pod_due(world, id));
}

void Timers::refresh_cut(const World& world, NodeId node, std::uint8_t device) {
  const auto id = static_cast<std::uint32_t>(node) * cluster::max_devices_per_node + device;
  const auto it = std::find_if(world.cuts.begin(), world.cuts.end(),
                               [&](const Cut& cut) { return cut.node == node && cut.device == device; });
  const bool under_way = it != world.cuts.end();
  set(cuts_[id], EventType::cut_end, id, under_way ? later(it->begun, repartition_time_) : Instant::never());
}

void Timers::follow(const Transition& transition, const World& world) {
  const PodId pod = pod_of(transition);
  const WorkloadId workload = workload_of(transition);
  if (pod != none<PodId>()) {
    if (std::holds_alternative<PodPipelined>(transition) ||
        std::holds_alternative<PipelinedPodEvicted>(transition)) {
      return;
    }
    refresh_pod(world, pod);
    const Course& c = world.courses[workload];
    if (!std::holds_alternative<PodBound>(transition)) {
      refresh_work(world, workload, c.first_work + (c.shared_work ? 0 : world.pod_courses[pod].slot));
    }
    if (c.resuming) refresh_workload(world, workload);
    return;
  }
  if (workload != none<WorkloadId>()) {
    if (std::holds_alternative<Refused>(transition) || std::holds_alternative<PoolMoved>(transition)) return;
    refresh_workload(world, workload);
    if (std::holds_alternative<WorkloadSubmitted>(transition)) refresh_works(world, workload);
    return;
  }
  if (const auto* begun = std::get_if<RepartitionBegun>(&transition)) {
    refresh_cut(world, begun->node, begun->device);
  } else if (const auto* ended = std::get_if<RepartitionEnded>(&transition)) {
    refresh_cut(world, ended->node, ended->device);
  }
}

void Timers::schedule_all(const World& world) {
  for (std::size_t i = 0; i < world.workloads.all.size(); ++i) {
    refresh_works(world, id_of<WorkloadId>(i));
    refresh_workload(world, id_of<WorkloadId>(i));
  }
  for (std::size_t i = 0; i < world.workloads.pods.size(); ++i) refresh_pod(world, id_of<PodId>(i));
  for (const Cut& cut : world.cuts) refresh_cut(world, cut.node, cut.device);
}

std::vector<std::string> Timers::listing() const {
  engine::EventQueue<Event> copy = queue_;
  std::vector<std::string> lines;
  while (!copy.empty()) {
    const auto next = copy.pop();
    lines.push_back(std::to_string(next.key.at().micros) + " " +
                    type_names[static_cast<std::size_t>(next.payload.type)] + " " +
                    std::to_string(next.payload.id));
  }
  return lines;
}

}  // namespace berth::simulation
