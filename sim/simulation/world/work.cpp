#include "berth/simulation/work.hpp"

#include <algorithm>

#include "berth/core/invariant.hpp"

namespace berth::simulation {

Int128 units_of(std::int64_t pods, Duration duration) {
  if (duration == Duration::max()) return -1;
  return static_cast<Int128>(pods) * duration.micros * 1000;
}

void Work::advance(Instant now, const workload::Checkpoints& checkpoints) {
  std::int64_t passed = (now - since).micros;
  since = now;
  if (rate == 0 || passed == 0) return;
  const std::int64_t paused = std::min(passed, pause.micros);
  pause.micros -= paused;
  passed -= paused;
  if (passed == 0) return;
  if (checkpoints.every.micros <= 0) {
    done += static_cast<Int128>(rate) * passed;
    return;
  }
  // Of a span of `every` + `cost` the first part works. Worked time up to a point p of the unrolled spans is
  // full spans x every + min(rest, every).
  const std::int64_t every = checkpoints.every.micros;
  const std::int64_t span = every + checkpoints.cost.micros;
  const std::int64_t before = std::min(into.micros, every);
  const std::int64_t spans = (into.micros + passed) / span;
  const std::int64_t rest = (into.micros + passed) % span;
  const std::int64_t after = spans * every + std::min(rest, every);
  done += static_cast<Int128>(rate) * (after - before);
  if (spans > 0) saved = done - static_cast<Int128>(rate) * std::min(rest, every);
  into.micros = rest;
}

Instant Work::end(const workload::Checkpoints& checkpoints) const {
  if (endless() || rate == 0) return Instant::never();
  const Int128 left = total - done;
  if (left <= 0) return since;
  // The first microsecond at which nothing is left.
  const Int128 needed = (left + rate - 1) / rate;
  Int128 wall = pause.micros;
  if (checkpoints.every.micros <= 0) {
    wall += needed;
  } else {
    const Int128 every = checkpoints.every.micros;
    const Int128 span = every + checkpoints.cost.micros;
    const Int128 available = every - std::min<Int128>(into.micros, every);
    if (needed <= available) {
      wall += needed;
    } else {
      const Int128 beyond = needed - available;  // worked in spans that begin after this one
      wall += span - into.micros + (beyond - 1) / every * span + ((beyond - 1) % every + 1);
    }
  }
  // A work whose end lies beyond the end of time does not end.
  if (wall >= static_cast<Int128>(Instant::never().micros) - since.micros) return Instant::never();
  return since + Duration{static_cast<std::int64_t>(wall)};
}

Int128 Work::lose(const workload::Checkpoints& checkpoints) {
  const Int128 lost = done - saved;
  BERTH_INVARIANT(lost >= 0, "more work saved than done");
  done = saved;
  into = {};
  pause = checkpoints.restart;
  return lost;
}

}  // namespace berth::simulation
