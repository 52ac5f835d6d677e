// The policies and placements that a scenario can name. A new one is a row here and a folder of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "berth/policy/placement.hpp"
#include "berth/policy/policy.hpp"

namespace berth::policy {

struct PolicyEntry {
  const char* name;
  const char* meaning;
  std::vector<Matter> heeds;
  std::unique_ptr<Policy> (*make)(const PolicySpec&);  // throws std::invalid_argument on a bad option
  std::vector<PolicyOption> (*options)();
};
struct PlacementEntry {
  const char* name;
  const char* meaning;
  std::unique_ptr<Placement> (*make)(const PolicySpec&);
};

const std::vector<PolicyEntry>& policy_entries();
const std::vector<PlacementEntry>& placement_entries();

}  // namespace berth::policy
