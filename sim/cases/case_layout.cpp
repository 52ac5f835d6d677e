#include <algorithm>
#include <array>
#include <optional>

#include "sim/cases/case_json.hpp"
#include "sim/cases/case_parts.hpp"

namespace berth::scenario::case_json {

void read_mig_layout(const json& n, const cluster::ModelTable& models, cluster::NodeSpec& spec,
                     const std::string& where) {
  std::array<std::uint64_t, cluster::max_devices_per_node> taken{};  // memory slices of each device
  for (const json& i : list(n, "mig_layout", where)) {
    only_keys(i, where + ".mig_layout", {"profile", "device", "start"});
    const std::string name = text(i, "profile", where + ".mig_layout");
    const auto profile =
        spec.gpu_model == none<GpuModelId>() ? std::nullopt : models[spec.gpu_model].mig.find_profile(name);
    if (!profile) fault(where + ".mig_layout: the node's GPU model has no profile '" + name + "'");
    const cluster::MigProfile& found = models[spec.gpu_model].mig.profiles[*profile];
    const auto& allowed = found.starts;
    const std::int64_t start = whole(i, "start", where + ".mig_layout", 0, 0);
    if (std::find(allowed.begin(), allowed.end(), start) == allowed.end())
      fault(where + ".mig_layout: '" + name + "' does not start at " + std::to_string(start));
    const std::uint64_t slices = ((std::uint64_t{1} << found.memory_slices) - 1) << start;
    const std::int64_t device = whole(i, "device", where + ".mig_layout", 0, 0);
    if (device >= std::min<std::int64_t>(spec.gpus, cluster::max_devices_per_node))
      fault(where + ".mig_layout: the node has no device " + std::to_string(device));
    std::uint64_t& there = taken[static_cast<std::size_t>(device)];
    if ((there & slices) != 0) fault(where + ".mig_layout: instances overlap at " + std::to_string(start));
    there |= slices;
    cluster::MigInstance instance;
    instance.device = static_cast<std::uint8_t>(device);
    instance.start = static_cast<std::uint8_t>(start);
    instance.profile = *profile;
    spec.mig_layout.push_back(instance);
  }
}

}  // namespace berth::scenario::case_json
