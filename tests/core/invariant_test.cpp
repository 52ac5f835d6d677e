#include "berth/core/invariant.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace berth {
namespace {

std::string what_of(int value) {
  try {
    BERTH_INVARIANT(value > 0, "value " + std::to_string(value));
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a broken invariant names itself, its place and the values") {
  const std::string text = what_of(-3);
  CHECK(text.find("invariant 'value > 0' broken at ") == 0);
  CHECK(text.find("invariant_test.cpp:") != std::string::npos);
  CHECK(text.substr(text.size() - 10) == ": value -3");
}

TEST_CASE("an invariant that holds does not evaluate its detail") {
  int evaluated = 0;
  const auto detail = [&] {
    ++evaluated;
    return std::string();
  };
  BERTH_INVARIANT(evaluated == 0, detail());
  CHECK(evaluated == 0);
  CHECK(what_of(3).empty());
}

// The build's own path must not get into a message: from "sim/" on it is the same on every machine.
TEST_CASE("a source's path begins at sim") {
  try {
    invariant_failed("x", "/somewhere/else/sim/core/text.cpp", 7, "");
  } catch (const InvariantError& error) {
    CHECK(error.what() == std::string("invariant 'x' broken at sim/core/text.cpp:7"));
  }
}

}  // namespace
}  // namespace berth
