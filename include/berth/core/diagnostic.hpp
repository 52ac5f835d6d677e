// Faults in what a user wrote. A reader collects all of them and goes on; nobody throws for one.
//
// Printed as   FILE:LINE:COLUMN: error: MESSAGE   (warning: likewise), one a line, by place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

struct Place {
  std::string file;
  int line = 0;    // from 1; 0: the whole file
  int column = 0;  // from 1, in bytes; 0: the whole line
};

enum class Severity { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;  // stable kebab-case name of the rule, such as "unknown-key"
  Place place;
  std::string message;  // one sentence: the value, what was expected, the nearest valid name
};

class Diagnostics {
 public:
  void error(std::string code, Place place, std::string message);
  void warning(std::string code, Place place, std::string message);
  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // Stable sort by (file in order of first mention, line, column).
  void sort_by_place();
  // All of them as text, each line ended by '\n'.
  std::string to_text() const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

// The candidate nearest to `name` by edit distance (insertions, deletions, substitutions, neighbour swaps;
// case counts half), or nothing when none is closer than about a third of the name's length. Ties: the
// earlier candidate.
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace berth
