#include "sim/records/words/fit_messages.hpp"

#include <algorithm>
#include <set>

#include "sim/simulation/journal/replay.hpp"
#include "sim/simulation/run/snapshot.hpp"

namespace berth::records {
namespace {

using Key = std::pair<WorkloadId, PoolId>;

// A cycle to run again: the sequence of its CycleBegan, and whom to listen for.
struct Again {
  PoolId pool{};
  Instant at;
  std::vector<WorkloadId> workloads;
};

// Who waits now, by pool.
std::map<PoolId, std::vector<WorkloadId>> waiting_now(const View& view, const std::vector<WorkloadId>& of) {
  std::map<PoolId, std::vector<WorkloadId>> out;
  for (const WorkloadId id : of)
    if (view.world.courses[id].is_waiting) out[view.workloads.all[id].pool].push_back(id);
  return out;
}

// Standing refusals of pools that the workload is not in now.
std::map<Key, Instant> wanted_refusals(const View& view, const std::vector<WorkloadId>& of) {
  std::map<Key, Instant> out;
  for (const WorkloadId id : of) {
    const auto& workload = view.workloads.all[id];
    if (workload.phase != workload::Phase::pending) continue;
    for (const auto& refusal : workload.refusals)
      if (refusal.pool != workload.pool || !view.world.courses[id].is_waiting)
        out[{id, refusal.pool}] = refusal.at;
  }
  return out;
}

// The cycle that recorded each refusal, by sequence.
std::map<std::uint64_t, Again> cycles_of(const std::map<Key, Instant>& wanted,
                                         const simulation::JournalReader& journal) {
  std::map<std::uint64_t, Again> out;
  std::map<PoolId, std::uint64_t> latest;  // CycleBegan of each pool
  Instant last{};
  for (const auto& [key, at] : wanted) last = std::max(last, at);
  journal.each(0, [&](const simulation::Record& record) {
    if (record.at > last) return false;
    if (const auto* began = std::get_if<simulation::CycleBegan>(&record.transition)) {
      latest[began->pool] = record.sequence;
      return true;
    }
    const auto* refused = std::get_if<simulation::Refused>(&record.transition);
    if (!refused) return true;
    const PoolId pool = refused->refusal.pool;
    const auto found = wanted.find({refused->workload, pool});
    if (found == wanted.end() || found->second != record.at || !latest.contains(pool)) return true;
    auto& again = out[latest[pool]];
    again.pool = pool;
    again.at = record.at;
    again.workloads.push_back(refused->workload);
    return true;
  });
  return out;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// In a run the policy knows no namespaces, and pods by their UIDs (workload UID, '-', index of ten digits); people know
// both by namespace and name.
void name_pods(std::string& text, const View& view, WorkloadId id) {
  const auto& workload = view.workloads.all[id];
  const std::string space = "runai-" + view.organization.queues[workload.spec.project].name;
  replace_all(text, "</" + workload.spec.name + ">", "<" + space + "/" + workload.spec.name + ">");
  for (const PodId pod : workload.pods) {
    const std::string index = std::to_string(view.workloads.pods[pod].index);
    const std::string zeros(index.size() < 10 ? 10 - index.size() : 0, '0');
    replace_all(text, "/" + workload.uid + "-" + zeros + index,
                space + "/" + workload.spec.name + "-" + index);
  }
}

// Without empty lines and repetitions of the line before.
std::string tidy(const std::string& text) {
  std::string out, before;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!line.empty() && line != before) out += (out.empty() ? "" : "\n") + line;
    before = std::move(line);
    at = end + 1;
  }
  return out;
}

}  // namespace

void FitMessages::listen(const View& view, const simulation::World& world, policy::Policy& policy,
                         PoolId pool, Instant at, std::vector<WorkloadId> to) {
  std::sort(to.begin(), to.end());
  simulation::UsageReading reading;
  auto snapshot = simulation::snapshot_of(world, pool, at, reading);
  snapshot.stop = view.stop;
  policy::WorkingCluster working;
  policy::Explanation explanation;
  {
    policy.drop_caches();  // they follow the World of another look
    policy::Transaction transaction(snapshot, working, policy.book());
    policy.cycle(snapshot, transaction, explanation);
  }
  for (auto& one : explanation.workloads) {
    view.stop.poll();
    if (!std::binary_search(to.begin(), to.end(), one.id)) continue;
    if (one.conclusion.empty() && one.message.empty() && one.lines.empty()) continue;
    name_pods(one.message, view, one.id);
    for (auto& line : one.lines) name_pods(line, view, one.id);
    texts_[{one.id, pool}] = {at, std::move(one.conclusion), tidy(one.message), std::move(one.lines)};
  }
}

FitMessages::FitMessages(const View& view, const simulation::JournalReader& journal,
                         const std::vector<WorkloadId>& of) {
  const auto now = waiting_now(view, of);
  const auto wanted = wanted_refusals(view, of);
  if (now.empty() && wanted.empty()) return;
  const auto policy = policy::make_policy(journal.header().policy);
  for (const auto& [pool, who] : now) listen(view, view.world, *policy, pool, view.now, who);
  const auto cycles = cycles_of(wanted, journal);
  if (cycles.empty()) return;
  simulation::Replay replay(journal, cycles.begin()->second.at - microseconds(1));
  for (const auto& [sequence, again] : cycles) {
    replay.advance_before(sequence);
    listen(view, replay.world(), *policy, again.pool, again.at, again.workloads);
  }
}

const FitMessages::Text* FitMessages::find(WorkloadId workload, PoolId pool) const {
  const auto found = texts_.find({workload, pool});
  return found == texts_.end() ? nullptr : &found->second;
}

}  // namespace berth::records
