#include "sim/simulation/journal/replay.hpp"

#include <algorithm>

#include "berth/core/quantity_text.hpp"
#include "sim/core/text.hpp"
#include "sim/simulation/journal/replay_step.hpp"

namespace berth::simulation {

Replay::Replay(const JournalReader& journal) : journal_(journal), world_(journal.world_before(0)) {}

Replay::Replay(const JournalReader& journal, Instant at)
    : journal_(journal), next_(journal.sequence_after(at)) {
  world_ = journal.world_before(next_);
}

Replay Replay::before(const JournalReader& journal, std::uint64_t sequence) {
  return {journal, sequence, journal.world_before(sequence)};
}

void Replay::advance_to(Instant at) {
  advance_before(std::max(next_, journal_.sequence_after(at)));
}

void Replay::advance_before(std::uint64_t sequence) {
  if (sequence <= next_) return;
  each([&](const Record& record, const World&) { return record.sequence < sequence; });
}

void Replay::each(const std::function<bool(const Record&, const World&)>& visit) {
  const std::vector<BlockInfo>& blocks = journal_.blocks();
  std::size_t block = 0;  // of the record
  journal_.each(next_, [&](const Record& record) {
    if (!visit(record, world_)) return false;
    while (record.sequence >= blocks[block].first_sequence + blocks[block].count) ++block;
    replay_step(world_, record, blocks[block].offset);
    next_ = record.sequence + 1;
    return true;
  });
}

std::optional<JournalDifference> first_difference(const JournalReader& left, const JournalReader& right) {
  // A block's worth of the one at a time, held against the other.
  std::vector<Record> stretch;
  const std::uint64_t common = std::min(left.size(), right.size());
  std::optional<JournalDifference> difference;
  for (std::uint64_t from = 0; from < common && !difference;) {
    stretch.clear();
    left.each(from, [&](const Record& record) {
      stretch.push_back(record);
      return stretch.size() < 4096 && record.sequence + 1 < common;
    });
    right.each(from, [&](const Record& record) {
      const Record& other = stretch[static_cast<std::size_t>(record.sequence - from)];
      if (record.at != other.at || !same(record.transition, other.transition)) {
        difference = JournalDifference{record.sequence, other, record};
        return false;
      }
      return record.sequence + 1 < from + stretch.size();
    });
    from += stretch.size();
  }
  if (difference || left.size() == right.size()) return difference;
  difference.emplace();
  difference->sequence = common;
  const bool left_goes_on = left.size() > common;
  (left_goes_on ? left : right).each(common, [&](const Record& record) {
    (left_goes_on ? difference->left : difference->right) = record;
    return false;
  });
  return difference;
}

namespace {

// Seconds with six places and a sign.
std::string seconds_of(Duration d) {
  const bool negative = d.micros < 0;
  const std::uint64_t size =
      negative ? -static_cast<std::uint64_t>(d.micros) : static_cast<std::uint64_t>(d.micros);
  std::string digits = std::to_string(size % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  return (negative ? "-" : "+") + std::to_string(size / 1'000'000) + "." + digits + "s";
}

// "h100-00 in h100: gpus 8, cpu 192, memory 2Ti, pods 110".
std::string node_words(const cluster::NodeSpec& node, const World& world) {
  const auto& pools = world.cluster.pools;
  return node.name + " in " + (pools.contains(node.pool) ? pools[node.pool].name : "?") + ": gpus " +
         std::to_string(node.gpus) + ", cpu " + print_decimal(node.cpu.value, 3) + ", memory " +
         print_bytes(node.memory) + ", pods " + std::to_string(node.max_pods);
}

// "quota gpu 8 cpu unlimited memory unlimited, limit gpu 12 cpu unlimited memory 1Ti".
std::string quota_words(const organization::Quota& quota) {
  using organization::Resource;
  const auto amounts = [](const organization::Amounts& of) {
    std::string text;
    for (const Resource r : {Resource::gpu, Resource::cpu, Resource::memory}) {
      const std::int64_t amount = organization::at(of, r);
      text += r == Resource::gpu ? " gpu " : r == Resource::cpu ? " cpu " : " memory ";
      text += amount == organization::unlimited ? "unlimited"
              : r == Resource::memory           ? print_bytes(Bytes(amount))
                                                : print_decimal(amount, 3);
    }
    return text;
  };
  return "quota" + amounts(quota.quota) + ", limit" + amounts(quota.limit);
}

class Line {
 public:
  Line(const Record& record, const World& world) : record_(record), world_(world) {}

  std::string text() const {
    std::string line = seconds_of(record_.at - world_.start) + "  ";
    line += name_of(record_.transition);
    const std::string rest = std::visit([this](const auto& t) { return words(t); }, record_.transition);
    return rest.empty() ? line : line + "  " + rest;
  }

 private:
  std::string workload(WorkloadId id) const {
    if (world_.workloads.all.contains(id)) return world_.workloads.all[id].spec.name;
    return "workload #" + std::to_string(index_of(id));
  }
  std::string pod(PodId id) const {
    if (!world_.workloads.pods.contains(id)) return "pod #" + std::to_string(index_of(id));
    const workload::Pod& p = world_.workloads.pods[id];
    return workload(p.workload) + " " + std::to_string(p.index);
  }
  std::string node(NodeId id) const {
    if (world_.cluster.nodes.contains(id)) return world_.cluster.nodes[id].name;
    return "node #" + std::to_string(index_of(id));
  }
  std::string pool(PoolId id) const {
    if (world_.cluster.pools.contains(id)) return world_.cluster.pools[id].name;
    return "pool #" + std::to_string(index_of(id));
  }
  static std::string devices(const cluster::DeviceAssignment& where) {
    if (where.devices == 0) return "";
    std::string text = " {";
    const auto add = [&](const std::string& one) { text += (text.size() > 2 ? " " : "") + one; };
    // A MIG instance is its device and its first memory slice.
    for (const std::uint32_t slot : where.slots)
      add(std::to_string(slot >> 8) + "@" + std::to_string(slot & 255));
    for (cluster::DeviceSet left = where.slots.empty() ? where.devices : 0; left != 0; left &= left - 1)
      add(std::to_string(cluster::lowest_device(left)));
    return text + "}";
  }
  // What the pod takes of the node: of each device its share in thousandths (none of MIG instances), cores, memory.
  std::string taken(const PodBound& t) const {
    if (!world_.workloads.pods.contains(t.pod) || !world_.cluster.nodes.contains(t.node)) return "";
    const workload::PodShape& shape = world_.workloads.shape_of(t.pod);
    std::string text;
    if (t.devices.devices != 0 && t.devices.slots.empty()) {
      // One number where the devices give alike.
      std::vector<GpuMilli> shares = t.devices.shares;
      if (shares.empty()) shares.push_back(whole_gpus(1));
      if (std::all_of(shares.begin(), shares.end(), [&](GpuMilli share) { return share == shares.front(); }))
        shares.resize(1);
      text += ", gpu";
      for (const GpuMilli share : shares) text += " " + std::to_string(share.value) + "m";
    }
    if (t.devices.over_booked) text += ", over-booked";
    if (shape.cpu.value > 0) text += ", cpu " + print_decimal(shape.cpu.value, 3);
    if (shape.memory.value > 0) text += ", memory " + print_bytes(shape.memory);
    return text;
  }
  static const char* cause(policy::EvictionCause c) {
    switch (c) {
      case policy::EvictionCause::preempt:
        return "preempt";
      case policy::EvictionCause::reclaim:
        return "reclaim";
      case policy::EvictionCause::consolidation:
        return "consolidation";
      case policy::EvictionCause::stale_gang:
        return "stale-gang";
      case policy::EvictionCause::policy:
        return "policy";
    }
    return "";
  }
  std::string eviction(PodId id, policy::EvictionCause why, WorkloadId for_workload) const {
    std::string text = pod(id) + " " + cause(why);
    if (for_workload != none<WorkloadId>()) text += " for " + workload(for_workload);
    return text;
  }

  std::string words(const ShapeAdded&) const { return ""; }
  std::string words(const WorkloadSubmitted& t) const { return t.spec->name; }
  std::string words(const PodsCreated& t) const {
    return workload(t.workload) + " x " + std::to_string(t.count);
  }
  std::string words(const PodBound& t) const {
    return pod(t.pod) + " on " + node(t.node) + devices(t.devices) + taken(t);
  }
  std::string words(const PodFailed& t) const {
    return pod(t.pod) + (t.cause == FailureCause::exit_code ? " exit-code" : " node-down");
  }
  std::string words(const PodEvicted& t) const { return eviction(t.pod, t.cause, t.for_workload); }
  std::string words(const PipelinedPodEvicted& t) const { return eviction(t.pod, t.cause, t.for_workload); }
  std::string words(const PodStopped& t) const {
    constexpr const char* causes[] = {"suspended", "deleted", "finished", "node-removed", "gang-restart"};
    return pod(t.pod) + " " + causes[static_cast<std::size_t>(t.cause)];
  }
  std::string words(const PodPipelined& t) const {
    return pod(t.pod) + " to " + node(t.node) + devices(t.devices);
  }
  std::string words(const Refused& t) const {
    constexpr const char* codes[] = {"no-room", "over-limit", "non-preemptible-over-quota", "never-fits"};
    return workload(t.workload) + " by " + pool(t.refusal.pool) + ": " +
           codes[static_cast<std::size_t>(t.refusal.code)];
  }
  std::string words(const PoolMoved& t) const {
    return workload(t.workload) + " to " + pool(t.to) + (t.round_over ? ", round over" : "");
  }
  std::string words(const SuspendAsked& t) const {
    constexpr const char* causes[] = {"asked", "work-done", "preempted"};
    return workload(t.workload) + " " + causes[static_cast<std::size_t>(t.cause)];
  }
  std::string words(const WorkloadFinished& t) const {
    constexpr const char* causes[] = {"work-done", "exit-code", "backoff-limit", "dropped"};
    return workload(t.workload) + (t.ending == Ending::completed ? " completed: " : " failed: ") +
           causes[static_cast<std::size_t>(t.cause)];
  }
  std::string words(const NodeAdded& t) const { return node_words(*t.spec, world_); }
  std::string words(const NodeCordoned& t) const { return node(t.node) + (t.on ? " on" : " off"); }
  std::string words(const NodePowered& t) const { return node(t.node) + (t.up ? " up" : " down"); }
  std::string words(const NodeRemoved& t) const { return node(t.node); }
  std::string words(const RepartitionBegun& t) const { return node(t.node) + " " + std::to_string(t.device); }
  std::string words(const RepartitionEnded& t) const { return node(t.node) + " " + std::to_string(t.device); }
  std::string words(const QuotaChanged& t) const {
    const auto& queues = world_.organization.queues;
    return (queues.contains(t.queue) ? queues[t.queue].name : "queue #" + std::to_string(index_of(t.queue))) +
           " in " + pool(t.pool) + ": " + quota_words(t.quota);
  }
  std::string words(const CycleBegan& t) const { return pool(t.pool); }
  std::string words(const RunEnded& t) const {
    constexpr const char* ends[] = {"drained", "end-reached", "stopped"};
    return std::string(ends[static_cast<std::size_t>(t.why)]) + ", " + std::to_string(t.events) +
           " events, " + std::to_string(t.cycles) + " cycles, " + std::to_string(t.decisions) + " decisions";
  }
  // The rest: about a pod or a workload and nothing more.
  template <class T>
  std::string words(const T& t) const {
    if constexpr (requires { t.pod; }) {
      return pod(t.pod);
    } else {
      return workload(t.workload);
    }
  }

  const Record& record_;
  const World& world_;
};

}  // namespace

std::string line_of(const Record& record, const World& world) {
  return Line(record, world).text();
}

std::vector<std::string> lines_of_start(const World& world) {
  std::vector<std::string> lines;
  for (const cluster::NodeSpec& node : world.cluster.nodes)
    lines.push_back("node  " + node_words(node, world));
  const auto& queues = world.organization.queues;
  for (std::size_t q = 0; q < queues.size(); ++q) {
    const organization::Queue& queue = queues[id_of<QueueId>(q)];
    for (std::size_t p = 0; p < queue.quota.size() && p < world.cluster.pools.size(); ++p) {
      const PoolId pool = id_of<PoolId>(p);
      lines.push_back("queue  " + queue.name +
                      (queue.parent == none<QueueId>() ? "" : " of " + queues[queue.parent].name) + " in " +
                      world.cluster.pools[pool].name + ": " + quota_words(queue.quota[pool]));
    }
  }
  return lines;
}

}  // namespace berth::simulation
