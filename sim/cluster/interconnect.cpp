#include "sim/cluster/interconnect.hpp"

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/filtered_graph.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace berth::cluster {

namespace {

// Of an eight-GPU board without a switch (SXM2 V100): two fully joined fours, and a link from each GPU to its
// counterpart in the other four. A board of four is the first four.
bool mesh_linked(int a, int b) {
  return a / 4 == b / 4 || a % 4 == b % 4;
}

bool is_mesh(const GpuModel& model) {
  return model.name.rfind("V100-SXM2", 0) == 0;
}

}  // namespace

Interconnect::Interconnect(const Cluster& cluster, const Topology* topology,
                           const std::string& clique_label) {
  devices_.resize(cluster.nodes.size());
  hosts_.resize(cluster.nodes.size());
  domains_.resize(cluster.nodes.size());
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) join_devices(cluster, id_of<NodeId>(i));
  if (!clique_label.empty()) join_cliques(cluster, clique_label);
  join_levels(cluster, topology);
  number_domains();
}

void Interconnect::join_devices(const Cluster& cluster, NodeId id) {
  const NodeSpec& spec = cluster.nodes[id];
  std::vector<Vertex>& devices = devices_[id];
  hosts_[id] = boost::add_vertex(graph_);
  for (int d = 0; d < spec.gpus; ++d) {
    devices.push_back(boost::add_vertex(graph_));
    boost::add_edge(devices.back(), hosts_[id], LinkKind::pcie, graph_);
  }
  if (spec.gpu_model == none<GpuModelId>()) return;
  const GpuModel& model = cluster.models[spec.gpu_model];
  const int group = model.nvlink_domain_gpus;
  if (group < 2) return;
  if (is_mesh(model)) {
    for (int a = 0; a < spec.gpus; ++a) {
      for (int b = a + 1; b < spec.gpus; ++b) {
        if (a / 8 == b / 8 && mesh_linked(a % 8, b % 8))
          boost::add_edge(devices[static_cast<std::size_t>(a)], devices[static_cast<std::size_t>(b)],
                          LinkKind::nvlink, graph_);
      }
    }
    return;
  }
  // A switch (or bridge) for each group of GPUs of the board.
  for (int first = 0; first < spec.gpus; first += group) {
    const Vertex joint = boost::add_vertex(graph_);
    for (int d = first; d < std::min(first + group, spec.gpus); ++d)
      boost::add_edge(devices[static_cast<std::size_t>(d)], joint, LinkKind::nvlink, graph_);
  }
}

void Interconnect::join_cliques(const Cluster& cluster, const std::string& clique_label) {
  std::map<std::string, Vertex> cliques;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const NodeId id = id_of<NodeId>(i);
    const NodeSpec& spec = cluster.nodes[id];
    const std::string* clique = find_label(spec.labels, clique_label);
    if (clique == nullptr || spec.gpu_model == none<GpuModelId>() ||
        cluster.models[spec.gpu_model].nvlink_domain_gpus <= spec.gpus)
      continue;
    auto found = cliques.find(*clique);
    if (found == cliques.end()) found = cliques.emplace(*clique, boost::add_vertex(graph_)).first;
    for (const Vertex device : devices_[id]) boost::add_edge(device, found->second, LinkKind::nvlink, graph_);
  }
}

void Interconnect::join_levels(const Cluster& cluster, const Topology* topology) {
  // A switch for each domain of each level, known by the labels that lead to it; one core above all.
  const Vertex core = boost::add_vertex(graph_);
  std::map<std::vector<std::string>, Vertex> switches;
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const NodeId id = id_of<NodeId>(i);
    Vertex above = core;
    std::vector<std::string> path;
    for (std::size_t level = 0; topology != nullptr && level < topology->levels.size(); ++level) {
      const std::string* label = find_label(cluster.nodes[id].labels, topology->levels[level]);
      if (label == nullptr) break;  // hangs on the narrowest level that it names
      path.push_back(*label);
      const auto found = switches.find(path);
      if (found != switches.end()) {
        above = found->second;
        continue;
      }
      const Vertex made = boost::add_vertex(graph_);
      boost::add_edge(above, made, LinkKind::network, graph_);
      switches.emplace(path, made);
      above = made;
    }
    boost::add_edge(hosts_[id], above, LinkKind::network, graph_);
  }
}

void Interconnect::number_domains() {
  const auto nvlink = [this](const boost::graph_traits<Graph>::edge_descriptor& edge) {
    return graph_[edge] == LinkKind::nvlink;
  };
  const boost::filtered_graph<Graph, std::function<bool(const boost::graph_traits<Graph>::edge_descriptor&)>>
      links(graph_, nvlink);
  std::vector<int> component(boost::num_vertices(graph_));
  boost::connected_components(links, component.data());
  std::map<int, int> number;  // component -> domain, in order of the first GPU
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const NodeId id = id_of<NodeId>(i);
    for (const Vertex device : devices_[id])
      domains_[id].push_back(
          number.emplace(component[device], static_cast<int>(number.size())).first->second);
  }
  domain_count_ = static_cast<int>(number.size());
}

int Interconnect::hops(DeviceRef a, DeviceRef b) const {
  const Vertex from = devices_[a.node][static_cast<std::size_t>(a.device)];
  const Vertex to = devices_[b.node][static_cast<std::size_t>(b.device)];
  std::vector<int> distances(boost::num_vertices(graph_), -1);
  distances[from] = 0;
  boost::breadth_first_search(graph_, from,
                              boost::visitor(boost::make_bfs_visitor(
                                  boost::record_distances(distances.data(), boost::on_tree_edge{}))));
  return distances[to];
}

bool Interconnect::same_nvlink_domain(DeviceRef a, DeviceRef b) const {
  return domains_[a.node][static_cast<std::size_t>(a.device)] ==
         domains_[b.node][static_cast<std::size_t>(b.device)];
}

}  // namespace berth::cluster
