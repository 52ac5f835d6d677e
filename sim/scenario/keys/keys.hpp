// Key tables: what a map of the scenario may hold. One table a noun drives the reader, its error messages (unknown keys with
// the nearest one, keys of later versions, missing ones) and the writer of `validate --print`. Each key has a row in
// heeded.cpp, too, that tells which policies heed it.
//
// One mistake is one message: a misspelt key is read as the one that was meant, in silence, so that what it defines is
// known; definitions that are lost all the same are noted (Reader::lose), so that who refers to them is not blamed.
//
//   template <> const Keys<Clock>& keys() {
//     static const Keys<Clock> table = Keys<Clock>("clock").key<WhenForm>("start", &Clock::start)...;
//     return table;
//   }
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "berth/core/invariant.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/heeded.hpp"
#include "sim/scenario/text/reader.hpp"

namespace berth::scenario {

enum class Need { optional, required };

template <class F>
constexpr bool keeps_parts() {
  if constexpr (requires { F::keeps_parts; }) {
    return F::keeps_parts;
  } else {
    return false;
  }
}

// The nouns that a value of the form may define, added to `nouns`; nothing for forms that define none.
template <class F>
void add_definitions(std::set<std::string>& nouns) {
  if constexpr (requires { F::definitions(nouns); }) F::definitions(nouns);
}

template <class T>
class Keys {
 public:
  using Read = std::function<bool(Reader&, const Value&, T&)>;
  // Nothing: the key is left out of the print.
  using Write = std::function<std::optional<Value>(const T&)>;

  explicit Keys(std::string noun) : noun_(std::move(noun)) {}

  // A member of F's type, or an optional of it.
  template <class F, class M, class Owner>
  Keys& key(std::string name, M Owner::*member, Need need = Need::optional) {
    custom(
        std::move(name),
        [member](Reader& reader, const Value& value, T& out) {
          typename F::type got{};
          const bool good = F::read(reader, value, got);
          // Of a list or map with a fault in it the rest is kept: what refers to it is no fault.
          if (good || keeps_parts<F>()) out.*member = std::move(got);
          return good;
        },
        [member](const T& from) -> std::optional<Value> {
          if constexpr (std::is_same_v<M, std::optional<typename F::type>>) {
            if (!(from.*member)) return std::nullopt;
            return F::write(*(from.*member));
          } else {
            return F::write(from.*member);
          }
        },
        need);
    keys_.back().definitions = add_definitions<F>;
    return *this;
  }

  Keys& custom(std::string name, Read read, Write write, Need need = Need::optional) {
    const HeededKey& row = heeded_key(noun_, name);
    BERTH_INVARIANT(row.heeded != Heeded::refused, "a key that is read is not refused: '" + name + "'");
    keys_.push_back(Key{std::move(name), need, &row, std::move(read), std::move(write), {}, {}});
    return *this;
  }

  // A key that the format has and this version cannot honour: refused by name.
  Keys& later(std::string name) {
    const HeededKey& row = heeded_key(noun_, name);
    BERTH_INVARIANT(row.heeded == Heeded::refused, "a key of later versions is refused: '" + name + "'");
    keys_.push_back(Key{std::move(name), Need::optional, &row, {}, {}, {}, {}});
    return *this;
  }

  // When the last key, said, asks for nothing that is not so anyway, and so needs no warning under a policy that does not
  // heed it. Not given: when it says what its absence means.
  Keys& neutral(std::function<bool(const T&)> asks_nothing) {
    keys_.back().asks_nothing = std::move(asks_nothing);
    return *this;
  }

  // How a value that is no map is understood (`gpus: 8`).
  Keys& shorthand(Read read) {
    shorthand_ = std::move(read);
    return *this;
  }

  // Called after the keys have been read without fault: what one table cannot say, such as keys that exclude each other.
  Keys& check(Read check) {
    check_ = std::move(check);
    return *this;
  }

