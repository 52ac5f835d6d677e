#include "sim/records/workloads/identities.hpp"

#include <catch2/catch.hpp>

#include "berth/workload/workloads.hpp"

using namespace berth;
using namespace berth::records;

TEST_CASE("an added project moves nobody else's ids, and a name used again gets another") {
  organization::Organization small, large;
  organization::Queue department;
  department.name = "research";
  const auto project = [](std::string name) {
    organization::Queue queue;
    queue.name = std::move(name);
    queue.parent = QueueId{0};
    return queue;
  };
  small.add(department);
  const QueueId vision_small = small.add(project("vision"));
  large.add(department);
  large.add(project("added"));
  const QueueId vision_large = large.add(project("vision"));

  const auto submit = [](workload::Workloads& to, QueueId queue, const char* name) {
    workload::Workload one;
    one.spec.name = name;
    one.spec.project = queue;
    to.all.push_back(one);
  };
  workload::Workloads first, second;
  submit(first, vision_small, "train");
  submit(second, QueueId{1}, "train");
  submit(second, vision_large, "train");
  submit(second, vision_large, "train");

  Identities a(42, "prod"), b(42, "prod"), other_seed(43, "prod");
  a.follow(first, small);
  b.follow(second, large);
  other_seed.follow(first, small);
  const WorkloadId w0{0}, w1{1}, w2{2};
  CHECK(a.workload(w0) == b.workload(w1));
  CHECK(b.workload(w1) != b.workload(w0));
  CHECK(b.workload(w1) != b.workload(w2));
  CHECK(a.workload(w0) != other_seed.workload(w0));
  CHECK(b.find(b.workload(w2)) == w2);
  CHECK_FALSE(a.find(b.workload(w2)));
}
