#include "registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "berth/core/diagnostic.hpp"
#include "berth/policy/study_placement.hpp"
#include "placement/ordered_fit.hpp"
#include "queue/queue_policy.hpp"
#include "sim/policy/kai/policy_options.hpp"

namespace berth::policy {

namespace {

template <QueueDiscipline discipline>
std::unique_ptr<Policy> make_queue_policy(const PolicySpec& spec) {
  return std::make_unique<QueuePolicy>(discipline, make_placement(spec));
}

template <FitOrder order>
std::unique_ptr<Placement> make_ordered_fit(const PolicySpec&) {
  return std::make_unique<OrderedFit>(order);
}

template <StudyScore score>
std::unique_ptr<Placement> make_study(const PolicySpec& spec) {
  return make_study_placement(score, spec);
}

std::vector<PolicyOption> common_options() {
  return {{"order", "batched",
           "the order within an instant: batched, or per-event (every arrival, then every "
           "completion, each followed by a pass)"}};
}

std::vector<PolicyOption> kai_options() {
  std::vector<PolicyOption> all = common_options();
  for (PolicyOption& option : kai::option_table()) all.push_back(std::move(option));
  return all;
}

[[noreturn]] void unknown(const std::string& what, const std::string& name,
                          const std::vector<std::string>& known) {
  std::string message = "unknown " + what + " '" + name + "'";
  message += did_you_mean(nearest_names(name, known));
  throw std::invalid_argument(message);
}

}  // namespace

const std::vector<PolicyEntry>& policy_entries() {
  static const std::vector<PolicyEntry> entries = {
      {"fifo", {Matter::placement, Matter::recuts}, make_queue_policy<QueueDiscipline::fifo>, common_options},
      {"fifo-skip",
       {Matter::placement, Matter::recuts},
       make_queue_policy<QueueDiscipline::fifo_skip>,
       common_options},
      {"kai",
       {Matter::pool_packing, Matter::quotas, Matter::queue_priority, Matter::min_runtime, Matter::priority,
        Matter::preemption, Matter::topology, Matter::pod_affinity},
       kai::make_kai,
       kai_options},
      {"try-once", {Matter::placement}, make_queue_policy<QueueDiscipline::try_once>, common_options},
  };
  return entries;
}

const std::vector<PlacementEntry>& placement_entries() {
  static const std::vector<PlacementEntry> entries = {
      {"first-fit", make_ordered_fit<FitOrder::first>},
      {"best-fit", make_ordered_fit<FitOrder::best>},
      {"worst-fit", make_ordered_fit<FitOrder::worst>},
      {"dot-product", make_study<StudyScore::dot_product>},
      {"study-best-fit", make_study<StudyScore::best_fit>},
      {"gpu-packing", make_study<StudyScore::gpu_packing>},
      {"gpu-clustering", make_study<StudyScore::gpu_clustering>},
      {"fgd", make_study<StudyScore::fgd>},
      {"random", make_study<StudyScore::random>},
  };
  return entries;
}

std::vector<std::string> policy_names() {
  std::vector<std::string> names;
  for (const PolicyEntry& e : policy_entries()) names.emplace_back(e.name);
  return names;
}

std::vector<std::string> placement_names() {
  std::vector<std::string> names;
  for (const PlacementEntry& e : placement_entries()) names.emplace_back(e.name);
  return names;
}

std::vector<PolicyOption> policy_options(std::string_view policy) {
  for (const PolicyEntry& e : policy_entries()) {
    if (policy == e.name) return e.options();
  }
  return {};
}

bool heeds(std::string_view policy, Matter matter) {
  for (const PolicyEntry& e : policy_entries()) {
    if (policy == e.name) return std::find(e.heeds.begin(), e.heeds.end(), matter) != e.heeds.end();
  }
  return false;
}

std::vector<std::string> policies_heeding(Matter matter) {
  std::vector<std::string> names;
  for (const PolicyEntry& e : policy_entries()) {
    if (heeds(e.name, matter)) names.emplace_back(e.name);
  }
  return names;
}

std::unique_ptr<Policy> make_policy(const PolicySpec& spec) {
  for (const PolicyEntry& e : policy_entries()) {
    if (spec.name != e.name) continue;
    std::vector<std::string> known;
    for (const PolicyOption& o : e.options()) known.push_back(o.name);
    for (const auto& [option, value] : spec.options) {
      bool found = false;
      for (const std::string& k : known) found = found || k == option;
      if (!found) unknown("option of policy " + spec.name, option, known);
    }
    return e.make(spec);
  }
  unknown("policy", spec.name, policy_names());
}

std::unique_ptr<Placement> make_placement(const PolicySpec& spec) {
  for (const PlacementEntry& e : placement_entries()) {
    if (spec.placement == e.name) return e.make(spec);
  }
  unknown("placement", spec.placement, placement_names());
}

}  // namespace berth::policy
