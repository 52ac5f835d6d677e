// A made-up load for benchmarks: single pods of mixed size on nodes of 8 GPUs, more work than there is room for.
#pragma once

#include <memory>
#include <string>

#include "berth/policy/policy.hpp"
#include "berth/simulation/input.hpp"

namespace berth::bench {

inline std::unique_ptr<policy::Policy> fifo_skip() {
  policy::PolicySpec spec;
  spec.name = "fifo-skip";
  spec.placement = "first-fit";
  return policy::make_policy(spec);
}

// The i-th of a fixed series of numbers (a multiplicative hash), so that nothing here needs a random stream.
constexpr std::uint64_t mixed(std::uint64_t i) {
  return (i + 1) * 0x9e37'79b9'7f4a'7c15ull >> 33;
}

inline simulation::Input crowded_input(int workloads, int nodes = 100) {
  simulation::Input input;
  input.start = Instant{0};
  input.cluster.name = "bench";
  input.cluster.pools.push_back({});
  input.cluster.pools[PoolId{0}].name = "default";
  for (int i = 0; i < nodes; ++i) {
    cluster::NodeSpec node;
    node.name = "n" + std::to_string(i);
    node.cpu = CpuMilli(96'000);
    node.memory = mebibytes(512 * 1024);
    node.gpus = 8;
    input.cluster.add_node(node);
  }
  organization::Queue project;
  project.name = "project";
  project.quota.resize(1);
  const QueueId id = input.organization.add(project);
  std::vector<simulation::Submission> all;
  for (int i = 0; i < workloads; ++i) {
    const std::uint64_t x = mixed(static_cast<std::uint64_t>(i));
    simulation::Submission s;
    s.spec.name = "w" + std::to_string(i);
    s.spec.project = id;
    s.spec.node_pools = {PoolId{0}};
    s.spec.sub_groups.resize(1);
    s.spec.sub_groups[0].name = "default";
    s.spec.templates.resize(1);
    s.spec.submit = Instant{0} + seconds(i);
    s.spec.duration = s.spec.estimate = seconds(static_cast<std::int64_t>(60 + x % 1000));
    workload::PodShape shape;
    shape.gpu = workload::GpuRequest::whole(static_cast<std::int32_t>(1 + x / 1000 % 4));
    shape.cpu = CpuMilli(4000);
    shape.memory = mebibytes(16 * 1024);
    s.shapes = {shape};
    all.push_back(std::move(s));
  }
  input.submissions = simulation::submissions_of(std::move(all));
  return input;
}

}  // namespace berth::bench
