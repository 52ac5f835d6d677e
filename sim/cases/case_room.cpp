#include <map>

#include "berth/cluster/gpu_amounts.hpp"
#include "sim/cases/case_parts.hpp"

namespace berth::scenario::case_json {

std::string lack_of_room(const PolicyCase& c) {
  struct Taken {
    std::int64_t cpu = 0, memory = 0;
    std::int64_t gpu_milli = 0, gpu_mebibytes = 0;  // both books: a case is of a run under either
    std::map<std::string, std::int64_t> mig;
  };
  IdVector<NodeId, Taken> taken(c.cluster.nodes.size());
  for (std::size_t i = 0; i < c.workloads.pods.size(); ++i) {
    const PodId id = id_of<PodId>(i);
    const workload::Pod& pod = c.workloads.pods[id];
    if (!holds_devices(pod.status)) continue;
    const workload::PodShape& shape = c.workloads.shape_of(pod);
    const cluster::NodeSpec& node = c.cluster.nodes[pod.node];
    Taken& t = taken[pod.node];
    t.cpu += shape.cpu.value;
    t.memory += shape.memory.value;
    std::string lacks;
    if (t.cpu > node.cpu.value) lacks = "CPU";
    if (t.memory > node.memory.value) lacks = "memory";
    if (shape.gpu.kind == workload::GpuRequestKind::mig) {
      for (const workload::MigRequest& m : shape.gpu.mig) {
        std::int64_t has = 0;
        for (const auto& [profile, count] : node.mig_advertised) has += profile == m.profile ? count : 0;
        if ((t.mig[m.profile] += m.count) > has) lacks = "MIG instances " + m.profile;
      }
    } else if (!shape.legacy_mig) {
      const workload::GpuRequest& gpu = shape.gpu;
      const bool memory = gpu.kind == workload::GpuRequestKind::memory;
      const bool known = node.gpu_memory >= mebibytes(100);
      t.gpu_milli += memory && known
                         ? cluster::portion_of_memory(gpu.memory, node.gpu_memory).value * gpu.devices
                         : gpu.quota_amount().value;
      const std::int64_t device = cluster::book_mebibytes(node);
      t.gpu_mebibytes += gpu.devices * (gpu.kind == workload::GpuRequestKind::whole ? device
                                        : gpu.kind == workload::GpuRequestKind::none || (memory && !known)
                                            ? 0
                                            : cluster::mebibytes_of_share(node, gpu));
      const std::int64_t gpus = node.mig_strategy == cluster::MigStrategy::mixed ? 0 : node.gpus;
      if (t.gpu_milli > gpus * 1000 && t.gpu_mebibytes > gpus * device) lacks = "GPUs";
    }
    if (!lacks.empty()) {
      return "task '" + c.pod_names[id] + "' lies on node '" + node.name +
             "', which lacks the room for it: " + lacks;
    }
  }
  return {};
}

}  // namespace berth::scenario::case_json
