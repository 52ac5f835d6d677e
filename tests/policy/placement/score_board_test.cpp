#include "sim/policy/placement/score_board.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <vector>

using berth::policy::ScoreBoard;

TEST_CASE("a score board's best is the highest score at the lowest position") {
  const bool holds = rc::check("as a plain scan says", []() {
    const auto nodes = *rc::gen::inRange<std::size_t>(1, 300);
    ScoreBoard board;
    board.reset(nodes);
    std::vector<std::int32_t> plain(nodes, ScoreBoard::unfit);
    for (int step = 0; step < 300; ++step) {
      const auto node = *rc::gen::inRange<std::size_t>(0, nodes);
      const auto score = *rc::gen::inRange(-3, 4);
      plain[node] = score == -3 ? ScoreBoard::unfit : score;
      board.set(node, plain[node]);
      if (step % 3 != 0) continue;
      const auto best = board.best();
      const auto highest = std::max_element(plain.begin(), plain.end());
      RC_ASSERT(best.has_value() == (*highest != ScoreBoard::unfit));
      if (best) RC_ASSERT(*best == static_cast<std::size_t>(highest - plain.begin()));
      std::vector<std::size_t> fit;
      for (std::size_t i = 0; i < nodes; ++i)
        if (plain[i] != ScoreBoard::unfit) fit.push_back(i);
      RC_ASSERT(board.fit_count() == fit.size());
      for (std::size_t k = 0; k < fit.size(); k += 7) RC_ASSERT(board.nth_fit(k) == fit[k]);
    }
  });
  CHECK(holds);
}
