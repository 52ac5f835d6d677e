#include "sim/scenario/keys/heeded.hpp"

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "berth/core/diagnostic.hpp"
#include "berth/core/invariant.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {

namespace {

using policy::Matter;

struct Row {
  std::string_view key;
  Heeded heeded = Heeded::always;
  Matter matter{};

  Row(const char* name) : key(name) {}  // NOLINT: a key that is always heeded is its name alone
  Row(const char* name, Heeded how) : key(name), heeded(how) {}
  Row(const char* name, Matter of) : key(name), heeded(Heeded::by_matter), matter(of) {}
};

constexpr Heeded refused = Heeded::refused;

class Table {
 public:
  void add(std::string_view noun, std::initializer_list<Row> rows) {
    for (const Row& row : rows) all.push_back({noun, row.key, row.heeded, row.matter});
  }
  std::vector<HeededKey> all;
};

void add_cluster(Table& t) {
  t.add("clock", {"start", "zone", "duration", "until"});
  t.add("cluster",
        {"name", "topology", "gpu_models", "node_pools", {"currency", refused}, {"network", refused}});
  t.add("a GPU model", {"name", "product_label", "memory", "nvlink_domain_gpus", "gpus_per_node", "mig"});
  t.add("mig of a model", {"geometry", "compute_slices", "memory_slices", "profiles"});
  t.add("a MIG profile", {"name", "compute_slices", "memory_slices", "max_instances", "starts", "memory"});
  t.add("a node pool", {"name",
                        "nodes",
                        {"placement", Matter::pool_packing},
                        "changes",
                        {"spot", refused},
                        {"price", refused},
                        {"min_guaranteed_runtime", refused},
                        {"autoscaling", refused}});
  t.add("placement", {{"gpu", Matter::pool_packing}, {"cpu", Matter::pool_packing}});
  t.add("a change", {"at", "group", "add", "remove"});
  t.add("a node group", {"name",
                         "count",
                         "gpus",
                         "cpu",
                         "memory",
                         "max_pods",
                         "labels",
                         "taints",
                         "mig",
                         {"price", refused},
                         {"spot", refused}});
  t.add("gpus", {"model", "count"});
  t.add("mig", {"strategy", "layout", {"repartition", Matter::recuts}});
  t.add("a taint", {"key", "value", "effect"});
}

void add_organization(Table& t) {
  t.add("organization", {"departments"});
  t.add("a department", {"name",
                         "quota",
                         {"priority", Matter::queue_priority},
                         {"min_runtime", Matter::min_runtime},
                         "projects",
                         "departments"});
  t.add("a project", {"name",
                      "quota",
                      "node_pools",
                      {"priority", Matter::queue_priority},
                      {"min_runtime", Matter::min_runtime},
                      {"time_limits", refused},
                      {"scheduling_rules", refused}});
  // GPU quotas name a project's node pools and stand in metrics and telemetry, whatever the policy does with them.
  t.add("a quota", {"gpu",
                    {"cpu", Matter::quotas},
                    {"memory", Matter::quotas},
                    {"limit", Matter::quotas},
                    {"over_quota_weight", Matter::quotas}});
  t.add("limit", {{"gpu", Matter::quotas}, {"cpu", Matter::quotas}, {"memory", Matter::quotas}});
  t.add("over_quota_weight", {{"gpu", Matter::quotas}, {"cpu", Matter::quotas}, {"memory", Matter::quotas}});
  t.add("min_runtime", {{"preempt", Matter::min_runtime}, {"reclaim", Matter::min_runtime}});
}

// What listed workloads and generators share.
void add_common(Table& t, std::string_view noun) {
  t.add(noun, {"pods",
               "cpu",
               "memory",
               "gang",
               "master",
               "sub_groups",
               {"priority", Matter::priority},
               {"preemptible", Matter::preemption},
               "node_pools",
               "gpu_models",
               "node_selector",
               "node_affinity",
               "tolerations",
               {"labels", Matter::pod_affinity},
               {"pod_affinity", Matter::pod_affinity},
               "checkpoint",
               "image_pull",
               "creation_delay",
               "termination_grace",
               "backoff_limit",
               "delete_after",
               "speed",
               "topology_slowdown",
               "idle",
               {"terminate_after_preemption", Matter::preemption},
               "framework",
               "submitted_by",
               "image",
               {"replicas", refused},
               {"load", refused},
               {"utilization", refused},
               {"time_limit", refused}});
}

void add_workloads(Table& t) {
  t.add("defaults",
        {"image_pull", "creation_delay", "termination_grace", {"repartition", Matter::recuts}, "checkpoint"});
  t.add("checkpoint", {"every", "cost", "restart"});
  t.add("a workload", {"name",
                       "kind",
                       "project",
                       "submit",
                       "gpu",
                       "duration",
                       {"estimate", Matter::estimates},
                       "outcome",
                       "after"});
  add_common(t, "a workload");
  t.add("a pod", {"gpu", "cpu", "memory"});
  t.add("gpu", {"fraction", "memory", "mig", "devices", "limit"});
  t.add("gang", {"min_pods", "max_pods", {"topology", Matter::topology}});
  t.add("topology",
        {{"topology", Matter::topology}, {"required", Matter::topology}, {"preferred", Matter::topology}});
  t.add("a sub-group",
        {"name", "pods", "min_pods", "pod", "role", {"topology", Matter::topology}, "sub_groups"});
  t.add("a node affinity", {"key", "operator", "values"});
  t.add("a toleration", {"key", "operator", "value", "effect"});
  t.add("a pod affinity", {{"anti", Matter::pod_affinity},
                           {"labels", Matter::pod_affinity},
                           {"topology_key", Matter::pod_affinity}});
  t.add("a generator", {"name",
                        "kind",
                        "project",
                        "arrivals",
                        "gpu",
                        "duration",
                        {"estimate_factor", Matter::estimates},
                        "outcome"});
  add_common(t, "a generator");
  t.add("arrivals", {"per_hour", "by_hour", "weekend", "from", "until", "count"});
  t.add("a number of pods", {"lognormal", "exponential", "choice"});
  t.add("a duration", {"lognormal", "exponential", "choice"});
  t.add("lognormal", {"median", "p95"});
  t.add("exponential", {"mean"});
}

void add_rest(Table& t) {
  t.add("the scenario", {"version",
                         "include",
                         "name",
                         "seed",
                         "clock",
                         "cluster",
                         "organization",
                         "policy",
                         "defaults",
                         "workloads",
                         "generators",
                         "trace",
                         "events",
                         "expect",
                         {"failures", refused},
                         {"maintenance", refused},
                         {"sweep", refused},
                         {"study", refused},
                         {"targets", refused}});
  t.add("policy", {"name",
                   {"placement", Matter::placement},
                   "cycle",
                   "options",
                   {"latency", refused},
                   {"by_pool", refused}});
  t.add("trace",
        {"format", "nodes", "workloads", "typical", "arrival_scale", "project", "max_pods", "sha256"});
  t.add("sha256", {"nodes", "workloads", "typical"});
  t.add("an event", {"at",
                     "suspend",
                     "resume",
                     "delete",
                     "cordon",
                     "uncordon",
                     "node_down",
                     "node_up",
                     {"quota", Matter::quotas},
                     {"drain", refused},
                     {"scale", refused},
                     {"price", refused}});
  t.add("an expectation",
        {"workload", "phase", "preemptions", "node", "by", "at", "metric", "at_most", "at_least", "equals"});
}

}  // namespace

const std::vector<HeededKey>& heeded_keys() {
  static const std::vector<HeededKey> all = [] {
    Table table;
    add_cluster(table);
    add_organization(table);
    add_workloads(table);
    add_rest(table);
    return std::move(table.all);
  }();
  return all;
}

const HeededKey& heeded_key(std::string_view noun, std::string_view key) {
  const auto& all = heeded_keys();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const HeededKey& row) { return row.noun == noun && row.key == key; });
  BERTH_INVARIANT(found != all.end(), "every key says which policies heed it (heeded.cpp): '" +
                                          std::string(key) + "' in " + std::string(noun));
  return *found;
}

std::string not_heeded(const HeededKey& key, std::string_view policy) {
  const std::vector<std::string> others = policy::policies_heeding(key.matter);
  const std::string what = quoted(key.key) + " in " + std::string(key.noun);
  std::string text;
  if (others.empty()) {
    text = "no policy of this version heeds " + what;
  } else {
    text = "policy " + std::string(policy) + " does not heed " + what + "; ";
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (i > 0) text += i + 1 == others.size() ? " and " : ", ";
      text += others[i];
    }
    text += others.size() == 1 ? " does" : " do";
  }
  return text;
}

}  // namespace berth::scenario
