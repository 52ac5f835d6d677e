// Every small world under every policy: all clusters of one or two nodes with one or two devices each, all pairs of queues
// with quotas of none to two GPUs and limits of one or none, all lists of up to two workloads of some forty kinds. Each is
// decided, and what was decided comes true, until nothing more is decided; after each cycle this holds:
//   - no device, CPU or slot is over-booked, and the transaction has taken itself back;
//   - no gang is bound below its minimum;
//   - no queue is above its limit, nor with what may not be preempted above its quota, that was not so before (policies that
//     heed quotas);
//   - each workload that waits has a conclusion in words, and each that was refused is one that waits; a refusal by a queue
//     names it, and amounts that make it true;
//   - another policy object without caches decides the same, and the same again when it explains;
//   - after a few cycles nothing new is decided.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "berth/policy/policy.hpp"
#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/scene.hpp"

using namespace berth;
using namespace berth::policy;
using organization::Resource;
using tests::Scene;
using workload::GpuRequest;
using workload::PodStatus;

namespace {

// What a workload of a small world is.
struct Kind {
  GpuRequest gpu;
  int pods = 1, minimum = 1;
  int queue = 0;
  int priority = 50;
  bool runs = false;  // as far as there is room
};

std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  const Kind shapes[] = {{GpuRequest::whole(1)},
                         {GpuRequest::whole(2)},
                         {GpuRequest::fraction(GpuMilli(500))},
                         {GpuRequest::whole(1), 2, 2},
                         {GpuRequest::whole(1), 2, 1}};
  for (Kind kind : shapes) {
    for (const int queue : {0, 1}) {
      for (const int priority : {50, 100}) {
        for (const bool runs : {false, true}) {
          kind.queue = queue;
          kind.priority = priority;
          kind.runs = runs;
          kinds.push_back(kind);
        }
      }
    }
  }
  return kinds;
}

// Two queues below a department: their quotas in GPUs, and the limit of the first (0: none).
struct Quotas {
  int first = 1, second = 1, limit = 0;
};

struct World : Scene {
  QueueId queues[2];

  World(const std::vector<int>& nodes, const Quotas& quotas) {
    for (const int gpus : nodes)
      cluster.add_node(tests::node_spec("n" + std::to_string(cluster.nodes.size()), gpus));
    const QueueId top = add_queue("d", none<QueueId>(), quotas.first + quotas.second);
    queues[0] = add_queue("p", top, quotas.first);
    queues[1] = add_queue("q", top, quotas.second);
    if (quotas.limit > 0)
      at(organization.queues[queues[0]].quota[PoolId{0}].limit, Resource::gpu) =
          whole_gpus(quotas.limit).value;
  }

  void add(const Kind& kind, cluster::DeviceBook book) {
    const WorkloadId id = submit(tests::shape(kind.gpu), kind.pods, kind.minimum, queues[kind.queue]);
    workload::Workload& w = workloads.all[id];
    w.spec.priority = kind.priority;
    if (!kind.runs) return;
    w.last_start = now - minutes(10);
    for (const PodId pod : w.pods) run(pod, book);
  }

 private:
  // On the first node with free devices.
  void run(PodId pod, cluster::DeviceBook book) {
    const GpuRequest& gpu = workloads.shape_of(pod).gpu;
    for (const NodeId node : cluster.pools[PoolId{0}].nodes) {
      cluster::DeviceAssignment free;
      int left = gpu.devices;
      for (int d = 0; d < cluster.nodes[node].gpus && left > 0; ++d) {
        const cluster::DeviceState& device = cluster.occupancy[node].devices[static_cast<std::size_t>(d)];
        const bool room = gpu.kind == workload::GpuRequestKind::whole
                              ? device.holders == 0
                              : cluster::share_fits(cluster.nodes[node], device, gpu, book);
        if (!room) continue;
        free.devices |= cluster::device_bit(d);
        --left;
      }
      if (left > 0) continue;
      start(pod, node, free, PodStatus::running, book);
      return;
    }
  }
};

// What each queue holds in GPU milli; only of what may not be preempted, if so asked.
std::map<QueueId, std::int64_t> held(const World& world, bool non_preemptible_only) {
  std::map<QueueId, std::int64_t> sums;
  for (const workload::Workload& w : world.workloads.all) {
    if (non_preemptible_only && w.spec.preemptible()) continue;
    for (const PodId pod : w.pods) {
      if (!workload::counts_as_allocated(world.workloads.pods[pod].status)) continue;
      const std::int64_t amount = world.workloads.shape_of(pod).gpu.quota_amount().value;
      for (QueueId q = w.spec.project; q != none<QueueId>(); q = world.organization.queues[q].parent)
        sums[q] += amount;
    }
  }
  return sums;
}

