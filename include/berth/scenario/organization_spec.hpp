// Departments and projects as the scenario writes them. After loading, every queue has one quota for each
// pool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berth/core/time.hpp"
#include "berth/organization/organization.hpp"
#include "berth/scenario/place_of.hpp"

namespace berth::scenario {

struct MinRuntime {
  std::optional<Duration> preempt;  // nothing: what the queue above says
  std::optional<Duration> reclaim;
  bool operator==(const MinRuntime&) const = default;
};

// One quota of one pool, each number as far as it was said.
struct QuotaSpec {
  std::optional<std::int64_t> gpu, cpu, memory;  // organization::Amounts units; `unlimited` is -1
  std::optional<std::int64_t> gpu_limit, cpu_limit, memory_limit;
  std::optional<double> gpu_weight, cpu_weight, memory_weight;
  bool operator==(const QuotaSpec&) const = default;

  // With interface.md's defaults for what was not said.
  organization::Quota resolved() const;
};

struct PoolQuota {
  Name pool;  // empty: every pool that has no quota of its own
  QuotaSpec quota;
  Mark mark;  // no line: not said
  bool operator==(const PoolQuota& o) const { return pool == o.pool && quota == o.quota; }
};

struct ProjectSpec {
  Name name;
  std::vector<PoolQuota> quota;  // after loading: all pools, in scenario order
  std::vector<Name> node_pools;  // its own list; empty: by quota, else all
  std::int32_t priority = 100;
  MinRuntime min_runtime;
  bool operator==(const ProjectSpec&) const = default;
};

struct DepartmentSpec {
  Name name;
  std::vector<PoolQuota> quota;
  std::int32_t priority = 100;
  MinRuntime min_runtime;
  std::vector<ProjectSpec> projects;
  std::vector<DepartmentSpec> departments;  // levels between
  bool operator==(const DepartmentSpec&) const = default;
};

struct OrganizationSpec {
  std::vector<DepartmentSpec> departments;
  bool operator==(const OrganizationSpec&) const = default;
};

}  // namespace berth::scenario
