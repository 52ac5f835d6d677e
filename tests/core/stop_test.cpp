#include "berth/core/stop.hpp"

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("a token asks when its own flag is raised, and one without a flag never") {
  std::atomic<bool> flag{false}, other{false};
  const StopToken never, token(flag), copy = token, elsewhere(other);
  CHECK_NOTHROW(token.poll());
  flag = true;
  CHECK(token.asked());
  CHECK(copy.asked());
  CHECK_THROWS_AS(copy.poll(), Interrupted);
  CHECK_FALSE(elsewhere.asked());
  CHECK_FALSE(never.asked());
  CHECK_NOTHROW(never.poll());
}
