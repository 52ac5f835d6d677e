#include <algorithm>
#include <map>

#include "sim/cases/case_devices.hpp"
#include "sim/cases/policy_case.hpp"
#include "sim/core/text.hpp"

namespace berth::scenario {
namespace {

using workload::PodStatus;

// The state of a case while its cycles run: the case's tables, changed.
class CaseRun {
 public:
  CaseRun(const PolicyCase& c, policy::Policy& policy)
      : case_(c),
        policy_(policy),
        devices_(policy.name() != "kai"),
        now_(c.now),
        cluster_(c.cluster),
        workloads_(c.workloads),
        groups_(c.group_names) {
    result_.id = c.id;
    if (devices_) stand_on_devices(c, cluster_, workloads_);
  }

  CaseResult run() {
    const bool single = case_.rounds_until_match <= 1 && case_.rounds_after_match == 0;
    for (std::int32_t i = 0; i < case_.rounds_until_match; ++i) {
      if (i > 0) convert();
      cycle();
    }
    if (!single) rebuild();
    compare();
    for (std::int32_t i = 0; i < case_.rounds_after_match && result_.passed; ++i) {
      if (i > 0) convert();
      cycle();
      compare();
    }
    return std::move(result_);
  }

  std::vector<IdVector<PodId, TaskState>> trace() {
    std::vector<IdVector<PodId, TaskState>> states;
    const std::int32_t cycles = case_.rounds_until_match + case_.rounds_after_match;
    for (std::int32_t i = 0; i < cycles; ++i) {
      if (i > 0) convert();
      cycle();
      states.push_back(task_states());
    }
    return states;
  }

  // Goes where run() goes, and at each comparison writes down instead of comparing.
  CaseOutcome outcome() {
    listening_ = true;
    CaseOutcome out;
    const bool single = case_.rounds_until_match <= 1 && case_.rounds_after_match == 0;
    for (std::int32_t i = 0; i < case_.rounds_until_match; ++i) {
      if (i > 0) convert();
      cycle();
    }
    if (!single) rebuild();
    out.expected = as_it_is(true);
    for (std::int32_t i = 0; i < case_.rounds_after_match && !out.unsettled_in; ++i) {
      if (i > 0) convert();
      cycle();
      if (!(as_it_is(false, &out.expected) == out.expected)) out.unsettled_in = cycles_;
    }
    const auto raised = [](std::optional<std::int64_t>& most, const std::optional<std::int64_t>& asked,
                           std::int64_t n) {
      if (asked) most = std::max(*asked, n);
    };
    const AtMost& asked = case_.expected.at_most;
    raised(out.expected.at_most.binds, asked.binds, most_.binds);
    raised(out.expected.at_most.evictions, asked.evictions, most_.evictions);
    raised(out.expected.at_most.pipelines, asked.pipelines, most_.pipelines);
    return out;
  }

 private:
  // --- A cycle ------------------------------------------------------------------------------------------------------
  // Each pool has its pass, in order; a workload is seen in its own.
  void cycle() {
    ++cycles_;
    set_clocks();
    counts_ = {};
    explanation_ = {};
    for (std::size_t i = 0; i < cluster_.pools.size(); ++i) pass(id_of<PoolId>(i));
    check_counts();
    now_ = now_ + case_.between_rounds;
  }

  // What a pool's pass sees; the lists that a snapshot refers to.
  struct Seen {
    policy::Snapshot snapshot;
    std::vector<WorkloadId> members;
    workload::WaitingList waiting;
  };
  void see(PoolId pool, Seen& seen) const {
    for (std::size_t i = 0; i < workloads_.all.size(); ++i) {
      const WorkloadId id = id_of<WorkloadId>(i);
      if (workloads_.all[id].pool != pool) continue;
      seen.members.push_back(id);
      if (!with_status(id, PodStatus::pending).empty()) seen.waiting.insert(id);
    }
    policy::Snapshot& snapshot = seen.snapshot;
    snapshot.now = now_;
    snapshot.pool = pool;
    snapshot.cluster = &cluster_;
    snapshot.organization = &case_.organization;
    snapshot.workloads = &workloads_;
    snapshot.members = &seen.members;
    snapshot.waiting = &seen.waiting;
    if (!case_.usage.empty()) snapshot.usage = &case_.usage;
    if (!devices_) snapshot.group_names = &groups_;
    snapshot.pod_names = &case_.pod_names;
  }

