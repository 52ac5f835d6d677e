#include "sim/records/words/waiting.hpp"

#include <algorithm>

#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {

using workload::PodStatus;
using workload::Workload;

namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    const bool last = i + 1 == names.size();
    out += (i == 0 ? "" : last ? " and " : ", ") + names[i];
  }
  return names.size() > most ? out + " and " + std::to_string(names.size() - most) + " more" : out;
}

std::string pods(std::int32_t count) {
  return std::to_string(count) + (count == 1 ? " pod" : " pods");
}

// Nodes that the policy has said its pods would go to, in order of the pods.
std::vector<std::string> pipelined_to(const View& view, const Workload& workload) {
  std::vector<std::string> out;
  for (const PodId id : workload.pods) {
    if (view.workloads.pods[id].status != PodStatus::pending) continue;
    const auto note = view.world.pipelined.find(id);
    if (note == view.world.pipelined.end()) continue;
    const std::string& node = view.cluster.nodes[note->second.node].name;
    if (std::find(out.begin(), out.end(), node) == out.end()) out.push_back(node);
  }
  return out;
}

}  // namespace

std::optional<WaitCause> wait_cause(const View& view, WorkloadId id) {
  const Workload& workload = view.workloads.all[id];
  const auto& course = view.world.courses[id];
  const bool pending = workload.phase == workload::Phase::pending;
  if (!pending && !course.is_waiting) return std::nullopt;
  if (course.unmet > 0) return WaitCause::awaits;
  if (course.pending == 0 && course.releasing > 0) return WaitCause::leaving;
  const auto tells = [&](const workload::Refusal& r) { return pending || r.pool == workload.pool; };
  if (std::any_of(workload.refusals.begin(), workload.refusals.end(), tells)) return WaitCause::refused;
  if (!pipelined_to(view, workload).empty()) return WaitCause::pipelined;
  return pending ? WaitCause::unseen : WaitCause::growing;
}

std::vector<std::string> awaited_workloads(const View& view, WorkloadId id) {
  std::vector<std::string> out;
  for (const std::string& name : view.workloads.all[id].spec.after) {
    const auto waiters = view.world.awaited.find(name);
    if (waiters == view.world.awaited.end() ||
        !std::binary_search(waiters->second.begin(), waiters->second.end(), id))
      continue;
    const auto other = view.world.find_workload(name);
    const std::string stands =
        !other ? "not submitted" : std::string(workload::name_of(view.workloads.all[*other].phase));
    out.push_back(name + " (" + stands + ")");
  }
  return out;
}

std::string wait_message(const View& view, WorkloadId id) {
  const auto cause = wait_cause(view, id);
  if (!cause) return "";
  const Workload& workload = view.workloads.all[id];
  const auto& course = view.world.courses[id];
  switch (*cause) {
    case WaitCause::awaits:
      return "Waits for " + listed(awaited_workloads(view, id)) + " to complete";
    case WaitCause::leaving:
      return "Waits for its former pods to be gone";
    case WaitCause::refused:
      return refused_message(workload);
    case WaitCause::pipelined:
      return "Waits for room that is being freed for it on " + listed(pipelined_to(view, workload));
    case WaitCause::growing: {
      const auto all = course.pending + course.binding + course.running;
      return std::to_string(course.pending) + " of " + pods(all) +
             (course.pending == 1 ? " waits" : " wait") + " for room";
    }
    case WaitCause::unseen:
      return "Waits for the scheduler to look at it";
  }
  return "";
}

Instant waiting_since(const View& view, WorkloadId id) {
  const Workload& workload = view.workloads.all[id];
  Instant since = Instant::never();
  for (const auto& refusal : workload.refusals) since = std::min(since, refusal.at);
  if (since != Instant::never()) return since;
  for (const PodId pod : workload.pods)
    if (view.workloads.pods[pod].status == PodStatus::pending)
      since = std::min(since, view.workloads.pods[pod].created);
  return since == Instant::never() ? workload.phase_since : since;
}

}  // namespace berth::records
