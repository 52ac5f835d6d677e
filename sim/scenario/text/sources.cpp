#include "sim/scenario/text/sources.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/text/limits.hpp"
#include "sim/scenario/text/reader.hpp"

namespace berth::scenario {

namespace fs = std::filesystem;

namespace {

const std::string* name_of(const Value& value) {
  if (!value.is_map()) return nullptr;
  const Entry* entry = value.find("name");
  return entry && entry->value.is_scalar() ? &entry->value.text : nullptr;
}

bool has_names(const Value& list) {
  return !list.items.empty() && std::all_of(list.items.begin(), list.items.end(),
                                            [](const Value& item) { return name_of(item) != nullptr; });
}

fs::path folder_of(const fs::path& file) {
  std::error_code ignored;
  return fs::absolute(file, ignored).lexically_normal().parent_path();
}

// Reads one file after the other, depth first; knows which files it is inside of.
class Includer {
 public:
  Includer(const LoadOptions& options, Document& document, Diagnostics& diagnostics)
      : options_(options), document_(document), diagnostics_(diagnostics) {}

  std::optional<Value> load(const std::string& text, const std::string& file) {
    const fs::path folder = folder_of(file);
    if (root_folder_.empty()) root_folder_ = canonical(folder);
    const std::uint32_t index = document_.add_file(file, folder.string());
    std::optional<Value> own = document_.parse(text, index, diagnostics_);
    if (!own) return std::nullopt;
    if (!own->is_map()) {
      diagnostics_.error("wrong-type", document_.place(own->mark),
                         "a scenario is a map of keys, found " + describe(*own));
      return std::nullopt;
    }
    const auto entry = std::find_if(own->entries.begin(), own->entries.end(),
                                    [](const Entry& e) { return e.key == "include"; });
    if (entry == own->entries.end()) return own;
    const Value include = std::move(entry->value);
    own->entries.erase(entry);
    stack_.push_back(canonical(file));
    Value base = Value::map();
    base.mark = own->mark;
    for (const Value& item : include.is_list() ? include.items : std::vector<Value>{include}) {
      if (std::optional<Value> included = load_included(item, folder))
        base = merge(std::move(base), std::move(*included));
      else
        document_.note_gap();
    }
    stack_.pop_back();
    Value merged = merge(std::move(base), std::move(*own));
    return merged;
  }

 private:
  static fs::path canonical(const fs::path& path) {
    std::error_code failed;
    fs::path result = fs::weakly_canonical(fs::absolute(path, failed), failed);
    return failed ? path : result;
  }

  std::optional<Value> load_included(const Value& item, const fs::path& folder) {
    const Place place = document_.place(item.mark);
    if (!item.is_scalar() || item.text.empty()) {
      diagnostics_.error("wrong-type", place,
                         "include: expected a path or a list of paths, found " + describe(item));
      return std::nullopt;
    }
    if (++count_ > max_includes) {
      if (count_ == max_includes + 1) {
        diagnostics_.error("too-many-includes", place,
                           "more than " + std::to_string(max_includes) + " files are included");
      }
      return std::nullopt;
    }
    const fs::path path = (folder / item.text).lexically_normal();
    const fs::path real = canonical(path);
    if (std::find(stack_.begin(), stack_.end(), real) != stack_.end()) {
      std::string cycle;
      for (auto at = std::find(stack_.begin(), stack_.end(), real); at != stack_.end(); ++at) {
        cycle += at->filename().string() + " -> ";
      }
      diagnostics_.error("include-cycle", place,
                         "files include each other: " + cycle + real.filename().string());
      return std::nullopt;
    }
    const fs::path inside = real.lexically_relative(root_folder_);
    if (!options_.allow_outside && (inside.empty() || *inside.begin() == "..")) {
      diagnostics_.error("include-outside", place,
                         "include: " + berth::quoted(item.text) +
                             " is outside the scenario's folder; --allow-outside permits that");
      return std::nullopt;
    }
    const std::optional<std::string> text = read_text_file(path, place, diagnostics_);
    return text ? load(*text, shown(path)) : std::nullopt;
  }

  // Included files are named relative to the working folder when they are below it, as the scenario itself was.
  static std::string shown(const fs::path& path) {
    std::error_code failed;
    const fs::path relative = path.lexically_relative(fs::current_path(failed));
    return failed || relative.empty() || *relative.begin() == ".." ? path.string() : relative.string();
  }

