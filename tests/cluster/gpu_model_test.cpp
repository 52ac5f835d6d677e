#include "berth/cluster/gpu_model.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>
#include "tests/support/absent.hpp"

using namespace berth;
using namespace berth::cluster;

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string part;
  std::istringstream in(text);
  while (std::getline(in, part, separator)) parts.push_back(part);
  if (!text.empty() && text.back() == separator) parts.emplace_back();
  return parts;
}

// Rows of a CSV file as column -> value.
std::vector<std::map<std::string, std::string>> rows_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::map<std::string, std::string>> rows;
  std::string line;
  REQUIRE(std::getline(in, line));
  const auto columns = split(line, ',');
  while (std::getline(in, line)) {
    const auto values = split(line, ',');
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) row[columns[i]] = values[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

int number(const std::string& text) {
  return text.empty() ? 0 : std::stoi(text);
}

}  // namespace

TEST_CASE("the table that ships equals the collected facts about models") {
  const std::string file = BERTH_SHARED_DIR "/data/gpu/models.csv";
  if (test::absent(file)) return;
  const auto rows = rows_of(file);
  const ModelTable& table = ModelTable::standard();
  CHECK(table.size() == rows.size());
  for (const auto& row : rows) {
    INFO(row.at("model"));
    const auto id = table.find(row.at("model"));
    REQUIRE(id.has_value());
    CHECK(table.find(row.at("product_label")) == id);
    const GpuModel& model = table[*id];
    CHECK(model.name == row.at("model"));
    CHECK(model.product_label == row.at("product_label"));
    CHECK(model.memory == mebibytes(number(row.at("memory_mib"))));
    CHECK(model.mig.capable() == (row.at("mig_capable") == "true"));
    CHECK(model.mig.name == row.at("mig_model"));
    CHECK(int(model.mig.compute_slices) == number(row.at("compute_slices")));
    CHECK(int(model.mig.memory_slices) == number(row.at("memory_slices")));
    CHECK(model.typical_gpus_per_node == number(row.at("gpus_per_node")));
    CHECK(model.nvlink_domain_gpus == number(row.at("nvlink_domain_gpus")));
  }
}

TEST_CASE("the geometries that ship equal the collected facts about MIG profiles") {
  const std::string file = BERTH_SHARED_DIR "/data/gpu/mig_profiles.csv";
  if (test::absent(file)) return;
  const auto rows = rows_of(file);
  std::map<std::string, std::size_t> seen;  // geometry -> profiles
  for (const auto& row : rows) {
    INFO(row.at("model") << " " << row.at("profile"));
    const MigGeometry* geometry = find_standard_geometry(row.at("model"));
    REQUIRE(geometry != nullptr);
    const auto profile = geometry->find_profile(row.at("profile"));
    REQUIRE(profile.has_value());
    CHECK(*profile == seen[row.at("model")]);  // table order
    ++seen[row.at("model")];
    const MigProfile& p = geometry->profiles[*profile];
    CHECK(int(p.compute_slices) == number(row.at("compute_slices")));
    CHECK(int(p.memory_slices) == number(row.at("memory_slices")));
    CHECK(int(p.max_instances) == number(row.at("max_instances")));
    CHECK(p.memory == mebibytes(number(row.at("memory_mib"))));
    std::string starts;
    for (const auto start : p.starts) starts += (starts.empty() ? "" : ";") + std::to_string(start);
    CHECK(starts == row.at("starts"));
  }
  CHECK(seen.size() == standard_geometries().size());
  for (const MigGeometry& geometry : standard_geometries())
    CHECK(geometry.profiles.size() == seen[geometry.name]);
}

