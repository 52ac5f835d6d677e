#include "sim/scenario/text/reader.hpp"

#include <algorithm>

#include "berth/core/quantity_text.hpp"
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {

void Reader::error(Mark mark, std::string code, std::string message) {
  if (quiet_ == 0) diagnostics_.error(std::move(code), document_.place(mark), std::move(message));
}

void Reader::warning(Mark mark, std::string code, std::string message) {
  if (quiet_ == 0) diagnostics_.warning(std::move(code), document_.place(mark), std::move(message));
}

void Reader::said(const HeededKey& key, Mark mark) {
  if (quiet_ > 0 || within_ > 0) return;
  const auto [at, fresh] = said_at_.try_emplace(&key, said_.size());
  if (fresh) said_.push_back({&key, mark, 0});
  ++said_[at->second].times;
}

bool Reader::wrong_type(const Value& value, std::string_view expected) {
  std::string message = key_.empty() ? std::string() : key_ + ": ";
  message += "expected " + std::string(expected) + ", found " + describe(value);
  error(value.mark, "wrong-type", std::move(message));
  return false;
}

bool Reader::wrong_value(const Value& value, const std::string& sentence) {
  error(value.mark, "wrong-value", key_.empty() ? sentence : key_ + ": " + sentence);
  return false;
}

const std::string* Reader::scalar(const Value& value, std::string_view expected) {
  if (value.is_scalar()) return &value.text;
  wrong_type(value, expected);
  return nullptr;
}

// Beyond so many names the nearest is not sought: each comparison costs the product of two lengths.
constexpr std::size_t most_compared = 20'000;

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  if (known.size() > most_compared) return "";
  if (const auto nearest = nearest_names(name, known); !nearest.empty()) return did_you_mean(nearest);
  return known.empty() || known.size() > 40 ? "" : "; expected " + joined_by_or(known);
}

void Reader::unknown(Mark mark, std::string_view noun, std::string_view name,
                     const std::vector<std::string>& known) {
  error(mark, "unknown-name",
        "unknown " + std::string(noun) + " " + berth::quoted(name) + suggestion(name, known));
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > max_name || text.front() == ' ' || text.back() == ' ') return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool TextForm::read(Reader& reader, const Value& value, std::string& out) {
  const std::string* text = reader.scalar(value, "a text");
  if (text) out = *text;
  return text != nullptr;
}
Value TextForm::write(const std::string& text) {
  Value value = Value::scalar(text);
  value.quoted = true;
  return value;
}

bool NameForm::read(Reader& reader, const Value& value, Name& out) {
  const std::string* text = reader.scalar(value, "a name");
  if (!text) {
    out = Name(std::string(), value.mark);
    return false;
  }
  if (!is_name(*text)) {
    out = Name(std::string(), value.mark);
    return reader.wrong_value(value, berth::quoted(*text) + " is not a name (1 to " +
                                         std::to_string(max_name) +
                                         " bytes, no control characters, no blank at an end)");
  }
  out = Name(*text, value.mark);
  return true;
}
Value NameForm::write(const Name& name) {
  return TextForm::write(name.value);
}

bool BoolForm::read(Reader& reader, const Value& value, bool& out) {
  const std::string* text = reader.scalar(value, "true or false");
  if (!text) return false;
  if (*text != "true" && *text != "false") return reader.wrong_type(value, "true or false");
  out = *text == "true";
  return true;
}
Value BoolForm::write(bool on) {
  return Value::scalar(on ? "true" : "false");
}

bool DurationForm::read(Reader& reader, const Value& value, Duration& out) {
  const std::string* text = reader.scalar(value, "a duration such as 90s, 5m or 1h30m");
  if (!text || !take(reader, value, parse_duration(*text), out)) return false;
  if (out <= max_duration) return true;
  return reader.wrong_value(value, berth::quoted(*text) + " is longer than " + print_duration(max_duration));
}
Value DurationForm::write(Duration duration) {
  return Value::scalar(print_duration(duration));
}

bool PositiveDurationForm::read(Reader& reader, const Value& value, Duration& out) {
  if (!DurationForm::read(reader, value, out)) return false;
  return out > Duration{} || reader.wrong_value(value, berth::quoted(value.text) + " must be longer than 0");
}
Value PositiveDurationForm::write(Duration duration) {
  return DurationForm::write(duration);
}