  const std::string& noun() const { return noun_; }
  // Of the keys that are read.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Key& key : keys_) {
      if (key.read) all.push_back(key.name);
    }
    return all;
  }

  bool read(Reader& reader, const Value& value, T& out) const {
    if constexpr (requires { out.mark; }) out.mark = value.mark;
    if (!value.is_map()) {
      if (shorthand_ && value.kind != Value::Kind::null) return shorthand_(reader, value, out);
      std::set<std::string> lost{noun_};
      definitions(lost);
      reader.lose(lost);
      return reader.wrong_type(value, "a map");
    }
    bool good = true;
    std::set<std::string> meant;  // keys that misspelt ones were read as
    for (const Entry& entry : value.entries) {
      const bool entry_good = read_entry(reader, value, entry, out, meant);
      if (!entry_good && entry.key == "name") reader.lose({noun_});
      good &= entry_good;
    }
    for (const Key& key : keys_) {
      if (key.need != Need::required || value.find(key.name) || meant.count(key.name)) continue;
      reader.error(value.mark, "missing-key", noun_ + " needs the key " + berth::quoted(key.name));
      if (key.name == "name") reader.lose({noun_});
      good = false;
    }
    good = good && (!check_ || check_(reader, value, out));
    if (good) tell_what_is_said(reader, value, out);
    return good;
  }

  // The nouns that this table's keys may define.
  void definitions(std::set<std::string>& nouns) const {
    for (const Key& key : keys_) {
      if (key.definitions) key.definitions(nouns);
    }
  }

  Value write(const T& from) const {
    Value value = Value::map();
    for (const Key& key : keys_) {
      if (!key.read) continue;
      std::optional<Value> written = key.write(from);
      // An empty text, list or map is what its absence means.
      if (!written || written->kind == Value::Kind::null || (written->is_scalar() && written->text.empty()) ||
          (written->is_list() && written->items.empty()) || (written->is_map() && written->entries.empty())) {
        continue;
      }
      value.add(key.name, std::move(*written));
    }
    return value;
  }

 private:
  struct Key {
    std::string name;
    Need need = Need::optional;
    const HeededKey* row = nullptr;
    Read read;  // none: of later versions
    Write write;
    std::function<void(std::set<std::string>&)> definitions;
    std::function<bool(const T&)> asks_nothing;
  };

  const Key* find(std::string_view name) const {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.name == name; });
    return found == keys_.end() ? nullptr : &*found;
  }

  bool read_entry(Reader& reader, const Value& map, const Entry& entry, T& out,
                  std::set<std::string>& meant) const {
    const Key* found = find(entry.key);
    if (!found) {
      const std::vector<std::string> known = names();
      reader.error(entry.key_mark, "unknown-key",
                   "unknown key " + berth::quoted(entry.key) + " in " + noun_ + suggestion(entry.key, known));
      if (const auto nearest = nearest_name(entry.key, known)) {
        if (!map.find(*nearest) && meant.insert(*nearest).second) read_as(reader, *nearest, entry, out);
      }
      return false;
    }
    if (!found->read) {
      reader.error(entry.key_mark, "not-supported",
                   berth::quoted(entry.key) + " in " + noun_ + " is not supported by this version");
      return false;
    }
    const Reader::Key key(reader, entry.key);
    if (entry.value.kind == Value::Kind::null) {
      reader.error(entry.key_mark, "wrong-type", entry.key + ": expected a value, found nothing");
      std::set<std::string> lost;
      if (found->definitions) found->definitions(lost);
      reader.lose(lost);
      return false;
    }
    // What stands within a key that may be warned of is told with it.
    const Reader::Within within(reader, found->row->heeded == Heeded::by_matter);
    return found->read(reader, entry.value, out);
  }

  void read_as(Reader& reader, std::string_view name, const Entry& entry, T& out) const {
    const Reader::Quiet quiet(reader);
    const Reader::Key key(reader, name);
    find(name)->read(reader, entry.value, out);
  }

  void tell_what_is_said(Reader& reader, const Value& map, const T& out) const {
    for (const Entry& entry : map.entries) {
      const Key* key = find(entry.key);
      if (!key || key->row->heeded != Heeded::by_matter) continue;
      if (key->asks_nothing ? key->asks_nothing(out) : says_default(*key, out)) continue;
      reader.said(*key->row, entry.key_mark);
    }
  }

  static bool says_default(const Key& key, const T& out) {
    const auto said = key.write(out), unsaid = key.write(T{});
    return said.has_value() == unsaid.has_value() && (!said || same(*said, *unsaid));
  }

  std::string noun_;
  std::vector<Key> keys_;
  Read shorthand_;
  Read check_;
};

// The table of T: specialised beside the noun's rules.
template <class T>
const Keys<T>& keys();

// A map read by T's table.
template <class T>
struct Section {
  using type = T;
  static constexpr bool keeps_parts = true;
  static bool read(Reader& reader, const Value& value, T& out) { return keys<T>().read(reader, value, out); }
  static Value write(const T& from) { return keys<T>().write(from); }
  static void definitions(std::set<std::string>& nouns) {
    if (nouns.insert(keys<T>().noun()).second) keys<T>().definitions(nouns);
  }
};

}  // namespace berth::scenario
