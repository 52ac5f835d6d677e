#include "sim/policy/kai/words/fit_reasons.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sim/policy/kai/nodes/filters.hpp"

namespace berth::policy::kai {
namespace {

// What pods have of the node.
ResourceText used_text(const Session& session, const NodeInfo& node) {
  Room used;
  used.cpu = node.allocatable.cpu - node.idle.cpu;
  used.memory = node.allocatable.memory - node.idle.memory;
  used.gpus = node.allocatable.gpus - node.idle.gpus;
  used.pods = node.allocatable.pods - node.idle.pods;
  std::vector<std::int32_t> mig(node.mig_allocatable.size());
  for (std::size_t p = 0; p < mig.size(); ++p) mig[p] = node.mig_allocatable[p] - node.mig_idle[p];
  return text_amounts(session, used, mig);
}

}  // namespace

JobFitError capacity_error(const Session& session, const CapacityVerdict& verdict) {
  const std::string& queue = session.queues[verdict.queue].name;
  JobFitError error;
  if (verdict.reason == CapacityReason::over_limit) {
    error.reason = reason_over_limit;
    error.messages.push_back(
        over_limit_message(queue, verdict.resource, verdict.bound, verdict.used, verdict.requested));
  } else {
    error.reason = reason_non_preemptible_over_quota;
    error.messages.push_back(
        over_quota_message(queue, verdict.resource, verdict.bound, verdict.used, verdict.requested));
  }
  return error;
}

NodeFitError no_room_on_node(const Session& session, TaskIx task, NodeIx node_ix, bool gang,
                             std::string_view suffix) {
  const NodeInfo& node = session.nodes[node_ix];
  return insufficient_on_node(
      node.name, text_amounts(session, session.shape_of(task)), used_text(session, node),
      text_amounts(session, node.allocatable, node.mig_allocatable), node.gpu_memory, gang, suffix);
}

JobFitError failed_task_error(const Session& session, TaskIx task, PodSetIx pod_set, std::int64_t placed,
                              const PodFitErrors& errors) {
  const JobInfo& job = session.jobs[session.tasks[task].job];
  const PodSet& set = session.pod_sets[pod_set];
  const std::string why = message_of(errors);
  JobFitError error;  // of the job as a whole: it names no sub-group
  error.reason = reason_pod_scheduling_errors;
  const bool gang = std::any_of(job.pod_sets.begin(), job.pod_sets.end(),
                                [&](PodSetIx p) { return session.pod_sets[p].min_available > 1; });
  if (!gang || set.counts.active_used() >= set.min_available) {
    error.messages.push_back(single_pod_message(job.namespace_name, session.task_names[task], why));
  } else if (job.pod_sets.size() == 1 && set.name == "default") {
    error.messages.push_back(gang_message(placed, set.min_available, why));
  } else {
    error.messages.push_back(sub_group_gang_message(placed, set.name, set.min_available, why));
  }
  return error;
}

}  // namespace berth::policy::kai
