// Amounts as the reference holds them: IEEE doubles, CPU in milli-cores, memory in bytes, GPUs in devices.
//
// Whole numbers below 2^53 are exact; GPU fractions have two decimals. Sums run in the order of the
// reference's.
#pragma once

#include <array>
#include <cstddef>

#include "berth/organization/organization.hpp"

namespace berth::policy::kai {

using organization::Resource;
using organization::resource_count;

// A quota, limit or fair share of -1 is unlimited (kai-semantics.md section 2).
inline constexpr double unlimited = -1;

inline constexpr std::array<Resource, resource_count> all_resources{Resource::cpu, Resource::memory,
                                                                    Resource::gpu};

struct Resources {
  double cpu = 0;
  double memory = 0;
  double gpu = 0;

  double& operator[](Resource r) { return r == Resource::cpu ? cpu : r == Resource::memory ? memory : gpu; }
  double operator[](Resource r) const {
    return r == Resource::cpu ? cpu : r == Resource::memory ? memory : gpu;
  }

  Resources& operator+=(const Resources& o) {
    cpu += o.cpu;
    memory += o.memory;
    gpu += o.gpu;
    return *this;
  }
  Resources& operator-=(const Resources& o) {
    cpu -= o.cpu;
    memory -= o.memory;
    gpu -= o.gpu;
    return *this;
  }
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
  friend Resources operator-(Resources a, const Resources& b) { return a -= b; }
  bool operator==(const Resources&) const = default;
};

}  // namespace berth::policy::kai
