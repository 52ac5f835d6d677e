// The heap of an event queue: keys, and for each the number of the slot where its payload stays.
//
// Four children a node: half as deep as a binary heap, and the children of a node share one or two cache lines. In the
// hold model (bench/engine/hold_bench.cpp, results/bench/hold.md) a pop and a push in an EventQueue take a quarter of
// std::priority_queue's time at 10^6 events and two thirds at 10^5; at 10^4 and below up to half more, for the table of
// slots that makes cancelling cheap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "berth/core/int128.hpp"
#include "berth/engine/event_key.hpp"

namespace berth::engine {

class EventHeap {
 public:
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

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  void reserve(std::size_t n) { entries_.reserve(n); }
  void clear() { entries_.clear(); }

  // The least. Not of an empty heap, as pop.
  const Entry& top() const { return entries_.front(); }

  void push(const Entry& entry) {
    entries_.emplace_back();
    sift_up(entries_.size() - 1, entry);
  }

  // The last entry fills the hole at the top. It came from the bottom and mostly belongs there, so the hole sinks to a
  // leaf first and the entry climbs from there: fewer comparisons than to sink the entry itself.
  void pop() {
    const Entry last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) sift_up(sink_hole(), last);
  }

  // Keeps the entries for which `kept(entry)` holds: O(n), Floyd's construction.
  template <class Kept>
  void keep_if(Kept kept) {
    std::size_t n = 0;
    for (const Entry& entry : entries_) {
      if (kept(entry)) entries_[n++] = entry;
    }
    entries_.resize(n);
    for (std::size_t i = n < 2 ? 0 : (n - 2) / children + 1; i-- > 0;) sink(i);
  }

 private:
  static constexpr std::size_t children = 4;

  static constexpr std::size_t fits_the_cache = 4096;  // entries
  static constexpr std::size_t cache_line = 64;
  static constexpr std::size_t next_level_lines = children * children * sizeof(Entry) / cache_line;

  // Puts `entry` at the hole `at`, or as far above it as it belongs.
  void sift_up(std::size_t at, const Entry entry) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / children;
      if (entries_[parent].order() <= entry.order()) break;
      entries_[at] = entries_[parent];
      at = parent;
    }
    entries_[at] = entry;
  }

  // Moves the least child into the hole at the top, and so on down to a leaf; returns the hole there.
  std::size_t sink_hole() {
    std::size_t at = 0;
    for (;;) {
      const std::size_t first = at * children + 1;
      if (first >= entries_.size()) return at;
      // In a heap beyond the caches a sinking hole waits for memory at each level. Asking for all children of the
      // children before it is known whose are wanted halves the time of a pop at 10^5 entries and more. Not in a
      // function of its own: g++ 12 takes one that only prefetches for pure and drops the call.
      const std::size_t next = first * children + 1;
      if (entries_.size() > fits_the_cache && next + children * children <= entries_.size()) {
        const char* line = reinterpret_cast<const char*>(&entries_[next]);
        for (std::size_t i = 0; i < next_level_lines; ++i) __builtin_prefetch(line + i * cache_line);
      }
      std::size_t least = first;
      if (first + children <= entries_.size()) {
        const std::size_t left = lesser(first, first + 1), right = lesser(first + 2, first + 3);
        least = lesser(left, right);
      } else {
        for (std::size_t i = first + 1; i < entries_.size(); ++i) least = lesser(least, i);
      }
      entries_[at] = entries_[least];
      at = least;
    }
  }

  void sink(std::size_t at) {
    const Entry entry = entries_[at];
    for (;;) {
      const std::size_t first = at * children + 1;
      if (first >= entries_.size()) break;
      std::size_t least = first;
      for (std::size_t i = first + 1; i < std::min(first + children, entries_.size()); ++i)
        least = lesser(least, i);
      if (entry.order() <= entries_[least].order()) break;
      entries_[at] = entries_[least];
      at = least;
    }
    entries_[at] = entry;
  }

  std::size_t lesser(std::size_t a, std::size_t b) const {
    return entries_[b].order() < entries_[a].order() ? b : a;
  }

  std::vector<Entry> entries_;
};

}  // namespace berth::engine
