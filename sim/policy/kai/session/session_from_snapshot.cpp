#include "sim/policy/kai/session/session_from_snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/invariant.hpp"
#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/nodes/node_booking.hpp"
#include "sim/policy/kai/order/fair_share.hpp"
#include "sim/policy/kai/order/job_order.hpp"

namespace berth::policy::kai {
namespace {

constexpr std::int64_t mib = 1024 * 1024;

// Creation instants are compared at one second, as Kubernetes stores them.
Instant whole_second(Instant t) {
  return {t.micros / 1'000'000 * 1'000'000};
}

// "3g.40gb" -> 3; 0 when the name does not begin so.
std::int32_t g_number(const std::string& profile) {
  std::int32_t n = 0;
  std::size_t i = 0;
  while (i < profile.size() && profile[i] >= '0' && profile[i] <= '9') n = n * 10 + (profile[i++] - '0');
  return i > 0 && i < profile.size() && profile[i] == 'g' ? n : 0;
}

TaskStatus status_of(workload::PodStatus status, bool may_be_scheduled) {
  using workload::PodStatus;
  switch (status) {
    case PodStatus::pending:
      return may_be_scheduled ? TaskStatus::pending : TaskStatus::gated;
    case PodStatus::gated:
      return TaskStatus::gated;
    case PodStatus::binding:
      return TaskStatus::binding;
    case PodStatus::running:
      return TaskStatus::running;
    case PodStatus::releasing:
      return TaskStatus::releasing;
    case PodStatus::succeeded:
      return TaskStatus::succeeded;
    case PodStatus::failed:
      return TaskStatus::failed;
    case PodStatus::deleted:
      return TaskStatus::deleted;
    case PodStatus::pipelined:
      return TaskStatus::pipelined;
  }
  return TaskStatus::unknown;
}

class Opening {
 public:
  Opening(const Snapshot& snapshot, Session& session) : snap_(snapshot), s_(session) {}

  void run() {
    s_.now = snap_.now;
    s_.stop = snap_.stop;
    s_.node_pool = snap_.cluster->pools.contains(snap_.pool) ? snap_.cluster->pools[snap_.pool].name : "";
    for (const cluster::Topology& t : snap_.cluster->topologies) s_.topologies.push_back(t);
    follow_pool();
    find_profiles();
    add_nodes();
    add_queues();
    add_jobs();
    lay_tasks();
    find_smallest_device();
    set_fair_shares(s_);
  }

 private:
  const cluster::NodeOccupancy& occupancy(NodeId id) const { return snap_.cluster->occupancy[id]; }
  const cluster::NodeSpec& spec(NodeId id) const { return snap_.cluster->nodes[id]; }

  // --- Options that follow the pool ---------------------------------------------------------------------------------
  void follow_pool() {
    const cluster::NodePool& pool = snap_.cluster->pools[snap_.pool];
    Options& o = s_.options;
    if (!o.gpu_placement_given) o.gpu_placement = pool.gpu_placement;
    if (!o.cpu_placement_given) o.cpu_placement = pool.cpu_placement;
    const bool gpu_spread = o.gpu_placement == cluster::Packing::spread;
    const bool cpu_spread = o.cpu_placement == cluster::Packing::spread;
    if (!o.actions_given && (gpu_spread || cpu_spread)) {
      o.actions.erase(std::remove(o.actions.begin(), o.actions.end(), Action::consolidation),
                      o.actions.end());
    }
    if (!o.plugins_given && gpu_spread) {
      o.plugins.gpu_spread = o.plugins.gpu_pack;
      o.plugins.gpu_pack = false;
      o.plugins.gpu_sharing_order = false;
    }
  }