  const LoadOptions& options_;
  Document& document_;
  Diagnostics& diagnostics_;
  fs::path root_folder_;
  std::vector<fs::path> stack_;
  std::size_t count_ = 0;
};

void clear_lines(Value& value) {
  value.mark.line = 0;
  for (Value& item : value.items) clear_lines(item);
  for (Entry& entry : value.entries) {
    entry.key_mark.line = 0;
    clear_lines(entry.value);
  }
}

// Has the value, of the option or the beginning of options `name`, something that is among `known`?
bool has_known(const Value& value, const std::string& name, const std::vector<std::string>& known) {
  if (!value.is_map()) return std::find(known.begin(), known.end(), name) != known.end();
  return std::any_of(value.entries.begin(), value.entries.end(),
                     [&](const Entry& e) { return has_known(e.value, name + "." + e.key, known); });
}

// Takes the options that are not among `known` out of a map; `tell` hears of each, or of the map that holds nothing else.
void drop_unknown(Value& options, const std::string& prefix, const std::vector<std::string>& known,
                  const std::function<void(const Entry&, const std::string&)>& tell) {
  std::erase_if(options.entries, [&](Entry& entry) {
    const std::string name = prefix + entry.key;
    if (!has_known(entry.value, name, known)) {
      tell(entry, name);
      return true;
    }
    if (entry.value.is_map()) drop_unknown(entry.value, name + ".", known, tell);
    return false;
  });
}

// `--set policy.name=NAME`: the options that stand there are the other policy's; those that NAME has not are dropped.
void drop_options_of_another_policy(Value& root, const std::string& name, const Document& document,
                                    Diagnostics& diagnostics) {
  Entry* policy = root.find("policy");
  Entry* options = policy && policy->value.is_map() ? policy->value.find("options") : nullptr;
  if (!options || !options->value.is_map()) return;
  const Entry* before = policy->value.find("name");
  const std::vector<std::string> policies = policy::policy_names();
  if ((before && before->value.text == name) ||
      std::find(policies.begin(), policies.end(), name) == policies.end()) {
    return;  // the options are its own, or it does not exist (which is told later)
  }
  std::vector<std::string> known;
  for (const policy::PolicyOption& option : policy::policy_options(name)) known.push_back(option.name);
  drop_unknown(options->value, "", known, [&](const Entry& entry, const std::string& option) {
    diagnostics.warning("option-dropped", document.place(entry.key_mark),
                        "option " + berth::quoted(option) + " is left out: policy " + name +
                            ", which --set names, has no such option");
  });
}

bool apply_set(Value& root, const std::string& set, Document& document, Diagnostics& diagnostics) {
  const std::size_t equals = set.find('=');
  const std::string path = set.substr(0, equals);
  const Place place{"--set " + path, 0, 0};
  if (equals == std::string::npos || path.empty()) {
    diagnostics.error("set-form", Place{"--set " + set, 0, 0}, "expected path.to.key=value");
    return false;
  }
  std::error_code ignored;
  const std::uint32_t file = document.add_file(place.file, fs::current_path(ignored).string());
  const std::string text = set.substr(equals + 1);
  Value value;
  value.mark.file = file;
  if (text.empty()) {
    value.kind = Value::Kind::scalar;
    value.quoted = true;
  } else if (auto parsed = document.parse(text, file, diagnostics)) {
    value = std::move(*parsed);
    clear_lines(value);
  } else {
    return false;
  }
  if (path == "include" || path.rfind("include[", 0) == 0) {
    diagnostics.error("set-path", place, "files are included before --set is applied; name them in the file");
    return false;
  }
  if (path == "policy.name" && value.is_scalar())
    drop_options_of_another_policy(root, value.text, document, diagnostics);
  return set_path(root, path, std::move(value), place, diagnostics);
}

bool ends_here(std::string_view rest) {
  return rest.empty() || rest.front() == '.' || rest.front() == '[';
}

// The longest of `names` that stands at the beginning of `rest`, as a whole step of the path: names may hold dots.
std::optional<std::size_t> longest_step(const std::vector<const std::string*>& names, std::string_view rest) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i] || names[i]->empty() || rest.substr(0, names[i]->size()) != *names[i]) continue;
    if (!ends_here(rest.substr(names[i]->size()))) continue;
    if (!best || names[i]->size() > names[*best]->size()) best = i;
  }
  return best;
}

}  // namespace

std::optional<std::string> read_text_file(const fs::path& path, const Place& asked,
                                          Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.error("cannot-read", asked, "cannot read " + berth::quoted(path.string()) + ": " + why);
    return std::nullopt;
  };
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found) return refuse("no such file");
  if (status.type() == fs::file_type::directory) return refuse("it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refuse("permission denied");
  std::string text;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_file_bytes) {
      return refuse("it has more than " + std::to_string(max_file_bytes) + " bytes");
    }
  }
  return text;
}