TEST_CASE("a geometry's profile names follow from its memory") {
  // gb = round(ceil(8 x memory / total) / 8 x ceil(total GiB)): go-nvlib mig_profile.go.
  const ModelTable& table = ModelTable::standard();
  int checked = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const GpuModel& model = table[id_of<GpuModelId>(i)];
    const std::int64_t total = model.memory / mebibytes(1);
    const std::int64_t total_gib = (total + 1023) / 1024;
    for (const MigProfile& profile : model.mig.profiles) {
      INFO(model.name << " " << profile.name);
      const std::int64_t eighths = (8 * (profile.memory / mebibytes(1)) + total - 1) / total;
      const std::int64_t gb = (2 * eighths * total_gib + 8) / 16;
      const std::string stem = std::to_string(profile.compute_slices) + "g." + std::to_string(gb) + "gb";
      CHECK(profile.name.substr(0, stem.size()) == stem);
      ++checked;
    }
  }
  CHECK(checked > 60);
}

TEST_CASE("a model is found by name and by product label") {
  const ModelTable& table = ModelTable::standard();
  const auto id = table.find("NVIDIA-H100-80GB-HBM3");
  REQUIRE(id.has_value());
  CHECK(table.find("H100-SXM5-80GB") == id);
  CHECK_FALSE(table.find("h100").has_value());
  CHECK(table[*id].mig.find_profile("3g.40gb") == std::uint16_t{4});
  CHECK_FALSE(table[*id].mig.find_profile("3g.20gb").has_value());
  const auto names = table.names();
  CHECK(names.front() == "T4");
  CHECK(names.back() == "NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition");
}

TEST_CASE("a scenario's model replaces the one of its name or label") {
  ModelTable table = ModelTable::standard();
  const std::size_t before = table.size();
  GpuModel corrected = table[*table.find("T4")];
  corrected.memory = mebibytes(15109);
  const GpuModelId id = table.add(corrected);
  CHECK(table.size() == before);
  CHECK(table[*table.find("Tesla-T4")].memory == mebibytes(15109));

  GpuModel renamed;  // claims the label under another name
  renamed.name = "T4-lab";
  renamed.product_label = "Tesla-T4";
  CHECK(table.add(renamed) == id);
  CHECK(table.find("T4-lab") == id);
  CHECK(table.find("Tesla-T4") == id);
  CHECK_FALSE(table.find("T4").has_value());

  GpuModel new_one;
  new_one.name = "X1";
  CHECK(index_of(table.add(new_one)) == before);
  CHECK(table.find("X1").has_value());
  CHECK_FALSE(table.find("").has_value());
}

TEST_CASE("the nearest models are those of the family that a name speaks of") {
  const ModelTable& table = ModelTable::standard();
  const auto nearest = [&](const char* name) {
    std::string out;
    for (const GpuModelId id : nearest_models(table, name)) out += (out.empty() ? "" : " ") + table[id].name;
    return out;
  };
  CHECK(nearest("H100") == "H100-SXM5-80GB H100-PCIE-80GB H100-NVL-94GB");
  CHECK(nearest("h100_nvl") == "H100-NVL-94GB H100-SXM5-80GB H100-PCIE-80GB");
  CHECK(nearest("NVIDIA A100 80GB") == "A100-SXM4-80GB A100-PCIE-80GB A100-SXM4-40GB A100-PCIE-40GB");
  CHECK(nearest("A10") == "A10");  // not the A100's
  CHECK(nearest("V100M32") == "V100-SXM2-16GB V100-SXM2-32GB");
  CHECK(nearest("p100") == "P100-PCIE-16GB");
  CHECK(nearest("A6000") == "RTX-A6000");
  CHECK(nearest("rtx") == "RTX-A6000 RTX-PRO-6000-SE");
  CHECK(nearest("L40") == "L40S");
  for (const char* nobody : {"", "G2", "nvidia", "Voodoo-2", "--", "MI300X"}) CHECK(nearest(nobody) == "");
  CHECK(nearest_models(table, std::string(1'000'000, 'h')).empty());
}

TEST_CASE("an opaque label becomes a model of unknown memory, once") {
  ModelTable table = ModelTable::standard();
  const GpuModelId g2 = table.intern_opaque("G2");
  CHECK(table.intern_opaque("G2") == g2);
  CHECK(table[g2].memory == Bytes(0));
  CHECK_FALSE(table[g2].mig.capable());
  CHECK(table.intern_opaque("T4") == *ModelTable::standard().find("T4"));
}