  void pass(PoolId pool) {
    Seen seen;
    see(pool, seen);
    const policy::Snapshot& snapshot = seen.snapshot;
    policy::WorkingCluster working;
    std::vector<policy::Decision> decisions;
    {
      policy::Transaction transaction(snapshot, working, policy_.book());
      if (wants_words()) {
        policy::Explanation words;
        policy_.cycle(snapshot, transaction, words);
        explanation_.workloads.insert(explanation_.workloads.end(), words.workloads.begin(),
                                      words.workloads.end());
        explanation_.nodes.insert(explanation_.nodes.end(), words.nodes.begin(), words.nodes.end());
      } else {
        policy_.cycle(snapshot, transaction);
      }
      decisions = transaction.take_decisions();
    }
    for (const policy::Decision& d : decisions) std::visit([&](const auto& v) { take(v); }, d);
  }

  // Start times and stale clocks are set anew at every snapshot.
  void set_clocks() {
    for (std::size_t i = 0; i < workloads_.all.size(); ++i) {
      const WorkloadId id = id_of<WorkloadId>(i);
      workload::Workload& w = workloads_.all[id];
      w.stale_since.reset();
      if (case_.stale_for[id].micros >= 0) w.stale_since = now_ - case_.stale_for[id];
      const bool placed = std::any_of(w.pods.begin(), w.pods.end(),
                                      [&](PodId p) { return holds_devices(workloads_.pods[p].status); });
      w.last_start.reset();
      if (placed) w.last_start = now_ - (case_.started_for.contains(id) ? case_.started_for[id] : minutes(1));
    }
  }

  bool wants_words() const {
    if (listening_) return true;
    const auto has_words = [](const auto& entry) {
      return entry.second.message.has_value() || entry.second.accepted_gpu_milli.has_value();
    };
    return !case_.expected.nodes.empty() ||
           std::any_of(case_.expected.jobs.begin(), case_.expected.jobs.end(), has_words);
  }

  void take(const policy::Bind& d) {
    ++counts_.binds;
    put(d.pod, PodStatus::binding, d.node, d.devices);
    if (devices_)
      workloads_.pods[d.pod].devices = cluster_.occupancy.hold(
          d.node, cluster_.nodes[d.node], workloads_.shape_of(d.pod), d.devices, policy_.book());
  }
  void take(const policy::Pipeline& d) {
    ++counts_.pipelines;
    put(d.pod, PodStatus::pipelined, d.node, d.devices);
  }
  void take(const policy::Evict& d) {
    ++counts_.evictions;
    workloads_.pods[d.pod].status = PodStatus::releasing;
  }
  void take(const policy::Move& d) {
    ++counts_.evictions;
    ++counts_.pipelines;
    put(d.pod, PodStatus::pipelined, d.to, d.devices);
  }
  void take(const policy::Refuse&) {}
  void take(const policy::Drop&) {}
  void take(const policy::Repartition&) {}
  void take(const policy::MarkStale&) {}
  void take(const policy::ClearStale&) {}

  void put(PodId pod, PodStatus status, NodeId node, const cluster::DeviceAssignment& devices) {
    workload::Pod& p = workloads_.pods[pod];
    p.status = status;
    p.node = node;
    p.devices = devices;
    if (devices_) return;
    // A sharing group that the cycle opened has a name that is no number.
    for (const std::uint32_t slot : devices.slots) {
      while (groups_.size() <= slot) groups_.push_back("opened-" + std::to_string(groups_.size()));
    }
  }