bool WhenForm::read(Reader& reader, const Value& value, When& out) {
  const std::string* text = reader.scalar(value, "an offset from the start such as 2d2h, or an instant");
  if (!text) return false;
  // What begins like a year is an instant; a wrong one is then explained as such.
  if (text->size() >= 5 && (*text)[4] == '-') {
    Instant at;
    if (!take(reader, value, parse_instant(*text), at)) return false;
    out = When{at, Duration{}};
    return true;
  }
  out.absolute.reset();
  return DurationForm::read(reader, value, out.offset);
}
Value WhenForm::write(const When& when) {
  return when.absolute ? write_instant(*when.absolute) : Value::scalar(print_duration(when.offset));
}

Value write_instant(Instant at) {
  std::string text = print_instant_exactly(at);
  const std::size_t zeros = text.find(".000000");
  if (zeros != std::string::npos) text.erase(zeros, 7);
  return Value::scalar(text);
}

bool CpuForm::read(Reader& reader, const Value& value, CpuMilli& out) {
  const std::string* text = reader.scalar(value, "a number of CPU cores such as 4 or 500m");
  if (!text || !take(reader, value, parse_cpu(*text), out)) return false;
  return out <= max_cpu ||
         reader.wrong_value(value, berth::quoted(*text) + " is more than " + print_cpu(max_cpu) + " cores");
}
Value CpuForm::write(CpuMilli cpu) {
  return Value::scalar(print_cpu(cpu));
}

bool BytesForm::read(Reader& reader, const Value& value, Bytes& out) {
  const std::string* text = reader.scalar(value, "an amount of memory such as 20Gi");
  if (!text || !take(reader, value, parse_bytes(*text), out)) return false;
  return out <= max_memory ||
         reader.wrong_value(value, berth::quoted(*text) + " is more than " + print_bytes(max_memory));
}
Value BytesForm::write(Bytes bytes) {
  return Value::scalar(print_bytes(bytes));
}

bool read_whole_number(Reader& reader, const Value& value, std::int64_t least, std::int64_t most,
                       std::int64_t& out) {
  const std::string* text = reader.scalar(value, "a whole number");
  return text && take(reader, value, parse_integer(*text, least, most), out);
}

bool read_decimal(Reader& reader, const Value& value, std::int64_t scale, std::int64_t least,
                  std::int64_t most, std::int64_t& out) {
  const std::string* text = reader.scalar(value, "a number");
  if (!text || !take(reader, value, parse_decimal(*text, scale), out)) return false;
  if (out >= least && out <= most) return true;
  int places = 0;
  for (std::int64_t s = scale; s > 1; s /= 10) ++places;
  return reader.wrong_value(value, berth::quoted(*text) + " is out of range (expected " +
                                       print_decimal(least, places) + " to " + print_decimal(most, places) +
                                       ")");
}

Value write_decimal(std::int64_t value, int places) {
  return Value::scalar(print_decimal(value, places));
}

bool PercentForm::read(Reader& reader, const Value& value, std::int32_t& out) {
  const std::string* text = reader.scalar(value, "a share such as 60%");
  std::int64_t millionths = 0;
  if (!text || !take(reader, value, parse_share(*text), millionths)) return false;
  if (millionths % 10'000 != 0)
    return reader.wrong_value(value, berth::quoted(*text) + " is not a whole number of percent");
  out = static_cast<std::int32_t>(millionths / 10'000);
  return true;
}
Value PercentForm::write(std::int32_t percent) {
  return Value::scalar(std::to_string(percent) + "%");
}

bool TextPairsForm::read(Reader& reader, const Value& value, type& out) {
  if (!value.is_map()) return reader.wrong_type(value, "a map of texts");
  bool good = true;
  out.clear();
  for (const Entry& entry : value.entries) {
    const Reader::Key key(reader, entry.key);
    std::string text;
    if (entry.value.kind != Value::Kind::null) good &= TextForm::read(reader, entry.value, text);
    out.emplace_back(entry.key, std::move(text));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return good;
}
Value TextPairsForm::write(const type& pairs) {
  Value value = Value::map();
  for (const auto& [key, text] : pairs) value.add(key, TextForm::write(text));
  return value;
}

}  // namespace berth::scenario
