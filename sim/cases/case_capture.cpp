#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "berth/core/invariant.hpp"
#include "berth/simulation/run.hpp"
#include "sim/cases/case_tools.hpp"
#include "sim/simulation/run/snapshot.hpp"

namespace berth::scenario {
namespace {

using workload::PodStatus;

class Capture {
 public:
  Capture(const simulation::World& world, PoolId pool, Instant now, const policy::PolicySpec& policy)
      : world_(world), pool_(pool), snapshot_(simulation::snapshot_of(world, pool, now, reading_)) {
    case_.now = now;
    case_.policy = policy;
    case_.policy.typical.clear();
  }

  PolicyCase take() {
    organization();
    nodes();
    std::vector<WorkloadId> ids = *snapshot_.members;
    ids.insert(ids.end(), snapshot_.leaving->begin(), snapshot_.leaving->end());
    std::sort(ids.begin(), ids.end());
    name_devices(ids);
    for (const WorkloadId id : ids) workload(id);
    for (const auto& [node, copy] : nodes_) stand_in_for_cuts(node, copy);
    if (snapshot_.usage != nullptr) case_.usage = *snapshot_.usage;
    return std::move(case_);
  }

 private:
  void organization() {
    case_.organization = world_.organization;
    for (organization::Queue& queue : case_.organization.queues) {
      const organization::Quota quota =
          queue.quota.contains(pool_) ? queue.quota[pool_] : organization::Quota{};
      queue.quota.assign(1, quota);
      queue.node_pools.clear();
    }
  }

  void nodes() {
    const cluster::Cluster& from = world_.cluster;
    case_.cluster.name = from.name;
    case_.cluster.models = from.models;
    case_.cluster.topologies = from.topologies;
    cluster::NodePool pool = from.pools[pool_];
    pool.nodes.clear();
    pool.membership = 0;
    case_.cluster.pools.push_back(std::move(pool));
    for (const NodeId id : from.pools[pool_].nodes) {
      const cluster::NodeOccupancy& now = from.occupancy[id];
      if (!now.present) continue;
      cluster::NodeSpec spec = from.nodes[id];
      spec.pool = PoolId{0};
      spec.inventory = cluster::Inventory::counts;
      std::map<std::string, std::int32_t> advertised;
      spec.mig_layout = now.instances;
      for (cluster::MigInstance& instance : spec.mig_layout) {
        ++advertised[from.models[spec.gpu_model].mig.profiles[instance.profile].name];
        instance.used = instance.coming = false;
      }
      if (spec.mig_strategy == cluster::MigStrategy::single && spec.mig_enabled) {
        // A node of strategy single advertises its instances as GPUs.
        spec.gpus = static_cast<std::int32_t>(spec.mig_layout.size());
      } else {
        spec.mig_advertised.assign(advertised.begin(), advertised.end());
      }
      const NodeId copy = case_.cluster.add_node(std::move(spec));
      if (now.cordoned) case_.cluster.occupancy.set_cordoned(copy, true);
      if (!now.ready) case_.cluster.occupancy.set_ready(copy, false);
      nodes_.emplace(id, copy);
    }
  }

  bool shares(const workload::Pod& pod) const {
    const auto kind = world_.workloads.shape_of(pod).gpu.kind;
    return holds_devices(pod.status) && nodes_.count(pod.node) > 0 &&
           (kind == workload::GpuRequestKind::fraction || kind == workload::GpuRequestKind::memory);
  }

  void name_devices(const std::vector<WorkloadId>& ids) {
    for (const WorkloadId id : ids) {
      for (const PodId p : world_.workloads.all[id].pods) {
        const workload::Pod& pod = world_.workloads.pods[p];
        if (!shares(pod)) continue;
        for (int d = 0; d < cluster::max_devices_per_node; ++d)
          if ((pod.devices.devices & cluster::device_bit(d)) != 0) devices_[{nodes_.at(pod.node), d}] = 0;
      }
    }
    for (auto& [device, group] : devices_) {
      group = static_cast<std::uint32_t>(case_.group_names.size());
      case_.group_names.push_back("device-" + std::to_string(device.second));
    }
  }

  void workload(WorkloadId from) {
    workload::Workload w = world_.workloads.all[from];
    // Names come again; those of a case do not.
    const int times = ++names_[w.spec.name];
    if (times > 1) w.spec.name += "~" + std::to_string(times);
    w.pool = PoolId{0};
    w.spec.node_pools = {PoolId{0}};
    w.spec.after.clear();
    w.spec.after_ids.clear();
    w.spec.termination_grace = seconds(1);
    w.deleting_job = w.delete_requested;
    w.pod_group = true;
    for (workload::PodTemplate& pods : w.spec.templates)
      pods.shape = case_.workloads.intern(world_.workloads.shapes[pods.shape]);
    const WorkloadId id = case_.workloads.all.end_id();
    std::vector<PodId> live;
    live.swap(w.pods);
    std::size_t width = 1;
    for (const PodId p : live) width = std::max(width, std::to_string(world_.workloads.pods[p].index).size());
    for (const PodId p : live) {
      workload::Pod pod = world_.workloads.pods[p];
      if (pod.status == PodStatus::deleted) continue;
      const bool shared = shares(pod);
      const std::uint64_t held = pod.devices.devices;
      const auto node = nodes_.find(pod.node);
      if (holds_devices(pod.status) && node == nodes_.end())
        continue;  // on a node that is gone: no room of ours
      pod.workload = id;
      pod.shape = case_.workloads.intern(world_.workloads.shapes[pod.shape]);
      pod.devices = {};
      // One that is over is remembered where it ran: the victim search goes through the nodes of all pods of a job.
      pod.node = node != nodes_.end() && pod.status != PodStatus::pending ? node->second : none<NodeId>();
      if (pod.status == PodStatus::pending && !snapshot_.waiting->contains(from))
        pod.status = PodStatus::gated;
      if (shared) {
        for (int d = 0; d < cluster::max_devices_per_node; ++d)
          if ((held & cluster::device_bit(d)) != 0) pod.devices.slots.push_back(devices_.at({pod.node, d}));
      }
      const std::string index = std::to_string(pod.index);
      case_.pod_names.push_back(w.spec.name + "-" + std::string(width - index.size(), '0') + index);
      w.pods.push_back(case_.workloads.pods.push_back(std::move(pod)));
    }
    case_.stale_for.push_back(w.stale_since ? case_.now - *w.stale_since : Duration{-1});
    case_.started_for.push_back(w.last_start ? case_.now - *w.last_start : minutes(1));
    case_.workloads.all.push_back(std::move(w));
  }

