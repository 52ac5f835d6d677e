// Bounds of what a scenario may say. They keep hostile input from exhausting memory and sums over a cluster
// below 2^62.
#pragma once

#include <cstddef>
#include <cstdint>

#include "berth/core/quantity.hpp"
#include "berth/core/time.hpp"

namespace berth::scenario {

inline constexpr std::size_t max_file_bytes = 32u << 20;  // of one YAML file
inline constexpr std::size_t max_values = 2'000'000;      // of all files, aliases expanded
inline constexpr int max_depth = 32;                      // nested lists and maps
inline constexpr std::size_t max_includes = 100;
inline constexpr std::size_t max_faults = 200;  // printed of one load; the rest is counted

inline constexpr std::int64_t max_nodes = 1'000'000;   // of all groups, changes and traces
inline constexpr std::int64_t max_gpus_per_node = 64;  // a set of devices is one word
inline constexpr std::int64_t max_pods_per_node = 100'000;
inline constexpr std::int64_t max_pods = 100'000;  // of one workload
inline constexpr std::int64_t max_all_pods =
    10'000'000;  // of all listed workloads together, or of one generator
inline constexpr std::int64_t max_node_pools = 1'000;
inline constexpr std::int64_t max_queues = 100'000;
inline constexpr std::int64_t max_count = 1'000'000'000;  // of anything else that is counted
inline constexpr CpuMilli max_cpu{1'000'000'000};         // of a node or a pod: a million cores
inline constexpr Bytes max_memory{1LL << 41};  // of a node or a pod: 2 TiB x 1,000,000 nodes stay below 2^62
inline constexpr Bytes max_total_memory{1LL << 61};     // of the cluster, or of one workload
inline constexpr Duration max_duration = days(36'525);  // a hundred years
inline constexpr std::size_t max_name = 253;            // as Kubernetes names

}  // namespace berth::scenario
