#include "berth/core/diagnostic.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "sim/core/text.hpp"

namespace berth {

namespace {

// Names are bounded before they are compared: the distance costs the product of the lengths.
constexpr std::size_t longest_compared_name = 200;

// A message quotes what a user wrote, so a line break or a terminal's escape sequence may be in it. Neither
// may reach the output as such: each diagnostic is one line.
void append_printable(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

// Half steps, so that a difference in case alone can count one half of a substitution.
constexpr std::size_t whole_step = 2;

std::size_t substitution(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? 1 : whole_step;
}

// Optimal string alignment (Levenshtein with swaps of neighbours), in half steps.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_previous(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j * whole_step;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i * whole_step;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t best = std::min(previous[j], current[j - 1]) + whole_step;
      best = std::min(best, previous[j - 1] + substitution(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && a[i - 1] != a[i - 2]) {
        best = std::min(best, before_previous[j - 2] + whole_step);
      }
      current[j] = best;
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

void Diagnostics::error(std::string code, Place place, std::string message) {
  all_.push_back({Severity::error, std::move(code), std::move(place), std::move(message)});
  ++errors_;
}

void Diagnostics::warning(std::string code, Place place, std::string message) {
  all_.push_back({Severity::warning, std::move(code), std::move(place), std::move(message)});
}

void Diagnostics::sort_by_place() {
  std::map<std::string, std::size_t, std::less<>> first_mention;
  for (const Diagnostic& d : all_) first_mention.try_emplace(d.place.file, first_mention.size());
  std::stable_sort(all_.begin(), all_.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(first_mention.find(a.place.file)->second, a.place.line, a.place.column) <
           std::tuple(first_mention.find(b.place.file)->second, b.place.line, b.place.column);
  });
}

std::string Diagnostics::to_text() const {
  std::string text;
  for (const Diagnostic& d : all_) {
    append_printable(text, d.place.file);
    if (d.place.line > 0) {
      text += ':' + std::to_string(d.place.line);
      if (d.place.column > 0) text += ':' + std::to_string(d.place.column);
    }
    if (!text.empty() && text.back() != '\n') text += ": ";
    text += d.severity == Severity::error ? "error: " : "warning: ";
    append_printable(text, d.message);
    text += '\n';
  }
  return text;
}

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > longest_compared_name) return std::nullopt;
  // A third of the name, in half steps, rounded up: one whole step for names of two or three letters.
  const std::size_t limit = (name.size() * whole_step + 2) / 3;
  const std::string* nearest = nullptr;
  std::size_t least = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if ((longer - shorter) * whole_step >= least)
      continue;  // cannot be nearer: one insertion for each missing letter
    // A name in the wrong case throughout is further than a third away by the count, yet surely meant.
    const std::size_t distance =
        name != candidate && same_but_for_case(name, candidate) ? 1 : edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = &candidate;
    }
  }
  if (!nearest) return std::nullopt;
  return *nearest;
}

namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : text) {
    if (is_word(c) && !within) words.emplace_back();
    within = is_word(c);
    if (within) words.back() += lower(c);
  }
  return words;
}

}  // namespace

bool is_short_for(std::string_view name, std::string_view text) {
  if (name.size() > longest_compared_name) return false;
  const std::vector<std::string> wanted = words_of(name), there = words_of(text);
  if (wanted.empty()) return false;
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return std::any_of(there.begin(), there.end(), [&](const std::string& other) {
      if (other.compare(0, word.size(), word) != 0) return false;
      return other.size() == word.size() || !is_digit(word.back()) || !is_digit(other[word.size()]);
    });
  });
}

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& candidates,
                                       std::size_t most) {
  const auto nearest = nearest_name(name, candidates);
  if (nearest && is_short_for(name, *nearest)) return {*nearest};
  std::vector<std::string> names;
  for (const std::string& candidate : candidates) {
    if (names.size() == most) break;
    if (is_short_for(name, candidate) && std::find(names.begin(), names.end(), candidate) == names.end())
      names.push_back(candidate);
  }
  if (names.empty() && nearest) names.push_back(*nearest);
  return names;
}

std::string joined_by_or(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::string did_you_mean(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(berth::quoted(name));
  return "; did you mean " + joined_by_or(all) + "?";
}

}  // namespace berth
