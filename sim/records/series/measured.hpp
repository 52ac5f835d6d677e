// What metrics look at, gathered from a view once an instant: capacity by node pool, and use by pool, project and
// category, so that every scope and grouping is a sum over the same cells.
//
// Berth lets a running pod use what it was given: its CPU and memory, its share of the devices' memory, and its GPUs fully
// unless it idles (workload_facts.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "berth/core/int128.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

struct Capacity {
  std::int64_t gpu_nodes = 0, gpus = 0;
  Int128 gpu_memory = 0, cpu = 0, memory = 0;            // bytes, milli-cores, bytes
  std::array<std::int64_t, 4> devices_by_utilization{};  // up to 25, 50, 75, 100 percent
};

struct Use {
  Int128 gpu = 0, busy_gpu = 0;  // allocated, at work: milli
  Int128 cpu = 0, memory = 0;    // allocated
  Int128 used_cpu = 0, used_memory = 0, used_gpu_memory = 0;
  std::int64_t workloads = 0, pending = 0;
  Int128 pending_micros = 0;  // sum of the current waits of what is pending
};

// The cells that a number is about; nothing: all.
struct Scope {
  std::optional<PoolId> pool;
  std::optional<QueueId> project, department;
  std::optional<std::string> category;
};

class Measured {
 public:
  explicit Measured(const View& view);

  Capacity capacity(const Scope& scope) const;
  Use use(const Scope& scope) const;
  // Sum of the limited quotas of the projects (or of the department) in scope, in the resource's unit.
  std::int64_t quota(const Scope& scope, organization::Resource resource) const;

 private:
  const View& view_;
  IdVector<PoolId, Capacity> capacity_;
  std::map<std::tuple<PoolId, QueueId, std::string>, Use> uses_;
};

}  // namespace berth::records