using Factory = std::function<std::unique_ptr<Policy>()>;

// What must hold for a policy, of which two are made.
class Laws {
 public:
  Laws(const Factory& factory, bool heeds_quotas)
      : policy_(factory()), other_(factory()), heeds_quotas_(heeds_quotas) {}

  cluster::DeviceBook book() const { return policy_->book(); }

  // The first thing that does not hold; empty: all does.
  std::string broken_by(World world) {
    policy_->drop_caches();
    WorkingCluster working;
    // Each cycle places something or takes something for somebody of higher right; so few workloads have few such steps.
    const int most = 8;
    for (int cycle = 1; cycle <= most; ++cycle) {
      std::vector<Decision> decisions;
      const std::string broken = cycle_breaks(world, working, decisions);
      if (!broken.empty()) return "cycle " + std::to_string(cycle) + ": " + broken;
      const auto moves = [](const Decision& d) {
        return !std::holds_alternative<Refuse>(d) && !std::holds_alternative<Pipeline>(d);
      };
      if (std::none_of(decisions.begin(), decisions.end(), moves)) return "";
      cycles_ += 1;
    }
    return "still deciding after " + std::to_string(most) + " cycles";
  }
  std::int64_t cycles() const { return cycles_; }

 private:
  std::string cycle_breaks(World& world, WorkingCluster& working, std::vector<Decision>& decisions) {
    decisions = one_pass(*policy_, world, working);
    if (!(working.occupancy() == world.cluster.occupancy)) return "the transaction left something behind";
    const std::string text = world.news(decisions);
    WorkingCluster fresh;
    other_->drop_caches();
    if (world.news(one_pass(*other_, world, fresh)) != text) return "without caches it decides otherwise";
    other_->drop_caches();
    Explanation explanation;
    if (world.news(one_pass(*other_, world, fresh, &explanation)) != text)
      return "explaining, it decides otherwise";
    std::string broken = refusals_break(world, decisions, explanation);
    if (!broken.empty()) return broken;

    const auto before = held(world, false), firm_before = held(world, true);
    world.apply(decisions, book());  // an invariant breaks where devices are not free
    broken = over_booked(world, decisions);
    if (broken.empty()) broken = gangs_break(world, decisions);
    if (broken.empty() && heeds_quotas_) broken = above(world, before, held(world, false), false);
    if (broken.empty() && heeds_quotas_) broken = above(world, firm_before, held(world, true), true);
    return broken;
  }

  static std::string over_booked(const World& world, const std::vector<Decision>& decisions) {
    for (const Bind& b : tests::binds_of(decisions)) {
      if (b.devices.over_booked) return "a bind over-books its devices";
    }
    for (const NodeId id : world.cluster.pools[PoolId{0}].nodes) {
      const cluster::NodeOccupancy& node = world.cluster.occupancy[id];
      if (node.cpu_free.value < 0 || node.memory_free.value < 0)
        return "a node has less than no CPU or memory";
      for (const cluster::DeviceState& device : node.devices) {
        if (device.used > GpuMilli(1000)) return "a device is used above 1000";
      }
    }
    return "";
  }

  static std::string gangs_break(const World& world, const std::vector<Decision>& decisions) {
    std::set<WorkloadId> bound, robbed;
    const auto of = [&](PodId pod) { return world.workloads.pods[pod].workload; };
    for (const Decision& d : decisions) {
      if (const auto* b = std::get_if<Bind>(&d)) bound.insert(of(b->pod));
      if (const auto* e = std::get_if<Evict>(&d)) robbed.insert(of(e->pod));
      if (const auto* m = std::get_if<Move>(&d)) robbed.insert(of(m->pod));
    }
    for (const WorkloadId id : bound) {
      if (robbed.count(id) > 0) continue;
      const workload::Workload& w = world.workloads.all[id];
      const auto active = std::count_if(w.pods.begin(), w.pods.end(), [&](PodId pod) {
        return workload::counts_as_allocated(world.workloads.pods[pod].status);
      });
      if (active < w.spec.sub_groups[0].min_pods) return "a gang is bound below its minimum";
    }
    return "";
  }

