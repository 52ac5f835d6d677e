#include "sim/core/text.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>

namespace berth {

namespace {

constexpr std::size_t longest_quote = 60;

std::string magnitude_digits(std::int64_t value, int places) {
  // Negated as unsigned, so that the least integer has a magnitude too.
  const auto bits = static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(value < 0 ? std::uint64_t{0} - bits : bits);
  const auto needed = static_cast<std::size_t>(places) + 1;
  if (digits.size() < needed) digits.insert(0, needed - digits.size(), '0');
  return digits;
}

}  // namespace

std::string quoted(std::string_view text) {
  if (text.size() <= longest_quote) return "'" + std::string(text) + "'";
  std::size_t cut = longest_quote;
  // Not within a UTF-8 sequence.
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return "'" + std::string(text.substr(0, cut)) + "...'";
}

Parsed<std::int64_t> parse_integer(std::string_view text, std::int64_t least, std::int64_t most) {
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = end == digits.data() + digits.size();
  const bool too_large = failure == std::errc::result_out_of_range;
  if (digits.empty() || !whole || (failure != std::errc() && !too_large)) {
    return Parsed<std::int64_t>::failure(quoted(text) + " is not a whole number");
  }
  if (too_large || value < least || value > most) {
    return Parsed<std::int64_t>::failure(quoted(text) + " is out of range (expected " +
                                         std::to_string(least) +
                                         (most > least ? " to " + std::to_string(most) : "") + ")");
  }
  return value;
}

Parsed<std::int64_t> parse_decimal(std::string_view text, std::int64_t scale, Excess excess) {
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number || !rest.empty()) {
    return Parsed<std::int64_t>::failure(quoted(text) + " is not a decimal number of at most 19 digits");
  }
  if (const auto value = scaled(*number, static_cast<UInt128>(scale), excess)) return *value;
  if (scaled(*number, static_cast<UInt128>(scale), Excess::round_up)) {
    return Parsed<std::int64_t>::failure(
        quoted(text) + " has too many decimal places (the smallest step is 1/" + std::to_string(scale) + ")");
  }
  return Parsed<std::int64_t>::failure(quoted(text) + " is too large");
}

Parsed<double> parse_double(std::string_view text) {
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure == std::errc::result_out_of_range) {
    return Parsed<double>::failure(quoted(text) + " is out of range for a number");
  }
  if (digits.empty() || failure != std::errc() || end != digits.data() + digits.size() ||
      !std::isfinite(value)) {
    return Parsed<double>::failure(quoted(text) + " is not a number");
  }
  return value;
}

std::string print_fixed(std::int64_t value, int places) {
  std::string digits = magnitude_digits(value, places);
  if (places > 0) digits.insert(digits.size() - static_cast<std::size_t>(places), 1, '.');
  return value < 0 ? "-" + digits : digits;
}

std::string print_decimal(std::int64_t value, int places) {
  std::string text = print_fixed(value, places);
  if (places > 0) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

void append_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_double(std::string& out, double value) {
  BERTH_INVARIANT(std::isfinite(value), "a number to print is infinite or not a number");
  const double magnitude = std::fabs(value);
  const bool positional = magnitude == 0 || (magnitude >= 1e-7 && magnitude < 1e21);
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                                 positional ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  out.append(buffer, end);
}

std::string print_double(double value) {
  std::string text;
  append_double(text, value);
  return text;
}

}  // namespace berth
