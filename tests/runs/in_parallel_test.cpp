#include "sim/runs/in_parallel.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using namespace berth;

TEST_CASE("every part is done once, by any number of threads") {
  for (const int jobs : {1, 2, 7, 100}) {
    std::vector<std::atomic<int>> done(23);
    runs::in_parallel(done.size(), jobs, [&](std::size_t i) { ++done[i]; });
    for (const auto& times : done) CHECK(times == 1);
  }
  runs::in_parallel(0, 4, [](std::size_t) { FAIL("there is no part"); });
}

TEST_CASE("the fault of the lowest part is thrown, after all parts were done") {
  for (const int jobs : {1, 4}) {
    std::atomic<int> done{0};
    const auto work = [&](std::size_t i) {
      ++done;
      if (i % 5 == 3) throw std::runtime_error("part " + std::to_string(i));
    };
    CHECK_THROWS_WITH(runs::in_parallel(20, jobs, work), "part 3");
    CHECK(done == 20);
  }
}
