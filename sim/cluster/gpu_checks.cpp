#include "sim/cluster/gpu_checks.hpp"

#include <algorithm>
#include <set>

#include "berth/core/diagnostic.hpp"
#include "berth/core/quantity_text.hpp"
#include "sim/cluster/mig.hpp"

namespace berth::cluster {

using workload::GpuRequest;
using workload::GpuRequestKind;

namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string nearest_of(std::string_view name, const std::vector<std::string>& known) {
  return did_you_mean(nearest_names(name, known));
}

std::vector<std::string> profile_names(const MigGeometry& geometry) {
  std::vector<std::string> names;
  for (const MigProfile& profile : geometry.profiles) names.push_back(profile.name);
  return names;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// "3g.40gb@4" -> its profile and start.
struct WrittenInstance {
  std::string profile;
  std::optional<std::string> start;
};
WrittenInstance split_start(const std::string& text) {
  const auto at = text.find('@');
  if (at == std::string::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

// A memory slice as one or two digits; nothing otherwise.
std::optional<std::uint8_t> slice_number(const std::string& text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return static_cast<std::uint8_t>(value);
}

std::string cannot_hold(const GpuModel& model, const std::vector<std::string>& layout,
                        const std::string& why) {
  return "GPU model " + model.name + " cannot hold the layout " + joined(layout) + ": " + why;
}

std::optional<std::string> too_many_devices(const Cluster& cluster, const std::vector<NodeId>& nodes,
                                            std::int32_t devices) {
  std::int32_t largest = 0;
  for (const NodeId id : nodes) largest = std::max(largest, cluster.nodes[id].gpus);
  if (devices <= largest) return std::nullopt;
  if (largest == 0) return "no node has a GPU";
  return "no node has " + std::to_string(devices) + " GPUs; the largest has " + std::to_string(largest);
}

std::optional<std::string> too_much_memory(const Cluster& cluster, const std::vector<NodeId>& nodes,
                                           Bytes memory) {
  Bytes largest;
  for (const NodeId id : nodes) {
    if (cluster.nodes[id].gpus > 0) largest = std::max(largest, cluster.nodes[id].gpu_memory);
  }
  if (memory <= largest) return std::nullopt;
  if (largest == Bytes(0)) return "no node says how much memory its GPUs have";
  return "no GPU has " + print_bytes(memory) + " of memory; the largest has " + print_bytes(largest);
}

std::optional<std::string> no_such_instances(const Cluster& cluster, const std::vector<NodeId>& nodes,
                                             const GpuRequest& request) {
  std::set<std::string> offered;
  for (const NodeId id : nodes) {
    const NodeSpec& spec = cluster.nodes[id];
    if (!spec.mig_enabled || spec.mig_strategy != MigStrategy::mixed || spec.gpu_model == none<GpuModelId>())
      continue;
    const MigGeometry& geometry = cluster.models[spec.gpu_model].mig;
    if (spec.repartition_on_demand) {
      for (const MigProfile& profile : geometry.profiles) offered.insert(profile.name);
    }
    for (const MigInstance& instance : spec.mig_layout)
      offered.insert(geometry.profiles[instance.profile].name);
  }
  if (offered.empty()) return "no node offers MIG instances";
  const std::vector<std::string> known(offered.begin(), offered.end());
  for (const workload::MigRequest& wanted : request.mig) {
    if (offered.count(wanted.profile) == 0)
      return "no node offers the MIG profile " + quoted(wanted.profile) + nearest_of(wanted.profile, known);
  }
  return std::nullopt;
}

}  // namespace

namespace {

// The name and the label together: a text may be short for a bit of each.
std::string both_names(const GpuModel& model) {
  return model.name + " " + model.product_label;
}

// The one name or label that is near by edit distance, unless it is of another family than what the text is short for.
std::optional<std::string> nearest_spelling(const ModelTable& models, std::string_view name) {
  const auto nearest = nearest_name(name, models.names());
  if (!nearest || is_short_for(name, both_names(models[*models.find(*nearest)]))) return nearest;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (is_short_for(name, both_names(models[id_of<GpuModelId>(i)]))) return std::nullopt;
  }
  return nearest;
}

}  // namespace

std::optional<std::string> unknown_model(const ModelTable& models, std::string_view name) {
  if (models.find(name)) return std::nullopt;
  const std::string unknown = "unknown GPU model " + quoted(name);
  if (const auto nearest = nearest_spelling(models, name)) return unknown + did_you_mean({*nearest});
  std::vector<std::string> family;
  constexpr std::size_t most = 8;
  for (const GpuModelId id : nearest_models(models, name)) {
    if (family.size() == most) break;
    const GpuModel& model = models[id];
    family.push_back(quoted(model.name) +
                     (model.product_label == model.name ? "" : " (" + model.product_label + ")"));
  }
  return family.empty() ? unknown : unknown + "; did you mean " + joined_by_or(family) + "?";
}

std::optional<std::string> unknown_profile(const GpuModel& model, std::string_view profile) {
  if (!model.mig.capable()) return "GPU model " + model.name + " cannot be cut into MIG instances";
  if (model.mig.find_profile(profile)) return std::nullopt;
  return "GPU model " + model.name + " has no MIG profile " + quoted(profile) +
         nearest_of(profile, profile_names(model.mig));
}

WrittenLayout read_mig_layout(const GpuModel& model, const std::vector<std::string>& layout) {
  const MigGeometry& geometry = model.mig;
  std::vector<std::uint16_t> profiles;
  std::vector<MigPlacement> placed;
  for (const std::string& text : layout) {
    const WrittenInstance written = split_start(text);
    if (auto problem = unknown_profile(model, written.profile)) return {{}, std::move(problem)};
    profiles.push_back(*geometry.find_profile(written.profile));
    if (!written.start) continue;
    const auto start = slice_number(*written.start);
    if (!start) {
      return {{},
              "the start in " + quoted(text) + " is not a memory slice (expected such as " +
                  quoted(written.profile + "@0") + ")"};
    }
    placed.push_back({profiles.back(), *start});
  }
  if (!placed.empty() && placed.size() < profiles.size())
    return {
        {},
        "the layout " + joined(layout) + " names the start of some instances only (expected all or none)"};
  if (placed.empty()) {
    auto planned = plan_layout(geometry, profiles);
    if (!planned) return {{}, cannot_hold(model, layout, list_problem(geometry, profiles))};
    placed = std::move(*planned);
  } else if (const auto problem = layout_problem(geometry, placed)) {
    return {{}, cannot_hold(model, layout, *problem)};
  }
  WrittenLayout result;
  for (const MigPlacement placement : placed)
    result.instances.push_back({0, placement.start, placement.profile, false});
  std::sort(result.instances.begin(), result.instances.end(),
            [](const MigInstance& a, const MigInstance& b) { return a.start < b.start; });
  return result;
}

std::vector<MigInstance> layout_for(std::int32_t gpus, const std::vector<MigInstance>& of_one) {
  std::vector<MigInstance> all;
  for (std::int32_t device = 0; device < gpus; ++device) {
    for (MigInstance instance : of_one) {
      instance.device = static_cast<std::uint8_t>(device);
      all.push_back(instance);
    }
  }
  return all;
}

std::optional<std::string> request_problem(const Cluster& cluster, const std::vector<NodeId>& nodes,
                                           const GpuRequest& request) {
  switch (request.kind) {
    case GpuRequestKind::none:
      return std::nullopt;
    case GpuRequestKind::whole:
    case GpuRequestKind::fraction:
      return too_many_devices(cluster, nodes, request.devices);
    case GpuRequestKind::memory: {
      auto problem = too_many_devices(cluster, nodes, request.devices);
      return problem ? problem : too_much_memory(cluster, nodes, request.memory);
    }
    case GpuRequestKind::mig:
      return no_such_instances(cluster, nodes, request);
  }
  return std::nullopt;
}

}  // namespace berth::cluster
