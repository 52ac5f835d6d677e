// Numbers and amounts as the reference prints them (kai-semantics.md 7, 9.13).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/policy/kai/session/resources.hpp"

namespace berth::policy::kai {

// Rounded to six decimals, then cut to three, without trailing zeros.
std::string decimal(double value);
// A resource's amount in the unit of messages: GPUs, cores, GB of 10^9 bytes. -1: "Unlimited". `amount`: GPUs,
// milli-cores, bytes.
std::string amount_text(Resource resource, double amount);
// The shortest exact text of a number, as the reference prints a raw request: "0.5", "2000", "1e+09".
std::string raw_number(double value);
// Three significant digits: "1.8", "2", "1.02e+03".
std::string three_digits(double value);

// Amounts of a request, a node or a domain as messages show them.
struct ResourceText {
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  double gpus = 0;                  // sum over devices
  std::int32_t devices = 0;         // fraction: of each of these
  double portion = 0;               // fraction: of each device; 0: whole or none
  std::int64_t gpu_memory_mib = 0;  // of each device
  // Others by name ascending: MIG instances ("nvidia.com/mig-...", counts), extended resources in milli,
  // ephemeral-storage in bytes, pods in numbers.
  std::vector<std::pair<std::string, std::int64_t>> others;
  std::int64_t other(std::string_view name) const;  // 0 when absent
};
bool is_mig_resource(std::string_view name);
// "GPU: 1, CPU: 2 (cores), memory: 3 (GB), pods: 1".
std::string detailed_text(const ResourceText& request);

}  // namespace berth::policy::kai
