// Constraint signatures: after a failure, jobs with the same constraints are skipped unless they are easier
// (kai-semantics.md 4, 9.7).
#pragma once

#include <string>
#include <vector>

#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// What one pod asks of a node, its resources apart.
struct PodConstraints {
  std::vector<std::string> storage;
  std::vector<workload::NodeRequirement> node_requirements;  // node selector and node affinity
  std::vector<std::string> gpu_models;
  std::vector<workload::PodAffinityTerm> pod_affinity;
  std::vector<workload::Toleration> tolerations;
  std::vector<std::string> spread_constraints;
  std::vector<std::string> host_ports;
  std::string priority_class;
  std::int32_t priority = 0;
};

// Equal constraints, equal text. Opaque; only compared. Empty: nothing of it is waiting.
using Signature = std::string;
Signature signature_of(const PodConstraints& pod);
// The constraints of its pods that are not active-allocated, with their number, and of its sub-groups.
Signature signature_of(const Session& session, JobIx job);

// A task as the comparison sees it.
struct ComparedTask {
  bool pending = true;
  const Shape* shape = nullptr;
};
std::vector<ComparedTask> compared_tasks(const Session& session, JobIx job);

// Is `job` worth an attempt although `failed`, of the same signature, has failed?
bool easier_than(std::vector<ComparedTask> failed, std::vector<ComparedTask> job);
// Does `job`, which failed too, take the place of the representative `failed`?
bool representative_replaced(std::vector<ComparedTask> failed, std::vector<ComparedTask> job);

}  // namespace berth::policy::kai