  // --- MIG profiles -------------------------------------------------------------------------------------------------
  void find_profiles() {
    std::map<std::string, ProfileIx> found;
    for (const NodeId id : snap_.cluster->pools[snap_.pool].nodes) {
      for (const auto& [name, count] : spec(id).mig_advertised) found[name];
      for (const cluster::MigInstance& i : occupancy(id).instances) found[profile_name(id, i)];
    }
    for (const workload::PodShape& shape : snap_.workloads->shapes) {
      for (const workload::MigRequest& m : shape.gpu.mig) found[m.profile];
    }
    for (auto& [name, ix] : found) {
      ix = s_.mig_profiles.push_back(name);
      s_.mig_profile_gpus.push_back(g_number(name));
    }
    profiles_ = std::move(found);
  }
  const std::string& profile_name(NodeId id, const cluster::MigInstance& i) const {
    return snap_.cluster->models[spec(id).gpu_model].mig.profiles[i.profile].name;
  }

  // --- Nodes --------------------------------------------------------------------------------------------------------
  void add_nodes() {
    std::vector<NodeId> ids;
    for (const NodeId id : snap_.cluster->pools[snap_.pool].nodes) {
      if (occupancy(id).present) ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end(), [&](NodeId a, NodeId b) { return spec(a).name < spec(b).name; });
    node_ix_.assign(snap_.cluster->nodes.size(), none<NodeIx>());
    s_.nodes.reserve(ids.size());
    for (const NodeId id : ids) {
      const NodeIx ix = s_.nodes.push_back(node_info(id));
      node_ix_[id] = ix;
      s_.all_nodes.push_back(ix);
    }
  }

  NodeInfo node_info(NodeId id) const {
    const cluster::NodeSpec& from = spec(id);
    const cluster::NodeOccupancy& now = occupancy(id);
    NodeInfo node;
    node.id = id;
    node.name = from.name;
    node.spec = &from;
    if (from.gpu_model != none<GpuModelId>()) node.model = &snap_.cluster->models[from.gpu_model];
    node.ready = now.ready;
    node.schedulable = now.schedulable();
    node.mig_strategy = from.mig_strategy;
    node.memory_synced = from.gpu_memory.value > 0;
    node.gpu_memory = cluster::book_mebibytes(from);
    node.allocatable = {from.cpu.value, from.memory.value, whole_gpus(id), from.max_pods};
    advertise_mig(id, node);
    node.mig_enabled = from.mig_enabled || !node.mig_allocatable.empty();
    node.idle = node.allocatable;
    node.mig_idle = node.mig_allocatable;
    node.mig_releasing.assign(node.mig_allocatable.size(), 0);
    await_cuts(id, node);
    return node;
  }

  // Whole GPUs that the node advertises. Under strategy mixed none; under single each instance is one.
  std::int32_t whole_gpus(NodeId id) const {
    const cluster::NodeSpec& from = spec(id);
    if (from.inventory == cluster::Inventory::counts) {
      return from.mig_strategy == cluster::MigStrategy::mixed ? 0 : from.gpus;
    }
    const cluster::NodeOccupancy& now = occupancy(id);
    if (from.mig_enabled) {
      if (from.mig_strategy != cluster::MigStrategy::single) return 0;
      return static_cast<std::int32_t>(
          std::count_if(now.instances.begin(), now.instances.end(),
                        [&](const cluster::MigInstance& i) { return !now.devices[i.device].failed; }));
    }
    return static_cast<std::int32_t>(
        std::count_if(now.devices.begin(), now.devices.end(), [](const auto& d) { return !d.failed; }));
  }

  void advertise_mig(NodeId id, NodeInfo& node) const {
    const cluster::NodeSpec& from = spec(id);
    const cluster::NodeOccupancy& now = occupancy(id);
    if (from.mig_advertised.empty() && now.instances.empty()) return;
    // Under strategy single instances are advertised as GPUs, not by profile.
    if (from.inventory == cluster::Inventory::devices && from.mig_strategy == cluster::MigStrategy::single)
      return;
    node.mig_allocatable.assign(s_.mig_profiles.size(), 0);
    const auto add = [&](const std::string& profile, std::int32_t n) {
      node.mig_allocatable[index_of(profiles_.at(profile))] += n;
    };
    if (from.inventory == cluster::Inventory::counts) {
      for (const auto& [profile, count] : from.mig_advertised) add(profile, count);
    } else {
      for (const cluster::MigInstance& i : now.instances) {
        if (!now.devices[i.device].failed) add(profile_name(id, i), 1);
      }
    }
  }

