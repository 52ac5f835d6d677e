#include "berth/workload/waiting_list.hpp"

#include <algorithm>

namespace berth::workload {

void WaitingList::insert(WorkloadId id) {
  if (2 * first_ > ids_.size()) {
    ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  if (empty() || ids_.back() < id) {
    ids_.push_back(id);  // arrivals come in order
  } else {
    const auto it = std::lower_bound(begin(), end(), id);
    if (it != end() && *it == id) return;
    ids_.insert(it, id);
  }
  note({id, true});
}

void WaitingList::erase(WorkloadId id) {
  const auto front = ids_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto it = std::lower_bound(front, ids_.end(), id);
  if (it == ids_.end() || *it != id) return;
  if (it - front < ids_.end() - it) {
    std::move_backward(front, it, it + 1);
    ++first_;
  } else {
    ids_.erase(it);
  }
  note({id, false});
}

void WaitingList::touch(WorkloadId id) {
  if (contains(id)) note({id, true});
}

bool WaitingList::contains(WorkloadId id) const {
  return std::binary_search(begin(), end(), id);
}

std::optional<WaitingList::Span> WaitingList::changes_since(std::uint64_t mark) const {
  if (mark < log_base_ || mark > log_base_ + log_.size()) return std::nullopt;
  return Span{log_.data() + (mark - log_base_), log_.data() + log_.size()};
}

void WaitingList::note(Change change) {
  // Worth keeping while it is shorter than the list itself, and never long.
  if (log_.size() > size() + 256) {
    log_base_ += log_.size();
    log_.clear();
  }
  log_.push_back(change);
}

}  // namespace berth::workload
