// When a scenario's run begins and ends, and how its entries say "when".
#pragma once

#include <optional>
#include <string>

#include "berth/core/time.hpp"

namespace berth::scenario {

// An instant as the file writes it: an offset from the start (`2d2h`) or a wall-clock time (RFC 3339). Kept
// in the form in which it was written, so that another `clock.start` moves what was relative and nothing
// else.
struct When {
  std::optional<Instant> absolute;
  Duration offset;  // from the start; used when `absolute` is empty
  auto operator<=>(const When&) const = default;

  Instant from(Instant start) const { return absolute ? *absolute : start + offset; }
};

struct Clock {
  Instant start{1'767'225'600'000'000};  // 2026-01-01T00:00:00Z
  std::string zone = "UTC";              // IANA name; for office hours
  std::optional<Duration> duration;      // nothing: until drained
  bool operator==(const Clock&) const = default;
};

}  // namespace berth::scenario
