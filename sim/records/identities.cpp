#include "berth/records/identities.hpp"

namespace berth::records {

Identities::Identities(std::uint64_t seed, std::string_view cluster_name)
    : seed_(std::to_string(seed)),
      cluster_(Uuid::of(Uuid::berth(), "cluster/" + seed_ + "/" + std::string(cluster_name))) {}

void Identities::follow(const workload::Workloads& workloads,
                        const organization::Organization& organization) {
  for (std::size_t i = workloads_.size(); i < workloads.all.size(); ++i) {
    const auto& spec = workloads.all[id_of<WorkloadId>(i)].spec;
    const std::uint32_t before = names_[{spec.project, spec.name}]++;
    const Uuid project =
        Uuid::of(Uuid::berth(), "project/" + seed_ + "/" + organization.queues[spec.project].name);
    const Uuid uuid = Uuid::of(project, std::to_string(before) + "/" + spec.name);
    by_uuid_.emplace(uuid, workloads_.push_back(uuid));
  }
}

Uuid Identities::pod(WorkloadId workload, std::int32_t index) const {
  return Uuid::of(workloads_[workload], "pod/" + std::to_string(index));
}

Uuid Identities::event(WorkloadId workload, std::uint64_t number) const {
  return Uuid::of(workloads_[workload], "event/" + std::to_string(number));
}

Uuid Identities::node(std::string_view name) const {
  return Uuid::of(Uuid::berth(), "node/" + seed_ + "/" + std::string(name));
}

std::optional<WorkloadId> Identities::find(const Uuid& uuid) const {
  const auto found = by_uuid_.find(uuid);
  if (found == by_uuid_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berth::records
