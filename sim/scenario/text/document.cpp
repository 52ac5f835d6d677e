#include "sim/scenario/text/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "sim/core/text.hpp"
#include "sim/scenario/text/limits.hpp"

namespace berth::scenario {

namespace {

// A bound of limits.hpp or a rule of document.hpp is broken: parsing ends here.
struct Refused {
  std::string code;
  Mark mark;
  std::string message;
};

// Builds the tree from the parser's events. A container is finished when its end comes; only finished values
// can be aliased, so a value never holds itself.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::uint32_t file, std::size_t& values) : file_(file), values_(values) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Value value;
    value.mark = mark_of(mark);
    finish(std::move(value), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw Refused{"alias-to-itself", mark_of(mark), "an alias inside the value that it names"};
    }
    count(found->second.second, mark_of(mark));
    deliver(found->second.first, found->second.second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    Value value;
    value.kind = Value::Kind::scalar;
    value.quoted = tag == "!";
    value.text = text;
    value.mark = mark_of(mark);
    finish(std::move(value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Value::Kind::list, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Value::Kind::map, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  Value take() { return std::move(root_); }
  // The last value that was begun.
  Mark last() const { return last_; }

 private:
  struct Open {
    Value value;
    YAML::anchor_t anchor = 0;
    std::size_t size = 1;  // values in it, itself included
    std::optional<Value> key;
  };

  Mark mark_of(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  void count(std::size_t n, Mark mark) {
    last_ = mark;
    values_ += n;
    if (values_ > max_values) {
      throw Refused{
          "too-many-values", mark,
          "more than " + std::to_string(max_values) + " values, aliases counted as often as they are used"};
    }
  }

  void open(Value::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (stack_.size() >= static_cast<std::size_t>(max_depth)) {
      throw Refused{"too-deep", mark_of(mark),
                    "lists and maps are nested deeper than " + std::to_string(max_depth) + " levels"};
    }
    count(1, mark_of(mark));
    Open fresh;
    fresh.value.kind = kind;
    fresh.value.mark = mark_of(mark);
    fresh.anchor = anchor;
    stack_.push_back(std::move(fresh));
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    if (done.anchor != 0) anchors_[done.anchor] = {done.value, done.size};
    deliver(std::move(done.value), done.size);
  }

  void finish(Value value, YAML::anchor_t anchor) {
    count(1, value.mark);
    if (anchor != 0) anchors_[anchor] = {value, 1};
    deliver(std::move(value), 1);
  }

  void deliver(Value value, std::size_t size) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& top = stack_.back();
    top.size += size;
    if (top.value.is_list()) {
      top.value.items.push_back(std::move(value));
      return;
    }
    if (!top.key) {
      if (!value.is_scalar())
        throw Refused{"key-not-text", value.mark, "a key must be a text, found " + describe(value)};
      top.key = std::move(value);
      return;
    }
    top.value.entries.push_back(Entry{std::move(top.key->text), top.key->mark, std::move(value)});
    top.key.reset();
  }

  std::uint32_t file_;
  std::size_t& values_;
  Mark last_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, std::pair<Value, std::size_t>> anchors_;
  Value root_;
};

// `<<` of YAML 1.1, everywhere in the tree: each is reported, and then heeded, so that the keys that it brings are not
// missed as well.
void refuse_merge_keys(Value& value, const Document& document, Diagnostics& diagnostics) {
  std::vector<Value> merged;
  std::erase_if(value.entries, [&](Entry& entry) {
    if (entry.key != "<<") return false;
    diagnostics.error("merge-key", document.place(entry.key_mark),
                      "'<<' is a merge key of YAML 1.1, which YAML 1.2 does not have; write the keys out, or "
                      "put what is shared under 'defaults' or into a file to 'include'");
    if (entry.value.is_list()) {
      for (Value& item : entry.value.items) merged.push_back(std::move(item));
    } else {
      merged.push_back(std::move(entry.value));
    }
    return true;
  });
  for (Value& from : merged) {
    for (Entry& entry : from.entries) {
      if (!value.find(entry.key)) value.entries.push_back(std::move(entry));
    }
  }
  for (Value& item : value.items) refuse_merge_keys(item, document, diagnostics);
  for (Entry& entry : value.entries) refuse_merge_keys(entry.value, document, diagnostics);
}

// May what stands here define something that other parts name?
bool may_define(const Value& value) {
  const auto defines = [](const Value& v) { return may_define(v); };
  return (value.is_map() && value.find("name")) ||
         std::any_of(value.items.begin(), value.items.end(), defines) ||
         std::any_of(value.entries.begin(), value.entries.end(),
                     [](const Entry& e) { return may_define(e.value); });
}

// Keys that stand twice in one map, everywhere in the tree: all are reported, and the first one stays.
void refuse_duplicates(Value& value, Document& document, Diagnostics& diagnostics) {
  for (Value& item : value.items) refuse_duplicates(item, document, diagnostics);
  if (!value.is_map()) return;
  std::map<std::string, Mark, std::less<>> first;
  std::erase_if(value.entries, [&](const Entry& entry) {
    const auto [at, fresh] = first.try_emplace(entry.key, entry.key_mark);
    if (fresh) return false;
    diagnostics.error("duplicate-key", document.place(entry.key_mark),
                      "key " + berth::quoted(entry.key) + " stands twice; first in line " +
                          std::to_string(at->second.line));
    if (may_define(entry.value)) document.note_gap();
    return true;
  });
  for (Entry& entry : value.entries) refuse_duplicates(entry.value, document, diagnostics);
}

// `-name: a` without the blank that makes it the first entry of a list: reported once, for what it leaves undone as well.
void refuse_dashes(Value& value, Document& document, Diagnostics& diagnostics) {
  for (Value& item : value.items) refuse_dashes(item, document, diagnostics);
  for (std::size_t i = 0; i < value.entries.size(); ++i) {
    Entry& entry = value.entries[i];
    const bool dashed = entry.key.size() > 1 && entry.key[0] == '-' && entry.key[1] != '-';
    if (!dashed || i == 0 || value.entries[i - 1].value.kind != Value::Kind::null) {
      refuse_dashes(entry.value, document, diagnostics);
      continue;
    }
    diagnostics.error("no-blank", document.place(entry.key_mark),
                      "a blank is missing between '-' and " + berth::quoted(entry.key.substr(1)) +
                          ": an entry of a list begins with '- '");
    document.note_gap();
    const auto at = value.entries.begin() + static_cast<std::ptrdiff_t>(i);
    value.entries.erase(at - 1, at + 1);
    i -= 2;
  }
}

// The first byte that no UTF-8 text holds.
std::optional<std::size_t> broken_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t more = 0;
    std::uint32_t code = lead, least = 0;
    if (lead >= 0xf0 && lead < 0xf8) {
      more = 3, code = lead & 0x07U, least = 0x10000;
    } else if (lead >= 0xe0 && lead < 0xf0) {
      more = 2, code = lead & 0x0fU, least = 0x800;
    } else if (lead >= 0xc0 && lead < 0xe0) {
      more = 1, code = lead & 0x1fU, least = 0x80;
    } else if (lead >= 0x80) {
      return i;
    }
    for (std::size_t k = 1; k <= more; ++k) {
      if (i + k >= text.size()) return i;
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0U) != 0x80) return i;
      code = code << 6 | (next & 0x3fU);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return i;
    i += more + 1;
  }
  return std::nullopt;
}

// The line (from 1) of the text, without its end.
std::string_view line_of(std::string_view text, std::int32_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The parser stumbles over a tab where blanks must stand, and says so in words of its own, if at all.
std::optional<Mark> tab_before(std::string_view text, Mark fault) {
  for (std::int32_t line = fault.line; line >= std::max(1, fault.line - 1); --line) {
    const std::string_view words = line_of(text, line);
    const std::size_t tab = words.find('\t'), word = words.find_first_not_of(" \t-?:");
    if (tab == std::string_view::npos || (tab > word && line < fault.line)) continue;
    if (line == fault.line && tab > word && static_cast<std::int64_t>(tab) >= fault.column) continue;
    return Mark{fault.file, line, static_cast<std::int32_t>(tab) + 1};
  }
  return std::nullopt;
}

}  // namespace

bool same(const Value& a, const Value& b) {
  return a.kind == b.kind && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Entry& x, const Entry& y) { return x.key == y.key && same(x.value, y.value); });
}