  static std::string above(const World& world, const std::map<QueueId, std::int64_t>& before,
                           const std::map<QueueId, std::int64_t>& now, bool quota) {
    for (const auto& [queue, amount] : now) {
      const organization::Quota& of = world.organization.queues[queue].quota[PoolId{0}];
      const std::int64_t bound = at(quota ? of.quota : of.limit, Resource::gpu);
      const auto was = before.find(queue);
      if (bound == organization::unlimited || amount <= bound) continue;
      if (was == before.end() || amount > was->second)
        return quota ? "what may not be preempted is above a quota" : "a queue is above its limit";
    }
    return "";
  }

  static std::string refusals_break(const World& world, const std::vector<Decision>& decisions,
                                    const Explanation& explanation) {
    std::set<WorkloadId> waits(world.waiting.begin(), world.waiting.end());
    for (const Decision& d : decisions) {
      const auto* r = std::get_if<Refuse>(&d);
      if (r == nullptr) continue;
      if (waits.count(r->workload) == 0) return "somebody is refused who does not wait";
      const workload::Refusal& why = r->refusal;
      const bool by_queue = why.code == workload::RefusalCode::over_limit ||
                            why.code == workload::RefusalCode::non_preemptible_over_quota;
      if (by_queue && why.queue == none<QueueId>()) return "a refusal by a queue does not name it";
      if (by_queue && why.used + why.requested <= why.limit) return "the amounts of a refusal do not refuse";
    }
    std::set<WorkloadId> told;
    for (const Explanation::Workload& w : explanation.workloads) {
      if (!w.conclusion.empty()) told.insert(w.id);
    }
    for (const WorkloadId id : waits) {
      if (told.count(id) == 0) return "somebody waits without a conclusion";
    }
    return "";
  }

  std::unique_ptr<Policy> policy_, other_;
  bool heeds_quotas_;
  std::int64_t cycles_ = 0;
};

std::string text_of(const std::vector<int>& nodes, const Quotas& quotas, const std::vector<Kind>& kinds) {
  std::string text = "nodes";
  for (const int gpus : nodes) text += " " + std::to_string(gpus);
  text += ", quotas " + std::to_string(quotas.first) + " " + std::to_string(quotas.second) + ", limit " +
          std::to_string(quotas.limit);
  for (const Kind& k : kinds) {
    text += "; " + std::to_string(k.pods) + " (" + std::to_string(k.minimum) + ") of " +
            std::to_string(k.gpu.quota_amount().value) + " in " + std::to_string(k.queue) + " priority " +
            std::to_string(k.priority) + (k.runs ? " running" : "");
  }
  return text;
}

// All lists of at most two kinds.
std::vector<std::vector<Kind>> all_lists() {
  const std::vector<Kind> kinds = all_kinds();
  std::vector<std::vector<Kind>> lists{{}};
  for (const Kind& first : kinds) {
    lists.push_back({first});
    for (const Kind& second : kinds) lists.push_back({first, second});
  }
  return lists;
}

const std::vector<std::vector<int>> clusters = {{1}, {2}, {1, 1}, {1, 2}, {2, 1}, {2, 2}};

std::vector<Quotas> all_quotas() {
  std::vector<Quotas> all;
  for (int first = 0; first <= 2; ++first) {
    for (int second = 0; second <= 2; ++second) {
      for (int limit = 0; limit <= 1; ++limit) all.push_back({first, second, limit});
    }
  }
  return all;
}

// Every world under the policy; how many there were.
std::int64_t every_world(const PolicySpec& spec) {
  const bool heeds_quotas = heeds(spec.name, Matter::quotas);
  Laws laws([&] { return make_policy(spec); }, heeds_quotas);
  std::int64_t count = 0, broken = 0;
  // A policy that heeds no quotas decides the same under all of them.
  const std::vector<Quotas> quotas = heeds_quotas ? all_quotas() : std::vector<Quotas>{Quotas{}};
  const auto lists = all_lists();
  for (const std::vector<int>& nodes : clusters) {
    for (const Quotas& q : quotas) {
      const World empty(nodes, q);
      for (const std::vector<Kind>& list : lists) {
        World world = empty;
        for (const Kind& kind : list) world.add(kind, laws.book());
        ++count;
        const std::string what = laws.broken_by(std::move(world));
        if (what.empty()) continue;
        if (++broken <= 10) UNSCOPED_INFO(text_of(nodes, q, list) << ": " << what);
      }
    }
  }
  CHECK(broken == 0);
  CHECK(laws.cycles() > count / 4);  // it was no idle walk
  return count;
}

}  // namespace

