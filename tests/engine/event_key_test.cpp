#include "berth/engine/event_key.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

namespace berth::engine {
namespace {

std::vector<EventKind> sorted_kinds(InstantOrder order) {
  std::vector<EventKind> kinds;
  for (std::size_t k = event_kinds; k-- > 0;) kinds.push_back(static_cast<EventKind>(k));
  std::sort(kinds.begin(), kinds.end(), [&](EventKind a, EventKind b) {
    return EventKey(Instant{5}, a, 0, order) < EventKey(Instant{5}, b, 0, order);
  });
  return kinds;
}

TEST_CASE("batched: ends, failures, recoveries, arrivals, policy, actions, cycle, samples") {
  using enum EventKind;
  CHECK(sorted_kinds(InstantOrder::batched) ==
        std::vector{end, failure, recovery, arrival, EventKind::policy, action, cycle, sample});
}

TEST_CASE("per-event: arrivals before ends, the others as they were") {
  using enum EventKind;
  CHECK(sorted_kinds(InstantOrder::per_event) ==
        std::vector{arrival, end, failure, recovery, EventKind::policy, action, cycle, sample});
}

TEST_CASE("an earlier instant comes first whatever the kind, a lower sequence within the kind") {
  using enum EventKind;
  CHECK(EventKey(Instant{1}, sample, 9) < EventKey(Instant{2}, end, 0));
  CHECK(EventKey(Instant{-1}, sample, 9) < EventKey(Instant{0}, end, 0));
  CHECK(EventKey(Instant{1}, end, 7) < EventKey(Instant{1}, end, 8));
  CHECK(EventKey(Instant{1}, end, EventKey::max_sequence) < EventKey(Instant{1}, failure, 0));
}

TEST_CASE("a key gives back what it was made of") {
  const EventKey key(Instant{123}, EventKind::cycle, 77, InstantOrder::per_event);
  CHECK(key.at() == Instant{123});
  CHECK(key.sequence() == 77);
  CHECK(key.rank() == rank_of(EventKind::cycle, InstantOrder::per_event));
  CHECK(EventKey::of_place(key.at(), key.place()) == key);
}

}  // namespace
}  // namespace berth::engine
