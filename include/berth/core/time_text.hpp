// Durations and instants to text and back.
#pragma once

#include <string>
#include <string_view>

#include "berth/core/parsed.hpp"
#include "berth/core/time.hpp"

namespace berth {

// "90s", "5m", "2h", "3d", "1h30m", "250ms", "1.5h", "0". Units us, ms, s, m, h, d, w, each at most once,
// larger before smaller; whole microseconds only; at most a million days, so that a few of them can be added
// to an instant.
Parsed<Duration> parse_duration(std::string_view text);

// In the fewest units that hold it exactly: "1h30m", "250ms", "-5s", "0s".
std::string print_duration(Duration duration);

// RFC 3339: "2026-01-05T00:00:00Z", with an offset, with a fraction (digits beyond microseconds are dropped),
// with a blank for the T, without a zone (UTC) or as a date alone (midnight UTC). Years 1 to 9999.
Parsed<Instant> parse_instant(std::string_view text);

// "2026-01-05T00:00:00.000Z": UTC, milliseconds (what is finer is dropped), as the API writes instants.
std::string print_instant(Instant at);
void append_instant(std::string& out, Instant at);
// The same with all six digits, for what must be read back exactly.
std::string print_instant_exactly(Instant at);

}  // namespace berth
