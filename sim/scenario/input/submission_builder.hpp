// Submissions of a run, made of a checked scenario: listed ones, those of a trace, and those that generators draw.
#pragma once

#include <memory>
#include <vector>

#include "berth/cluster/gpu_model.hpp"
#include "berth/scenario/scenario.hpp"
#include "berth/simulation/input.hpp"

namespace berth::scenario {

// Ids of what a scenario names. The cluster's and the organisation's order is the scenario's.
struct Ids {
  std::map<std::string, PoolId, std::less<>> pools;
  std::map<std::string, QueueId, std::less<>> projects;
  std::map<std::string, QueueId, std::less<>> departments;
  // The pools of a project's workloads when they name none.
  std::map<std::string, std::vector<PoolId>, std::less<>> default_pools;
  const cluster::ModelTable* models = nullptr;
};

// What `common` says of any workload: shapes, templates, gang, durations of its life. Name, project, submission, duration and
// outcome are the caller's.
simulation::Submission submission_of(const WorkloadCommon& common, const PodAsk& ask, const Ids& ids);

std::vector<simulation::Submission> listed_submissions(const Scenario& scenario, const Ids& ids);
// `models` of `ids` is not kept; the scenario's trace data is shared.
std::unique_ptr<simulation::SubmissionSource> trace_source(const Scenario& scenario, const Ids& ids);
// Draws as it is asked; keeps copies of what it needs.
std::unique_ptr<simulation::SubmissionSource> generator_source(const Scenario& scenario,
                                                               const GeneratorSpec& generator,
                                                               const Ids& ids);

}  // namespace berth::scenario
