// Words of a policy case that name one of a few choices. Each throws Fault (case_json.hpp) for any other word.
#pragma once

#include <string>

#include "berth/cluster/cluster.hpp"
#include "berth/workload/spec.hpp"
#include "sim/cases/case_json.hpp"

namespace berth::scenario::case_json {

inline cluster::MigStrategy strategy(const std::string& name, const std::string& where) {
  if (name.empty() || name == "none") return cluster::MigStrategy::none;
  if (name == "single") return cluster::MigStrategy::single;
  if (name == "mixed") return cluster::MigStrategy::mixed;
  fault(where + ".mig_strategy must be none, single or mixed, not '" + name + "'");
}

inline cluster::Packing packing(const json& pool, const char* key) {
  const std::string name = text(pool, key, "node_pools", "binpack");
  if (name == "binpack") return cluster::Packing::binpack;
  if (name == "spread") return cluster::Packing::spread;
  fault("node_pools." + std::string(key) + " must be binpack or spread, not '" + name + "'");
}

inline workload::Preemptibility preemptibility(const std::string& name, const std::string& where) {
  if (name.empty()) return workload::Preemptibility::by_priority;
  if (name == "preemptible") return workload::Preemptibility::preemptible;
  if (name == "non-preemptible") return workload::Preemptibility::non_preemptible;
  fault(where + ".preemptibility must be preemptible or non-preemptible, not '" + name + "'");
}

inline workload::Kind kind_named(const std::string& name, const std::string& where) {
  if (name == "training") return workload::Kind::training;
  if (name == "workspace") return workload::Kind::workspace;
  if (name == "distributed") return workload::Kind::distributed;
  if (name == "inference") return workload::Kind::inference;
  fault(where + ": unknown kind '" + name + "'" +
        nearest(name, {"training", "workspace", "distributed", "inference"}));
}

}  // namespace berth::scenario::case_json
