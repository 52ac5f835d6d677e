// GPU models: memory, MIG geometry, NVLink domain. The table that ships is `ModelTable::standard()`; a
// scenario may add models to it. Models that a trace names and the table does not know are opaque labels
// (memory unknown = 0).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/quantity.hpp"

namespace berth::cluster {

// A MIG profile of a geometry (NVIDIA MIG User Guide; nvmlGpuInstancePlacement_t): an instance occupies
// memory slices [start, start + memory_slices).
struct MigProfile {
  std::string name;  // "3g.40gb"; resource nvidia.com/mig-<name>
  std::uint8_t compute_slices = 0;
  std::uint8_t memory_slices = 0;
  std::uint8_t max_instances = 0;
  std::vector<std::uint8_t> starts;  // allowed, ascending
  Bytes memory;                      // 0: unknown
};

struct MigGeometry {
  std::string name;  // "H100-80GB"; empty: no MIG
  std::uint8_t compute_slices = 0;
  std::uint8_t memory_slices = 0;
  std::vector<MigProfile> profiles;  // in table order

  bool capable() const { return !profiles.empty(); }
  std::optional<std::uint16_t> find_profile(std::string_view profile) const;
};

// The geometries that ship, by name; nullptr when unknown. Some belong to no model of the standard table
// (GB300-278GB: its memory is not published), so that a scenario can add the model and refer to the geometry.
const std::vector<MigGeometry>& standard_geometries();
const MigGeometry* find_standard_geometry(std::string_view name);

struct GpuModel {
  std::string name;           // "H100-SXM5-80GB"
  std::string product_label;  // nvidia.com/gpu.product: "NVIDIA-H100-80GB-HBM3"
  Bytes memory;               // of one device, as nvidia.com/gpu.memory says; 0: unknown
  std::int32_t nvlink_domain_gpus = 1;
  std::int32_t typical_gpus_per_node = 8;
  MigGeometry mig;
};

class ModelTable {
 public:
  // The models that ship with Berth (sim/cluster/gpu_models.md has the sources).
  static const ModelTable& standard();

  // By name or product label, exactly; nothing when unknown. O(log models).
  std::optional<GpuModelId> find(std::string_view name_or_label) const;
  // Adds a model; one of that name, else of that label, is replaced (a scenario may correct a driver's
  // figure). A name or label that several models claim belongs to the one added last.
  GpuModelId add(GpuModel model);
  // The id of an opaque model of that name (memory 0, no MIG), added when absent.
  GpuModelId intern_opaque(std::string_view name);
  const GpuModel& operator[](GpuModelId id) const { return models_[id]; }
  std::size_t size() const { return models_.size(); }
  std::vector<std::string> names() const;  // names, then product labels: candidates for "nearest name"

 private:
  IdVector<GpuModelId, GpuModel> models_;
  std::map<std::string, GpuModelId, std::less<>> by_key_;  // names and product labels
};

// The models of the family that `name` speaks of ("H100", "a100-80g", "V100M32"), those that share most of its parts first,
// else in table order. A part is letters with the digits after them, in any case: A10 and A100 are two families. Empty: none.
std::vector<GpuModelId> nearest_models(const ModelTable& models, std::string_view name);

}  // namespace berth::cluster
