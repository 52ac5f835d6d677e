#include "sim/engine/clock.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace berth::engine {
namespace {

TEST_CASE("the clock goes forward only") {
  Clock clock(Instant{100});
  clock.advance_to(Instant{100});
  clock.advance_to(Instant{250});
  CHECK(clock.now() == Instant{250});
  CHECK(clock.start() == Instant{100});
  CHECK_THROWS_AS(clock.advance_to(Instant{249}), InvariantError);
}

TEST_CASE("beats lie at start + k periods, k from 0") {
  const Instant start{1000};
  const Duration period{300};
  CHECK(beat_at_or_after(start, period, Instant{-5}) == Instant{1000});
  CHECK(beat_at_or_after(start, period, Instant{1000}) == Instant{1000});
  CHECK(beat_at_or_after(start, period, Instant{1001}) == Instant{1300});
  CHECK(beat_at_or_after(start, period, Instant{1300}) == Instant{1300});
  CHECK(beat_after(start, period, Instant{1300}) == Instant{1600});
  CHECK(beat_after(start, period, Instant{999}) == Instant{1000});
  CHECK(beat_after(start, period, Instant{1000}) == Instant{1300});
}

TEST_CASE("no beat lies beyond the end of time") {
  CHECK(beat_at_or_after(Instant{0}, seconds(1), Instant::never()) == Instant::never());
  CHECK(beat_after(Instant{0}, seconds(1), Instant::never()) == Instant::never());
  CHECK(beat_after(Instant{0}, Duration::max(), Instant{1}) == Instant::never());
  CHECK_THROWS_AS(beat_after(Instant{0}, Duration{0}, Instant{1}), InvariantError);
}

TEST_CASE("a beat is the least one that is late enough") {
  CHECK(rc::check([] {
    const Instant start{*rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000)};
    const Duration period{*rc::gen::inRange<std::int64_t>(1, 5000)};
    const Instant at{*rc::gen::inRange<std::int64_t>(-2'000'000, 2'000'000)};
    const Instant beat = beat_at_or_after(start, period, at);
    RC_ASSERT(beat >= at && beat >= start);
    RC_ASSERT((beat - start).micros % period.micros == 0);
    RC_ASSERT(beat == start || beat - period < at);
  }));
}

}  // namespace
}  // namespace berth::engine