const Entry* Value::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Entry* Value::find(std::string_view key) {
  for (Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Value Value::scalar(std::string text) {
  Value value;
  value.kind = Kind::scalar;
  value.text = std::move(text);
  return value;
}

Value Value::list() {
  Value value;
  value.kind = Kind::list;
  return value;
}

Value Value::map() {
  Value value;
  value.kind = Kind::map;
  return value;
}

Value& Value::add(std::string key, Value value) {
  entries.push_back(Entry{std::move(key), Mark{}, std::move(value)});
  return *this;
}

std::string describe(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::scalar:
      return berth::quoted(value.text);
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "";
}

std::uint32_t Document::add_file(std::string name, std::string folder) {
  files_.push_back(std::move(name));
  folders_.push_back(std::move(folder));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

Place Document::place(Mark mark) const {
  return Place{mark.file < files_.size() ? files_[mark.file] : std::string(), mark.line, mark.column};
}

std::optional<Value> Document::parse(const std::string& text, std::uint32_t file, Diagnostics& diagnostics) {
  if (text.size() > max_file_bytes) {
    diagnostics.error("file-too-large", place(Mark{file, 0, 0}),
                      "the file has " + std::to_string(text.size()) + " bytes; at most " +
                          std::to_string(max_file_bytes) + " are read");
    return std::nullopt;
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1;
    diagnostics.error("not-text", place(Mark{file, static_cast<std::int32_t>(line), 0}),
                      "a NUL byte: this is not a YAML text");
    return std::nullopt;
  }
  if (const auto broken = broken_utf8(text)) {
    const std::string_view before = std::string_view(text).substr(0, *broken);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    // A column is a character, and all but a character's first byte are such.
    const auto column =
        std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }) +
        1;
    diagnostics.error("not-text",
                      place(Mark{file, static_cast<std::int32_t>(line), static_cast<std::int32_t>(column)}),
                      "a byte that is not UTF-8 stands here: the file is to be saved as UTF-8");
    return std::nullopt;
  }
  Builder builder(file, values_);
  // The mark of a document's end, which may not stand within quotes: the parser lets a quote be closed by the file's end.
  const bool quotes = text.find_first_of("\"'") != std::string::npos;
  const std::string ending = !quotes ? "" : text.back() == '\n' ? "...\n" : "\n...\n";
  try {
    std::istringstream stream(text + ending);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.error("empty-file", place(Mark{file, 0, 0}), "the file is empty; expected a map of keys");
      return std::nullopt;
    }
    Value root = builder.take();
    Builder rest(file, values_);
    if (parser.HandleNextDocument(rest)) {
      const Value second = rest.take();
      diagnostics.error("second-document", place(second.mark),
                        "a second document begins here; a file holds one");
      return std::nullopt;
    }
    refuse_merge_keys(root, *this, diagnostics);
    refuse_dashes(root, *this, diagnostics);
    refuse_duplicates(root, *this, diagnostics);
    return root;
  } catch (const Refused& refused) {
    diagnostics.error(refused.code, place(refused.mark), refused.message);
  } catch (const YAML::Exception& broken) {
    Mark mark{file, 0, 0};
    if (!broken.mark.is_null()) mark = Mark{file, broken.mark.line + 1, broken.mark.column + 1};
    if (const auto tab = tab_before(text, mark)) {
      diagnostics.error("tab", place(*tab), "a tab stands here; YAML is indented with blanks, not with tabs");
      return std::nullopt;
    }
    if (broken.msg == "illegal document indicator in scalar") {
      diagnostics.error("yaml-syntax", place(builder.last()),
                        "not YAML: a quote that is opened from here on is not closed");
      return std::nullopt;
    }
    diagnostics.error("yaml-syntax", place(mark), "not YAML: " + broken.msg);
  } catch (
      const std::exception& broken) {  // the parser lets a few of the library's own through on broken escapes
    diagnostics.error("yaml-syntax", place(Mark{file, 0, 0}), std::string("not YAML: ") + broken.what());
  }
  return std::nullopt;
}

}  // namespace berth::scenario
