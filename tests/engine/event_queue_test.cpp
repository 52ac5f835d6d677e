#include "sim/engine/event_queue.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>
#include <vector>

namespace berth::engine {
namespace {

using Queue = EventQueue<std::uint32_t>;

EventKey key_at(std::int64_t at, std::uint64_t sequence, EventKind kind = EventKind::end) {
  return {Instant{at}, kind, sequence};
}

TEST_CASE("events come out in the order of their keys") {
  Queue queue;
  queue.push(key_at(5, 1), 50);
  queue.push(key_at(-3, 2), 51);
  queue.push(key_at(5, 0), 52);
  queue.push(key_at(5, 0, EventKind::arrival), 53);
  std::vector<std::uint32_t> order;
  while (!queue.empty()) order.push_back(queue.pop().payload);
  CHECK(order == std::vector<std::uint32_t>{51, 52, 50, 53});
}

TEST_CASE("next looks without taking") {
  Queue queue;
  queue.push(key_at(2, 0), 20);
  queue.push(key_at(1, 0), 10);
  CHECK(queue.next_key() == key_at(1, 0));
  CHECK(queue.next() == 10);
  CHECK(queue.size() == 2);
}

TEST_CASE("a cancelled event never comes, and its handle means nothing afterwards") {
  Queue queue;
  const EventHandle first = queue.push(key_at(1, 0), 10);
  const EventHandle second = queue.push(key_at(2, 0), 20);
  CHECK(queue.pending(first));
  CHECK(queue.cancel(first));
  CHECK_FALSE(queue.pending(first));
  CHECK_FALSE(queue.cancel(first));
  CHECK(queue.next() == 20);
  const EventHandle third = queue.push(key_at(1, 0), 30);  // takes the slot of the first
  CHECK_FALSE(queue.cancel(first));
  CHECK(queue.pop().payload == 30);
  CHECK_FALSE(queue.cancel(third));
  CHECK(queue.pop().payload == 20);
  CHECK_FALSE(queue.pending(second));
  CHECK(queue.empty());
  CHECK_FALSE(queue.cancel(EventHandle()));
}

TEST_CASE("a handle from before clear means nothing after it") {
  Queue queue;
  const EventHandle old = queue.push(key_at(1, 0), 10);
  queue.clear();
  CHECK(queue.empty());
  queue.push(key_at(1, 0), 11);
  CHECK_FALSE(queue.cancel(old));
  CHECK(queue.size() == 1);
}

TEST_CASE("two pending events with one key are a bug that names itself") {
  Queue queue;
  queue.push(key_at(1, 7), 10);
  queue.push(key_at(1, 7), 11);
  CHECK_THROWS_AS(queue.pop(), InvariantError);
  CHECK_THROWS_AS(Queue().pop(), InvariantError);
  CHECK_THROWS_AS(Queue().next(), InvariantError);
  CHECK_THROWS_AS(Queue().next_key(), InvariantError);
}

TEST_CASE("an event may follow one of the same key that is gone") {
  Queue queue;
  queue.push(key_at(1, 7), 10);
  queue.push(key_at(2, 0), 12);
  CHECK(queue.pop().payload == 10);
  queue.push(key_at(1, 7), 11);
  CHECK(queue.pop().payload == 11);
}

// The slow twin: an ordered map from keys to payloads, and plain lookup for cancelling.
TEST_CASE("random walks of push, pop and cancel agree with an ordered map") {
  CHECK(rc::check([] {
    // Few instants and kinds, so that ties are common; a fall of the population now and then.
    const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
    const bool cancels_much = *rc::gen::arbitrary<bool>();
    Queue queue;
    std::multimap<EventKey, std::uint32_t> twin;
    std::vector<std::pair<EventHandle, EventKey>> handles;
    std::uint64_t pushed = 0;
    // Each generated number drives several steps, so that walks are long though the lists are short.
    std::uint64_t state = 1;
    for (const std::uint32_t seed : steps) {
      state = state * 6364136223846793005ULL + seed + 1;
      for (int repeat = 0; repeat < 8; ++repeat) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto dice = static_cast<std::uint32_t>(state >> 33);
        const std::uint32_t action = dice % 8;
        if (action < 4) {
          const EventKey key(Instant{static_cast<std::int64_t>(dice / 8 % 16) - 8},
                             static_cast<EventKind>(dice / 128 % event_kinds), pushed);
          handles.emplace_back(queue.push(key, static_cast<std::uint32_t>(pushed)), key);
          twin.emplace(key, static_cast<std::uint32_t>(pushed));
          ++pushed;
        } else if (action < (cancels_much ? 5U : 7U)) {
          RC_ASSERT(queue.empty() == twin.empty());
          if (!twin.empty()) {
            RC_ASSERT(queue.next() == twin.begin()->second);
            const Queue::Event event = queue.pop();
            RC_ASSERT(event.key == twin.begin()->first && event.payload == twin.begin()->second);
            twin.erase(twin.begin());
          }
        } else if (!handles.empty()) {
          const auto& [handle, key] = handles[dice / 8 % handles.size()];
          const auto found = twin.find(key);
          RC_ASSERT(queue.pending(handle) == (found != twin.end()));
          RC_ASSERT(queue.cancel(handle) == (found != twin.end()));
          if (found != twin.end()) twin.erase(found);
        }
        RC_ASSERT(queue.size() == twin.size());
        if (!twin.empty()) RC_ASSERT(queue.next_key() == twin.begin()->first);
      }
    }
    for (const auto& [key, payload] : twin) {
      const Queue::Event event = queue.pop();
      RC_ASSERT(event.key == key && event.payload == payload);
    }
    RC_ASSERT(queue.empty());
  }));
}

TEST_CASE("cancelled events do not pile up") {
  Queue queue;
  queue.push(key_at(0, 0), 0);
  for (std::uint32_t i = 1; i < 100'000; ++i) {
    const EventHandle handle = queue.push(key_at(1'000'000 - i, i), i);
    if (!queue.cancel(handle)) FAIL("a pending event could not be cancelled");
  }
  CHECK(queue.size() == 1);
  CHECK(queue.capacity_in_use() <= 4);
}

}  // namespace
}  // namespace berth::engine
