// The GPU models and MIG geometries that ship with Berth. Figures and their sources: gpu_models.md beside
// this file.
#include <string>
#include <utility>

#include "berth/cluster/gpu_model.hpp"

namespace berth::cluster {

namespace {

struct ProfileRow {
  const char* name;
  int compute_slices;
  int memory_slices;
  int max_instances;
  unsigned starts;  // allowed starts, one bit each
  int memory_mib;   // 0: not published
};

struct GeometryRow {
  const char* name;
  int compute_slices;
  int memory_slices;
  std::vector<ProfileRow> profiles;
};

struct ModelRow {
  const char* name;
  const char* product_label;
  int memory_mib;
  int gpus_per_node;
  int nvlink_domain_gpus;
  const char* geometry;  // "": no MIG
};

// Allowed starts as bits, bit s for memory slice s.
constexpr unsigned each_of_7 = 0b0111'1111;
constexpr unsigned each_of_4 = 0b1111;
constexpr unsigned even_of_8 = 0b0101'0101;
constexpr unsigned even_of_6 = 0b0001'0101;
constexpr unsigned halves_of_8 = 0b0001'0001;
constexpr unsigned halves_of_4 = 0b0101;
constexpr unsigned only_0 = 0b0001;

// clang-format off
const std::vector<GeometryRow>& geometry_rows() {
  static const std::vector<GeometryRow> rows = {
      // name, compute slices, memory slices: {profile, compute, memory, at most, starts, MiB}
      {"A30", 4, 4, {
          {"1g.6gb", 1, 1, 4, each_of_4, 5952},
          {"1g.6gb.me", 1, 1, 1, each_of_4, 5952},
          {"2g.12gb", 2, 2, 2, halves_of_4, 11968},
          {"2g.12gb.me", 2, 2, 1, halves_of_4, 11968},
          {"4g.24gb", 4, 4, 1, only_0, 24064},
      }},
      {"A100-40GB", 7, 8, {
          {"1g.5gb", 1, 1, 7, each_of_7, 4864},
          {"1g.5gb.me", 1, 1, 1, each_of_7, 4864},
          {"1g.10gb", 1, 2, 4, even_of_8, 9856},
          {"2g.10gb", 2, 2, 3, even_of_6, 9856},
          {"3g.20gb", 3, 4, 2, halves_of_8, 19968},
          {"4g.20gb", 4, 4, 1, only_0, 19968},
          {"7g.40gb", 7, 8, 1, only_0, 40192},
      }},
      {"A100-80GB", 7, 8, {
          {"1g.10gb", 1, 1, 7, each_of_7, 9856},
          {"1g.10gb.me", 1, 1, 1, each_of_7, 9856},
          {"1g.20gb", 1, 2, 4, even_of_8, 19968},
          {"2g.20gb", 2, 2, 3, even_of_6, 19968},
          {"3g.40gb", 3, 4, 2, halves_of_8, 40192},
          {"4g.40gb", 4, 4, 1, only_0, 40192},
          {"7g.80gb", 7, 8, 1, only_0, 80384},
      }},
      {"H100-80GB", 7, 8, {
          {"1g.10gb", 1, 1, 7, each_of_7, 9984},
          {"1g.10gb.me", 1, 1, 1, each_of_7, 9984},
          {"1g.20gb", 1, 2, 4, even_of_8, 20096},
          {"2g.20gb", 2, 2, 3, even_of_6, 20096},
          {"3g.40gb", 3, 4, 2, halves_of_8, 40448},
          {"4g.40gb", 4, 4, 1, only_0, 40448},
          {"7g.80gb", 7, 8, 1, only_0, 81152},
      }},
      {"H100-94GB", 7, 8, {
          {"1g.12gb", 1, 1, 7, each_of_7, 10880},
          {"1g.12gb.me", 1, 1, 1, each_of_7, 10880},
          {"1g.24gb", 1, 2, 4, even_of_8, 22016},
          {"2g.24gb", 2, 2, 3, even_of_6, 22016},
          {"3g.47gb", 3, 4, 2, halves_of_8, 47232},
          {"4g.47gb", 4, 4, 1, only_0, 47232},
          {"7g.94gb", 7, 8, 1, only_0, 94848},
      }},
      {"GH200-96GB", 7, 8, {
          {"1g.12gb", 1, 1, 7, each_of_7, 12233},
          {"1g.12gb.me", 1, 1, 1, each_of_7, 12233},
          {"1g.24gb", 1, 2, 4, even_of_8, 24467},
          {"2g.24gb", 2, 2, 3, even_of_6, 24467},
          {"3g.48gb", 3, 4, 2, halves_of_8, 48935},
          {"4g.48gb", 4, 4, 1, only_0, 48935},
          {"7g.96gb", 7, 8, 1, only_0, 97871},
      }},
      {"H200-141GB", 7, 8, {
          {"1g.18gb", 1, 1, 7, each_of_7, 16384},
          {"1g.18gb.me", 1, 1, 1, each_of_7, 16384},
          {"1g.35gb", 1, 2, 4, even_of_8, 33024},
          {"2g.35gb", 2, 2, 3, even_of_6, 33024},
          {"3g.71gb", 3, 4, 2, halves_of_8, 71168},
          {"4g.71gb", 4, 4, 1, only_0, 71168},
          {"7g.141gb", 7, 8, 1, only_0, 143360},
      }},
      {"B200-180GB", 7, 8, {
          {"1g.23gb", 1, 1, 7, each_of_7, 22528},
          {"1g.23gb.me", 1, 1, 1, each_of_7, 22528},
          {"1g.45gb", 1, 2, 4, even_of_8, 45312},
          {"2g.45gb", 2, 2, 3, even_of_6, 45312},
          {"3g.90gb", 3, 4, 2, halves_of_8, 91679},
          {"4g.90gb", 4, 4, 1, only_0, 91679},
          {"7g.180gb", 7, 8, 1, only_0, 183359},
      }},
      {"GB200-186GB", 7, 8, {
          {"1g.23gb", 1, 1, 7, each_of_7, 22528},
          {"1g.23gb.me", 1, 1, 1, each_of_7, 22528},
          {"1g.47gb", 1, 2, 4, even_of_8, 46592},
          {"2g.47gb", 2, 2, 3, even_of_6, 46592},
          {"3g.93gb", 3, 4, 2, halves_of_8, 94735},
          {"4g.93gb", 4, 4, 1, only_0, 94735},
          {"7g.186gb", 7, 8, 1, only_0, 189471},
      }},
      {"GB300-278GB", 7, 8, {
          {"1g.35gb", 1, 1, 7, each_of_7, 0},
          {"1g.35gb.me", 1, 1, 1, each_of_7, 0},
          {"1g.70gb", 1, 2, 4, even_of_8, 0},
          {"2g.70gb", 2, 2, 3, even_of_6, 0},
          {"3g.139gb", 3, 4, 2, halves_of_8, 0},
          {"4g.139gb", 4, 4, 1, only_0, 0},
          {"7g.278gb", 7, 8, 1, only_0, 0},
      }},
      {"RTX-PRO-6000-96GB", 4, 4, {
          {"1g.24gb", 1, 1, 4, each_of_4, 24192},
          {"1g.24gb.gfx", 1, 1, 4, each_of_4, 24192},
          {"1g.24gb.me", 1, 1, 1, each_of_4, 24192},
          {"1g.24gb.me.all", 1, 1, 1, each_of_4, 24192},
          {"1g.24gb-me", 1, 1, 4, each_of_4, 24192},
          {"2g.48gb", 2, 2, 2, halves_of_4, 48512},
          {"2g.48gb.gfx", 2, 2, 2, halves_of_4, 48512},
          {"2g.48gb.me.all", 2, 2, 1, halves_of_4, 48512},
          {"2g.48gb-me", 2, 2, 2, halves_of_4, 48512},
          {"4g.96gb", 4, 4, 1, only_0, 97280},
          {"4g.96gb.gfx", 4, 4, 1, only_0, 97280},
      }},
  };
  return rows;
}

constexpr ModelRow model_rows[] = {
    // name, product label, MiB, typical GPUs a node, GPUs of an NVLink domain, geometry
    {"T4", "Tesla-T4", 15360, 4, 1, ""},
    {"P100-PCIE-16GB", "Tesla-P100-PCIE-16GB", 16384, 4, 1, ""},
    {"V100-SXM2-16GB", "Tesla-V100-SXM2-16GB", 16384, 8, 8, ""},
    {"V100-SXM2-32GB", "Tesla-V100-SXM2-32GB", 32768, 8, 8, ""},
    {"A10", "NVIDIA-A10", 23028, 4, 1, ""},
    {"A30", "NVIDIA-A30", 24576, 4, 1, "A30"},
    {"A40", "NVIDIA-A40", 46068, 8, 1, ""},
    {"A100-SXM4-40GB", "NVIDIA-A100-SXM4-40GB", 40960, 8, 8, "A100-40GB"},
    {"A100-PCIE-40GB", "NVIDIA-A100-PCIE-40GB", 40960, 4, 1, "A100-40GB"},
    {"A100-SXM4-80GB", "NVIDIA-A100-SXM4-80GB", 81920, 8, 8, "A100-80GB"},
    {"A100-PCIE-80GB", "NVIDIA-A100-80GB-PCIe", 81920, 4, 1, "A100-80GB"},
    {"L4", "NVIDIA-L4", 23034, 4, 1, ""},
    {"L40S", "NVIDIA-L40S", 46068, 8, 1, ""},
    {"H100-SXM5-80GB", "NVIDIA-H100-80GB-HBM3", 81559, 8, 8, "H100-80GB"},
    {"H100-PCIE-80GB", "NVIDIA-H100-PCIe", 81559, 4, 1, "H100-80GB"},
    {"H100-NVL-94GB", "NVIDIA-H100-NVL", 95830, 8, 2, "H100-94GB"},
    {"H200-SXM5-141GB", "NVIDIA-H200", 143771, 8, 8, "H200-141GB"},
    {"H200-NVL-141GB", "NVIDIA-H200-NVL", 143771, 8, 4, "H200-141GB"},
    {"GH200-96GB", "NVIDIA-GH200-480GB", 97871, 1, 1, "GH200-96GB"},
    {"B200", "NVIDIA-B200", 183359, 8, 8, "B200-180GB"},
    {"GB200", "NVIDIA-GB200", 189471, 4, 72, "GB200-186GB"},
    {"RTX-A6000", "NVIDIA-RTX-A6000", 49140, 4, 1, ""},
    {"RTX-PRO-6000-SE", "NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", 97887, 8, 1, "RTX-PRO-6000-96GB"},
};
// clang-format on

MigProfile profile_of(const ProfileRow& row) {
  MigProfile profile;
  profile.name = row.name;
  profile.compute_slices = static_cast<std::uint8_t>(row.compute_slices);
  profile.memory_slices = static_cast<std::uint8_t>(row.memory_slices);
  profile.max_instances = static_cast<std::uint8_t>(row.max_instances);
  for (std::uint8_t slice = 0; slice < 32; ++slice)
    if ((row.starts >> slice & 1U) != 0) profile.starts.push_back(slice);
  profile.memory = mebibytes(row.memory_mib);
  return profile;
}

std::vector<MigGeometry> build_geometries() {
  std::vector<MigGeometry> all;
  for (const GeometryRow& row : geometry_rows()) {
    MigGeometry geometry;
    geometry.name = row.name;
    geometry.compute_slices = static_cast<std::uint8_t>(row.compute_slices);
    geometry.memory_slices = static_cast<std::uint8_t>(row.memory_slices);
    for (const ProfileRow& profile : row.profiles) geometry.profiles.push_back(profile_of(profile));
    all.push_back(std::move(geometry));
  }
  return all;
}

ModelTable build_models() {
  ModelTable table;
  for (const ModelRow& row : model_rows) {
    GpuModel model;
    model.name = row.name;
    model.product_label = row.product_label;
    model.memory = mebibytes(row.memory_mib);
    model.nvlink_domain_gpus = row.nvlink_domain_gpus;
    model.typical_gpus_per_node = row.gpus_per_node;
    if (const MigGeometry* geometry = find_standard_geometry(row.geometry)) model.mig = *geometry;
    table.add(std::move(model));
  }
  return table;
}

}  // namespace

const std::vector<MigGeometry>& standard_geometries() {
  static const std::vector<MigGeometry> all = build_geometries();
  return all;
}

const MigGeometry* find_standard_geometry(std::string_view name) {
  for (const MigGeometry& geometry : standard_geometries())
    if (geometry.name == name) return &geometry;
  return nullptr;
}

const ModelTable& ModelTable::standard() {
  static const ModelTable table = build_models();
  return table;
}

}  // namespace berth::cluster
