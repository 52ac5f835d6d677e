#include "sim/runs/captured_cycle.hpp"

#include <map>
#include <optional>
#include <stdexcept>

#include "berth/core/time_text.hpp"
#include "sim/cases/case_tools.hpp"
#include "sim/runs/scenario_run.hpp"
#include "sim/simulation/run/snapshot.hpp"

namespace berth::runs {
namespace {

struct Cycle {
  std::uint64_t sequence = 0;
  Instant at;
  PoolId pool{};
};

std::optional<Cycle> first_cycle(const simulation::JournalReader& journal, Instant from) {
  std::optional<Cycle> out;
  journal.each(journal.sequence_after(from - microseconds(1)), [&](const simulation::Record& record) {
    const auto* began = std::get_if<simulation::CycleBegan>(&record.transition);
    if (began == nullptr) return true;
    out = Cycle{record.sequence, record.at, began->pool};
    return false;
  });
  return out;
}

// What the policy does with each pod of the World, in a case's words.
class Decided {
 public:
  Decided(const simulation::World& world, const Cycle& cycle, policy::Policy& policy) : world_(world) {
    simulation::UsageReading reading;
    const policy::Snapshot snapshot = simulation::snapshot_of(world, cycle.pool, cycle.at, reading);
    policy::WorkingCluster working;
    policy::Transaction transaction(snapshot, working, policy.book());
    policy.cycle(snapshot, transaction);
    for (const policy::Decision& decision : transaction.decisions())
      std::visit([this](const auto& d) { take(d); }, decision);
  }

  std::size_t count(workload::PodStatus status) const {
    std::size_t n = 0;
    for (const auto& [pod, state] : pods_) n += state.status == status ? 1 : 0;
    return n;
  }
  // As many, where: "3 binding on n0".
  std::map<std::string, int> tally() const {
    std::map<std::string, int> out;
    for (const auto& [pod, state] : pods_)
      ++out[world_.workloads.all[world_.workloads.pods[pod].workload].spec.name + " " + state.text()];
    return out;
  }

 private:
  void put(PodId pod, workload::PodStatus status, NodeId node) {
    pods_[pod] = {status, world_.cluster.nodes[node].name, {}};
  }
  void take(const policy::Bind& d) { put(d.pod, workload::PodStatus::binding, d.node); }
  void take(const policy::Pipeline& d) { put(d.pod, workload::PodStatus::pipelined, d.node); }
  void take(const policy::Move& d) { put(d.pod, workload::PodStatus::pipelined, d.to); }
  void take(const policy::Evict& d) {
    put(d.pod, workload::PodStatus::releasing, world_.workloads.pods[d.pod].node);
  }
  template <class Other>
  void take(const Other&) {}

  const simulation::World& world_;
  std::map<PodId, scenario::TaskState> pods_;
};

std::map<std::string, int> tally(const scenario::PolicyCase& one, policy::Policy& policy) {
  std::map<std::string, int> out;
  const auto states = scenario::trace_policy_case(one, policy);
  for (std::size_t i = 0; i < one.workloads.pods.size(); ++i) {
    const auto pod = id_of<PodId>(i);
    scenario::TaskState state = states.front()[pod];
    if (state.status == one.workloads.pods[pod].status) continue;
    state.devices.clear();
    ++out[one.workloads.all[one.workloads.pods[pod].workload].spec.name + " " + state.text()];
  }
  return out;
}

}  // namespace

CapturedCycle capture_cycle(const RunReader& run, Instant at) {
  const std::string& path = run.path();
  const auto& journal = run.journal();
  const auto cycle = first_cycle(journal, at);
  if (!cycle) throw InputError(path + ": no cycle decided anything at or after " + print_instant(at));
  const simulation::World world = journal.world_before(cycle->sequence);
  const auto& header = journal.header();
  CapturedCycle out;
  scenario::PolicyCase& one = out.one;
  one = scenario::capture_policy_case(world, cycle->pool, cycle->at, header.policy);
  one.id = header.name + "/" + world.cluster.pools[cycle->pool].name + "/" + print_instant_exactly(cycle->at);
  one.name = "node pool " + world.cluster.pools[cycle->pool].name + " of " + header.name + " " +
             print_duration(cycle->at - header.start) + " after the start";
  try {
    one.expected = scenario::outcome_of_policy_case(one, *policy_of(one.policy)).expected;
  } catch (const std::invalid_argument& error) {
    throw InputError(path + ": this cycle cannot be written as a case: " + error.what());
  }

  out.line = scenario::print_policy_case(one) + "\n";
  Diagnostics faults;
  const auto read = scenario::read_policy_cases(out.line, "captured", faults);
  if (faults.has_errors() || read.size() != 1)
    throw InputError(path + ": this cycle cannot be written as a case:\n" + faults.to_text());
  scenario::CaseResult result;
  try {
    result = scenario::run_policy_case(read.front(), *policy_of(read.front().policy));
  } catch (const std::invalid_argument& error) {
    result = {one.id, false, {error.what()}, {}};
  }
  if (!result.passed)
    throw InputError(path + ": this cycle cannot be written as a case: " + result.differences.front());
  const auto policy = policy_of(header.policy);
  out.decided_alike =
      Decided(world, *cycle, *policy).tally() == tally(read.front(), *policy_of(read.front().policy));
  return out;
}

}  // namespace berth::runs
