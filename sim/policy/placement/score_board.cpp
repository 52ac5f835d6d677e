#include "sim/policy/placement/score_board.hpp"

#include <algorithm>

namespace berth::policy {

void ScoreBoard::reset(std::size_t nodes) {
  const std::size_t blocks = (nodes + block - 1) / block;
  scores_.assign(blocks * block, unfit);
  maxima_.assign(blocks, unfit);
  stale_.assign(blocks, 0);
  nodes_ = nodes;
  fit_ = 0;
}

void ScoreBoard::set(std::size_t node, std::int32_t score) {
  std::int32_t& was = scores_[node];
  if (score == was) return;
  fit_ += (score != unfit ? 1U : 0U);
  fit_ -= (was != unfit ? 1U : 0U);
  std::int32_t& maximum = maxima_[node / block];
  if (score >= maximum) {
    maximum = score;
    stale_[node / block] = 0;
  } else if (was == maximum) {
    stale_[node / block] = 1;
  }
  was = score;
}

std::optional<std::size_t> ScoreBoard::best() {
  if (fit_ == 0) return std::nullopt;
  std::size_t best_block = 0;
  std::int32_t best_score = unfit;
  for (std::size_t b = 0; b < maxima_.size(); ++b) {
    if (maxima_[b] <= best_score) continue;
    if (stale_[b] != 0) {
      const auto first = scores_.begin() + static_cast<std::ptrdiff_t>(b * block);
      maxima_[b] = *std::max_element(first, first + static_cast<std::ptrdiff_t>(block));
      stale_[b] = 0;
      if (maxima_[b] <= best_score) continue;
    }
    best_score = maxima_[b];
    best_block = b;
  }
  const auto first = scores_.begin() + static_cast<std::ptrdiff_t>(best_block * block);
  return static_cast<std::size_t>(std::find(first, scores_.end(), best_score) - scores_.begin());
}

std::size_t ScoreBoard::nth_fit(std::size_t k) const {
  for (std::size_t node = 0;; ++node) {
    if (scores_[node] != unfit && k-- == 0) return node;
  }
}

}  // namespace berth::policy
