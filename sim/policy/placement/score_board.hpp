// The scores of a pool's nodes for one pod shape, and the best of them: the highest, ties to the lowest position.
//
// Scores lie in blocks of 64 with the maximum of each kept beside. Setting one score costs O(1); asking for the best
// costs a look at the maxima, plus 64 for each block whose maximum went down since. A scan of 1,213 scores took
// about a tenth of a score's computation, so no heap is worth its pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace berth::policy {

class ScoreBoard {
 public:
  static constexpr std::int32_t unfit = std::numeric_limits<std::int32_t>::min();

  void reset(std::size_t nodes);
  bool empty() const { return scores_.empty(); }
  std::size_t size() const { return scores_.size(); }
  std::int32_t operator[](std::size_t node) const { return scores_[node]; }
  void set(std::size_t node, std::int32_t score);
  // Nothing when every node is unfit.
  std::optional<std::size_t> best();
  // The `k`-th node that is not unfit, counted from 0 in order of position; how many there are.
  std::size_t nth_fit(std::size_t k) const;
  std::size_t fit_count() const { return fit_; }

 private:
  static constexpr std::size_t block = 64;

  std::vector<std::int32_t> scores_;  // padded to whole blocks with unfit
  std::vector<std::int32_t> maxima_;
  std::vector<std::uint8_t> stale_;  // the block's maximum may be too high
  std::size_t nodes_ = 0;
  std::size_t fit_ = 0;
};

}  // namespace berth::policy
