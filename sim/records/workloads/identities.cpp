#include "sim/records/workloads/identities.hpp"

namespace berth::records {

Identities::Identities(std::uint64_t seed, std::string_view cluster_name)
    : seed_(std::to_string(seed)), cluster_(uuid_of({"cluster", seed_, cluster_name})) {}

void Identities::follow(const workload::Workloads& workloads,
                        const organization::Organization& organization) {
  for (std::size_t i = workloads_.size(); i < workloads.all.size(); ++i) {
    const auto& spec = workloads.all[id_of<WorkloadId>(i)].spec;
    const std::uint32_t before = names_[{spec.project, spec.name}]++;
    const Uuid uuid = uuid_of(
        {"workload", seed_, organization.queues[spec.project].name, spec.name, std::to_string(before)});
    by_uuid_.emplace(uuid, workloads_.push_back(uuid));
  }
}

Uuid Identities::pod(WorkloadId workload, std::int32_t index) const {
  return uuid_of({"pod", print_uuid(workloads_[workload]), std::to_string(index)});
}

Uuid Identities::event(WorkloadId workload, std::uint64_t number) const {
  return uuid_of({"event", print_uuid(workloads_[workload]), std::to_string(number)});
}

Uuid Identities::node(std::string_view name) const {
  return uuid_of({"node", seed_, name});
}

std::optional<WorkloadId> Identities::find(const Uuid& uuid) const {
  const auto found = by_uuid_.find(uuid);
  if (found == by_uuid_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berth::records