Value merge(Value base, Value over) {
  if (base.is_map() && over.is_map()) {
    for (Entry& entry : over.entries) {
      if (Entry* below = base.find(entry.key)) {
        below->key_mark = entry.key_mark;
        below->value = merge(std::move(below->value), std::move(entry.value));
      } else {
        base.entries.push_back(std::move(entry));
      }
    }
    base.mark = over.mark;
    return base;
  }
  if (base.is_list() && over.is_list() && has_names(base) && has_names(over)) {
    const std::size_t included = base.items.size();
    for (Value& item : over.items) {
      const auto same =
          std::find_if(base.items.begin(), base.items.begin() + static_cast<std::ptrdiff_t>(included),
                       [&](const Value& b) { return *name_of(b) == *name_of(item); });
      if (same != base.items.begin() + static_cast<std::ptrdiff_t>(included)) {
        *same = merge(std::move(*same), std::move(item));
      } else {
        base.items.push_back(std::move(item));
      }
    }
    base.mark = over.mark;
    return base;
  }
  return over;
}

bool set_path(Value& root, std::string_view path, Value value, const Place& place, Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.error("set-path", place, why);
    return false;
  };
  Value* at = &root;
  std::string_view rest = path;
  std::string done;
  for (int depth = 0; depth <= max_depth; ++depth) {
    if (rest.empty()) {
      *at = std::move(value);
      return true;
    }
    const std::string_view before = rest;
    if (at->kind == Value::Kind::null) *at = Value::map();
    if (at->is_map()) {
      std::vector<const std::string*> names;
      for (const Entry& entry : at->entries) names.push_back(&entry.key);
      if (const auto step = longest_step(names, rest)) {
        rest.remove_prefix(names[*step]->size());
        at = &at->entries[*step].value;
      } else {
        const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
        if (end == 0) return refuse("expected a key at " + berth::quoted(rest));
        Entry fresh{std::string(rest.substr(0, end)), value.mark, Value()};
        rest.remove_prefix(end);
        if (!rest.empty()) fresh.value = Value::map();
        fresh.value.mark = value.mark;
        at->entries.push_back(std::move(fresh));
        at = &at->entries.back().value;
      }
    } else if (at->is_list()) {
      if (rest.front() == '[') {
        const std::size_t end = rest.find(']');
        const auto index = parse_integer(rest.substr(1, end == std::string_view::npos ? end : end - 1), 0);
        if (end == std::string_view::npos || !index)
          return refuse("expected [index] at " + berth::quoted(rest));
        if (static_cast<std::size_t>(*index) >= at->items.size()) {
          return refuse(berth::quoted(done) + " has " + std::to_string(at->items.size()) +
                        " entries; there is no [" + std::to_string(*index) + "]");
        }
        rest.remove_prefix(end + 1);
        at = &at->items[static_cast<std::size_t>(*index)];
      } else {
        std::vector<const std::string*> names;
        std::vector<std::string> known;
        for (const Value& item : at->items) {
          names.push_back(name_of(item));
          if (names.back()) known.push_back(*names.back());
        }
        const auto step = longest_step(names, rest);
        if (!step) {
          const std::string_view wanted = rest.substr(0, std::min(rest.find_first_of(".["), rest.size()));
          return refuse(berth::quoted(done) + " has no entry named " + berth::quoted(wanted) +
                        suggestion(wanted, known));
        }
        rest.remove_prefix(names[*step]->size());
        at = &at->items[*step];
      }
    } else {
      return refuse(berth::quoted(done) + " is " + describe(*at) + ", so there is nothing below it to set");
    }
    if (!done.empty() && before.front() != '[') done += '.';
    done += before.substr(0, before.size() - rest.size());
    if (!rest.empty() && rest.front() == '.') {
      rest.remove_prefix(1);
      if (rest.empty()) return refuse("the path ends in a dot");
    }
  }
  return refuse("the path is deeper than " + std::to_string(max_depth) + " steps");
}

std::optional<Value> load_sources(const std::string& text, const std::string& file,
                                  const LoadOptions& options, Document& document, Diagnostics& diagnostics) {
  Includer includer(options, document, diagnostics);
  std::optional<Value> root = includer.load(text, file);
  if (!root) return std::nullopt;
  for (const std::string& set : options.sets) apply_set(*root, set, document, diagnostics);
  return root;
}

}  // namespace berth::scenario
