// Rules of the organisation and the policy: names, quotas spelled out for every pool, options that the policy has.
#include <algorithm>
#include <stdexcept>

#include "berth/policy/policy.hpp"
#include "sim/core/text.hpp"
#include "sim/policy/wrong_option.hpp"
#include "sim/scenario/checks/checker.hpp"

namespace berth::scenario {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The resolved quota as a spec in which everything is said.
QuotaSpec spelled_out(const QuotaSpec& said) {
  using organization::Resource;
  const organization::Quota q = said.resolved();
  QuotaSpec all;
  all.gpu = organization::at(q.quota, Resource::gpu);
  all.cpu = organization::at(q.quota, Resource::cpu);
  all.memory = organization::at(q.quota, Resource::memory);
  all.gpu_limit = organization::at(q.limit, Resource::gpu);
  all.cpu_limit = organization::at(q.limit, Resource::cpu);
  all.memory_limit = organization::at(q.limit, Resource::memory);
  all.gpu_weight = q.over_quota_weight[static_cast<std::size_t>(Resource::gpu)];
  all.cpu_weight = q.over_quota_weight[static_cast<std::size_t>(Resource::cpu)];
  all.memory_weight = q.over_quota_weight[static_cast<std::size_t>(Resource::memory)];
  return all;
}

bool has_quota(const organization::Quota& q) {
  using organization::Resource;
  return organization::at(q.quota, Resource::gpu) != 0;
}

}  // namespace

void Checker::organization() {
  OrganizationSpec& organization = scenario_.organization;
  if (scenario_.trace && !scenario_.trace->workloads.path.value.empty() &&
      scenario_.trace->project.value.empty()) {
    scenario_.trace->project = Name(default_queue);
  }
  // What names no project needs one that exists.
  const bool needs_default = organization.departments.empty() ||
                             (scenario_.trace && scenario_.trace->project.value == default_queue);
  if (needs_default) {
    bool there = false;
    for (const DepartmentSpec& d : organization.departments) {
      for (const ProjectSpec& p : d.projects) there = there || p.name.value == default_queue;
    }
    if (!there) {
      const auto same = std::find_if(organization.departments.begin(), organization.departments.end(),
                                     [](const DepartmentSpec& d) { return d.name.value == default_queue; });
      DepartmentSpec& department =
          same != organization.departments.end() ? *same : organization.departments.emplace_back();
      department.name = Name(default_queue);
      department.projects.emplace_back().name = Name(default_queue);
    }
  }
  for (DepartmentSpec& d : organization.departments) department(d, 0);
  if (departments_.size() + projects_.size() > static_cast<std::size_t>(max_queues)) {
    reader_.error(Mark{}, "too-many",
                  "more than " + std::to_string(max_queues) + " departments and projects");
  }
  if (scenario_.trace && !scenario_.trace->project.value.empty()) known_project(scenario_.trace->project);
}

void Checker::department(DepartmentSpec& spec, int depth) {
  const auto [at, fresh] = departments_.try_emplace(spec.name.value, spec.name.mark);
  if (!fresh && !spec.name.value.empty()) {
    reader_.error(spec.name.mark, "duplicate-name",
                  "department " + berth::quoted(spec.name.value) + " stands twice; first in line " +
                      std::to_string(at->second.line));
  }
  quotas(spec.quota);
  for (ProjectSpec& p : spec.projects) project(p);
  for (DepartmentSpec& d : spec.departments) department(d, depth + 1);
}

void Checker::project(ProjectSpec& spec) {
  if (spec.name.value.empty()) return;
  const auto [at, fresh] = projects_.try_emplace(spec.name.value, &spec);
  if (!fresh) {
    reader_.error(spec.name.mark, "duplicate-name",
                  "project " + berth::quoted(spec.name.value) + " stands twice; first in line " +
                      std::to_string(at->second->name.mark.line));
  }
  quotas(spec.quota);
  pool_names(spec.node_pools);
}

// One quota for each pool, everything said.
void Checker::quotas(std::vector<PoolQuota>& said) {
  std::vector<PoolQuota> all;
  const PoolQuota* for_every = nullptr;
  for (const PoolQuota& quota : said) {
    if (quota.pool.value.empty()) for_every = &quota;
  }
  for (const PoolQuota& quota : said) {
    if (!quota.pool.value.empty()) pool_names({quota.pool});
  }
  for (const std::string& pool : pools_) {
    const auto own =
        std::find_if(said.begin(), said.end(), [&](const PoolQuota& q) { return q.pool.value == pool; });
    PoolQuota quota;
    quota.pool = own != said.end() ? own->pool : Name(pool);
    if (own != said.end()) {
      quota.quota = own->quota;
      quota.mark = own->mark;
    } else if (for_every) {
      quota.quota = for_every->quota;
      quota.mark = for_every->mark;
    }
    quota.quota = spelled_out(quota.quota);
    all.push_back(std::move(quota));
  }
  said = std::move(all);
}

void Checker::pool_names(const std::vector<Name>& names) {
  std::set<std::string> seen;
  for (const Name& name : names) {
    if (name.value.empty()) continue;
    if (!has(pools_, name.value)) {
      if (!pools_.empty() && !reader_.is_lost("a node pool"))
        reader_.unknown(name.mark, "node pool", name.value, pools_);
    } else if (!seen.insert(name.value).second) {
      reader_.error(name.mark, "duplicate-name",
                    "node pool " + berth::quoted(name.value) + " stands twice in the list");
    }
  }
}