  // What a MIG cut under way makes is there to be had later, as what is being released is: who waits for it is pipelined.
  void await_cuts(NodeId id, NodeInfo& node) const {
    if (node.mig_allocatable.empty()) return;
    for (const cluster::MigInstance& i : occupancy(id).instances) {
      if (!i.coming || occupancy(id).devices[i.device].failed) continue;
      const std::size_t profile = index_of(profiles_.at(profile_name(id, i)));
      --node.mig_idle[profile];
      ++node.mig_releasing[profile];
    }
  }

  // --- Queues -------------------------------------------------------------------------------------------------------
  void add_queues() {
    const organization::Organization& from = *snap_.organization;
    queue_ix_.assign(from.queues.size(), none<QueueIx>());
    const bool flat = !s_.options.full_hierarchy_fairness;
    QueueIx top = none<QueueIx>();
    if (flat) {
      QueueInfo q;
      q.name = "default";
      q.quota = q.limit = {unlimited, unlimited, unlimited};
      q.weight = {1, 1, 1};
      top = s_.queues.push_back(std::move(q));
    }
    for (std::size_t i = 0; i < from.queues.size(); ++i) {
      const QueueId id = id_of<QueueId>(i);
      const organization::Queue& queue = from.queues[id];
      if (flat && !queue.leaf()) continue;
      QueueInfo q;
      q.name = queue.name;
      q.id = id;
      q.parent = flat ? top : queue.parent == none<QueueId>() ? none<QueueIx>() : queue_ix_[queue.parent];
      q.priority = queue.priority;
      q.created = whole_second(queue.created);
      q.preempt_min_runtime = queue.preempt_min_runtime;
      q.reclaim_min_runtime = queue.reclaim_min_runtime;
      set_amounts(queue, q);
      if (snap_.usage != nullptr && snap_.usage->contains(id)) {
        const auto& usage = (*snap_.usage)[id];
        for (const Resource r : all_resources) q.usage[r] = usage[static_cast<std::size_t>(r)];
      }
      if (q.parent != none<QueueIx>()) q.depth = s_.queues[q.parent].depth + 1;
      const QueueIx parent = q.parent;
      queue_ix_[id] = s_.queues.push_back(std::move(q));
      if (parent != none<QueueIx>()) s_.queues[parent].children.push_back(queue_ix_[id]);
    }
  }

  void set_amounts(const organization::Queue& from, QueueInfo& q) const {
    if (!from.quota.contains(snap_.pool)) return;  // resources nil: all zeros
    const organization::Quota& quota = from.quota[snap_.pool];
    for (const Resource r : all_resources) {
      const double unit = r == Resource::gpu ? 1000 : 1;
      const auto amount = [&](std::int64_t n) {
        return n == organization::unlimited ? unlimited : static_cast<double>(n) / unit;
      };
      q.quota[r] = amount(organization::at(quota.quota, r));
      q.limit[r] = amount(organization::at(quota.limit, r));
      q.weight[r] = quota.over_quota_weight[static_cast<std::size_t>(r)];
    }
  }

  // --- Jobs ---------------------------------------------------------------------------------------------------------
  void add_jobs() {
    std::vector<WorkloadId> members = *snap_.members;
    const std::vector<WorkloadId> no_one;
    const std::vector<WorkloadId>& leaving = snap_.leaving != nullptr ? *snap_.leaving : no_one;
    members.insert(members.end(), leaving.begin(), leaving.end());
    const auto& all = snap_.workloads->all;
    std::stable_sort(members.begin(), members.end(), [&](WorkloadId a, WorkloadId b) {
      const Instant ta = whole_second(all[a].created);
      const Instant tb = whole_second(all[b].created);
      return ta != tb ? ta < tb : all[a].uid < all[b].uid;
    });
    std::vector<bool> waiting(all.size(), false);
    for (const WorkloadId id : *snap_.waiting) waiting[index_of(id)] = true;
    s_.jobs.reserve(members.size());
    for (const WorkloadId id : members) {
      if (all[id].pods.empty()) continue;
      s_.stop.poll();
      add_job(all[id], id, waiting[index_of(id)]);
      s_.jobs[id_of<JobIx>(s_.jobs.size() - 1)].leaving =
          std::binary_search(leaving.begin(), leaving.end(), id);
    }
  }

