#include "sim/engine/clock.hpp"

#include "berth/core/int128.hpp"

namespace berth::engine {

Instant beat_at_or_after(Instant start, Duration period, Instant at) {
  BERTH_INVARIANT(period.micros > 0, "a period of " + std::to_string(period.micros) + " microseconds");
  if (at <= start) return start;
  const Int128 elapsed = static_cast<Int128>(at.micros) - start.micros;
  const Int128 beats = (elapsed + period.micros - 1) / period.micros;
  const Int128 beat = start.micros + beats * period.micros;
  if (beat >= Instant::never().micros) return Instant::never();
  return Instant{static_cast<std::int64_t>(beat)};
}

Instant beat_after(Instant start, Duration period, Instant at) {
  if (at == Instant::never()) return Instant::never();
  return beat_at_or_after(start, period, Instant{at.micros + 1});
}

}  // namespace berth::engine
