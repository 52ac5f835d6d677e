#include "berth/cluster/gpu_model.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace berth::cluster {

std::optional<std::uint16_t> MigGeometry::find_profile(std::string_view profile) const {
  for (std::size_t i = 0; i < profiles.size(); ++i)
    if (profiles[i].name == profile) return static_cast<std::uint16_t>(i);
  return std::nullopt;
}

std::optional<GpuModelId> ModelTable::find(std::string_view name_or_label) const {
  const auto found = by_key_.find(name_or_label);
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

GpuModelId ModelTable::add(GpuModel model) {
  std::optional<GpuModelId> replaced = find(model.name);
  if (!replaced && !model.product_label.empty()) replaced = find(model.product_label);
  const GpuModelId id = replaced ? *replaced : models_.end_id();
  if (replaced) {
    // Keys of the replaced model that still lead to it go; another model may have claimed one since.
    for (const std::string& key : {models_[id].name, models_[id].product_label}) {
      const auto found = by_key_.find(key);
      if (found != by_key_.end() && found->second == id) by_key_.erase(found);
    }
  }
  by_key_.insert_or_assign(model.name, id);
  if (!model.product_label.empty()) by_key_.insert_or_assign(model.product_label, id);
  if (replaced)
    models_[id] = std::move(model);
  else
    models_.push_back(std::move(model));
  return id;
}

GpuModelId ModelTable::intern_opaque(std::string_view name) {
  if (const auto known = find(name)) return *known;
  GpuModel model;
  model.name = std::string(name);
  model.product_label = model.name;
  return add(std::move(model));
}

std::vector<std::string> ModelTable::names() const {
  std::vector<std::string> all;
  all.reserve(2 * models_.size());
  for (const GpuModel& model : models_) all.push_back(model.name);
  for (const GpuModel& model : models_)
    if (!model.product_label.empty() && model.product_label != model.name) all.push_back(model.product_label);
  return all;
}

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "V100-SXM2-32GB" -> v100, sxm2, 32, gb. Without the maker's words, which say no family.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  std::string part;
  const auto close = [&] {
    if (!part.empty() && part != "nvidia" && part != "tesla" && part != "geforce" && part != "gpu")
      parts.push_back(part);
    part.clear();
  };
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool letter = c >= 'a' && c <= 'z';
    // A letter after a digit begins the next part.
    if (!letter && !is_digit(c)) {
      close();
      continue;
    }
    if (letter && !part.empty() && is_digit(part.back())) close();
    part.push_back(c);
  }
  close();
  return parts;
}

bool names_a_family(const std::string& part) {
  return !is_digit(part.front()) && is_digit(part.back());
}

}  // namespace

std::vector<GpuModelId> nearest_models(const ModelTable& models, std::string_view name) {
  constexpr std::size_t longest = 64;
  if (name.size() > longest) return {};
  const std::vector<std::string> wanted = parts_of(name);
  const auto family = std::find_if(wanted.begin(), wanted.end(), names_a_family);
  std::vector<std::pair<std::size_t, GpuModelId>> found;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const GpuModel& model = models[id_of<GpuModelId>(i)];
    std::vector<std::string> all = parts_of(model.name);
    const std::vector<std::string> of_label = parts_of(model.product_label);
    all.insert(all.end(), of_label.begin(), of_label.end());
    const std::set<std::string> has(all.begin(), all.end());
    if (family != wanted.end() && has.count(*family) == 0) continue;
    std::size_t shared = 0;
    for (const std::string& part : wanted) shared += has.count(part);
    if (shared > 0) found.emplace_back(shared, id_of<GpuModelId>(i));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<GpuModelId> out;
  for (const auto& [shared, id] : found) out.push_back(id);
  return out;
}

}  // namespace berth::cluster
