// Inputs for runs, built a line a thing, and a run to its end with its journal.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "berth/policy/policy.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/run.hpp"
#include "sim/simulation/journal/replay.hpp"
#include "tests/support/small_cluster.hpp"

namespace berth::tests {

// Instants of test runs count from 2026-01-05T00:00:00Z.
inline constexpr Instant epoch{1'767'571'200'000'000};
constexpr Instant after(Duration d) {
  return epoch + d;
}

class InputBuilder {
 public:
  explicit InputBuilder(std::vector<std::string> pools = {"default"}) {
    input.name = "test";
    input.start = epoch;
    input.cluster.name = "test";
    for (const std::string& name : pools) {
      cluster::NodePool pool;
      pool.name = name;
      input.cluster.pools.push_back(pool);
    }
    organization::Queue department;
    department.name = "department";
    department.quota.resize(pools.size());
    organization::Queue project;
    project.name = "project";
    project.quota.resize(pools.size());
    project.parent = input.organization.add(department);
    project_ = input.organization.add(project);
  }

  NodeId node(const std::string& name, int gpus, PoolId pool = PoolId{0}) {
    return input.cluster.add_node(node_spec(name, gpus, 64, 256, pool));
  }

  // One pod of `gpus` whole GPUs. Change what it returns for anything else, before the next call.
  workload::WorkloadSpec& work(const std::string& name, Duration submit, Duration duration, int gpus = 1) {
    return add(name, submit, duration, shape(workload::GpuRequest::whole(gpus)), 1, 1);
  }
  workload::WorkloadSpec& gang(const std::string& name, Duration submit, Duration duration, int pods,
                               int minimum, int gpus = 1) {
    workload::WorkloadSpec& spec =
        add(name, submit, duration, shape(workload::GpuRequest::whole(gpus)), pods, minimum);
    spec.kind = workload::Kind::distributed;
    return spec;
  }
  workload::WorkloadSpec& add(const std::string& name, Duration submit, Duration duration,
                              const workload::PodShape& pod, int pods, int minimum) {
    simulation::Submission submission;
    workload::WorkloadSpec& spec = submission.spec;
    spec.name = name;
    spec.project = project_;
    spec.node_pools = {PoolId{0}};
    spec.sub_groups.resize(1);
    spec.sub_groups[0].name = "default";
    spec.sub_groups[0].min_pods = minimum;
    spec.templates.resize(1);
    spec.templates[0].count = pods;
    spec.submit = after(submit);
    spec.duration = duration;
    spec.estimate = duration;
    submission.shapes = {pod};
    submissions.push_back(std::move(submission));
    return submissions.back().spec;
  }

  void action(Duration at, simulation::Action what) { input.actions.push_back({after(at), std::move(what)}); }

  simulation::Input take() {
    input.submissions = simulation::submissions_of(std::move(submissions));
    return std::move(input);
  }

  simulation::Input input;
  std::vector<simulation::Submission> submissions;

 private:
  QueueId project_{};
};

inline std::unique_ptr<policy::Policy> policy_named(const std::string& name) {
  policy::PolicySpec spec;
  spec.name = name;
  spec.placement = "first-fit";
  return policy::make_policy(spec);
}

// A run to its end, and what can be asked of it.
struct Finished {
  simulation::RunResult result;
  simulation::World world;
  std::vector<std::uint8_t> bytes;  // of the journal

  const workload::Workload& operator[](const std::string& name) const {
    return world.workloads.all[world.find_workload(name).value()];
  }
  const simulation::Course& course(const std::string& name) const {
    return world.courses[world.find_workload(name).value()];
  }
  // The phases of a workload as each instant left it, with seconds since the start: "0:Pending 60:Running".
  std::string phases(const std::string& name) const {
    const WorkloadId id = world.find_workload(name).value();
    const simulation::MemorySource source(bytes);
    const simulation::JournalReader journal(source);
    simulation::Replay replay(journal);
    std::string text, last;
    for (const simulation::Record& record : journal.of_workload(id)) {
      replay.advance_to(record.at);
      const workload::Workload& now = replay.world().workloads.all[id];
      const std::string phase(workload::name_of(now.phase));
      if (phase == last) continue;
      last = phase;
      const std::int64_t seconds = (record.at - epoch).micros / 1'000'000;
      text += (text.empty() ? "" : " ") + std::to_string(seconds) + ":" + phase;
    }
    return text;
  }
};

inline Finished run_to_end(InputBuilder& builder, std::unique_ptr<policy::Policy> policy,
                           simulation::RunHooks hooks = {}, simulation::JournalOptions options = {}) {
  simulation::MemorySink sink;
  simulation::Run run(builder.take(), std::move(policy), sink, std::move(hooks), options);
  Finished finished;
  finished.result = run.execute();
  finished.world = run.world();
  finished.bytes = sink.bytes();
  return finished;
}

}  // namespace berth::tests
