// Numbers to text and back, the same in every locale. Parsers take the whole text: no blanks around it,
// nothing after it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "berth/core/parsed.hpp"
#include "sim/core/decimal.hpp"

namespace berth {

// 'text' for a message: in single quotes, cut short when long (hostile input).
std::string quoted(std::string_view text);

// "-12", "0", "+7", "007".
Parsed<std::int64_t> parse_integer(std::string_view text,
                                   std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                   std::int64_t most = std::numeric_limits<std::int64_t>::max());

// A decimal number times `scale`, exactly: parse_decimal("0.25", 1000) is 250. Accepts "2", "-0.5", ".5",
// "5.", "1e3".
Parsed<std::int64_t> parse_decimal(std::string_view text, std::int64_t scale, Excess excess = Excess::refuse);

// The nearest double; infinities and NaN are refused.
Parsed<double> parse_double(std::string_view text);

// value / 10^places without needless zeros: print_decimal(2500, 3) is "2.5".
std::string print_decimal(std::int64_t value, int places);
// value / 10^places with all its places: print_fixed(2500, 3) is "2.500".
std::string print_fixed(std::int64_t value, int places);

// The shortest text that reads back as the same double, in positional form from 1e-7 to 1e21 (as JSON numbers
// of browsers are written). The value must be finite.
std::string print_double(double value);

// For writers that must not allocate for each number.
void append_integer(std::string& out, std::int64_t value);
void append_double(std::string& out, double value);

}  // namespace berth