  void add_job(const workload::Workload& from, WorkloadId id, bool may_be_scheduled) {
    const JobIx ix = s_.jobs.end_id();
    JobInfo job;
    job.name = from.spec.name;
    job.uid = from.uid;
    job.workload = id;
    job.queue = queue_ix_.contains(from.spec.project) ? queue_ix_[from.spec.project] : none<QueueIx>();
    job.priority = from.spec.priority;
    job.preemptible = from.spec.preemptible();
    job.created = whole_second(from.created);
    job.age_rank = static_cast<std::uint32_t>(index_of(ix));
    job.last_start = from.last_start;
    job.stale_since = from.stale_since;
    job.deleting = from.deleting_job;
    job.version = ++s_.last_version;
    s_.jobs.push_back(std::move(job));
    add_groups(from, ix);
    add_tasks(from, ix, may_be_scheduled);
  }

  // The pod group's tree: its leaves are pod sets, the others sub-group sets; both by name.
  void add_groups(const workload::Workload& from, JobIx ix) {
    const std::vector<workload::SubGroup>& groups = from.spec.sub_groups;
    std::vector<bool> inner(groups.size(), false);
    for (const workload::SubGroup& g : groups) {
      if (g.parent >= 0) inner[static_cast<std::size_t>(g.parent)] = true;
    }
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin() + (groups.empty() ? 0 : 1), order.end(),
              [&](std::size_t a, std::size_t b) { return groups[a].name < groups[b].name; });

    JobInfo& job = s_.jobs[ix];
    job.root = s_.sub_group_sets.end_id();
    SubGroupSet root;
    root.job = ix;
    if (!groups.empty()) root.topology = groups[0].topology;
    s_.sub_group_sets.push_back(std::move(root));
    std::vector<SubGroupSetIx> set_of(groups.size(), job.root);
    for (const std::size_t g : order) {
      if (g == 0 || !inner[g]) continue;
      SubGroupSet set;
      set.name = groups[g].name;
      set.job = ix;
      set.topology = groups[g].topology;
      set_of[g] = s_.sub_group_sets.push_back(std::move(set));
    }
    const auto parent_of = [&](std::size_t g) {
      return groups[g].parent < 0 ? job.root : set_of[static_cast<std::size_t>(groups[g].parent)];
    };
    pod_set_of_.assign(groups.size(), none<PodSetIx>());
    for (const std::size_t g : order) {
      if (g != 0 && inner[g]) {
        s_.sub_group_sets[set_of[g]].parent = parent_of(g);
        s_.sub_group_sets[parent_of(g)].children.push_back(set_of[g]);
      }
      if (inner[g]) continue;
      PodSet set;
      set.name = g == 0 ? "default" : groups[g].name;
      set.job = ix;
      set.parent = parent_of(g);
      set.min_available = groups[g].min_pods;
      if (g != 0) set.topology = groups[g].topology;  // of a flat gang it is the root's
      pod_set_of_[g] = s_.pod_sets.push_back(std::move(set));
      job.pod_sets.push_back(pod_set_of_[g]);
      s_.sub_group_sets[parent_of(g)].pod_sets.push_back(pod_set_of_[g]);
    }
  }

  std::string pod_uid(const workload::Workload& from, PodId id) const {
    if (snap_.pod_names != nullptr) return (*snap_.pod_names)[id];
    const std::string index = std::to_string(snap_.workloads->pods[id].index);
    return from.uid + "-" + std::string(index.size() < 10 ? 10 - index.size() : 0, '0') + index;
  }

