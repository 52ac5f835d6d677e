#include "sim/scenario/input/index_template.hpp"

#include <algorithm>

#include "sim/core/text.hpp"

namespace berth::scenario {

namespace {

// The digits at the beginning of `text`, taken off it; -1 when there are none or too many.
std::int64_t take_number(std::string_view& text) {
  std::size_t n = 0;
  std::int64_t value = 0;
  while (n < text.size() && n < 9 && text[n] >= '0' && text[n] <= '9') value = value * 10 + (text[n++] - '0');
  text.remove_prefix(n);
  return n == 0 ? -1 : value;
}

}  // namespace

Parsed<IndexTemplate> IndexTemplate::parse(std::string_view text) {
  const auto refuse = [&](std::string_view piece) {
    return Parsed<IndexTemplate>::failure(
        berth::quoted(piece) +
        " is not a template (expected such as {index}, {index:02}, {index/8} or {index%8})");
  };
  IndexTemplate result;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find_first_of("{}"), text.size());
    Part part;
    part.literal = std::string(text.substr(0, open));
    text.remove_prefix(open);
    if (!text.empty()) {
      const std::size_t close = text.find('}');
      if (text.front() == '}' || close == std::string_view::npos) return refuse(text);
      const std::string_view whole = text.substr(0, close + 1);
      std::string_view inner = text.substr(1, close - 1);
      text.remove_prefix(close + 1);
      if (inner.substr(0, 5) != "index") return refuse(whole);
      inner.remove_prefix(5);
      part.index = true;
      if (!inner.empty() && (inner.front() == '/' || inner.front() == '%')) {
        part.operation = inner.front();
        inner.remove_prefix(1);
        part.operand = take_number(inner);
        if (part.operand < 1) return refuse(whole);
      }
      if (!inner.empty() && inner.front() == ':') {
        inner.remove_prefix(1);
        const std::int64_t width = take_number(inner);
        if (width < 1 || width > 12) return refuse(whole);
        part.width = static_cast<std::size_t>(width);
      }
      if (!inner.empty()) return refuse(whole);
    }
    result.parts_.push_back(std::move(part));
  }
  return result;
}

std::string IndexTemplate::at(std::int64_t index) const {
  std::string text;
  for (const Part& part : parts_) {
    text += part.literal;
    if (!part.index) continue;
    const std::int64_t number = part.operation == '/'   ? index / part.operand
                                : part.operation == '%' ? index % part.operand
                                                        : index;
    const std::string digits = std::to_string(number);
    if (digits.size() < part.width) text.append(part.width - digits.size(), '0');
    text += digits;
  }
  return text;
}

bool IndexTemplate::varies() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.index; });
}

}  // namespace berth::scenario
