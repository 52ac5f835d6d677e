// A YAML text as a tree of values that know where they stand. No meaning yet: every scalar is its text.
//
// Refused while reading, with place: syntax errors, a second document, keys that are not plain texts or stand
// twice, merge keys (`<<`), and everything beyond limits.hpp (so that aliases of aliases cannot explode: each expansion counts
// in full).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/scenario/place_of.hpp"

namespace berth::scenario {

struct Entry;

struct Value {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  bool quoted = false;         // scalar: it stood in quotes, so it is a text even if it looks like a number
  std::string text;            // scalar
  std::vector<Value> items;    // list
  std::vector<Entry> entries;  // map, in the order of the file; keys unique
  Mark mark;

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);

  static Value scalar(std::string text);
  static Value list();
  static Value map();
  // Appends an entry to a map.
  Value& add(std::string key, Value value);
};

struct Entry {
  std::string key;
  Mark key_mark;
  Value value;
};

// "a map", "a list", "'text'", "nothing": for messages.
std::string describe(const Value& value);
// The same tree, wherever it stands.
bool same(const Value& a, const Value& b);

class Document {
 public:
  // Adds a file's name; its index goes into marks. `folder` is what relative paths in it start from.
  std::uint32_t add_file(std::string name, std::string folder = {});
  const std::string& folder(std::uint32_t index) const { return folders_[index]; }
  const std::string& file(std::uint32_t index) const { return files_[index]; }
  Place place(Mark mark) const;

  // Parses one text whose marks point into `file`. Nothing when it is broken (reported). The bound on values
  // holds for all texts of one document together.
  std::optional<Value> parse(const std::string& text, std::uint32_t file, Diagnostics& diagnostics);

  // A part of the scenario could not be had (an included file, a list that stands twice), and with it what it defines.
  void note_gap() { has_gaps_ = true; }
  bool has_gaps() const { return has_gaps_; }

 private:
  std::vector<std::string> files_, folders_;
  std::size_t values_ = 0;
  bool has_gaps_ = false;
};

}  // namespace berth::scenario
