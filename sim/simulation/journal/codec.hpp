// How values become bytes and come back. Integers are varints (seven bits a byte, least first), signed ones zigzag;
// strings and lists carry their length; a struct is its fields in the order of codec_fields.hpp, for both directions.
// The Decoder trusts nothing: lengths are bounded by what is left, enums and quantities by their ranges.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/int128.hpp"
#include "berth/core/integral.hpp"
#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"

namespace berth::simulation {

// Bytes that mean nothing. The journal's reader makes a JournalError of it.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Greatest value of each enum that is stored.
template <class E>
constexpr std::uint64_t last_of();

class Encoder {
 public:
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }
  // Takes back everything beyond the first `size` bytes.
  void cut(std::size_t size) { bytes_.resize(size); }

  void byte(std::uint8_t b) { bytes_.push_back(b); }
  void varint(std::uint64_t n) {
    while (n >= 0x80) {
      byte(static_cast<std::uint8_t>(n | 0x80));
      n >>= 7;
    }
    byte(static_cast<std::uint8_t>(n));
  }
  void zigzag(std::int64_t n) {
    varint(static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63));
  }

  template <class... Ts>
  void operator()(const Ts&... values) {
    (put(values), ...);
  }

 private:
  void put(bool b) { byte(b ? 1 : 0); }
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) void put(T n) { varint(n); }
  template <std::signed_integral T>
  void put(T n) {
    zigzag(n);
  }
  template <class T>
  requires std::is_enum_v<T>
  void put(T e) { varint(static_cast<std::uint64_t>(e)); }
  void put(Int128 n) {
    const auto bits = static_cast<UInt128>(n);
    put(static_cast<std::uint64_t>(bits));
    put(static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 64)));
  }
  void put(const Integral& sum) { put(sum.raw()); }
  void put(double d) {
    const auto bits = std::bit_cast<std::uint64_t>(d);
    for (int i = 0; i < 64; i += 8) byte(static_cast<std::uint8_t>(bits >> i));
  }
  template <class Tag>
  void put(Quantity<Tag> q) {
    zigzag(q.value);
  }
  void put(Instant at) { zigzag(at.micros); }
  void put(Duration d) { zigzag(d.micros); }
  void put(const std::string& s) {
    varint(s.size());
    bytes_.insert(bytes_.end(), s.begin(), s.end());
  }
  template <class A, class B>
  void put(const std::pair<A, B>& p) {
    put(p.first);
    put(p.second);
  }
  template <class T>
  void put(const std::optional<T>& o) {
    put(o.has_value());
    if (o) put(*o);
  }
  template <class T>
  void put(const std::vector<T>& v) {
    list(v);
  }
  template <class Id, class T>
  void put(const IdVector<Id, T>& v) {
    list(v);
  }
  template <class K, class V>
  void put(const std::map<K, V>& m) {
    list(m);
  }
  template <class T, std::size_t n>
  void put(const std::array<T, n>& a) {
    for (const T& x : a) put(x);
  }
  template <class T>
  requires requires(Encoder& e, const T& value) { fields(e, value); }
  void put(const T& value) { fields(*this, value); }
  template <class List>
  void list(const List& l) {
    varint(l.size());
    for (const auto& x : l) put(x);
  }

  std::vector<std::uint8_t> bytes_;
};

class Decoder {
 public:
  Decoder(const std::uint8_t* data, std::size_t size) : begin_(data), at_(data), end_(data + size) {}

  bool done() const { return at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }

