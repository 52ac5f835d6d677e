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

// Is `name` a shorter way to say something whose words are in `text`: "H100" of "NVIDIA-H100-80GB-HBM3", "1g" of
// "1g.10gb", "rack" of "topology.berth/rack"? Words are runs of letters and digits, compared without case; each word of the
// name must begin a word of the text, and a number ends where the text's does ("H10" is not "H100").
bool is_short_for(std::string_view name, std::string_view text);

// What somebody who wrote `name` may have meant, at most `most`: what the name is short for, in the order of the candidates,
// or of those the nearest alone when one is near by edit distance; else the nearest by edit distance. So 'A100' is not taken
// for 'A10' where there is an 'A100-SXM4-40GB'.
std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& candidates,
                                       std::size_t most = 8);

// "; did you mean 'a', 'b' or 'c'?"; "" for none.
std::string did_you_mean(const std::vector<std::string>& names);
// "a, b or c".
std::string joined_by_or(const std::vector<std::string>& names);

}  // namespace berth