  void check_counts() {
    most_.binds = std::max(most_.binds, counts_.binds);
    most_.evictions = std::max(most_.evictions, counts_.evictions);
    most_.pipelines = std::max(most_.pipelines, counts_.pipelines);
    const auto check = [&](const char* what, const std::optional<std::int64_t>& most, std::int64_t n) {
      if (most && n > *most) {
        differ("at most " + std::to_string(*most) + " " + what + " expected in a cycle, " +
               std::to_string(n) + " made");
      }
    };
    check("binds", case_.expected.at_most.binds, counts_.binds);
    check("evictions", case_.expected.at_most.evictions, counts_.evictions);
    check("pipelines", case_.expected.at_most.pipelines, counts_.pipelines);
  }

  // --- Between two cycles -------------------------------------------------------------------------------------------
  void convert() {
    for (workload::Pod& pod : workloads_.pods) {
      if (pod.status == PodStatus::binding) {
        pod.status = PodStatus::running;
      } else if (pod.status == PodStatus::pipelined ||
                 (pod.status == PodStatus::releasing && !workloads_.all[pod.workload].deleting_job)) {
        if (devices_ && pod.status == PodStatus::releasing)
          cluster_.occupancy.release(pod.node, cluster_.nodes[pod.node], workloads_.shape_of(pod),
                                     pod.devices);
        pod.status = PodStatus::pending;
        pod.node = none<NodeId>();
        pod.devices = {};
      }
    }
  }

  // After several rounds a case is compared on the snapshot rebuilt, before any action: node figures are those of it (section
  // 11.6), messages stay those of the latest cycle.
  void rebuild() {
    convert();
    if (!wants_words()) return;
    explanation_.nodes.clear();
    for (std::size_t i = 0; i < cluster_.pools.size(); ++i) {
      Seen seen;
      see(id_of<PoolId>(i), seen);
      const auto nodes = policy_.nodes_of(seen.snapshot);
      explanation_.nodes.insert(explanation_.nodes.end(), nodes.begin(), nodes.end());
    }
  }

  // --- Comparison ---------------------------------------------------------------------------------------------------
  void compare() {
    for (std::size_t i = 0; i < workloads_.all.size(); ++i) {
      const workload::Workload& w = workloads_.all[id_of<WorkloadId>(i)];
      const auto job = case_.expected.jobs.find(w.spec.name);
      for (const PodId p : w.pods) {
        if (job != case_.expected.jobs.end())
          compare_task(p, job->second, " (every task of " + w.spec.name + ")");
        const auto task = case_.expected.tasks.find(case_.pod_names[p]);
        if (task == case_.expected.tasks.end()) continue;
        compare_task(p, task->second, "");
      }
      if (job == case_.expected.jobs.end()) continue;
      compare_words(id_of<WorkloadId>(i), job->second);
    }
    for (const auto& [name, expected] : case_.expected.nodes) compare_node(name, expected);
  }

  void compare_task(PodId id, const ExpectedTask& expected, const std::string& why) {
    const workload::Pod& pod = workloads_.pods[id];
    const std::string& name = case_.pod_names[id];
    if (expected.status && *expected.status != pod.status) {
      differ("task " + name + " is " + std::string(name_of(pod.status)) + at_node(pod) + ", expected " +
             std::string(name_of(*expected.status)) + (expected.node ? " on " + *expected.node : "") + why);
      return;
    }
    const std::string node = node_name(pod);
    if (expected.node && *expected.node != node) {
      differ("task " + name + " (" + std::string(name_of(pod.status)) + ") is on " +
             (node.empty() ? "no node" : node) + ", expected on " +
             (expected.node->empty() ? "no node" : *expected.node) + why);
    }
    if (expected.gpu_groups.empty()) return;
    std::vector<std::string> groups;
    if (devices_) return;
    for (const std::uint32_t slot : pod.devices.slots) groups.push_back(groups_[slot]);
    if (groups != expected.gpu_groups)
      result_.remarks.push_back("task " + name + " shares other devices than expected");
  }

