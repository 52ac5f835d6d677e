#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/cases/case_tools.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/text/document.hpp"
#include "sim/scenario/text/emitter.hpp"

namespace berth::scenario {
namespace {

using nlohmann::ordered_json;

struct Edit {
  std::size_t from = 0, to = 0;  // bytes of the text
  std::string text;
};

std::string applied(std::string text, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.from > b.from; });
  for (const Edit& edit : edits) text.replace(edit.from, edit.to - edit.from, edit.text);
  return text;
}

std::size_t line_start(const std::string& text, int line) {
  std::size_t at = 0;
  for (int i = 1; i < line; ++i) at = text.find('\n', at) + 1;
  return at;
}

// --- JSON lines -----------------------------------------------------------------------------------------------------
// One value of JSON text that is known to be well formed: where it ends.
std::size_t json_value_end(const std::string& text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
        if (depth == 0) return at + 1;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || c == '\n' || c == '\r')) {
      return at;
    }
  }
  return at;
}

std::size_t skip_blanks(const std::string& text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

// As the line around it is spaced.
std::string json_text(const ordered_json& value, bool spaced) {
  if (!spaced || !value.is_structured()) return value.dump();
  std::string out(1, value.is_object() ? '{' : '[');
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    if (!first) out += ", ";
    first = false;
    if (value.is_object()) out += ordered_json(key).dump() + ": ";
    out += json_text(item, spaced);
  }
  return out + (value.is_object() ? '}' : ']');
}

Edit json_edit(const std::string& text, const PolicyCase& c, const Expected& expected,
               std::vector<ApprovedChange>& changes) {
  std::size_t at = skip_blanks(text, line_start(text, c.place.line));
  const std::size_t end = json_value_end(text, at);
  const bool spaced = text.substr(at, end - at).find("\": ") != std::string::npos;
  const std::string value = json_text(ordered_json::parse(print_expected_json(expected)), spaced);
  for (++at; at < end;) {
    at = skip_blanks(text, at);
    if (text[at] != '"') break;
    const std::size_t key_end = json_value_end(text, at);
    const std::string key = text.substr(at, key_end - at);
    const std::size_t from = skip_blanks(text, text.find(':', key_end) + 1);
    const std::size_t to = json_value_end(text, from);
    if (key == "\"expected\"") {
      changes.push_back({c.id, text.substr(from, to - from), value});
      return {from, to, value};
    }
    at = skip_blanks(text, to) + 1;
  }
  changes.push_back({c.id, "nothing was expected", value});
  return {end - 1, end - 1, (spaced ? ", \"expected\": " : ",\"expected\":") + value};
}

// --- YAML -----------------------------------------------------------------------------------------------------------
Value task_value(const ExpectedTask& task) {
  const bool words = task.accepted_gpu_milli || task.message;
  const std::string status = task.status ? std::string(workload::name_of(*task.status)) : "";
  const bool on_node = task.node && !task.node->empty();
  if (!words && task.status && !on_node) return Value::scalar(status);
  Value out = Value::map();
  if (!words && task.status) {
    out.add(status, Value::scalar(*task.node));
    return out;
  }
  if (task.status) out.add("status", Value::scalar(status));
  if (on_node) out.add("node", Value::scalar(*task.node));
  if (task.accepted_gpu_milli) out.add("gpus", Value::scalar(print_decimal(*task.accepted_gpu_milli, 3)));
  if (task.message) {
    Value message = Value::scalar(*task.message);
    message.quoted = true;
    out.add("message", std::move(message));
  }
  return out;
}

Value expect_value(const Expected& expected) {
  Value out = Value::map();
  for (const auto& [name, task] : expected.jobs) out.add(name, task_value(task));
  for (const auto& [name, task] : expected.tasks) out.add(name, task_value(task));
  const auto put = [](Value& map, const char* key, const std::optional<std::int64_t>& number) {
    if (number) map.add(key, Value::scalar(std::to_string(*number)));
  };
  if (!expected.nodes.empty()) {
    Value nodes = Value::map();
    for (const auto& [name, node] : expected.nodes) {
      Value one = Value::map();
      put(one, "idle_gpus", node.idle_gpus);
      put(one, "releasing_gpus", node.releasing_gpus);
      nodes.add(name, std::move(one));
    }
    out.add("nodes", std::move(nodes));
  }
  const AtMost& most = expected.at_most;
  if (!most.binds && !most.evictions && !most.pipelines) return out;
  Value at_most = Value::map();
  put(at_most, "binds", most.binds);
  put(at_most, "evictions", most.evictions);
  put(at_most, "pipelines", most.pipelines);
  out.add("at_most", std::move(at_most));
  return out;
}

class YamlText {
 public:
  explicit YamlText(const std::string& text) : text_(text) {}

  std::size_t at(Mark mark) const {
    return line_start(text_, mark.line) + static_cast<std::size_t>(std::max(mark.column - 1, 0));
  }
  std::size_t column(std::size_t at) const {
    const std::size_t end = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
    return end == std::string::npos ? at : at - end - 1;
  }

