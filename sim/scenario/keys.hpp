// Key tables: what a map of the scenario may hold. One table a noun drives the reader, its error messages (unknown keys with
// the nearest one, keys of later versions, missing ones) and the writer of `validate --print`.
//
//   template <> const Keys<Clock>& keys() {
//     static const Keys<Clock> table = Keys<Clock>("clock").key<WhenForm>("start", &Clock::start)...;
//     return table;
//   }
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "berth/core/text.hpp"
#include "reader.hpp"

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
    return custom(
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
  }

  Keys& custom(std::string name, Read read, Write write, Need need = Need::optional) {
    keys_.push_back(Key{std::move(name), need, false, std::move(read), std::move(write)});
    return *this;
  }

  // A key that the format has and this version cannot honour: refused by name.
  Keys& later(std::string name) {
    keys_.push_back(Key{std::move(name), Need::optional, true, {}, {}});
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

  bool read(Reader& reader, const Value& value, T& out) const {
    if constexpr (requires { out.mark; }) out.mark = value.mark;
    if (!value.is_map()) {
      if (shorthand_ && value.kind != Value::Kind::null) return shorthand_(reader, value, out);
      return reader.wrong_type(value, "a map");
    }
    bool good = true;
    for (const Entry& entry : value.entries) good &= read_entry(reader, entry, out);
    for (const Key& key : keys_) {
      if (key.need != Need::required || value.find(key.name)) continue;
      reader.error(value.mark, "missing-key", noun_ + " needs the key " + berth::quoted(key.name));
      good = false;
    }
    return good && (!check_ || check_(reader, value, out));
  }

  Value write(const T& from) const {
    Value value = Value::map();
    for (const Key& key : keys_) {
      if (key.later) continue;
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
    bool later = false;
    Read read;
    Write write;
  };

  bool read_entry(Reader& reader, const Entry& entry, T& out) const {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.name == entry.key; });
    if (found == keys_.end()) {
      std::vector<std::string> known;
      for (const Key& key : keys_) {
        if (!key.later) known.push_back(key.name);
      }
      reader.error(entry.key_mark, "unknown-key",
                   "unknown key " + berth::quoted(entry.key) + " in " + noun_ + suggestion(entry.key, known));
      return false;
    }
    if (found->later) {
      reader.error(entry.key_mark, "not-supported",
                   berth::quoted(entry.key) + " in " + noun_ + " is not supported by this version");
      return false;
    }
    const Reader::Key key(reader, entry.key);
    if (entry.value.kind == Value::Kind::null) {
      reader.error(entry.key_mark, "wrong-type", entry.key + ": expected a value, found nothing");
      return false;
    }
    return found->read(reader, entry.value, out);
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
};

}  // namespace berth::scenario
