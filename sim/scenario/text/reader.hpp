// What reads a document's values: where faults go, and the forms of small texts. A form is a type with
//   type, read(Reader&, const Value&, type&) -> bool (false: reported), write(const type&) -> Value.
// Maps are read by key tables (keys.hpp), which use forms for the value of each key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/core/diagnostic.hpp"
#include "berth/core/parsed.hpp"
#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"
#include "berth/scenario/clock.hpp"
#include "berth/scenario/place_of.hpp"
#include "sim/scenario/text/document.hpp"
#include "sim/scenario/text/limits.hpp"

namespace berth::scenario {

struct HeededKey;

class Reader {
 public:
  Reader(const Document& document, Diagnostics& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  const Document& document() const { return document_; }
  // What `now` means as clock.start.
  std::optional<Instant> now;
  Diagnostics& diagnostics() { return diagnostics_; }

  void error(Mark mark, std::string code, std::string message);
  void warning(Mark mark, std::string code, std::string message);
  // "KEY: expected EXPECTED, found FOUND". Returns false.
  bool wrong_type(const Value& value, std::string_view expected);
  // "KEY: SENTENCE". Returns false.
  bool wrong_value(const Value& value, const std::string& sentence);
  // The text of a scalar; nullptr when it is none (reported).
  const std::string* scalar(const Value& value, std::string_view expected);
  // `name` is none of `known`: "unknown NOUN 'name'; did you mean 'x'?", or the list of what is known when it is short.
  void unknown(Mark mark, std::string_view noun, std::string_view name,
               const std::vector<std::string>& known);

  // Definitions of these nouns ("a project") were found and could not be read: names that are not known may be theirs.
  void lose(const std::set<std::string>& nouns) { lost_.insert(nouns.begin(), nouns.end()); }
  bool is_lost(const std::string& noun) const { return document_.has_gaps() || lost_.count(noun) > 0; }

  // A key stands in the scenario that not every policy heeds, and asks for something.
  void said(const HeededKey& key, Mark mark);
  struct Said {
    const HeededKey* key = nullptr;
    Mark first;
    std::int64_t times = 0;
  };
  // In the order in which they were first read.
  const std::vector<Said>& said() const { return said_; }

  // The key whose value is being read, for messages.
  class Key {
   public:
    Key(Reader& reader, std::string_view name) : reader_(reader), before_(reader.key_) { reader.key_ = name; }
    ~Key() { reader_.key_ = before_; }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

   private:
    Reader& reader_;
    std::string before_;
  };

  // While it lives faults are not reported, and nothing counts as said.
  class Quiet {
   public:
    explicit Quiet(Reader& reader) : reader_(reader) { ++reader_.quiet_; }
    ~Quiet() { --reader_.quiet_; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    Reader& reader_;
  };

  // While it lives, and `on`, nothing counts as said by itself: it belongs to what it stands within.
  class Within {
   public:
    Within(Reader& reader, bool on) : reader_(reader), on_(on ? 1 : 0) { reader_.within_ += on_; }
    ~Within() { reader_.within_ -= on_; }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

   private:
    Reader& reader_;
    int on_;
  };

 private:
  const Document& document_;
  Diagnostics& diagnostics_;
  std::string key_;
  int quiet_ = 0, within_ = 0;
  std::set<std::string> lost_;
  std::vector<Said> said_;
  std::map<const HeededKey*, std::size_t> said_at_;
};

// "; did you mean 'x'?", or "; expected a, b or c" when nothing is near and there are few, or "".
std::string suggestion(std::string_view name, const std::vector<std::string>& known);
// The topologies of the cluster, as Reader::lose knows them: they have no key table.
inline constexpr const char* lost_topology = "a topology";

// Was it written, if only wrongly?
inline bool is_said(const Name& name) {
  return !name.value.empty() || name.mark.line > 0 || name.mark.file > 0;
}
// Is `text` a name that files, tables and the API can carry: 1 to 253 bytes, no control characters, no blank at an end?
bool is_name(std::string_view text);

template <class T>
bool take(Reader& reader, const Value& value, const Parsed<T>& parsed, T& out) {
  if (!parsed) return reader.wrong_value(value, parsed.error());
  out = *parsed;
  return true;
}

struct TextForm {
  using type = std::string;
  static bool read(Reader&, const Value&, std::string&);
  static Value write(const std::string&);
};
struct NameForm {
  using type = Name;
  static constexpr bool keeps_parts = true;  // of a wrong name the place: it is not missing
  static bool read(Reader&, const Value&, Name&);
  static Value write(const Name&);
};
struct BoolForm {
  using type = bool;
  static bool read(Reader&, const Value&, bool&);
  static Value write(bool);
};
struct DurationForm {
  using type = Duration;
  static bool read(Reader&, const Value&, Duration&);
  static Value write(Duration);
};
struct PositiveDurationForm {
  using type = Duration;
  static bool read(Reader&, const Value&, Duration&);
  static Value write(Duration);
};
struct WhenForm {
  using type = When;
  static bool read(Reader&, const Value&, When&);
  static Value write(const When&);
};
// RFC 3339, with a fraction only where there is one.
Value write_instant(Instant at);

struct CpuForm {
  using type = CpuMilli;
  static bool read(Reader&, const Value&, CpuMilli&);
  static Value write(CpuMilli);
};
struct BytesForm {
  using type = Bytes;
  static bool read(Reader&, const Value&, Bytes&);
  static Value write(Bytes);
};

bool read_whole_number(Reader&, const Value&, std::int64_t least, std::int64_t most, std::int64_t& out);
bool read_decimal(Reader&, const Value&, std::int64_t scale, std::int64_t least, std::int64_t most,
                  std::int64_t& out);

template <class T, std::int64_t Least, std::int64_t Most>
struct NumberForm {
  using type = T;
  static bool read(Reader& reader, const Value& value, T& out) {
    std::int64_t number = 0;
    if (!read_whole_number(reader, value, Least, Most, number)) return false;
    out = static_cast<T>(number);
    return true;
  }
  static Value write(T number) { return Value::scalar(std::to_string(number)); }
};

Value write_decimal(std::int64_t value, int places);

// A decimal with `Places` places, kept as a whole number of them.
template <class T, int Places, std::int64_t Least, std::int64_t Most>
struct DecimalForm {
  using type = T;
  static constexpr std::int64_t scale() {
    std::int64_t s = 1;
    for (int i = 0; i < Places; ++i) s *= 10;
    return s;
  }
  static bool read(Reader& reader, const Value& value, T& out) {
    std::int64_t number = 0;
    if (!read_decimal(reader, value, scale(), Least, Most, number)) return false;
    out = static_cast<T>(number);
    return true;
  }
  static Value write(T number) { return write_decimal(number, Places); }
};

// "60%" or 0.6 as whole percent.
struct PercentForm {
  using type = std::int32_t;
  static bool read(Reader&, const Value&, std::int32_t&);
  static Value write(std::int32_t);
};

// One of a few words: `Words::all()` gives pairs of word and value.
template <class Words>
struct WordForm {
  using type = typename Words::type;
  static bool read(Reader& reader, const Value& value, type& out) {
    const std::string* text = reader.scalar(value, Words::noun);
    if (!text) return false;
    std::vector<std::string> known;
    for (const auto& [word, meaning] : Words::all()) {
      if (*text == word) {
        out = meaning;
        return true;
      }
      known.push_back(word);
    }
    reader.unknown(value.mark, Words::noun, *text, known);
    return false;
  }
  static Value write(const type& meaning) {
    for (const auto& [word, value] : Words::all()) {
      if (value == meaning) return Value::scalar(word);
    }
    return Value();
  }
};

template <class F>
struct ListOf {
  using type = std::vector<typename F::type>;
  static constexpr bool keeps_parts = true;
  static bool read(Reader& reader, const Value& value, type& out) {
    if (!value.is_list()) {
      if constexpr (requires(std::set<std::string> & nouns) { F::definitions(nouns); }) {
        std::set<std::string> lost;
        F::definitions(lost);
        reader.lose(lost);
      }
      const bool alone = value.is_scalar() && !value.text.empty() && value.text.size() < 40;
      return reader.wrong_type(value, alone ? "a list such as [" + value.text + "]" : "a list");
    }
    out.clear();
    bool good = true;
    for (const Value& item : value.items) {
      typename F::type element{};
      good &= F::read(reader, item, element);
      out.push_back(std::move(element));
    }
    return good;
  }
  static Value write(const type& list) {
    Value value = Value::list();
    for (const auto& element : list) value.items.push_back(F::write(element));
    return value;
  }
  static void definitions(std::set<std::string>& nouns) {
    if constexpr (requires { F::definitions(nouns); }) F::definitions(nouns);
  }
};

// A map whose keys are texts of the user's, such as labels: sorted by key.
struct TextPairsForm {
  using type = std::vector<std::pair<std::string, std::string>>;
  static bool read(Reader&, const Value&, type&);
  static Value write(const type&);
};

}  // namespace berth::scenario
