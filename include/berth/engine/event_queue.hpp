// The pending events of a run, least key first.
//
// A heap of four children a node, because it is half as deep as a binary one and its children share one or
// two cache lines; bench/engine/hold_bench.cpp compares it with std::priority_queue. The heap holds keys;
// payloads stay where they are in a table of slots.
//
//   push    O(log n)            next    O(1)
//   pop     O(log n)            cancel  O(1) amortised
//
// Cancelling marks the slot, and its key leaves the heap when it comes to the top, or when more than half of
// the heap is cancelled and it is built anew. Nothing is allocated once the greatest population has been
// seen. A handle stays safe for ever: after its event was popped or cancelled it refers to nothing.
//
// Not for several threads. The payload is copied out by pop; keep it small and trivial.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "berth/core/int128.hpp"
#include "berth/core/invariant.hpp"
#include "berth/engine/event_key.hpp"

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
    std::uint32_t slot;
    if (free_.empty()) {
      BERTH_INVARIANT(slots_.size() < max_slots, "more than 2^32 pending events");
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back({});
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    const std::uint64_t serial = ++last_serial_;
    slots_[slot] = {serial, payload};
    heap_.emplace_back();
    sift_up(heap_.size() - 1, Entry(key, slot));
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
      rebuild();
    } else {
      drop_cancelled_top();
    }
    return true;
  }

  // The least key and what it carries. The queue must not be empty.
  EventKey next_key() const {
    BERTH_INVARIANT(!heap_.empty(), "the next event of an empty queue");
    return heap_.front().key();
  }
  const Payload& next() const {
    BERTH_INVARIANT(!heap_.empty(), "the next event of an empty queue");
    return slots_[heap_.front().slot].payload;
  }

  Event pop() {
    BERTH_INVARIANT(!heap_.empty(), "popped from an empty event queue");
    const Entry top = heap_.front();
    const Event event{top.key(), slots_[top.slot].payload};
    slots_[top.slot].serial = 0;
    remove_top();
    drop_cancelled_top();
    // Equal keys come out one after the other, so this finds every pair that was pending at once.
    BERTH_INVARIANT(heap_.empty() || heap_.front().order() != top.order(),
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
  static constexpr std::size_t children = 4;
  static constexpr std::size_t max_slots = 0xffff'ffff;

  struct Slot {
    std::uint64_t serial = 0;  // 0: free, or cancelled and not yet out of the heap
    Payload payload{};
  };
  // A key as one unsigned number of 128 bits, so that a comparison has no branch to mispredict.
  struct Entry {
    Entry() = default;
    Entry(EventKey key, std::uint32_t s)
        : high(static_cast<std::uint64_t>(key.at().micros) ^ sign), low(key.place()), slot(s) {}

    UInt128 order() const { return static_cast<UInt128>(high) << 64 | low; }
    EventKey key() const { return EventKey::of_place(Instant{static_cast<std::int64_t>(high ^ sign)}, low); }

    static constexpr std::uint64_t sign = std::uint64_t{1} << 63;  // instants before 1970 come first
    std::uint64_t high = 0, low = 0;
    std::uint32_t slot = 0;
  };

  // Puts `entry` at the hole `at`, or as far above it as it belongs.
  void sift_up(std::size_t at, Entry entry) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / children;
      if (heap_[parent].order() <= entry.order()) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = entry;
  }

  // Moves the least child into the hole `at`, and so on down to a leaf; returns the hole there.
  std::size_t sink_hole(std::size_t at) {
    for (;;) {
      const std::size_t first = at * children + 1;
      if (first >= heap_.size()) return at;
      std::size_t least = first;
      if (first + children <= heap_.size()) {
        const std::size_t left = heap_[first + 1].order() < heap_[first].order() ? first + 1 : first;
        const std::size_t right = heap_[first + 3].order() < heap_[first + 2].order() ? first + 3 : first + 2;
        least = heap_[right].order() < heap_[left].order() ? right : left;
      } else {
        for (std::size_t i = first + 1; i < heap_.size(); ++i) {
          if (heap_[i].order() < heap_[least].order()) least = i;
        }
      }
      heap_[at] = heap_[least];
      at = least;
    }
  }

  // The last entry fills the hole. It came from the bottom and mostly belongs there, so the hole sinks to a
  // leaf first and the entry climbs from there: fewer comparisons than to sink the entry itself.
  void remove_top() {
    free_.push_back(heap_.front().slot);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_up(sink_hole(0), last);
  }

  // Whatever is at the top is pending: next() and empty() rely on it.
  void drop_cancelled_top() {
    while (!heap_.empty() && slots_[heap_.front().slot].serial == 0) {
      remove_top();
      --cancelled_;
    }
  }

  // Throws all cancelled entries out at once.
  void rebuild() {
    std::size_t kept = 0;
    for (const Entry& entry : heap_) {
      if (slots_[entry.slot].serial == 0) {
        free_.push_back(entry.slot);
      } else {
        heap_[kept++] = entry;
      }
    }
    heap_.resize(kept);
    cancelled_ = 0;
    // Floyd's construction: each subtree from the last parent up.
    for (std::size_t i = kept < 2 ? 0 : (kept - 2) / children + 1; i-- > 0;) sink(i);
  }

  void sink(std::size_t at) {
    const Entry entry = heap_[at];
    for (;;) {
      const std::size_t first = at * children + 1;
      if (first >= heap_.size()) break;
      std::size_t least = first;
      for (std::size_t i = first + 1; i < std::min(first + children, heap_.size()); ++i) {
        if (heap_[i].order() < heap_[least].order()) least = i;
      }
      if (entry.order() <= heap_[least].order()) break;
      heap_[at] = heap_[least];
      at = least;
    }
    heap_[at] = entry;
  }

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t cancelled_ = 0;  // of the entries in the heap
  std::uint64_t last_serial_ = 0;
};

}  // namespace berth::engine