  std::uint8_t byte() {
    if (at_ == end_) throw DecodeError("it ends too early");
    return *at_++;
  }
  std::uint64_t varint() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = byte();
      if (shift == 63 && b > 1) break;
      n |= std::uint64_t{b & 0x7fu} << shift;
      if (b < 0x80) return n;
    }
    throw DecodeError("a number is too long");
  }
  std::int64_t zigzag() {
    const std::uint64_t n = varint();
    return static_cast<std::int64_t>(n >> 1 ^ (~(n & 1) + 1));
  }
  // The length of a list whose elements take at least a byte each.
  std::size_t length() {
    const std::uint64_t n = varint();
    if (n > left()) throw DecodeError("a list is longer than what is left");
    return static_cast<std::size_t>(n);
  }

  template <class... Ts>
  void operator()(Ts&... values) {
    (get(values), ...);
  }
  template <class T>
  T read() {
    T value{};
    get(value);
    return value;
  }

 private:
  // Sums of bounded values stay within 64 bits; "for ever" is the one greater value that is allowed.
  static constexpr std::int64_t time_bound = std::int64_t{1} << 60;
  static constexpr std::int64_t quantity_bound = std::int64_t{1} << 55;

  void get(bool& b) {
    const std::uint8_t x = byte();
    if (x > 1) throw DecodeError("a yes or no is neither");
    b = x == 1;
  }
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) void get(T& n) {
    const std::uint64_t x = varint();
    if (x > std::numeric_limits<T>::max()) throw DecodeError("a number is out of range");
    n = static_cast<T>(x);
  }
  template <std::signed_integral T>
  void get(T& n) {
    const std::int64_t x = zigzag();
    if (x < std::numeric_limits<T>::min() || x > std::numeric_limits<T>::max()) {
      throw DecodeError("a number is out of range");
    }
    n = static_cast<T>(x);
  }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& e) {
    const std::uint64_t x = varint();
    if (x > last_of<T>()) throw DecodeError("a choice that does not exist");
    e = static_cast<T>(x);
  }
  void get(Int128& n) {
    std::uint64_t low = 0;
    std::int64_t high = 0;
    (*this)(low, high);
    n = static_cast<Int128>(static_cast<UInt128>(static_cast<std::uint64_t>(high)) << 64 | low);
  }
  void get(Integral& sum) { sum = Integral::of_raw(read<Int128>()); }
  void get(double& d) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 64; i += 8) bits |= std::uint64_t{byte()} << i;
    d = std::bit_cast<double>(bits);
  }
  template <class Tag>
  void get(Quantity<Tag>& q) {
    q.value = zigzag();
    if (q.value > quantity_bound || q.value < -quantity_bound)
      throw DecodeError("a quantity is out of range");
  }
  void get(Instant& at) {
    at.micros = zigzag();
    if (at != Instant::never() && (at.micros > time_bound || at.micros < -time_bound)) {
      throw DecodeError("an instant is out of range");
    }
  }
  void get(Duration& d) {
    d.micros = zigzag();
    if (d != Duration::max() && (d.micros > time_bound || d.micros < -time_bound)) {
      throw DecodeError("a duration is out of range");
    }
  }
  void get(std::string& s) {
    const std::size_t n = length();
    s.assign(reinterpret_cast<const char*>(at_), n);
    at_ += n;
  }
  template <class A, class B>
  void get(std::pair<A, B>& p) {
    get(p.first);
    get(p.second);
  }
  template <class T>
  void get(std::optional<T>& o) {
    if (read<bool>()) {
      o.emplace();
      get(*o);
    } else {
      o.reset();
    }
  }
  template <class T>
  void get(std::vector<T>& v) {
    list(v);
  }
  template <class Id, class T>
  void get(IdVector<Id, T>& v) {
    list(v);
  }
  template <class K, class V>
  void get(std::map<K, V>& m) {
    m.clear();
    for (std::size_t n = length(); n > 0; --n) {
      K key{};
      get(key);
      V value{};
      get(value);
      if (!m.empty() && !(m.rbegin()->first < key)) throw DecodeError("a table is out of order");
      m.emplace_hint(m.end(), std::move(key), std::move(value));
    }
  }
  template <class T, std::size_t n>
  void get(std::array<T, n>& a) {
    for (T& x : a) get(x);
  }
  template <class T>
  requires requires(Decoder& d, T& value) { fields(d, value); }
  void get(T& value) { fields(*this, value); }
  template <class List>
  void list(List& l) {
    l.clear();
    for (std::size_t n = length(); n > 0; --n) {
      typename std::decay_t<decltype(*l.begin())> value{};
      get(value);
      l.push_back(std::move(value));
    }
  }

  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace berth::simulation
