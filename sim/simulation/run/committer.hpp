// Takes a policy's decisions into the World, in list order: each is checked, then handed to the life cycle.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "berth/policy/decision.hpp"
#include "sim/simulation/run/commit.hpp"
#include "sim/simulation/run/life_cycle.hpp"

namespace berth::simulation {

class Committer {
 public:
  Committer(Recorder& recorder, LifeCycle& life_cycle) : recorder_(recorder), life_cycle_(life_cycle) {}

  // How many of them said something new (a refusal or pipeline that only repeats what is known does not). `book`: the one
  // by which the policy counts shared devices. Throws PolicyError.
  std::uint64_t commit(const std::vector<policy::Decision>& decisions, PoolId pool, std::string_view policy,
                       cluster::DeviceBook book);

 private:
  void take(const policy::Bind&);
  void take(const policy::Evict&);
  void take(const policy::Pipeline&);
  void take(const policy::Move&);
  void take(const policy::Refuse&);
  void take(const policy::Drop&);
  void take(const policy::Repartition&);
  void take(const policy::MarkStale&);
  void take(const policy::ClearStale&);
  void check_gangs(std::string_view policy);
  bool evicts_pipelined(const policy::Decision& decision) const;
  // Evicting, or moving, what this cycle only pipelined frees nothing: it is recorded and counted.
  bool take_back_pipelined(PodId pod, policy::EvictionCause cause, WorkloadId for_workload);
  bool pipelines_evicted(const policy::Decision& decision) const;
  WorkloadId owner(PodId id) const { return recorder_.world().workloads.pods[id].workload; }

  Recorder& recorder_;
  LifeCycle& life_cycle_;
  cluster::DeviceBook book_{};
  // Of the cycle at hand.
  std::vector<PodId> evicted_, bound_pods_;  // in the order of the decisions
  std::set<PodId> pipelined_, evicted_pods_;
  std::vector<WorkloadId> bound_;  // that held no pod before
};

}  // namespace berth::simulation