  void add_tasks(const workload::Workload& from, JobIx ix, bool may_be_scheduled) {
    JobInfo& job = s_.jobs[ix];
    job.first_task = s_.tasks.end_id();
    job.task_count = static_cast<std::uint32_t>(from.pods.size());
    std::vector<TaskOrderKey> keys;
    keys.reserve(from.pods.size());
    for (const PodId id : from.pods) {
      const workload::Pod& pod = snap_.workloads->pods[id];
      const workload::PodTemplate& t = from.spec.templates[pod.template_index];
      keys.push_back({t.role.empty() ? std::nullopt : std::optional(t.role), t.task_order,
                      whole_second(pod.created), pod_uid(from, id)});
    }
    for (const std::size_t position : task_order(keys, s_.options.plugins)) {
      const PodId id = from.pods[position];
      const workload::Pod& pod = snap_.workloads->pods[id];
      TaskInfo task;
      task.job = ix;
      task.pod = id;
      task.shape = shape_of(pod.shape);
      task.status = status_of(pod.status, may_be_scheduled);
      task.pod_set = pod_set_of_[pod.sub_group];
      BERTH_INVARIANT(task.pod_set != none<PodSetIx>(),
                      "pod of " + from.spec.name + " belongs to no leaf of its gang");
      if (task.status != TaskStatus::pending && node_ix_.contains(pod.node)) task.node = node_ix_[pod.node];
      if (active_used(task.status) && task.node == none<NodeIx>()) task.status = TaskStatus::unknown;
      job.counts.add(task.status, 1);
      PodSet& set = s_.pod_sets[task.pod_set];
      set.counts.add(task.status, 1);
      set.tasks.push_back(s_.tasks.end_id());
      if (allocated(task.status)) job.allocated += s_.shapes[task.shape].amounts;
      s_.tasks.push_back(std::move(task));
      s_.task_names.push_back(std::move(keys[position].uid));
    }
  }

  ShapeIx shape_of(ShapeId id) {
    if (!shape_ix_.contains(id)) shape_ix_.assign(snap_.workloads->shapes.size(), none<ShapeIx>());
    ShapeIx& ix = shape_ix_[id];
    if (ix == none<ShapeIx>()) ix = s_.shapes.push_back(shape(snap_.workloads->shapes[id]));
    return ix;
  }

  Shape shape(const workload::PodShape& from) const {
    Shape shape;
    shape.cpu_milli = from.cpu.value;
    shape.memory_bytes = from.memory.value;
    shape.gpu = from.gpu.kind;
    shape.legacy_mig = from.legacy_mig;
    shape.source = &from;
    shape.amounts = {static_cast<double>(from.cpu.value), static_cast<double>(from.memory.value), 0};
    switch (from.gpu.kind) {
      case GpuKind::none:
        break;
      case GpuKind::whole:
        shape.devices = from.gpu.devices;
        shape.portion = 1;
        shape.amounts.gpu = shape.devices;
        break;
      case GpuKind::fraction:
        shape.devices = from.gpu.devices;
        shape.portion = static_cast<double>(cluster::hundredths_of(from.gpu.portion)) / 100;
        shape.amounts.gpu = shape.devices * shape.portion;
        break;
      case GpuKind::memory:
        shape.devices = from.gpu.devices;
        shape.memory_mib = (from.gpu.memory.value + mib - 1) / mib;
        shape.gpu_memory_mib = static_cast<double>(shape.devices * shape.memory_mib);
        break;
      case GpuKind::mig:
        for (const workload::MigRequest& m : from.gpu.mig) {
          const ProfileIx profile = profiles_.at(m.profile);
          shape.mig.push_back({profile, m.count});
          shape.amounts.gpu += static_cast<double>(s_.mig_profile_gpus[profile] * m.count);
        }
        std::sort(shape.mig.begin(), shape.mig.end(),
                  [](const MigCount& a, const MigCount& b) { return a.profile < b.profile; });
        break;
    }
    return shape;
  }

