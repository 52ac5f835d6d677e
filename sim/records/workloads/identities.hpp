// The ids of documents: UUIDs made from what the scenario names, so that the same scenario and seed give the same ids
// and an added project changes nobody else's.
//
//   cluster   ("cluster", seed, cluster name)
//   workload  ("workload", seed, project, name, how many had that project and name before)
//   pod       ("pod", the workload's UUID, index)
//   event     ("event", the workload's UUID, number)
//   node      ("node", seed, node name)
//
// Projects, departments and node pools have decimal strings in the API: the place in the scenario, from 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "berth/core/ids.hpp"
#include "berth/organization/organization.hpp"
#include "berth/workload/workloads.hpp"
#include "sim/core/uuid.hpp"

namespace berth::records {

class Identities {
 public:
  Identities(std::uint64_t seed, std::string_view cluster_name);

  // Learns the workloads that were submitted since the last call. O(new workloads x log).
  void follow(const workload::Workloads& workloads, const organization::Organization& organization);

  const Uuid& cluster() const { return cluster_; }
  const Uuid& workload(WorkloadId id) const { return workloads_[id]; }
  Uuid pod(WorkloadId workload, std::int32_t index) const;
  Uuid event(WorkloadId workload, std::uint64_t number) const;
  Uuid node(std::string_view name) const;
  std::optional<WorkloadId> find(const Uuid& uuid) const;

  static std::string queue(QueueId id) { return std::to_string(index_of(id) + 1); }
  static std::string pool(PoolId id) { return std::to_string(index_of(id) + 1); }

 private:
  std::string seed_;
  Uuid cluster_;
  IdVector<WorkloadId, Uuid> workloads_;
  std::map<Uuid, WorkloadId> by_uuid_;
  std::map<std::pair<QueueId, std::string>, std::uint32_t>
      names_;  // how many workloads had this project and name
};

}  // namespace berth::records
