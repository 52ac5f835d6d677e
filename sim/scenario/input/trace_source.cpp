// Submissions of a trace, made row by row as the run asks for them.
#include <utility>

#include "berth/core/int128.hpp"
#include "berth/core/invariant.hpp"
#include "sim/scenario/input/shapes.hpp"
#include "sim/scenario/input/submission_builder.hpp"

namespace berth::scenario {

namespace {

class TraceSource : public simulation::SubmissionSource {
 public:
  TraceSource(const Scenario& scenario, const Ids& ids)
      : data_(scenario.trace->data),
        scale_micro_(scenario.trace->arrival_scale_micro),
        start_(scenario.start()) {
    // What all rows have in common: single pods of kind training and priority low, with the scenario's defaults.
    WorkloadCommon common;
    common.pods = 1;
    common.priority = Priority{40, "low"};
    common.image_pull = scenario.defaults.image_pull;
    common.creation_delay = scenario.defaults.creation_delay;
    common.termination_grace = scenario.defaults.termination_grace;
    common.checkpoint = scenario.defaults.checkpoint;
    pattern_ = submission_of(common, PodAsk{}, ids);
    const std::string& project = scenario.trace->project.value;
    pattern_.spec.project = ids.projects.find(project)->second;
    pattern_.spec.node_pools = ids.default_pools.find(project)->second;
  }

  std::optional<simulation::Submission> next() override {
    const formats::OpenbPods& pods = data_->workloads;
    if (next_ == pods.rows.size()) return std::nullopt;
    const formats::OpenbPod& row = pods.rows[next_++];
    simulation::Submission out = pattern_;
    out.shapes = {shape_of(row, pods)};
    workload::WorkloadSpec& spec = out.spec;
    spec.name = row.name;
    const Int128 scaled = Int128{row.created.micros} * scale_micro_ / 1'000'000;
    spec.submit = start_ + Duration{static_cast<std::int64_t>(scaled)};
    spec.duration = row.length;
    spec.estimate = row.length;
    if (row.failed) {
      spec.outcome = workload::Outcome::failed;
      spec.outcome_final = true;
    }
    return out;
  }

  std::optional<std::uint64_t> remaining() const override { return data_->workloads.rows.size() - next_; }

 private:
  std::shared_ptr<const formats::OpenbTrace> data_;
  std::int64_t scale_micro_;
  Instant start_;
  simulation::Submission pattern_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<simulation::SubmissionSource> trace_source(const Scenario& scenario, const Ids& ids) {
  BERTH_INVARIANT(scenario.trace && scenario.trace->data,
                  "the trace of a scenario that is to be run has been read");
  return std::make_unique<TraceSource>(scenario, ids);
}

}  // namespace berth::scenario
