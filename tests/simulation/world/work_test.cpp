#include "berth/simulation/work.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace berth;
using berth::simulation::Work;
using workload::Checkpoints;

namespace {

Work of(std::int64_t total, std::int64_t rate) {
  Work work;
  work.total = total;
  work.rate = rate;
  return work;
}

// The twin: a microsecond at a time.
void step(Work& work, const Checkpoints& checkpoints) {
  work.since = work.since + microseconds(1);
  if (work.rate == 0) return;
  if (work.pause.micros > 0) {
    work.pause.micros -= 1;
    return;
  }
  if (checkpoints.every.micros <= 0) {
    work.done += work.rate;
    return;
  }
  if (work.into < checkpoints.every) work.done += work.rate;
  work.into.micros += 1;
  if (work.into == checkpoints.every + checkpoints.cost) {
    work.into = {};
    work.saved = work.done;
  }
}

}  // namespace

TEST_CASE("work without checkpoints ends when its units are done, to the microsecond") {
  const Checkpoints none{};
  Work work = of(10'000, 1000);
  CHECK(work.end(none) == Instant{10});
  work.rate = 3000;
  CHECK(work.end(none) == Instant{4});  // 3.33 rounded up
  work.advance(Instant{2}, none);
  CHECK(static_cast<long>(work.done) == 6000);
  CHECK(work.end(none) == Instant{4});
}

TEST_CASE("work that stands still or is endless does not end") {
  const Checkpoints none{};
  CHECK(of(10, 0).end(none) == Instant::never());
  CHECK(of(-1, 1000).end(none) == Instant::never());
  CHECK(simulation::units_of(4, Duration::max()) == -1);
  CHECK(static_cast<long>(simulation::units_of(4, seconds(2))) == 4 * 2'000'000 * 1000L);
}

TEST_CASE("an end beyond the end of time is never") {
  Work work = of(1, 1);
  work.total = simulation::units_of(1'000'000, Duration{Duration::max().micros - 1});
  CHECK(work.end(Checkpoints{}) == Instant::never());
}

TEST_CASE("checkpoints pause the work, none at its very end, and bound what is lost") {
  // 30 us of work, a checkpoint of 2 us every 10: checkpoints after 10 and 20, none at 30.
  const Checkpoints checkpoints{microseconds(10), microseconds(2), microseconds(5)};
  Work work = of(30, 1);
  CHECK(work.end(checkpoints) == Instant{34});
  work.advance(Instant{17}, checkpoints);
  CHECK(static_cast<long>(work.done) == 15);
  CHECK(static_cast<long>(work.saved) == 10);
  CHECK(static_cast<long>(work.lose(checkpoints)) == 5);
  // Twenty units are left, after a restart of 5 us, with one checkpoint on the way.
  CHECK(work.end(checkpoints) == Instant{17 + 5 + 10 + 2 + 10});
}

TEST_CASE("work lost before the first checkpoint is all work") {
  const Checkpoints checkpoints{microseconds(10), microseconds(2), microseconds(0)};
  Work work = of(30, 1);
  work.advance(Instant{11}, checkpoints);  // in the middle of the first checkpoint
  CHECK(static_cast<long>(work.lose(checkpoints)) == 10);
  CHECK(static_cast<long>(work.done) == 0);
}

TEST_CASE("work in any steps equals the twin that goes a microsecond at a time") {
  CHECK(rc::check("advance, end and loss", [] {
    Checkpoints checkpoints;
    checkpoints.every = microseconds(*rc::gen::inRange(0, 12));
    checkpoints.cost = microseconds(*rc::gen::inRange(0, 5));
    checkpoints.restart = microseconds(*rc::gen::inRange(0, 7));
    Work fast = of(*rc::gen::inRange(1, 400), 0);
    Work slow = fast;
    for (int round = 0; round < 8; ++round) {
      const std::int64_t rate = *rc::gen::inRange(0, 4);
      fast.rate = slow.rate = rate;
      const Instant end = fast.end(checkpoints);
      const std::int64_t span = *rc::gen::inRange(0, 40);
      for (std::int64_t i = 0; i < span; ++i) {
        RC_ASSERT((slow.done >= slow.total) == (rate == 0 ? fast.done >= fast.total : slow.since >= end));
        step(slow, checkpoints);
      }
      fast.advance(fast.since + microseconds(span), checkpoints);
      RC_ASSERT(fast == slow);
      if (*rc::gen::inRange(0, 4) == 0) {
        RC_ASSERT(fast.lose(checkpoints) == slow.done - slow.saved);
        slow.lose(checkpoints);
      }
    }
  }));
}