TEST_CASE("every small world, under every policy", "[policy][small-worlds]") {
  for (const std::string& name : policy_names()) {
    const std::vector<std::string> placements =
        heeds(name, Matter::placement) ? std::vector<std::string>{"first-fit", "best-fit", "worst-fit"}
                                       : std::vector<std::string>{"best-fit"};
    for (const std::string& placement : placements) {
      INFO(name << " with " << placement);
      PolicySpec spec;
      spec.name = name;
      spec.placement = placement;
      CHECK(every_world(spec) >= 6 * 1641);
    }
  }
}

TEST_CASE("policies that break a law of the small worlds are found out", "[policy][small-worlds]") {
  const Kind gang{GpuRequest::whole(1), 2, 2};
  const auto broken = [&](const tests::Scripted::Script& script, const std::vector<Kind>& kinds,
                          Quotas quotas = {}) {
    Laws laws([&] { return std::make_unique<tests::Scripted>(script); }, true);
    World world({2}, quotas);
    for (const Kind& kind : kinds) world.add(kind, laws.book());
    return laws.broken_by(std::move(world));
  };
  // Each waiting pod takes the device of its number, until `most` are bound.
  const auto binds = [](int most, bool speaks) {
    return [=](const Snapshot& s, Transaction& t) {
      int left = most;
      for (const WorkloadId id : *s.waiting) {
        for (const PodId pod : s.workloads->all[id].pods) {
          if (s.workloads->pods[pod].status != PodStatus::pending || left-- <= 0) continue;
          t.bind(pod, NodeId{0}, {cluster::device_bit(static_cast<int>(index_of(pod))), {}});
        }
        workload::Refusal nameless;
        nameless.code = workload::RefusalCode::over_limit;
        if (speaks) t.refuse(id, nameless);
      }
      return CycleResult{};
    };
  };
  CHECK(broken(binds(2, false), {}) == "");
  CHECK(broken(binds(0, false), {gang}) == "cycle 1: somebody waits without a conclusion");
  CHECK(broken(binds(0, true), {gang}) == "cycle 1: a refusal by a queue does not name it");
  const Kind one{GpuRequest::whole(1)};
  const auto explained = [&](const std::vector<Kind>& kinds, Quotas quotas, int most) {
    // Says something of everybody, so that the other laws are reached.
    class Speaks final : public Policy {
     public:
      explicit Speaks(tests::Scripted::Script script) : script_(std::move(script)) {}
      std::string_view name() const override { return "speaks"; }
      CycleResult cycle(const Snapshot& s, Transaction& t) override { return script_(s, t); }
      CycleResult cycle(const Snapshot& s, Transaction& t, Explanation& explanation) override {
        explanation = {};
        for (const WorkloadId id : *s.waiting) explanation.workloads.push_back({id, "so", "", {}, 0});
        return script_(s, t);
      }

     private:
      tests::Scripted::Script script_;
    };
    Laws laws([&] { return std::make_unique<Speaks>(binds(most, false)); }, true);
    World world({2}, quotas);
    for (const Kind& kind : kinds) world.add(kind, laws.book());
    return laws.broken_by(std::move(world));
  };
  CHECK(explained({one, one}, {2, 2, 0}, 2) == "");
  CHECK(explained({gang}, {2, 2, 0}, 1) == "cycle 1: a gang is bound below its minimum");
  CHECK(explained({gang}, {2, 2, 1}, 2) == "cycle 1: a queue is above its limit");
  Kind firm = one;
  firm.priority = 100;
  CHECK(explained({firm}, {0, 0, 0}, 1) == "cycle 1: what may not be preempted is above a quota");

  const auto shuffles = [](const Snapshot&, Transaction& t) {
    t.mark_stale(WorkloadId{0});
    return CycleResult{};
  };
  Laws restless([&] { return std::make_unique<tests::Scripted>(shuffles); }, true);
  World world({2}, {});
  world.add({GpuRequest::whole(1), 1, 1, 0, 50, true}, restless.book());
  CHECK(restless.broken_by(std::move(world)) == "still deciding after 8 cycles");
}
