#include "berth/cluster/gpu_model.hpp"

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

}  // namespace berth::cluster
