// The workloads of one pool that wait for a place, in queue order: (submit, position in the input), which is ascending
// WorkloadId. A bounded change log lets a policy's own index follow at a cost of what changed, as Occupancy's does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "berth/core/ids.hpp"

namespace berth::workload {

class WaitingList {
 public:
  // Both are no-ops when nothing changes. O(log n) to find; then what stands before or behind it is moved, whichever is
  // shorter, since those who leave stand mostly at the front, and those who come at the back.
  void insert(WorkloadId id);
  void erase(WorkloadId id);

  // What a listed workload asks for has changed (a pod of it was placed, evicted or ended): followers look again. A
  // no-op for one that is not listed.
  void touch(WorkloadId id);

  bool contains(WorkloadId id) const;
  std::size_t size() const { return ids_.size() - first_; }
  bool empty() const { return ids_.size() == first_; }
  auto begin() const { return ids_.begin() + static_cast<std::ptrdiff_t>(first_); }
  auto end() const { return ids_.end(); }

  struct Change {
    WorkloadId id{};
    bool added = false;  // or touched; a follower forgets what it knew of the id in any case
  };
  struct Span {
    const Change* first;
    const Change* last;
    const Change* begin() const { return first; }
    const Change* end() const { return last; }
  };
  // Never zero, so that a caller may keep 0 for "nothing seen yet".
  std::uint64_t mark() const { return log_base_ + log_.size(); }
  // Changes since `mark`, oldest first; nothing: too long ago, read the whole list.
  std::optional<Span> changes_since(std::uint64_t mark) const;

  // The log is a cache: only the list itself is compared.
  bool operator==(const WaitingList& o) const { return std::equal(begin(), end(), o.begin(), o.end()); }

 private:
  void note(Change change);

  std::vector<WorkloadId> ids_;
  std::size_t first_ = 0;  // where the list begins in ids_; what stands before is gone
  std::vector<Change> log_;
  std::uint64_t log_base_ = 1;
};

}  // namespace berth::workload