bool Checker::known_project(const Name& name) {
  if (projects_.count(name.value)) return true;
  if (name.value.empty() || reader_.is_lost("a project")) return false;
  std::vector<std::string> known;
  for (const auto& [project, spec] : projects_) known.push_back(project);
  const bool none_written = only_default_project() && projects_.begin()->second->name.mark.line == 0 &&
                            projects_.begin()->second->name.mark.file == 0;
  if (none_written) {
    reader_.error(name.mark, "unknown-name",
                  "unknown project " + berth::quoted(name.value) +
                      "; without the key 'organization' there is only " + berth::quoted(default_queue));
  } else if (!known.empty())
    reader_.unknown(name.mark, "project", name.value, known);
  return false;
}

void Checker::known_department(const Name& name) {
  if (name.value.empty() || departments_.count(name.value) || reader_.is_lost("a department")) return;
  std::vector<std::string> known;
  for (const auto& [department, mark] : departments_) known.push_back(department);
  reader_.unknown(name.mark, "department", name.value, known);
}

// Its own list, else the pools in which it has quota, else all.
std::vector<Name> Checker::pools_of_project(const std::string& project) const {
  std::vector<Name> pools;
  if (const auto found = projects_.find(project); found != projects_.end()) {
    if (!found->second->node_pools.empty()) return found->second->node_pools;
    for (const PoolQuota& quota : found->second->quota) {
      if (has_quota(quota.quota.resolved())) pools.push_back(Name(quota.pool.value));
    }
  }
  if (pools.empty()) {
    for (const std::string& pool : pools_) pools.push_back(Name(pool));
  }
  return pools;
}

void Checker::policy() {
  PolicyChoice& choice = scenario_.policy;
  if (is_said(choice.name) && choice.name.value.empty()) return;  // reported by the reader
  const std::vector<std::string> known = policy::policy_names();
  if (choice.name.value.empty()) choice.name.value = has(known, "kai") ? "kai" : "fifo-skip";
  const auto refuse = [&](const Name& name, const policy::WrongChoice& why) {
    reader_.error(name.mark, why.of_another_version ? "not-supported" : "unknown-name", why.sentence);
  };
  bool usable = has(known, choice.name.value);
  if (!usable) refuse(choice.name, policy::wrong_policy(choice.name.value));
  if (!has(policy::placement_names(), choice.placement.value)) {
    if (!choice.placement.value.empty())
      refuse(choice.placement, policy::wrong_placement(choice.placement.value));
    usable = false;
  }
  if (!choice.cycle_said) {
    choice.cycle.reset();
    if (choice.name.value == "kai") choice.cycle = seconds(1);
  }
  if (!usable) return;
  // What the policy does not heed is warned of; it plays no part in what is run and printed.
  if (!policy::heeds(choice.name.value, policy::Matter::placement))
    choice.placement = PolicyChoice().placement;
  const std::size_t faults = reader_.diagnostics().error_count();
  const std::vector<policy::PolicyOption> options = policy::policy_options(choice.name.value);
  std::vector<std::string> names;
  for (const policy::PolicyOption& option : options) names.push_back(option.name);
  policy::PolicySpec spec;
  spec.name = choice.name.value;
  spec.placement = choice.placement.value;
  // Which pods are typical is known once the workloads are; here it only matters that there are some.
  spec.typical.resize(1);
  for (const auto& [option, text] : choice.options) {
    if (!has(names, option)) {
      reader_.error(text.mark, "unknown-name", policy::wrong_option(choice.name.value, option));
      continue;
    }
    // Each by itself, so that a wrong value is shown at its own place.
    spec.options = {{option, text.value}};
    try {
      policy::make_policy(spec);
    } catch (const std::invalid_argument& wrong) {
      reader_.error(text.mark, "wrong-value", wrong.what());
    }
  }
  for (const policy::PolicyOption& option : options) {
    if (choice.options.count(option.name)) continue;
    // A default in words ("of the node pool") is no value that could be said.
    spec.options = {{option.name, option.default_value}};
    try {
      policy::make_policy(spec);
      choice.options.emplace(option.name, Name(option.default_value));
    } catch (const std::invalid_argument&) {
      continue;
    }
  }
  // Then all together: what one by itself cannot be wrong about.
  spec.options.clear();
  for (const auto& [option, text] : choice.options) {
    if (has(names, option)) spec.options.emplace(option, text.value);
  }
  try {
    if (reader_.diagnostics().error_count() == faults) policy::make_policy(spec);
  } catch (const std::invalid_argument& wrong) {
    reader_.error(choice.mark, "wrong-value", wrong.what());
  }
  if (const auto order = choice.options.find("order"); order != choice.options.end()) {
    const std::string& text = order->second.value;
    if (text == "per-event") {
      choice.order = simulation::InstantOrder::per_event;
    } else if (text != "batched") {
      reader_.unknown(order->second.mark, "order", text, {"batched", "per-event"});
    }
  }
}

}  // namespace berth::scenario
