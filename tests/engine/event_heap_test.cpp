#include "sim/engine/event_heap.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

namespace berth::engine {
namespace {

EventHeap::Entry entry_of(std::int16_t at, std::uint32_t slot) {
  return {EventKey(Instant{at}, EventKind::end, slot), slot};
}

std::vector<std::uint32_t> drained(EventHeap& heap) {
  std::vector<std::uint32_t> slots;
  for (; !heap.empty(); heap.pop()) slots.push_back(heap.top().slot);
  return slots;
}

TEST_CASE("a heap sorts, and sorts what is kept of it") {
  CHECK(rc::check([](const std::vector<std::int16_t>& instants, std::uint8_t modulus) {
    EventHeap heap, thinned;
    std::vector<EventHeap::Entry> all;
    for (const std::int16_t at : instants) {
      all.push_back(entry_of(at, static_cast<std::uint32_t>(all.size())));
      heap.push(all.back());
      thinned.push(all.back());
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
    const auto kept = [&](const EventHeap::Entry& entry) {
      return modulus == 0 || entry.slot % modulus != 0;
    };
    thinned.keep_if(kept);
    std::vector<std::uint32_t> expected, expected_thinned;
    for (const auto& entry : all) {
      expected.push_back(entry.slot);
      if (kept(entry)) expected_thinned.push_back(entry.slot);
    }
    RC_ASSERT(drained(heap) == expected);
    RC_ASSERT(drained(thinned) == expected_thinned);
  }));
}

TEST_CASE("a heap larger than the caches sorts too") {
  EventHeap heap;
  const std::uint32_t n = 50'000;
  heap.reserve(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t scrambled = i * 7919 % n;  // 7919 and n have no common divisor
    heap.push({EventKey(Instant{scrambled}, EventKind::end, 0), scrambled});
  }
  const auto slots = drained(heap);
  REQUIRE(slots.size() == n);
  CHECK(std::is_sorted(slots.begin(), slots.end()));
}

TEST_CASE("an entry gives back its key") {
  const EventKey key(Instant{-7}, EventKind::sample, 12345);
  CHECK(EventHeap::Entry(key, 3).key() == key);
}

}  // namespace
}  // namespace berth::engine
