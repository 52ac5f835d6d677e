// What may be wrong with GPUs that a user names, as sentences for a diagnostic: no place, no full stop, the offending
// value in quotes, what was expected, the nearest valid name. Each gives nothing when all is well.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/workload/request.hpp"

namespace berth::cluster {

// "unknown GPU model 'H100-SXM5-80G'; did you mean 'H100-SXM5-80GB'?", or the family:
// "unknown GPU model 'L40X'; did you mean 'L40' (NVIDIA-L40) or 'L40S' (NVIDIA-L40S)?"
std::optional<std::string> unknown_model(const ModelTable& models, std::string_view name);
// "GPU model H100-SXM5-80GB has no MIG profile '3g.41gb'; did you mean '3g.40gb'?", or that it has no MIG at all.
std::optional<std::string> unknown_profile(const GpuModel& model, std::string_view profile);

// A MIG layout as written: profiles, each alone ("3g.40gb": the start rule places it) or with its first memory slice
// ("3g.40gb@4"; then all of them must have one). `instances` are of device 0, ascending by start.
struct WrittenLayout {
  std::vector<MigInstance> instances;
  std::optional<std::string> problem;
};
// Never fails silently: either a layout that hardware accepts, or the problem, such as
// "GPU model H100-SXM5-80GB cannot hold the layout 4g.40gb, 4g.40gb: 4g.40gb, which starts at memory slice 0, collides
// with 4g.40gb at slices 0-3".
WrittenLayout read_mig_layout(const GpuModel& model, const std::vector<std::string>& layout);
// Instances of one device laid on each of `gpus` devices: NodeSpec::mig_layout.
std::vector<MigInstance> layout_for(std::int32_t gpus, const std::vector<MigInstance>& of_one);

// Could any node among `nodes` (nonempty) hold the request when empty, by its GPUs alone? Otherwise why none can:
//   "no node has 16 GPUs; the largest has 8"
//   "no GPU has 96Gi of memory; the largest has 81559Mi" (or that the memory of the GPUs is not known)
//   "no node offers the MIG profile '3g.41gb'; did you mean '3g.40gb'?"
std::optional<std::string> request_problem(const Cluster& cluster, const std::vector<NodeId>& nodes,
                                           const workload::GpuRequest& request);

}  // namespace berth::cluster
