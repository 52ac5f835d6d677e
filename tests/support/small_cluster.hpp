// Small clusters for tests: a pool "default", nodes by (GPUs, CPU cores, memory).
#pragma once

#include <string>

#include "berth/cluster/cluster.hpp"
#include "berth/organization/organization.hpp"
#include "berth/workload/workloads.hpp"

namespace berth::tests {

inline cluster::Cluster empty_cluster(const std::string& pool = "default") {
  cluster::Cluster c;
  c.name = "test";
  c.pools.push_back({});
  c.pools[PoolId{0}].name = pool;
  return c;
}

inline cluster::NodeSpec node_spec(const std::string& name, int gpus, int cores = 64, int gib = 256,
                                   PoolId pool = PoolId{0}) {
  cluster::NodeSpec n;
  n.name = name;
  n.pool = pool;
  n.cpu = CpuMilli(cores * 1000);
  n.memory = mebibytes(std::int64_t{gib} * 1024);
  n.gpus = gpus;
  n.gpu_memory = gpus > 0 ? mebibytes(80'000) : Bytes(0);
  return n;
}

inline workload::PodShape shape(workload::GpuRequest gpu, int cores = 1, int gib = 1) {
  workload::PodShape s;
  s.gpu = std::move(gpu);
  s.cpu = CpuMilli(cores * 1000);
  s.memory = mebibytes(std::int64_t{gib} * 1024);
  return s;
}

// A workload of `pods` pods of one shape, the first `minimum` of them a gang, all pending.
inline WorkloadId add_workload(workload::Workloads& all, const workload::PodShape& pod, int pods = 1,
                               int minimum = 1) {
  workload::Workload w;
  const WorkloadId id = all.all.end_id();
  w.spec.name = "w" + std::to_string(index_of(id));
  w.spec.node_pools = {PoolId{0}};
  w.spec.sub_groups.resize(1);
  w.spec.sub_groups[0].name = "default";
  w.spec.sub_groups[0].min_pods = minimum;
  w.spec.templates.resize(1);
  w.spec.templates[0].shape = all.intern(pod);
  w.spec.templates[0].count = pods;
  w.phase = workload::Phase::pending;
  w.pod_group = true;
  for (int i = 0; i < pods; ++i) {
    workload::Pod p;
    p.workload = id;
    p.index = i;
    p.shape = w.spec.templates[0].shape;
    w.pods.push_back(all.pods.push_back(p));
  }
  all.all.push_back(std::move(w));
  return id;
}

}  // namespace berth::tests