  // What only a policy that explains itself can say.
  void compare_words(WorkloadId id, const ExpectedTask& expected) {
    const std::string who = "job " + workloads_.all[id].spec.name;
    policy::Explanation::Workload said;
    for (const auto& w : explanation_.workloads) {
      if (w.id == id) said = w;
    }
    if (expected.accepted_gpu_milli && *expected.accepted_gpu_milli != said.accepted_gpu_milli) {
      differ(who + " was granted " + print_decimal(said.accepted_gpu_milli, 3) + " GPUs, expected " +
             print_decimal(*expected.accepted_gpu_milli, 3));
    }
    if (expected.message && *expected.message != said.message) {
      differ(who + " says " + berth::quoted(said.message) + ", expected " + berth::quoted(*expected.message));
    }
  }

  void compare_node(const std::string& name, const ExpectedNode& expected) {
    const auto id = cluster_.find_node(name);
    for (const auto& node : explanation_.nodes) {
      if (!id || node.id != *id) continue;
      const auto check = [&](const char* what, const std::optional<std::int64_t>& wanted, std::int64_t n) {
        if (wanted && *wanted != n) {
          differ("node " + name + " has " + std::to_string(n) + " " + what + " GPUs, expected " +
                 std::to_string(*wanted));
        }
      };
      check("idle", expected.idle_gpus, node.idle_gpus);
      check("releasing", expected.releasing_gpus, node.releasing_gpus);
      return;
    }
    differ("the policy says nothing about node " + name);
  }

  // --- Writing down -------------------------------------------------------------------------------------------------
  IdVector<PodId, TaskState> task_states() const {
    IdVector<PodId, TaskState> states;
    std::map<std::uint32_t, std::string> opened;
    for (std::size_t i = 0; i < workloads_.pods.size(); ++i) {
      const workload::Pod& pod = workloads_.pods[id_of<PodId>(i)];
      TaskState state;
      state.status = pod.status;
      if (holds_devices(pod.status) || pod.status == PodStatus::pipelined) {
        state.node = node_name(pod);
        for (const std::uint32_t slot : devices_ ? std::vector<std::uint32_t>() : pod.devices.slots) {
          if (slot < case_.group_names.size()) {
            state.devices.push_back(case_.group_names[slot]);
          } else {
            state.devices.push_back(
                opened.try_emplace(slot, "opened for " + case_.pod_names[id_of<PodId>(i)]).first->second);
          }
        }
      }
      states.push_back(std::move(state));
    }
    return states;
  }

  // The fields that the case asks for, as they are now. What does not hold as the case says it may be told otherwise: with
  // the node of what has become placed, and task by task. `shape`: in the form of that one instead.
  Expected as_it_is(bool may_reshape, const Expected* shape = nullptr) const {
    const Expected& asked = shape != nullptr ? *shape : case_.expected;
    const bool everything =
        shape == nullptr && asked.jobs.empty() && asked.tasks.empty() && asked.nodes.empty();
    Expected out;
    out.at_most = shape != nullptr ? shape->at_most : AtMost{};
    for (std::size_t i = 0; i < workloads_.all.size(); ++i) {
      const WorkloadId id = id_of<WorkloadId>(i);
      const workload::Workload& w = workloads_.all[id];
      const auto job = asked.jobs.find(w.spec.name);
      if (everything || job != asked.jobs.end()) {
        ExpectedTask form;
        if (everything) {
          form.status = PodStatus::pending;
        } else {
          form = job->second;
        }
        write_job(id, form, everything, may_reshape, out);
      }
      for (const PodId p : w.pods) {
        const auto task = asked.tasks.find(case_.pod_names[p]);
        if (task != asked.tasks.end())
          out.tasks[task->first] = written(workloads_.pods[p], task->second, may_reshape);
      }
    }
    for (const auto& [name, node] : asked.nodes) {
      const auto id = cluster_.find_node(name);
      for (const auto& said : explanation_.nodes) {
        if (!id || said.id != *id) continue;
        if (node.idle_gpus) out.nodes[name].idle_gpus = said.idle_gpus;
        if (node.releasing_gpus) out.nodes[name].releasing_gpus = said.releasing_gpus;
      }
    }
    return out;
  }

