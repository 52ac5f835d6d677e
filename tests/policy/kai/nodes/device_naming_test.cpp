// From the session's decisions to devices that the World will grant.
#include <catch2/catch.hpp>
#include <map>

#include "berth/policy/policy.hpp"

using namespace berth;

namespace {

// One node, one project, pods of one shape that wait.
struct World {
  cluster::Cluster cluster;
  organization::Organization organization;
  workload::Workloads workloads;
  std::vector<WorkloadId> members;
  workload::WaitingList waiting;

  explicit World(int gpus) {
    cluster.pools.push_back({});
    cluster::NodeSpec node;
    node.name = "n0";
    node.gpus = gpus;
    node.gpu_memory = mebibytes(80'000);
    node.cpu = CpuMilli(64'000);
    node.memory = mebibytes(65'536);
    cluster.add_node(std::move(node));
    organization::Queue queue;
    queue.name = "p";
    organization::Quota quota;
    quota.quota = {organization::unlimited, organization::unlimited, organization::unlimited};
    queue.quota.push_back(quota);
    organization.add(std::move(queue));
  }

  void wait(const workload::GpuRequest& gpu) {
    workload::PodShape shape;
    shape.gpu = gpu;
    workload::Workload w;
    w.uid = w.spec.name = "w" + std::to_string(members.size());
    w.spec.node_pools = {id_of<PoolId>(0)};
    w.spec.project = id_of<QueueId>(0);
    w.spec.sub_groups.push_back({"default", -1, 1, {}});
    workload::PodTemplate part;
    part.shape = workloads.intern(shape);
    w.spec.templates = {part};
    w.created = Instant{} + seconds(static_cast<std::int64_t>(members.size()));
    w.pod_group = true;
    workload::Pod pod;
    pod.workload = workloads.all.end_id();
    pod.shape = part.shape;
    w.pods = {workloads.pods.push_back(pod)};
    members.push_back(workloads.all.push_back(std::move(w)));
    waiting.insert(members.back());
  }

  std::vector<policy::Decision> decide() {
    policy::Snapshot snapshot;
    snapshot.now = Instant{} + days(1);
    snapshot.cluster = &cluster;
    snapshot.organization = &organization;
    snapshot.workloads = &workloads;
    snapshot.members = &members;
    snapshot.waiting = &waiting;
    policy::PolicySpec spec;
    spec.name = "kai";
    spec.options["actions"] = "allocate";
    policy::WorkingCluster working;
    policy::Transaction transaction(snapshot, working, cluster::DeviceBook::mebibytes);
    policy::make_policy(spec)->cycle(snapshot, transaction);
    return transaction.take_decisions();
  }
};

}  // namespace

TEST_CASE("kai: whole GPUs are the lowest vacant devices, a shared one that of its group") {
  World world(4);
  world.wait(workload::GpuRequest::whole(2));
  world.wait(workload::GpuRequest::fraction(GpuMilli(500)));
  world.wait(workload::GpuRequest::fraction(GpuMilli(250)));
  const auto decisions = world.decide();
  REQUIRE(decisions.size() == 3);
  CHECK(std::get<policy::Bind>(decisions[0]).devices.devices == 0b0011);
  CHECK(std::get<policy::Bind>(decisions[1]).devices.devices == 0b0100);
  CHECK(std::get<policy::Bind>(decisions[2]).devices.devices == 0b0100);
}

TEST_CASE("kai: three shares of 0.334 stand on one device, as its reference counts in hundredths") {
  World world(1);
  for (int i = 0; i < 4; ++i) world.wait(workload::GpuRequest::fraction(GpuMilli(334)));
  const auto decisions = world.decide();
  REQUIRE(decisions.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(std::holds_alternative<policy::Bind>(decisions[i]));
    CHECK_FALSE(std::get<policy::Bind>(decisions[i]).devices.over_booked);
  }
  CHECK(std::holds_alternative<policy::Refuse>(decisions[3]));
}

TEST_CASE("kai: devices hold as many MiB as they have, whatever hundredths that makes") {
  // 5,000 MiB of 80,000: 16 to a device, though each is 7 hundredths of it to the queues.
  World world(2);
  for (int i = 0; i < 33; ++i) world.wait(workload::GpuRequest::memory_of(mebibytes(5'000)));
  const auto decisions = world.decide();
  std::map<cluster::DeviceSet, int> on;
  for (const policy::Decision& d : decisions)
    if (const auto* bind = std::get_if<policy::Bind>(&d)) on[bind->devices.devices] += 1;
  CHECK(on == std::map<cluster::DeviceSet, int>{{0b01, 16}, {0b10, 16}});
}
