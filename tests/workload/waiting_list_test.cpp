#include "berth/workload/waiting_list.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>
#include <vector>

using namespace berth;
using workload::WaitingList;

TEST_CASE("a waiting list holds what a sorted set would, and its log leads a follower there") {
  const bool holds = rc::check("inserts and erases in any order", []() {
    WaitingList list;
    std::set<WorkloadId> truth, follower;
    std::uint64_t seen = 0;
    std::size_t next = 0;
    const int steps = *rc::gen::inRange(1, 400);
    for (int step = 0; step < steps; ++step) {
      const int what = *rc::gen::inRange(0, 4);
      if (what == 0 || truth.empty()) {
        list.insert(id_of<WorkloadId>(next));
        truth.insert(id_of<WorkloadId>(next++));
      } else if (what == 1) {  // mostly the front leaves
        list.erase(*truth.begin());
        truth.erase(truth.begin());
      } else {
        const auto id = id_of<WorkloadId>(*rc::gen::inRange<std::size_t>(0, next + 2));
        if (*rc::gen::inRange(0, 2) == 0) {
          list.erase(id);
          truth.erase(id);
        } else {
          list.insert(id);
          truth.insert(id);
          next = std::max(next, index_of(id) + 1);
        }
      }
      RC_ASSERT(std::vector<WorkloadId>(list.begin(), list.end()) ==
                std::vector<WorkloadId>(truth.begin(), truth.end()));
      RC_ASSERT(list.size() == truth.size());
      RC_ASSERT(list.contains(id_of<WorkloadId>(next)) == (truth.count(id_of<WorkloadId>(next)) > 0));
      if (step % 5 != 0) continue;
      if (const auto changes = list.changes_since(seen)) {
        for (const WaitingList::Change& change : *changes) {
          follower.erase(change.id);
          if (change.added) follower.insert(change.id);
        }
      } else {
        follower = std::set<WorkloadId>(list.begin(), list.end());
      }
      seen = list.mark();
      RC_ASSERT(follower == truth);
    }
    WaitingList same;
    for (const WorkloadId id : truth) same.insert(id);
    RC_ASSERT(same == list);
  });
  CHECK(holds);
}