  // What a cut under way makes is there later, as what is being released is: a workload that leaves holds it.
  void stand_in_for_cuts(NodeId from, NodeId node) {
    const cluster::NodeSpec& spec = world_.cluster.nodes[from];
    std::map<std::string, std::int32_t> coming;
    for (const cluster::MigInstance& instance : world_.cluster.occupancy[from].instances)
      if (instance.coming)
        ++coming[world_.cluster.models[spec.gpu_model].mig.profiles[instance.profile].name];
    if (coming.empty()) return;
    workload::PodShape shape;
    shape.gpu.kind = workload::GpuRequestKind::mig;
    for (const auto& [profile, count] : coming) shape.gpu.mig.push_back({profile, count});
    workload::Workload w;
    w.spec.name = "cut-of-" + spec.name;
    const int times = ++names_[w.spec.name];
    if (times > 1) w.spec.name += "~" + std::to_string(times);
    w.uid = w.spec.name;
    for (std::size_t q = 0; q < world_.organization.queues.size(); ++q)
      if (world_.organization.queues[id_of<QueueId>(q)].leaf()) w.spec.project = id_of<QueueId>(q);
    w.spec.node_pools = {PoolId{0}};
    w.spec.termination_grace = seconds(1);
    w.spec.sub_groups.resize(1);
    w.spec.sub_groups[0].name = "default";
    w.spec.sub_groups[0].min_pods = 1;
    w.spec.templates.resize(1);
    w.spec.templates[0].shape = case_.workloads.intern(shape);
    w.pool = PoolId{0};
    w.created = case_.now;
    w.pod_group = w.deleting_job = true;
    workload::Pod pod;
    pod.workload = case_.workloads.all.end_id();
    pod.shape = w.spec.templates[0].shape;
    pod.created = case_.now;
    pod.status = PodStatus::releasing;
    pod.node = node;
    w.pods.push_back(case_.workloads.pods.push_back(pod));
    case_.pod_names.push_back(w.spec.name + "-0");
    case_.stale_for.push_back(Duration{-1});
    case_.started_for.push_back(minutes(1));
    case_.workloads.all.push_back(std::move(w));
  }

  const simulation::World& world_;
  PoolId pool_;
  simulation::UsageReading reading_;
  policy::Snapshot snapshot_;
  PolicyCase case_;
  std::map<NodeId, NodeId> nodes_;
  std::map<std::pair<NodeId, int>, std::uint32_t> devices_;  // shared ones: their group
  std::map<std::string, int> names_;
};

}  // namespace

PolicyCase capture_policy_case(const simulation::World& world, PoolId pool, Instant now,
                               const policy::PolicySpec& policy) {
  return Capture(world, pool, now, policy).take();
}

namespace {

class Captured {
 public:
  PolicyCase one;
};

// Decides as another policy does until the pass that is wanted, which it leaves with what the pass would have seen.
class CapturingPolicy final : public policy::Policy {
 public:
  CapturingPolicy(std::unique_ptr<policy::Policy> policy, policy::PolicySpec spec, std::uint64_t pass)
      : policy_(std::move(policy)), spec_(std::move(spec)), left_(pass) {}

  std::string_view name() const override { return policy_->name(); }
  cluster::DeviceBook book() const override { return policy_->book(); }
  policy::CycleResult cycle(const policy::Snapshot& snapshot, policy::Transaction& transaction) override {
    if (--left_ == 0) throw Captured{capture_policy_case(*world, snapshot.pool, snapshot.now, spec_)};
    return policy_->cycle(snapshot, transaction);
  }

  const simulation::World* world = nullptr;

 private:
  std::unique_ptr<policy::Policy> policy_;
  policy::PolicySpec spec_;
  std::uint64_t left_;
};

}  // namespace

PolicyCase capture_pass(simulation::Input input, std::unique_ptr<policy::Policy> policy, std::uint64_t pass) {
  BERTH_INVARIANT(pass > 0, "passes count from 1");
  auto capturing = std::make_unique<CapturingPolicy>(std::move(policy), input.policy, pass);
  CapturingPolicy& until = *capturing;
  simulation::NullSink nowhere;
  simulation::Run run(std::move(input), std::move(capturing), nowhere);
  until.world = &run.world();
  try {
    run.execute();
  } catch (Captured& captured) {
    return std::move(captured.one);
  }
  throw std::out_of_range("the run has fewer passes");
}

}  // namespace berth::scenario