  void write_job(WorkloadId id, const ExpectedTask& form, bool everything, bool may_reshape,
                 Expected& out) const {
    const workload::Workload& w = workloads_.all[id];
    ExpectedTask job;
    std::vector<ExpectedTask> tasks;
    for (const PodId p : w.pods)
      tasks.push_back(written(workloads_.pods[p], form, everything || may_reshape));
    const bool alike =
        std::all_of(tasks.begin(), tasks.end(), [&](const ExpectedTask& t) { return t == tasks.front(); });
    if (alike && !tasks.empty()) job = tasks.front();
    for (const auto& said : explanation_.workloads) {
      if (said.id != id) continue;
      if (form.accepted_gpu_milli) job.accepted_gpu_milli = said.accepted_gpu_milli;
      if (form.message) job.message = said.message;
    }
    if (!(job == ExpectedTask{})) out.jobs[w.spec.name] = job;
    if (alike) return;
    for (std::size_t i = 0; i < tasks.size(); ++i) out.tasks[case_.pod_names[w.pods[i]]] = tasks[i];
  }

  // A node is told when it was asked for, or when the pod has become placed against expectation.
  ExpectedTask written(const workload::Pod& pod, const ExpectedTask& form, bool may_reshape) const {
    ExpectedTask out;
    if (form.status) out.status = pod.status;
    const bool placed = holds_devices(pod.status) || pod.status == PodStatus::pipelined;
    const bool otherwise = may_reshape && form.status && *form.status != pod.status;
    if (placed ? form.node.has_value() || otherwise : form.node && !otherwise) out.node = node_name(pod);
    if (out.status == form.status && out.node == form.node) out.gpu_groups = form.gpu_groups;
    return out;
  }

  std::vector<PodId> with_status(WorkloadId id, PodStatus status) const {
    std::vector<PodId> found;
    for (const PodId p : workloads_.all[id].pods) {
      if (workloads_.pods[p].status == status) found.push_back(p);
    }
    return found;
  }
  // Where it is; a task that was evicted has left.
  std::string node_name(const workload::Pod& pod) const {
    return pod.node == none<NodeId>() ? std::string() : cluster_.nodes[pod.node].name;
  }
  std::string at_node(const workload::Pod& pod) const {
    const std::string node = node_name(pod);
    return node.empty() ? node : " on " + node;
  }
  void differ(const std::string& sentence) {
    result_.passed = false;
    result_.differences.push_back("cycle " + std::to_string(cycles_) + ": " + sentence);
  }

  const PolicyCase& case_;
  policy::Policy& policy_;
  bool devices_;  // nodes have devices, not counts alone
  Instant now_;
  cluster::Cluster cluster_;
  workload::Workloads workloads_;
  std::vector<std::string> groups_;
  policy::Explanation explanation_;
  CycleCounts counts_, most_;
  std::int32_t cycles_ = 0;
  bool listening_ = false;
  CaseResult result_;
};

}  // namespace

CaseResult run_policy_case(const PolicyCase& c, policy::Policy& policy) {
  return CaseRun(c, policy).run();
}

std::string TaskState::text() const {
  std::string out(workload::name_of(status));
  if (!node.empty()) out += " on " + node;
  for (std::size_t i = 0; i < devices.size(); ++i)
    out += (i == 0 ? " (device " : ", ") + devices[i] + (i + 1 == devices.size() ? ")" : "");
  return out;
}

std::vector<IdVector<PodId, TaskState>> trace_policy_case(const PolicyCase& c, policy::Policy& policy) {
  return CaseRun(c, policy).trace();
}

CaseOutcome outcome_of_policy_case(const PolicyCase& c, policy::Policy& policy) {
  return CaseRun(c, policy).outcome();
}

}  // namespace berth::scenario