  // --- Tasks on their nodes -----------------------------------------------------------------------------------------
  void lay_tasks() {
    open_groups();
    for (TaskInfo& task : s_.tasks) {
      if (!active_used(task.status)) continue;
      s_.stop.poll();
      const Shape& shape = s_.shapes[task.shape];
      NodeInfo& node = s_.nodes[task.node];
      if (shape.shared()) task.groups = groups_of(task);
      if (shape.legacy_mig) ++node.legacy_mig_tasks;
      task.accepted_gpu = task.last_accepted_gpu = accepted_gpu(node, shape);
      relay(s_, task.node, task.shape, task.groups, Lies::nowhere, lies(task.status), nullptr);
    }
  }

  // Devices that pods share, in order of (node, device), or of the case's list.
  void open_groups() {
    std::vector<std::uint64_t> keys;
    for (const TaskInfo& task : s_.tasks) {
      if (!active_used(task.status) || !s_.shapes[task.shape].shared()) continue;
      for_each_key(task, [&](std::uint64_t key) { keys.push_back(key); });
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const std::uint64_t key : keys) {
      const NodeIx node = id_of<NodeIx>(key >> 32);
      const auto slot = static_cast<std::uint32_t>(key);
      const bool counts = s_.nodes[node].spec->inventory == cluster::Inventory::counts;
      const bool integer_name = counts && is_integer(slot);
      group_ix_[key] = open_group(s_, node, integer_name, nullptr);
      s_.groups[group_ix_[key]].device = static_cast<int>(slot);
    }
  }
  template <class Visit>
  void for_each_key(const TaskInfo& task, Visit&& visit) const {
    const workload::Pod& pod = snap_.workloads->pods[task.pod];
    const std::uint64_t node = static_cast<std::uint64_t>(index_of(task.node)) << 32;
    if (s_.nodes[task.node].spec->inventory == cluster::Inventory::counts) {
      for (const std::uint32_t slot : pod.devices.slots) visit(node | slot);
      return;
    }
    for (int d = 0; d < cluster::max_devices_per_node; ++d) {
      if ((pod.devices.devices & cluster::device_bit(d)) != 0) visit(node | static_cast<std::uint64_t>(d));
    }
  }
  std::vector<GroupIx> groups_of(const TaskInfo& task) const {
    std::vector<GroupIx> groups;
    for_each_key(task, [&](std::uint64_t key) { groups.push_back(group_ix_.at(key)); });
    return groups;
  }
  bool is_integer(std::uint32_t slot) const {
    if (snap_.group_names == nullptr || slot >= snap_.group_names->size()) return false;
    const std::string& name = (*snap_.group_names)[slot];
    const std::size_t digits = name.size() > 1 && (name[0] == '-' || name[0] == '+') ? 1 : 0;
    return !name.empty() && std::all_of(name.begin() + static_cast<std::ptrdiff_t>(digits), name.end(),
                                        [](char c) { return c >= '0' && c <= '9'; });
  }

  // Known bug #1847: the reference always has 100 here.
  void find_smallest_device() {
    if (s_.options.bugs.min_node_gpu_memory_is_100) return;
    std::int64_t smallest = 0;
    for (const NodeInfo& node : s_.nodes) {
      if (node.memory_synced && (smallest == 0 || node.gpu_memory < smallest)) smallest = node.gpu_memory;
    }
    if (smallest > 0) s_.options.min_node_gpu_memory = smallest;
  }

  const Snapshot& snap_;
  Session& s_;
  std::map<std::string, ProfileIx> profiles_;
  IdVector<NodeId, NodeIx> node_ix_;
  IdVector<QueueId, QueueIx> queue_ix_;
  IdVector<ShapeId, ShapeIx> shape_ix_;
  std::vector<PodSetIx> pod_set_of_;  // of the job in hand, by sub-group
  std::map<std::uint64_t, GroupIx> group_ix_;
};

}  // namespace

void open_session(const Snapshot& snapshot, const Options& options, Session& session) {
  session = Session{};
  session.options = options;
  Opening(snapshot, session).run();
}

}  // namespace berth::policy::kai
