#include "sim/policy/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "berth/core/diagnostic.hpp"
#include "sim/core/text.hpp"
#include "sim/policy/kai/policy_options.hpp"
#include "sim/policy/placement/ordered_fit.hpp"
#include "sim/policy/queue/queue_policy.hpp"
#include "sim/policy/study_placement.hpp"
#include "sim/policy/wrong_option.hpp"

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

// Names of the published format that this version lacks.
const std::vector<std::string_view>& missing_policies() {
  static const std::vector<std::string_view> names = {
      "sjf", "sjf-strict", "easy", "easy-sjbf", "conservative", "srtf", "srsf", "las-time", "las-gpu", "drf"};
  return names;
}

// "; expected a, b or c"; nothing when they are too many to read.
std::string expected(const std::vector<std::string>& names) {
  constexpr std::size_t most = 24;
  if (names.size() > most) return "";
  return "; expected " + joined_by_or(names);
}

WrongChoice wrong(const std::string& what, std::string_view name, const std::vector<std::string>& known,
                  const std::vector<std::string_view>& missing) {
  if (std::find(missing.begin(), missing.end(), name) != missing.end())
    return {true, what + " " + quoted(name) + " is not supported by this version" + expected(known)};
  const std::vector<std::string> nearest = nearest_names(name, known);
  return {false, "unknown " + what + " " + quoted(name) +
                     (nearest.empty() ? expected(known) : did_you_mean(nearest))};
}

}  // namespace

const std::vector<PolicyEntry>& policy_entries() {
  static const std::vector<PolicyEntry> entries = {
      {"fifo",
       "in order of arrival; whoever does not fit is waited for",
       {Matter::placement, Matter::recuts},
       make_queue_policy<QueueDiscipline::fifo>,
       common_options},
      {"fifo-skip",
       "in order of arrival; whoever does not fit is passed over",
       {Matter::placement, Matter::recuts},
       make_queue_policy<QueueDiscipline::fifo_skip>,
       common_options},
      {"kai",
       "as KAI-Scheduler decides: fair shares, gangs, topology, reclaim, preemption, consolidation",
       {Matter::pool_packing, Matter::quotas, Matter::queue_priority, Matter::min_runtime, Matter::priority,
        Matter::preemption, Matter::topology, Matter::pod_affinity, Matter::recuts},
       kai::make_kai,
       kai_options},
      {"try-once",
       "in order of arrival; whoever does not fit is dropped for good",
       {Matter::placement},
       make_queue_policy<QueueDiscipline::try_once>,
       common_options},
  };
  return entries;
}

const std::vector<PlacementEntry>& placement_entries() {
  static const std::vector<PlacementEntry> entries = {
      {"first-fit", "the node with the lowest number", make_ordered_fit<FitOrder::first>},
      {"best-fit", "least GPU left after placing, then least CPU", make_ordered_fit<FitOrder::best>},
      {"worst-fit", "most GPU left after placing, then most CPU", make_ordered_fit<FitOrder::worst>},
      {"dot-product", "a placement study's: what is asked for points the way that is free",
       make_study<StudyScore::dot_product>},
      {"study-best-fit", "a placement study's: least CPU and GPU left, by weights",
       make_study<StudyScore::best_fit>},
      {"gpu-packing", "a placement study's: shared devices first, then used nodes",
       make_study<StudyScore::gpu_packing>},
      {"gpu-clustering", "a placement study's: nodes that hold pods of the same size",
       make_study<StudyScore::gpu_clustering>},
      {"fgd", "a placement study's: least new fragmentation of GPUs", make_study<StudyScore::fgd>},
      {"random", "any node that fits, by the seed", make_study<StudyScore::random>},
  };
  return entries;
}

std::vector<PolicyChoice> policy_choices() {
  std::vector<PolicyChoice> all;
  for (const PolicyEntry& e : policy_entries()) all.push_back({e.name, e.meaning});
  return all;
}

std::vector<PolicyChoice> placement_choices() {
  std::vector<PolicyChoice> all;
  for (const PlacementEntry& e : placement_entries()) all.push_back({e.name, e.meaning});
  return all;
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

WrongChoice wrong_policy(std::string_view name) {
  return wrong("policy", name, policy_names(), missing_policies());
}

WrongChoice wrong_placement(std::string_view name) {
  return wrong("placement", name, placement_names(), {});
}

std::string wrong_option(std::string_view policy, std::string_view option) {
  const auto names_of = [](std::string_view of) {
    std::vector<std::string> names;
    for (const PolicyOption& o : policy_options(of)) names.push_back(o.name);
    return names;
  };
  std::vector<std::string> others;
  for (const std::string& other : policy_names()) {
    const std::vector<std::string> theirs = names_of(other);
    if (std::find(theirs.begin(), theirs.end(), option) != theirs.end()) others.push_back(other);
  }
  const std::string noun = "option of policy " + std::string(policy);
  if (others.empty()) return wrong(noun, option, names_of(policy), {}).sentence;
  return "unknown " + noun + " " + quoted(option) + "; it is one of policy " + joined_by_or(others);
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
      if (!found) throw std::invalid_argument(wrong_option(spec.name, option));
    }
    return e.make(spec);
  }
  throw std::invalid_argument(wrong_policy(spec.name).sentence);
}

std::unique_ptr<Placement> make_placement(const PolicySpec& spec) {
  for (const PlacementEntry& e : placement_entries()) {
    if (spec.placement == e.name) return e.make(spec);
  }
  throw std::invalid_argument(wrong_placement(spec.placement).sentence);
}

}  // namespace berth::policy
