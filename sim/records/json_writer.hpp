// A streaming JSON writer: values go straight into one buffer that is handed to a sink when it grows, so that a document
// of any size costs one buffer. Numbers are integers, or decimals held as integers of a thousandth (or a millionth):
// nothing here ever formats a floating-point value, so the bytes are the same everywhere.
//
// The writer puts the commas and colons; the caller keeps begin and end in balance (an invariant otherwise). One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"

namespace berth::records {

class JsonWriter {
 public:
  using Sink = std::function<void(std::string_view)>;

  // Without a sink everything stays in the buffer (`text()`). With `indent` above 0: one member a line, that many
  // spaces a level, for files that people open; 0: no white space at all.
  explicit JsonWriter(int indent = 0) : indent_(indent) {}
  JsonWriter(Sink sink, int indent) : sink_(std::move(sink)), indent_(indent) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& null();
  JsonWriter& boolean(bool value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& string(std::string_view value);  // UTF-8; bytes that are not are replaced by U+FFFD
  // value / 1000 and value / 1000000, exactly, without trailing zeros: 1500 -> 1.5, 2000 -> 2, -250 -> -0.25.
  JsonWriter& milli(std::int64_t value);
  JsonWriter& micro(std::int64_t value);
  // RFC 3339, UTC, milliseconds: "2026-01-05T08:00:00.000Z" (contract/NOTES.md section 1).
  JsonWriter& instant(Instant value);
  // A value that already is JSON text.
  JsonWriter& raw(std::string_view json);
  // Ends a line between the values of a .jsonl file; only outside of objects and arrays.
  JsonWriter& newline();

  // Hands what is buffered to the sink.
  void flush();
  const std::string& text() const { return buffer_; }
  std::string take() { return std::move(buffer_); }

 private:
  void before_value();
  void line();
  void open(char bracket);
  void close(char bracket);

  std::string buffer_;
  Sink sink_;
  int indent_ = 0;
  bool after_key_ = false;
  std::vector<bool> has_items_;  // one entry an open object or array
};

// Whole mebibytes, rounded to the nearest: "24576Mi"; "0" for nothing (contract/NOTES.md section 2, Resources).
std::string mebibytes_text(Bytes bytes);

}  // namespace berth::records
