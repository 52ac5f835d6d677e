// The order of all events: by (instant, kind, sequence). It is total and owes nothing to the event set that
// sorts it, nor to the order in which code happens to schedule.
//
// Within an instant the kinds stand as EventKind lists them (baselines.md section 1, "batched"):
//
//   end        work that ends frees what it held before anything else asks for it: a job that ends at t and one that
//              arrives at t may share a device
//   failure    after ends: what was due to finish at t has finished, and is not lost to a node that fails at t
//   recovery   after failures: repaired at t and failing at t leaves a node that works, as a repair follows a fault
//   arrival    after all that changes what is free, so that the first look at an arrival sees the instant's capacity
//   policy     demotions, reserved starts, ends of grace and of minimum run times: about workloads, so after arrivals
//   action     what a scenario or a person asks for at t may name a workload that arrives at t
//   cycle      one scheduling pass, after all events up to and including its instant
//   sample     readings see the instant as the cycle left it
//
// The option `per-event` (only to match other people's simulators) takes arrivals first, then ends, each
// followed by a pass of its own; the other kinds keep their order. The pass is the simulation's affair, the
// order is ours.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "berth/core/time.hpp"

namespace berth::engine {

enum class EventKind : std::uint8_t { end, failure, recovery, arrival, policy, action, cycle, sample };
inline constexpr std::size_t event_kinds = 8;

enum class InstantOrder : std::uint8_t { batched, per_event };

// Where each kind stands within an instant.
constexpr std::uint8_t rank_of(EventKind kind, InstantOrder order) {
  constexpr std::array<std::uint8_t, event_kinds> batched = {0, 1, 2, 3, 4, 5, 6, 7};
  constexpr std::array<std::uint8_t, event_kinds> per_event = {1, 2, 3, 0, 4, 5, 6, 7};
  const auto k = static_cast<std::size_t>(kind);
  return order == InstantOrder::batched ? batched[k] : per_event[k];
}

// The sequence tells events of one kind at one instant apart. It belongs to what happens (the number of the
// workload, pod, node or list entry), not to when it was scheduled: the event set can then be rebuilt from
// the World alone. No two pending events may share a key.
class EventKey {
 public:
  static constexpr std::uint64_t max_sequence = (std::uint64_t{1} << 56) - 1;

  constexpr EventKey() = default;
  constexpr EventKey(Instant at, EventKind kind, std::uint64_t sequence,
                     InstantOrder order = InstantOrder::batched)
      : at_(at), place_(std::uint64_t{rank_of(kind, order)} << 56 | (sequence & max_sequence)) {}

  static constexpr EventKey of_place(Instant at, std::uint64_t place) {
    EventKey key;
    key.at_ = at;
    key.place_ = place;
    return key;
  }

  constexpr Instant at() const { return at_; }
  constexpr std::uint8_t rank() const { return static_cast<std::uint8_t>(place_ >> 56); }
  constexpr std::uint64_t sequence() const { return place_ & max_sequence; }
  // Rank and sequence as one number, for those who compare many keys.
  constexpr std::uint64_t place() const { return place_; }

  constexpr auto operator<=>(const EventKey&) const = default;

 private:
  Instant at_;
  std::uint64_t place_ = 0;
};

}  // namespace berth::engine
