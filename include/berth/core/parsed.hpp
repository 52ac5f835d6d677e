// What a parser of a small text returns: the value, or one sentence that quotes the text and says what was
// expected.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "berth/core/invariant.hpp"

namespace berth {

template <class T>
class [[nodiscard]] Parsed {
 public:
  Parsed(T value) : value_(std::move(value)) {}  // NOLINT: a value is a success
  static Parsed failure(std::string sentence) {
    Parsed failed;
    failed.error_ = std::move(sentence);
    return failed;
  }

  explicit operator bool() const { return value_.has_value(); }
  const T& operator*() const {
    BERTH_INVARIANT(value_.has_value(), "the value of a text that did not parse: " + error_);
    return *value_;
  }
  const T* operator->() const { return &**this; }
  // Empty when it parsed. Without a full stop, so that a place or a hint can be put around it.
  const std::string& error() const { return error_; }

 private:
  Parsed() = default;

  std::optional<T> value_;
  std::string error_;
};

}  // namespace berth
