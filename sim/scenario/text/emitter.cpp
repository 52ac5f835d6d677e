#include "sim/scenario/text/emitter.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "berth/scenario/load.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

constexpr std::size_t line_width = 110;

// Would YAML or a reader of ours take the bare text for something else?
bool needs_quotes(const std::string& text) {
  if (text.empty()) return true;
  static constexpr std::array<std::string_view, 4> nothing = {"null", "Null", "NULL", "~"};
  if (std::find(nothing.begin(), nothing.end(), text) != nothing.end()) return true;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || c == '+' || c == '-' || c == '%' || c == ':' || c == '@';
  };
  if (!std::all_of(text.begin(), text.end(), plain)) return true;
  // A colon before a blank, or at an end, separates; a leading indicator means something.
  if (text.front() == '-' && (text.size() == 1 || text[1] == '-' || text[1] < '0' || text[1] > '9'))
    return true;
  if (text == "..." || text.front() == '%' || text.front() == '@' || text.front() == ':' ||
      text.back() == ':')
    return true;
  return false;
}

// Texts that look like numbers, times or truth are quoted where they are texts, so that other YAML readers keep them.
bool looks_like_another_type(const std::string& text) {
  static constexpr std::array<std::string_view, 14> truths = {
      "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "no", "No", "on", "off", "y", "n"};
  if (std::find(truths.begin(), truths.end(), text) != truths.end()) return true;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == ':' || c == 'e' || c == 'E' ||
           c == '_';
  });
}

std::string scalar(const Value& value) {
  const std::string& text = value.text;
  if (!needs_quotes(text) && !(value.quoted && looks_like_another_type(text))) return text;
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      constexpr char digits[] = "0123456789abcdef";
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string key_text(const std::string& key) {
  return scalar(Value::scalar(key));
}

// In one line; stops growing soon after `limit`.
void flow(const Value& value, std::size_t limit, std::string& out) {
  switch (value.kind) {
    case Value::Kind::null:
      out += "null";
      return;
    case Value::Kind::scalar:
      out += scalar(value);
      return;
    case Value::Kind::list: {
      out += '[';
      for (std::size_t i = 0; i < value.items.size() && out.size() <= limit; ++i) {
        if (i > 0) out += ", ";
        flow(value.items[i], limit, out);
      }
      out += ']';
      return;
    }
    case Value::Kind::map: {
      out += '{';
      for (std::size_t i = 0; i < value.entries.size() && out.size() <= limit; ++i) {
        if (i > 0) out += ", ";
        out += key_text(value.entries[i].key) + ": ";
        flow(value.entries[i].value, limit, out);
      }
      out += '}';
      return;
    }
  }
}

// The value in one line if it fits into what is left of it.
bool fits(const Value& value, std::size_t indent, std::string& line) {
  line.clear();
  flow(value, line_width, line);
  return indent + line.size() <= line_width;
}

void block(const Value& value, std::size_t indent, std::string& out) {
  std::string line;
  const std::string blanks(indent, ' ');
  if (value.is_map()) {
    for (const Entry& entry : value.entries) {
      const std::string key = blanks + key_text(entry.key) + ":";
      const bool nested = entry.value.is_list() || entry.value.is_map();
      // The sections of a scenario stand open, so that a person finds them.
      if ((!nested || indent > 0) && fits(entry.value, key.size() + 1, line)) {
        out += key + " " + line + "\n";
      } else if (!nested) {
        out += key + " " + line + "\n";
      } else {
        out += key + "\n";
        block(entry.value, indent + 2, out);
      }
    }
    return;
  }
  for (const Value& item : value.items) {
    const bool nested = item.is_list() || item.is_map();
    if (fits(item, indent + 2, line) || !nested) {
      out += blanks + "- " + line + "\n";
      continue;
    }
    // The first entry stands beside the dash.
    std::string inner;
    block(item, indent + 2, inner);
    inner[indent] = '-';
    out += inner;
  }
}

}  // namespace

std::string emit_yaml_line(const Value& root) {
  std::string out;
  flow(root, std::string::npos, out);
  return out;
}

std::string emit_yaml(const Value& root) {
  std::string out;
  block(root, 0, out);
  return out;
}

std::string print_scenario(const Scenario& scenario) {
  return emit_yaml(keys<Scenario>().write(scenario));
}

}  // namespace berth::scenario
