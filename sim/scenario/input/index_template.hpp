// Names and labels of a group's nodes: `{index}`, `{index:02}` (at least so many digits), `{index/8}` (divided, rounded down),
// `{index%8}` (remainder), also combined: `{index/8:02}`. Everything else stands as written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/parsed.hpp"

namespace berth::scenario {

class IndexTemplate {
 public:
  static Parsed<IndexTemplate> parse(std::string_view text);

  std::string at(std::int64_t index) const;
  // Whether the index stands in it at all.
  bool varies() const;

 private:
  struct Part {
    std::string literal;
    bool index = false;
    char operation = 0;  // '/', '%' or 0
    std::int64_t operand = 1;
    std::size_t width = 0;
  };
  std::vector<Part> parts_;
};

}  // namespace berth::scenario
