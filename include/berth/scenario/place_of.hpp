// Where in the files a value stands. Kept beside what must be checked against other parts of the scenario, so
// that the fault can be shown at its place; two values that differ only in place are equal.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace berth::scenario {

struct Mark {
  std::uint32_t file = 0;  // index into the document's list of files
  std::int32_t line = 0;   // from 1; 0: no line (a value made by default, or the whole file)
  std::int32_t column = 0;
};

template <class T>
struct Placed {
  T value{};
  Mark mark;

  Placed() = default;
  Placed(T v) : value(std::move(v)) {}  // NOLINT: a value without a place converts
  Placed(T v, Mark m) : value(std::move(v)), mark(m) {}
  bool operator==(const Placed& o) const { return value == o.value; }
};

using Name = Placed<std::string>;

}  // namespace berth::scenario
