#include "sim/records/words/spread.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/cluster/interconnect.hpp"
#include "sim/cluster/topology.hpp"

namespace berth::records {

namespace {

// "75%", "97.5%".
std::string percent(std::int32_t milli) {
  return std::to_string(milli / 10) + (milli % 10 == 0 ? "" : "." + std::to_string(milli % 10)) + "%";
}

std::string levels_text(const View& view, const workload::Workload& workload,
                        const std::vector<NodeId>& nodes) {
  const cluster::Topology* topology =
      cluster::find_topology(view.cluster, workload.spec.sub_groups.front().topology.topology);
  if (topology == nullptr || topology->levels.empty()) return {};
  const int levels = static_cast<int>(topology->levels.size());
  const int apart = cluster::gang_distance(*topology, view.cluster.nodes, nodes);
  if (apart == 0) return {};
  if (apart == 1) return "  its pods are in one " + topology->levels.back() + "\n";
  std::string text = "  its pods span " + topology->levels[static_cast<std::size_t>(levels + 1 - apart)];
  const std::int32_t speed = cluster::gang_speed(apart, levels, workload.spec.topology_slowdown_milli);
  if (speed != 1000) text += ", so it runs at " + percent(speed) + " of its speed";
  return text + "\n";
}

// The pod's devices by NVLink domain; empty when there are fewer than two domains, or no NVLink at all.
std::string nvlink_text(const View& view, const workload::Pod& pod) {
  const cluster::NodeSpec& spec = view.cluster.nodes[pod.node];
  if (cluster::device_count(pod.devices.devices) < 2 || spec.gpu_model == none<GpuModelId>() ||
      view.cluster.models[spec.gpu_model].nvlink_domain_gpus < 2)
    return {};
  cluster::Cluster alone;  // one node is enough for the links inside it
  alone.models = view.cluster.models;
  alone.pools.push_back({});
  cluster::NodeSpec copy = spec;
  copy.pool = PoolId{0};
  const NodeId node = alone.add_node(std::move(copy));
  const cluster::Interconnect links(alone, nullptr, "");
  std::vector<std::pair<int, std::string>> domains;
  for (cluster::DeviceSet rest = pod.devices.devices; rest != 0; rest &= rest - 1) {
    const int device = cluster::lowest_device(rest);
    const int domain = links.nvlink_domain_of(node)[static_cast<std::size_t>(device)];
    if (domains.empty() || domains.back().first != domain) domains.emplace_back(domain, "");
    domains.back().second += (domains.back().second.empty() ? "" : " ") + std::to_string(device);
  }
  if (domains.size() < 2) return {};
  std::string text = "  the GPUs of pod " + std::to_string(pod.index) + " are in " +
                     std::to_string(domains.size()) + " NVLink domains: ";
  for (std::size_t i = 0; i < domains.size(); ++i) text += (i > 0 ? " | " : "") + domains[i].second;
  return text + "\n";
}

}  // namespace

std::string spread_text(const View& view, const workload::Workload& workload) {
  std::vector<NodeId> nodes;
  std::string links;
  for (const PodId id : workload.pods) {
    const workload::Pod& pod = view.workloads.pods[id];
    if (!workload::holds_devices(pod.status)) continue;
    nodes.push_back(pod.node);
    links += nvlink_text(view, pod);
  }
  return levels_text(view, workload, nodes) + links;
}

}  // namespace berth::records
