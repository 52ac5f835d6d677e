// The key tables of the scenario's nouns, each specialised in the source that holds the noun's forms.
#pragma once

#include "berth/scenario/scenario.hpp"
#include "sim/scenario/keys/keys.hpp"

namespace berth::scenario {

template <>
const Keys<Clock>& keys();

template <>
const Keys<GroupGpus>& keys();
template <>
const Keys<GroupMig>& keys();
template <>
const Keys<NodeGroup>& keys();
template <>
const Keys<GroupChange>& keys();
template <>
const Keys<PoolPlacement>& keys();
template <>
const Keys<PoolSpec>& keys();
template <>
const Keys<MigProfileSpec>& keys();
template <>
const Keys<MigGeometrySpec>& keys();
template <>
const Keys<GpuModelSpec>& keys();
template <>
const Keys<ClusterSpec>& keys();

template <>
const Keys<QuotaSpec>& keys();
template <>
const Keys<MinRuntime>& keys();
template <>
const Keys<ProjectSpec>& keys();
template <>
const Keys<DepartmentSpec>& keys();
template <>
const Keys<OrganizationSpec>& keys();

template <>
const Keys<PodAsk>& keys();
template <>
const Keys<GangTopology>& keys();
template <>
const Keys<GangSpec>& keys();
template <>
const Keys<SubGroupSpec>& keys();
template <>
const Keys<CheckpointSpec>& keys();
template <>
const Keys<WorkloadSpec>& keys();
template <>
const Keys<DefaultsSpec>& keys();

template <>
const Keys<Arrivals>& keys();
template <>
const Keys<DurationSpread>& keys();
template <>
const Keys<GeneratorSpec>& keys();

template <>
const Keys<TraceSpec>& keys();
template <>
const Keys<EventSpec>& keys();
template <>
const Keys<Expectation>& keys();
template <>
const Keys<PolicyChoice>& keys();
template <>
const Keys<Scenario>& keys();

// Quotas of a queue: `{gpu: 8}` for every pool, `{h100: {gpu: 80}}` by pool, or both.
struct QuotasForm {
  using type = std::vector<PoolQuota>;
  static constexpr bool keeps_parts = true;
  static bool read(Reader&, const Value&, type&);
  static Value write(const type&);
};

// GPUs of a pod: `8`, `{fraction: 0.5}`, `{memory: 20Gi}`, `{mig: 1g.10gb}`, the last three with `devices` and `limit`.
struct GpuForm {
  using type = Placed<workload::GpuRequest>;
  static bool read(Reader&, const Value&, type&);
  static Value write(const type&);
};
// The short form as a key of a choice: "0.25", "8", "1g.10gb".
std::optional<workload::GpuRequest> gpu_of_text(std::string_view text);
std::optional<std::string> text_of_gpu(const workload::GpuRequest& gpu);

// What listed workloads and generators share, added to their tables.
template <class T>
void add_common_keys(Keys<T>& table);
extern template void add_common_keys(Keys<WorkloadSpec>& table);
extern template void add_common_keys(Keys<GeneratorSpec>& table);

// Contract NOTES 2.1: what each kind has when nothing is said.
Priority default_priority(workload::Kind kind);

struct KindWords {
  using type = workload::Kind;
  static constexpr const char* noun = "kind";
  static const std::vector<std::pair<std::string, type>>& all();
};
struct OutcomeWords {
  using type = workload::Outcome;
  static constexpr const char* noun = "outcome";
  static const std::vector<std::pair<std::string, type>>& all();
};

}  // namespace berth::scenario
