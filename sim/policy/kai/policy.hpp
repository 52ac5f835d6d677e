// The policy `kai`: decides as KAI-Scheduler does (kai-semantics.md).
#pragma once

#include "berth/policy/policy.hpp"
#include "sim/policy/kai/options.hpp"

namespace berth::policy::kai {

class KaiPolicy : public Policy {
 public:
  explicit KaiPolicy(Options options) : options_(std::move(options)) {}

  std::string_view name() const override { return "kai"; }
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction) override;
  CycleResult cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) override;
  std::vector<Explanation::Node> nodes_of(const Snapshot& snapshot) override;

  // Section 10.8: whole MiB of a device's memory, floored to hundreds.
  cluster::DeviceBook book() const override { return cluster::DeviceBook::mebibytes; }

  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace berth::policy::kai
