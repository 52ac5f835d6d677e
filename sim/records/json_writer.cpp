#include "sim/records/json_writer.hpp"

#include "berth/core/invariant.hpp"
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::records {
namespace {

constexpr std::size_t flush_from = 64 * 1024;

// The length of the valid UTF-8 sequence that starts at `at`, or 0 (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(at);
  const unsigned second = byte(at + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(at + 1) || !continues(at + 2)) return 0;
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(at + 1) || !continues(at + 2) || !continues(at + 3)) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void append_escape(std::string& out, unsigned char c) {
  static constexpr char hex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out.push_back(hex[c >> 4]);
      out.push_back(hex[c & 15]);
  }
}

}  // namespace

void JsonWriter::line() {
  if (indent_ == 0) return;
  buffer_.push_back('\n');
  buffer_.append(has_items_.size() * static_cast<std::size_t>(indent_), ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) buffer_.push_back(',');
  has_items_.back() = true;
  line();
}

void JsonWriter::open(char bracket) {
  before_value();
  buffer_.push_back(bracket);
  has_items_.push_back(false);
}

void JsonWriter::close(char bracket) {
  BERTH_INVARIANT(!has_items_.empty() && !after_key_, "a JSON object or array is closed that is not open");
  const bool had_items = has_items_.back();
  has_items_.pop_back();
  if (had_items) line();
  buffer_.push_back(bracket);
  if (sink_ && buffer_.size() >= flush_from) flush();
}

JsonWriter& JsonWriter::begin_object() {
  open('{');
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  close('}');
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  open('[');
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  close(']');
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  buffer_.push_back(':');
  if (indent_ > 0) buffer_.push_back(' ');
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  buffer_ += "null";
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  before_value();
  buffer_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  before_value();
  append_integer(buffer_, value);
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  before_value();
  buffer_.push_back('"');
  std::size_t plain = 0;  // start of the stretch that needs no change
  for (std::size_t i = 0; i < value.size();) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const std::size_t length = c < 0x80 ? 0 : utf8_length(value, i);
    if (length > 0) {
      i += length;
      continue;
    }
    buffer_.append(value.substr(plain, i - plain));
    if (c < 0x80)
      append_escape(buffer_, c);
    else
      buffer_ += "\xEF\xBF\xBD";
    plain = ++i;
  }
  buffer_.append(value.substr(plain));
  buffer_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::milli(std::int64_t value) {
  before_value();
  buffer_ += print_decimal(value, 3);
  return *this;
}

JsonWriter& JsonWriter::micro(std::int64_t value) {
  before_value();
  buffer_ += print_decimal(value, 6);
  return *this;
}

JsonWriter& JsonWriter::instant(Instant value) {
  before_value();
  buffer_.push_back('"');
  append_instant(buffer_, value);
  buffer_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  buffer_ += json;
  return *this;
}

JsonWriter& JsonWriter::newline() {
  BERTH_INVARIANT(has_items_.empty(), "a line ends inside a JSON value");
  buffer_.push_back('\n');
  if (sink_ && buffer_.size() >= flush_from) flush();
  return *this;
}

void JsonWriter::flush() {
  if (!sink_) return;
  sink_(buffer_);
  buffer_.clear();
}

std::string mebibytes_text(Bytes bytes) {
  constexpr std::int64_t mebibyte = 1024 * 1024;
  const std::int64_t count = (bytes.value + mebibyte / 2) / mebibyte;
  return count == 0 ? "0" : std::to_string(count) + "Mi";
}

}  // namespace berth::records
