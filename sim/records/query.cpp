#include "sim/records/query.hpp"

#include <algorithm>

#include "sim/core/text.hpp"

namespace berth::records {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

// Calls `use` with each piece between separators, the last included, until it returns false.
template <class Use>
bool each_piece(std::string_view text, char separator, Use use) {
  for (;;) {
    const auto end = text.find(separator);
    if (!use(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<Query> Query::parse(std::string_view target) {
  Query out;
  const auto mark = target.find('?');
  const bool path = each_piece(target.substr(0, mark), '/', [&](std::string_view piece) {
    if (piece.empty()) return true;
    auto text = decoded(piece);
    if (text) out.segments_.push_back(std::move(*text));
    return text.has_value();
  });
  if (!path) return std::nullopt;
  if (mark == std::string_view::npos) return out;
  const bool parameters = each_piece(target.substr(mark + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return true;
    const auto equals = piece.find('=');
    auto name = decoded(piece.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1));
    if (!name || !value) return false;
    out.parameters_.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!parameters) return std::nullopt;
  return out;
}

std::optional<std::string> Query::value(std::string_view name) const {
  for (const auto& [key, value] : parameters_)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<std::string> Query::values(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : parameters_)
    if (key == name) out.push_back(value);
  return out;
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& value : values(name))
    each_piece(value, ',', [&](std::string_view piece) {
      if (!piece.empty()) out.emplace_back(piece);
      return true;
    });
  return out;
}

bool read_boolean(const Query& query, std::string_view name, bool otherwise) {
  const auto text = query.value(name);
  if (!text) return otherwise;
  if (*text == "true") return true;
  if (*text == "false") return false;
  throw BadRequest(std::string(name) + ": " + berth::quoted(*text) + " is neither true nor false");
}

std::size_t read_number(const Query& query, std::string_view name, std::size_t least, std::size_t most,
                        std::size_t otherwise) {
  const auto text = query.value(name);
  if (!text) return otherwise;
  const auto number = parse_integer(*text, static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
  if (!number) throw BadRequest(std::string(name) + ": " + number.error());
  return static_cast<std::size_t>(*number);
}

bool read_descending(const Query& query, bool otherwise) {
  const auto text = query.value("sortOrder");
  if (!text) return otherwise;
  return read_literal("sortOrder", *text, {"asc", "desc"}) == "desc";
}

std::string read_literal(std::string_view name, std::string_view value,
                         const std::vector<std::string>& literals) {
  const auto dot = value.rfind('.');
  const std::string literal(dot == std::string_view::npos ? value : value.substr(dot + 1));
  if (std::find(literals.begin(), literals.end(), literal) != literals.end()) return literal;
  std::string expected;
  for (const auto& each : literals) expected += (expected.empty() ? "" : ", ") + each;
  throw BadRequest(std::string(name) + ": " + berth::quoted(value) + " is none of " + expected);
}

}  // namespace berth::records
