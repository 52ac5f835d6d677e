#include "sim/policy/kai/nodes/pod_affinity.hpp"

#include <algorithm>
#include <map>

#include "berth/cluster/labels.hpp"

namespace berth::policy::kai {

namespace {

// Calls `visit(pod shape, labels of its node)` for each pod that uses a node.
template <class Visit>
void each_placed(const Session& session, Visit visit) {
  for (const TaskInfo& task : session.tasks) {
    if (task.node == none<NodeIx>() || !active_used(task.status)) continue;
    const workload::PodShape* pod = session.shapes[task.shape].source;
    if (pod != nullptr) visit(*pod, session.nodes[task.node].spec->labels);
  }
}

// Towards an affinity term only pods count that match all affinity terms of the pod.
bool matches_all_affinity(const workload::PodShape& pod, const workload::PodShape& other) {
  return std::all_of(pod.pod_affinity.begin(), pod.pod_affinity.end(),
                     [&](const auto& term) { return term.anti || term_matches(term, other); });
}

}  // namespace

bool term_matches(const workload::PodAffinityTerm& term, const workload::PodShape& pod) {
  return std::all_of(term.labels.begin(), term.labels.end(), [&](const auto& wanted) {
    return std::find(pod.labels.begin(), pod.labels.end(), wanted) != pod.labels.end();
  });
}

InterPodAffinity::InterPodAffinity(const Session& session, const workload::PodShape& pod) {
  for (const workload::PodAffinityTerm& term : pod.pod_affinity) {
    (term.anti ? anti_affinity_ : affinity_).push_back({&term, {}});
  }
  matches_itself_ = !affinity_.empty() && matches_all_affinity(pod, pod);
  each_placed(session, [&](const workload::PodShape& other, const cluster::Labels& there) {
    if (!affinity_.empty() && matches_all_affinity(pod, other)) {
      for (Term& wanted : affinity_) {
        const std::string* value = cluster::find_label(there, wanted.term->topology_key);
        if (value != nullptr) wanted.domains.insert(*value);
      }
    }
    for (Term& unwanted : anti_affinity_) {
      if (!term_matches(*unwanted.term, other)) continue;
      const std::string* value = cluster::find_label(there, unwanted.term->topology_key);
      if (value != nullptr) unwanted.domains.insert(*value);
    }
    for (const workload::PodAffinityTerm& term : other.pod_affinity) {
      if (!term.anti || !term_matches(term, pod)) continue;
      const std::string* value = cluster::find_label(there, term.topology_key);
      if (value != nullptr) opposed_.emplace(term.topology_key, *value);
    }
  });
  idle_ = affinity_.empty() && anti_affinity_.empty() && opposed_.empty();
}

NodeRefusal InterPodAffinity::refusal(const cluster::NodeSpec& node) const {
  if (idle_) return NodeRefusal::none;
  bool all_found = true;
  bool any_found = false;
  for (const Term& wanted : affinity_) {
    const std::string* value = cluster::find_label(node.labels, wanted.term->topology_key);
    if (value == nullptr) return NodeRefusal::pod_affinity;
    all_found = all_found && wanted.domains.count(*value) > 0;
    any_found = any_found || !wanted.domains.empty();
  }
  // The first of pods that want each other finds none anywhere, and may start the group.
  if (!all_found && (any_found || !matches_itself_)) return NodeRefusal::pod_affinity;
  for (const Term& unwanted : anti_affinity_) {
    const std::string* value = cluster::find_label(node.labels, unwanted.term->topology_key);
    if (value != nullptr && unwanted.domains.count(*value) > 0) return NodeRefusal::pod_anti_affinity;
  }
  for (const auto& [key, closed] : opposed_) {
    const std::string* value = cluster::find_label(node.labels, key);
    if (value != nullptr && *value == closed) return NodeRefusal::existing_anti_affinity;
  }
  return NodeRefusal::none;
}

std::vector<double> pod_affinity_scores(const Session& session, TaskIx task, const NodeList& candidates) {
  const workload::PodShape* pod = session.shape_of(task).source;
  if (pod == nullptr || candidates.empty()) return {};
  // Nobody in the session wants to be near anybody: the common case.
  const bool wanted = std::any_of(session.shapes.begin(), session.shapes.end(), [](const Shape& shape) {
    return shape.source != nullptr &&
           std::any_of(shape.source->pod_affinity.begin(), shape.source->pod_affinity.end(),
                       [](const auto& term) { return !term.anti; });
  });
  if (!wanted) return {};
  std::map<std::pair<std::string_view, std::string_view>, int>
      wanted_in;  // (key, value): placed pods that want it
  each_placed(session, [&](const workload::PodShape& other, const cluster::Labels& there) {
    for (const workload::PodAffinityTerm& term : other.pod_affinity) {
      if (term.anti || !term_matches(term, *pod)) continue;
      const std::string* value = cluster::find_label(there, term.topology_key);
      if (value != nullptr) ++wanted_in[{term.topology_key, *value}];
    }
  });
  if (wanted_in.empty()) return {};
  std::vector<double> counts(session.nodes.size(), 0);
  for (const NodeIx node : candidates) {
    for (const auto& [domain, count] : wanted_in) {
      const std::string* value = cluster::find_label(session.nodes[node].spec->labels, domain.first);
      if (value != nullptr && *value == domain.second) counts[index_of(node)] += count;
    }
  }
  double least = counts[index_of(candidates.front())];
  double most = least;
  for (const NodeIx node : candidates) {
    least = std::min(least, counts[index_of(node)]);
    most = std::max(most, counts[index_of(node)]);
  }
  if (least == most) return {};
  for (const NodeIx node : candidates) {
    double& count = counts[index_of(node)];
    const double scaled = 100 * ((count - least) / (most - least));
    count = static_cast<double>(static_cast<std::int64_t>(scaled));  // Kubernetes cuts the fraction off
  }
  return counts;
}

}  // namespace berth::policy::kai
