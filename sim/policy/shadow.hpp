// A policy that decides beside another: it is shown every snapshot that the other one decides on, with its own working copy
// and caches, and nothing that it decides is applied. Where the two part is written down.
//
// Compared is what changes the cluster: binds with their devices, evictions, moves, drops and re-cuts; the order in which
// a policy lists them is no difference. Refusals and pipelines change nothing and are not compared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth::policy {

// One pass in which they parted.
struct ShadowDifference {
  Instant at;
  std::string pool;
  std::vector<std::string> first_only, second_only;  // decisions in words, in order of pods
};

struct ShadowReport {
  std::uint64_t passes = 0;                   // decided by both
  std::uint64_t parted = 0;                   // of them, with a difference
  std::vector<ShadowDifference> differences;  // the first `most` of them
};

class Shadowed final : public Policy {
 public:
  // Decides as `first`. The report must outlive the policy; it keeps the first `most` differences.
  Shadowed(std::unique_ptr<Policy> first, std::unique_ptr<Policy> second, ShadowReport& report,
           std::size_t most);

  std::string_view name() const override { return first_->name(); }
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction) override;
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) override;
  cluster::DeviceBook book() const override { return first_->book(); }
  void drop_caches() override;

 private:
  void compare(const Snapshot& snapshot, const std::vector<Decision>& first);

  std::unique_ptr<Policy> first_, second_;
  ShadowReport& report_;
  std::size_t most_;
  WorkingCluster working_;
};

}  // namespace berth::policy
