#include "sim/simulation/run/committer.hpp"

#include <algorithm>
#include <set>
#include <variant>

namespace berth::simulation {

std::uint64_t Committer::commit(const std::vector<policy::Decision>& decisions, PoolId pool,
                                std::string_view policy, cluster::DeviceBook book) {
  book_ = book;
  pipelined_.clear();
  evicted_.clear();
  evicted_pods_.clear();
  bound_.clear();
  bound_pods_.clear();
  recorder_.begin_pass(pool);
  std::uint64_t taken = 0;
  for (const policy::Decision& decision : decisions) {
    // A pod that this cycle pipelined may be evicted again; one that it evicted may be pipelined.
    if (!evicts_pipelined(decision) && !pipelines_evicted(decision)) {
      if (const auto breach = check(decision, pool, recorder_.world(), book)) {
        throw PolicyError(policy, describe(decision, recorder_.world()), breach->rule, breach->detail);
      }
    }
    const std::uint64_t before = recorder_.world().totals.transitions;
    std::visit([this](const auto& d) { take(d); }, decision);
    taken += recorder_.world().totals.transitions > before ? 1 : 0;
  }
  for (const PodId pod : evicted_) life_cycle_.stop_if_preempted_for_good(owner(pod));
  for (const PodId pod : bound_pods_) life_cycle_.start_if_ready(pod);
  recorder_.end_pass();
  check_gangs(policy);
  return taken;
}

bool Committer::evicts_pipelined(const policy::Decision& decision) const {
  const auto* evict = std::get_if<policy::Evict>(&decision);
  if (evict != nullptr) return pipelined_.count(evict->pod) > 0;
  const auto* move = std::get_if<policy::Move>(&decision);
  return move != nullptr && pipelined_.count(move->pod) > 0 &&
         recorder_.world().cluster.nodes.contains(move->to);
}

bool Committer::pipelines_evicted(const policy::Decision& decision) const {
  const auto* pipeline = std::get_if<policy::Pipeline>(&decision);
  return pipeline != nullptr && evicted_pods_.count(pipeline->pod) > 0 &&
         recorder_.world().cluster.nodes.contains(pipeline->node);
}

void Committer::take(const policy::Bind& d) {
  const WorkloadId workload = owner(d.pod);
  if (recorder_.world().courses[workload].holding() == 0) bound_.push_back(workload);
  life_cycle_.bind(d.pod, d.node, d.devices, book_);
  bound_pods_.push_back(d.pod);
}

bool Committer::take_back_pipelined(PodId pod, policy::EvictionCause cause, WorkloadId for_workload) {
  if (pipelined_.erase(pod) == 0) return false;
  recorder_.record(PipelinedPodEvicted{owner(pod), pod, cause, for_workload});
  return true;
}

void Committer::take(const policy::Evict& d) {
  if (take_back_pipelined(d.pod, d.cause, d.for_workload)) return;
  evicted_.push_back(d.pod);
  evicted_pods_.insert(d.pod);
  life_cycle_.evict(d.pod, d.cause, d.for_workload);
}

void Committer::take(const policy::Pipeline& d) {
  pipelined_.insert(d.pod);
  // Recorded only when it says something new; where a pod goes that has left already no longer matters.
  if (recorder_.world().workloads.pods[d.pod].status == workload::PodStatus::deleted) return;
  const auto& notes = recorder_.world().pipelined;
  const auto it = notes.find(d.pod);
  const PipelineNote note{d.node, d.devices};
  if (it == notes.end() || !(it->second == note)) {
    recorder_.record(PodPipelined{owner(d.pod), d.pod, d.node, d.devices});
  }
}

void Committer::take(const policy::Move& d) {
  if (take_back_pipelined(d.pod, policy::EvictionCause::consolidation, d.for_workload)) {
    take(policy::Pipeline{d.pod, d.to, d.devices});
    return;
  }
  evicted_.push_back(d.pod);
  evicted_pods_.insert(d.pod);
  pipelined_.insert(d.pod);
  const PipelineNote note{d.to, d.devices};
  life_cycle_.evict(d.pod, policy::EvictionCause::consolidation, d.for_workload, &note);
}

void Committer::take(const policy::Refuse& d) {
  const auto& refusals = recorder_.world().workloads.all[d.workload].refusals;
  const auto it = std::find_if(refusals.begin(), refusals.end(),
                               [&](const workload::Refusal& r) { return r.pool == d.refusal.pool; });
  if (it != refusals.end() && it->same_reason(d.refusal)) return;
  Refused transition{d.workload, d.refusal};
  transition.refusal.at = recorder_.now();
  recorder_.record(transition);
}

void Committer::take(const policy::Drop& d) {
  life_cycle_.drop(d.workload);
}

void Committer::take(const policy::Repartition& d) {
  // Its end is an event, be it of the same instant: immediate cycles run after events only.
  recorder_.record(RepartitionBegun{d.node, d.device, d.instances});
}

void Committer::take(const policy::MarkStale& d) {
  recorder_.record(StaleMarked{d.workload});
}
void Committer::take(const policy::ClearStale& d) {
  recorder_.record(StaleCleared{d.workload});
}

void Committer::check_gangs(std::string_view policy) {
  const World& world = recorder_.world();
  // What this cycle bound a later action of it may have evicted again.
  std::set<WorkloadId> evicted;
  for (const PodId pod : evicted_) evicted.insert(owner(pod));
  for (const WorkloadId id : bound_) {
    const Course& c = world.courses[id];
    if (!c.shared_work || c.holding() == 0 || c.ending || evicted.count(id) > 0) continue;
    if (c.binding + c.running + c.succeeded < c.minimum) {
      throw PolicyError(policy, "bind pods of " + world.workloads.all[id].spec.name, Rule::gang_whole,
                        std::to_string(c.binding + c.running) + " of at least " + std::to_string(c.minimum) +
                            " pods are bound");
    }
  }
}

}  // namespace berth::simulation
