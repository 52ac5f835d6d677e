// The pending events of a run. Each is due at an instant that a function of the World (or of the Input) states:
//
//   work_end      a Work reaches its total                     pod_gone   a pod's termination grace is over
//   pod_start     a bound pod has its image                    cut_end    a MIG device is cut
//   arrival       the next submission, pulled one ahead        objects    the creation delay is over
//   auto_delete   an ended workload deletes itself             action     what the scenario or a person asks
//
// After each transition `follow` compares what is due with what is scheduled, for the entities that it names.
// What takes no time (no image to pull, no grace) is done at once by the life cycle and never becomes an event.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "berth/simulation/input.hpp"
#include "berth/simulation/transition.hpp"
#include "berth/simulation/world.hpp"
#include "sim/engine/event_queue.hpp"

namespace berth::simulation {

// The order is that of events of one kind at one instant.
enum class EventType : std::uint8_t {
  work_end,
  pod_gone,
  pod_start,
  cut_end,
  arrival,
  objects,
  auto_delete,
  action
};

struct Event {
  EventType type = EventType::work_end;
  std::uint32_t id = 0;  // index of the Work, pod, cut (node x 64 + device), submission, workload or action
};

class Timers {
 public:
  Timers(engine::InstantOrder order, Duration repartition_time)
      : order_(order), repartition_time_(repartition_time) {}

  void follow(const Transition& transition, const World& world);
  // Everything that the World makes due, from nothing.
  void schedule_all(const World& world);
  void schedule_arrival(Instant at, std::uint32_t number);
  void schedule_action(Instant at, std::uint32_t position);

  bool empty() const { return queue_.empty(); }
  Instant next_at() const { return queue_.empty() ? Instant::never() : queue_.next_key().at(); }
  struct Due {
    Instant at;
    Event event;
  };
  Due pop();

  WorkloadId owner_of_work(std::uint32_t work) const { return owners_[work]; }
  // All pending events as text, in order.
  std::vector<std::string> listing() const;

 private:
  struct Timer {
    engine::EventHandle handle;
    Instant due = Instant::never();
    EventType type{};  // what falls due: a pod's start and its end may be due at one instant
  };
  void refresh_workload(const World& world, WorkloadId id);
  void refresh_works(const World& world, WorkloadId id);
  void refresh_work(const World& world, WorkloadId id, std::uint32_t work);
  void refresh_pod(const World& world, PodId id);
  void refresh_cut(const World& world, NodeId node, std::uint8_t device);
  void set(Timer& timer, EventType type, std::uint32_t id, Instant due);
  engine::EventKey key(EventType type, std::uint32_t id, Instant at) const;

  engine::InstantOrder order_;
  Duration repartition_time_;
  engine::EventQueue<Event> queue_;
  std::vector<Timer> works_, pods_, workloads_;
  std::map<std::uint32_t, Timer> cuts_;
  std::vector<WorkloadId> owners_;  // of each Work
};

}  // namespace berth::simulation
