// The pending events of a run, least key first.
//
//   push    O(log n)            next    O(1)
//   pop     O(log n)            cancel  O(1) amortised
//
// Cancelling marks the event's slot. Its key leaves the heap when it comes to the top, or when more than half of the heap
// is cancelled and it is built anew. Nothing is allocated once the greatest population has been seen. A handle stays safe
// for ever: after its event was popped or cancelled it refers to nothing.
//
// Not for several threads. Payloads are copied; keep them small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "berth/core/invariant.hpp"
#include "berth/engine/event_key.hpp"
#include "sim/engine/event_heap.hpp"

namespace berth::engine {

// Refers to one pushed event of one queue.
class EventHandle {
 public:
  EventHandle() = default;  // to none
  bool operator==(const EventHandle&) const = default;

 private:
  template <class>
  friend class EventQueue;
  EventHandle(std::uint32_t slot, std::uint64_t serial) : serial_(serial), slot_(slot) {}

  std::uint64_t serial_ = 0;  // 0: none
  std::uint32_t slot_ = 0;
};

template <class Payload>
class EventQueue {
  static_assert(std::is_trivially_copyable_v<Payload> && sizeof(Payload) <= 32);

 public:
  struct Event {
    EventKey key;
    Payload payload;
  };

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size() - cancelled_; }
  // Slots taken, by pending events and by cancelled ones that have not left yet.
  std::size_t capacity_in_use() const { return slots_.size() - free_.size(); }
  void reserve(std::size_t n) {
    heap_.reserve(n);
    slots_.reserve(n);
    free_.reserve(n);
  }

  EventHandle push(EventKey key, Payload payload) {
    const std::uint32_t slot = take_slot();
    const std::uint64_t serial = ++last_serial_;
    slots_[slot] = {serial, payload};
    heap_.push({key, slot});
    return {slot, serial};
  }

  bool pending(EventHandle handle) const {
    return handle.serial_ != 0 && handle.slot_ < slots_.size() &&
           slots_[handle.slot_].serial == handle.serial_;
  }

  // False: it was popped or cancelled before.
  bool cancel(EventHandle handle) {
    if (!pending(handle)) return false;
    slots_[handle.slot_].serial = 0;
    ++cancelled_;
    if (cancelled_ * 2 > heap_.size()) {
      drop_all_cancelled();
    } else {
      drop_cancelled_top();
    }
    return true;
  }

  // The least key and what it carries. The queue must not be empty.
  EventKey next_key() const {
    BERTH_INVARIANT(!heap_.empty(), "the next event of an empty queue");
    return heap_.top().key();
  }
  const Payload& next() const {
    BERTH_INVARIANT(!heap_.empty(), "the next event of an empty queue");
    return slots_[heap_.top().slot].payload;
  }

  Event pop() {
    BERTH_INVARIANT(!heap_.empty(), "popped from an empty event queue");
    const EventHeap::Entry top = heap_.top();
    const Event event{top.key(), slots_[top.slot].payload};
    slots_[top.slot].serial = 0;
    remove_top();
    drop_cancelled_top();
    // Equal keys come out one after the other, so this finds every pair that was pending at once.
    BERTH_INVARIANT(heap_.empty() || heap_.top().order() != top.order(),
                    "two pending events share rank " + std::to_string(event.key.rank()) + ", sequence " +
                        std::to_string(event.key.sequence()) + " at " +
                        std::to_string(event.key.at().micros));
    return event;
  }

  void clear() {
    heap_.clear();
    slots_.clear();
    free_.clear();
    cancelled_ = 0;
  }

 private:
  static constexpr std::size_t max_slots = 0xffff'ffff;

  struct Slot {
    std::uint64_t serial = 0;  // 0: free, or cancelled and not yet out of the heap
    Payload payload{};
  };

  std::uint32_t take_slot() {
    if (free_.empty()) {
      BERTH_INVARIANT(slots_.size() < max_slots, "more than 2^32 pending events");
      slots_.push_back({});
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void remove_top() {
    free_.push_back(heap_.top().slot);
    heap_.pop();
  }

  // Whatever is at the top is pending: next() and empty() rely on it.
  void drop_cancelled_top() {
    while (!heap_.empty() && slots_[heap_.top().slot].serial == 0) {
      remove_top();
      --cancelled_;
    }
  }

  void drop_all_cancelled() {
    heap_.keep_if([this](const EventHeap::Entry& entry) {
      const bool kept = slots_[entry.slot].serial != 0;
      if (!kept) free_.push_back(entry.slot);
      return kept;
    });
    cancelled_ = 0;
  }

  EventHeap heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t cancelled_ = 0;  // of the entries in the heap
  std::uint64_t last_serial_ = 0;
};

}  // namespace berth::engine
