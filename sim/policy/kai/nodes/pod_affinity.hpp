// Inter-pod affinity as Kubernetes has it: required terms only, all namespaces alike (Berth's pods have no other).
// Pods that use a node count, those that are being released or only pipelined too.
#pragma once

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/words/node_refusal.hpp"

namespace berth::policy::kai {

// Does the pod carry all labels of the term?
bool term_matches(const workload::PodAffinityTerm& term, const workload::PodShape& pod);

// What one attempt at a pod must know of the placed pods: taken once, at its start, as Kubernetes' pre-filter does.
class InterPodAffinity {
 public:
  InterPodAffinity() = default;
  InterPodAffinity(const Session& session, const workload::PodShape& pod);

  // No placed pod and no term of its own speaks about this pod: every node passes.
  bool idle() const { return idle_; }
  // `none`: the rules allow the node. In Kubernetes' order: the pod's affinity, its anti-affinity, the anti-affinity of
  // the pods already there.
  NodeRefusal refusal(const cluster::NodeSpec& node) const;

 private:
  struct Term {
    const workload::PodAffinityTerm* term = nullptr;
    std::set<std::string_view> domains;  // that hold a matching pod
  };
  bool idle_ = true;
  bool matches_itself_ = false;  // carries the labels that it wants of others
  std::vector<Term> affinity_;
  std::vector<Term> anti_affinity_;
  std::set<std::pair<std::string_view, std::string_view>> opposed_;  // (key, value) of domains closed to it
};

// The score of the podaffinity plugin before its weight, 0 .. 100 by node: how many placed pods require pods like this
// one in the node's domain, scaled between the least and the most of the candidates. Empty: all 0.
std::vector<double> pod_affinity_scores(const Session& session, TaskIx task, const NodeList& candidates);

}  // namespace berth::policy::kai
