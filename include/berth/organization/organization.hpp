// The queue tree: departments at the top, projects (leaves) below, any number of levels between. Quotas are per node pool.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/time.hpp"

namespace berth::organization {

enum class Resource : std::uint8_t { cpu, memory, gpu };  // the order in which the reference checks them
inline constexpr std::size_t resource_count = 3;

// One number a resource. Units: cpu milli-cores, memory bytes, gpu milli-devices. `unlimited` where a quota or limit says so.
using Amounts = std::array<std::int64_t, resource_count>;
inline constexpr std::int64_t unlimited = -1;

constexpr std::int64_t& at(Amounts& a, Resource r) {
  return a[static_cast<std::size_t>(r)];
}
constexpr std::int64_t at(const Amounts& a, Resource r) {
  return a[static_cast<std::size_t>(r)];
}

// What a queue may have of one pool. (`quota` is the reference's "deserved".)
struct Quota {
  Amounts quota{unlimited, unlimited, 0};
  Amounts limit{unlimited, unlimited, unlimited};
  std::array<double, resource_count> over_quota_weight{1, 1, 1};
  bool operator==(const Quota&) const = default;
};

struct Queue {
  std::string name;
  QueueId parent = none<QueueId>();  // none: a top queue (department)
  std::vector<QueueId> children;     // creation order
  std::int32_t priority = 100;
  Instant created;
  std::optional<Duration> preempt_min_runtime;  // protects this queue's workloads from preemption
  std::optional<Duration> reclaim_min_runtime;  // from reclaim
  IdVector<PoolId, Quota> quota;
  std::vector<PoolId> node_pools;  // a project's own list; empty: by quota, else all
  bool operator==(const Queue&) const = default;

  bool leaf() const { return children.empty(); }
};

struct Organization {
  IdVector<QueueId, Queue> queues;  // creation order; a parent stands before its children

  QueueId add(Queue queue);  // links it to its parent
  std::optional<QueueId> find(std::string_view name) const;
  QueueId top_of(QueueId id) const;
  bool operator==(const Organization&) const = default;
};

}  // namespace berth::organization