  // The end of a value in brackets.
  std::size_t flow_end(std::size_t from) const {
    int depth = 0;
    char quote = 0;
    for (std::size_t i = from; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != 0) {
        if (quote == '"' && c == '\\')
          ++i;
        else if (c == quote)
          quote = 0;
      } else if ((c == '"' || c == '\'') && starts_token(i)) {
        quote = c;
      } else if (c == '#' && i > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\n')) {
        i = std::min(text_.find('\n', i), text_.size());
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i + 1;
      }
    }
    throw std::invalid_argument("a bracket is not closed");
  }

  // The end of the last line, from the one of `from` on, that is indented by `indent` or more; blank lines and comments
  // behind it do not belong to it.
  std::size_t block_end(std::size_t from, std::size_t indent) const {
    std::size_t end = std::min(text_.find('\n', from), text_.size());
    for (std::size_t start = end + 1; start < text_.size();) {
      const std::size_t stop = std::min(text_.find('\n', start), text_.size());
      const std::size_t first = text_.find_first_not_of(' ', start);
      const bool blank = first >= stop || text_[first] == '\r';
      if (!blank) {
        if (first - start < indent) break;
        if (text_[first] != '#') end = stop;
      }
      start = stop + 1;
    }
    return end;
  }

 private:
  // A quotation mark inside of a plain word (don't) is a letter.
  bool starts_token(std::size_t i) const {
    return i == 0 || std::string(" \n\t{[,:").find(text_[i - 1]) != std::string::npos;
  }

  const std::string& text_;
};

std::string block_text(const Value& value, std::size_t indent) {
  std::string out;
  for (const Entry& entry : value.entries) {
    Value one = Value::map();
    one.add(entry.key, entry.value);
    const std::string line = emit_yaml_line(one);  // {key: value}
    out += "\n" + std::string(indent, ' ') + line.substr(1, line.size() - 2);
  }
  return out;
}

Edit yaml_edit(const std::string& text, const Value& written, const std::string& id, const Expected& expected,
               std::vector<ApprovedChange>& changes) {
  const YamlText lines(text);
  const Value value = expect_value(expected);
  const std::string line = emit_yaml_line(value);
  const Entry* own = written.find("expect");
  const std::size_t case_at = lines.at(written.mark);
  if (own == nullptr) {
    // It was taken from another case: from now on it has its own.
    changes.push_back({id, "as in the case that it is like", "expect: " + line});
    if (text[case_at] == '{') {
      const std::size_t end = lines.flow_end(case_at) - 1;
      return {end, end, ", expect: " + line};
    }
    const std::size_t indent = lines.column(case_at);
    const std::size_t end = lines.block_end(case_at, indent);
    return {end, end, "\n" + std::string(indent, ' ') + "expect: " + line};
  }
  const std::size_t key = lines.at(own->key_mark);
  const std::size_t colon = text.find(':', key);
  std::size_t from = text.find_first_not_of(" \t\r\n", colon + 1);
  if (colon == std::string::npos || from == std::string::npos || text.compare(key, 6, "expect") != 0 ||
      text[from] == '*' || text[from] == '&' || text[from] == '#')
    throw std::invalid_argument(
        "its 'expect' is an alias, or written in another unusual way; change it by hand");
  if (text[from] == '{') {
    const std::size_t to = lines.flow_end(from);
    changes.push_back({id, "expect: " + text.substr(from, to - from), "expect: " + line});
    return {from, to, line};
  }
  const std::size_t indent = lines.column(from);
  if (indent <= lines.column(key)) throw std::invalid_argument("its 'expect' is written in an unusual way");
  const std::size_t to = lines.block_end(from, indent);
  changes.push_back({id, "expect: " + emit_yaml_line(own->value), "expect: " + line});
  return {colon + 1, to, block_text(value, indent)};
}

}  // namespace

std::string with_approvals(const std::string& text, const std::string& file, bool yaml,
                           const std::vector<Approval>& approvals, std::vector<ApprovedChange>& changes) {
  std::map<std::string, const Expected*> wanted;
  for (const Approval& approval : approvals) wanted.emplace(approval.id, &approval.expected);
  std::vector<Edit> edits;
  Diagnostics ignored;
  if (!yaml) {
    for (const PolicyCase& c : read_policy_cases(text, file, ignored)) {
      const auto found = wanted.find(c.id);
      if (found != wanted.end()) edits.push_back(json_edit(text, c, *found->second, changes));
    }
    return applied(text, std::move(edits));
  }
  Document document;
  const std::optional<Value> root = document.parse(text, document.add_file(file), ignored);
  const Entry* cases = root && root->is_map() ? root->find("cases") : nullptr;
  if (cases == nullptr) return text;
  for (const bool own : {true, false}) {
    for (const Value& one : cases->value.items) {
      if ((one.find("expect") != nullptr) != own) continue;
      const Entry* name = one.find("name");
      const auto found = name == nullptr ? wanted.end() : wanted.find(file + "#" + name->value.text);
      if (found == wanted.end()) continue;
      try {
        edits.push_back(yaml_edit(text, one, found->first, *found->second, changes));
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument("case " + berth::quoted(found->first) + ": " + error.what());
      }
    }
    if (!edits.empty()) break;
  }
  return applied(text, std::move(edits));
}

}  // namespace berth::scenario
