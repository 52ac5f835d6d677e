// The reference scheduler's benchmark shapes. Nodes have 8 GPUs; jobs are single pods of 1 GPU, priority 50, unless said.
//
//   allocate/N/J           J pending jobs, dealt in turn to 4 queues (a quarter of the GPUs each as quota, weight 1) in 2
//                          departments (half each); one allocate action
//   mixed/ACTION/N/J       the same, job i running on node i mod N when i is even, pending when odd; one action, or all
//   running/reclaim/N/J    the same, all running
//   many_queues/N/J/Q      allocate with Q queues
//   gang/N/J/P             allocate with jobs of P pods
//   large_reclaim/N        8N running jobs (job i on node i mod N) in a queue with quota 0 and weight 0; one pending job of
//                          N/10 pods of 8 GPUs in a queue with quota 8N and weight 0; one reclaim action
//   many_pending/500       500 nodes, 4,000 running jobs as there, 4,000 pending jobs in a queue with quota 4,000; reclaim
//
// An iteration is one cycle on a fresh snapshot: session, actions, decisions. Counters: what was decided.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "berth/policy/policy.hpp"

namespace berth {
namespace {

constexpr int gpus_per_node = 8;

class Shape {
 public:
  explicit Shape(int nodes) : nodes_(nodes) {
    cluster_.pools.push_back({});
    for (int i = 0; i < nodes; ++i) {
      cluster::NodeSpec spec;
      spec.name = "node" + std::to_string(100'000 + i);
      spec.gpus = gpus_per_node;
      spec.cpu = CpuMilli(256'000);
      spec.memory = mebibytes(1'048'576);
      cluster_.add_node(std::move(spec));
    }
    used_.resize(static_cast<std::size_t>(nodes), 0);
  }

  QueueId queue(QueueId parent, double gpus, double weight) {
    organization::Queue q;
    q.name = "queue" + std::to_string(organization_.queues.size());
    q.parent = parent;
    q.created = Instant{} + seconds(static_cast<std::int64_t>(organization_.queues.size()));
    organization::Quota quota;
    organization::at(quota.quota, organization::Resource::gpu) = static_cast<std::int64_t>(gpus * 1000);
    quota.over_quota_weight = {1, 1, weight};
    q.quota.push_back(quota);
    return organization_.add(std::move(q));
  }

  // A quarter (or whatever the number) of the GPUs to each of `count` queues, in two departments.
  std::vector<QueueId> even_queues(int count) {
    const double all = nodes_ * gpus_per_node;
    const QueueId first = queue(none<QueueId>(), all / 2, 1);
    const QueueId second = queue(none<QueueId>(), all / 2, 1);
    std::vector<QueueId> leaves;
    for (int i = 0; i < count; ++i) leaves.push_back(queue(i % 2 == 0 ? first : second, all / count, 1));
    return leaves;
  }

  // A job of `pods` pods of `gpus` GPUs; on `node`, or pending (-1).
  void job(QueueId queue, int pods, int gpus, int node) {
    workload::Workload w;
    w.uid = "job" + std::to_string(1'000'000 + workloads_.all.size());
    w.spec.name = w.uid;
    w.spec.project = queue;
    w.spec.priority = 50;
    w.spec.node_pools = {PoolId{0}};
    w.spec.termination_grace = seconds(30);
    w.created = now - hours(1) + milliseconds(static_cast<std::int64_t>(workloads_.all.size()));
    w.pod_group = true;
    workload::SubGroup group;
    group.name = "default";
    group.min_pods = pods;
    w.spec.sub_groups = {group};
    workload::PodShape shape;
    shape.gpu = workload::GpuRequest::whole(gpus);
    workload::PodTemplate part;
    part.shape = workloads_.intern(shape);
    part.count = pods;
    w.spec.templates = {part};
    const WorkloadId id = workloads_.all.end_id();
    for (int i = 0; i < pods; ++i) {
      workload::Pod pod;
      pod.workload = id;
      pod.index = i;
      pod.shape = part.shape;
      pod.created = w.created;
      if (node >= 0) {
        const NodeId at = id_of<NodeId>(static_cast<std::size_t>(node));
        pod.status = workload::PodStatus::running;
        pod.node = at;
        for (int g = 0; g < gpus; ++g) {
          pod.devices.devices |= cluster::device_bit(used_[static_cast<std::size_t>(node)]++);
        }
        pod.devices =
            cluster_.occupancy.hold(at, cluster_.nodes[at], workloads_.shapes[part.shape], pod.devices);
      }
      w.pods.push_back(workloads_.pods.push_back(std::move(pod)));
    }
    if (node >= 0) w.last_start = now - minutes(10);
    workloads_.all.push_back(std::move(w));
    members_.push_back(id);
    if (node < 0) waiting_.insert(id);
  }

  void run(benchmark::State& state, const std::string& actions) {
    policy::PolicySpec spec;
    spec.name = "kai";
    if (!actions.empty()) spec.options["actions"] = actions;
    const std::unique_ptr<policy::Policy> policy = policy::make_policy(spec);
    policy::Snapshot snapshot;
    snapshot.now = now;
    snapshot.cluster = &cluster_;
    snapshot.organization = &organization_;
    snapshot.workloads = &workloads_;
    snapshot.members = &members_;
    snapshot.waiting = &waiting_;
    policy::WorkingCluster working;
    double binds = 0;
    double evictions = 0;
    double pipelines = 0;
    for (auto _ : state) {
      policy::Transaction transaction(snapshot, working);
      policy->cycle(snapshot, transaction);
      binds = evictions = pipelines = 0;
      for (const policy::Decision& d : transaction.decisions()) {
        binds += std::holds_alternative<policy::Bind>(d) ? 1 : 0;
        evictions +=
            std::holds_alternative<policy::Evict>(d) || std::holds_alternative<policy::Move>(d) ? 1 : 0;
        pipelines += std::holds_alternative<policy::Pipeline>(d) ? 1 : 0;
      }
    }
    state.counters["binds"] = binds;
    state.counters["evictions"] = evictions;
    state.counters["pipelines"] = pipelines;
  }

  static constexpr Instant now{1'767'571'200'000'000};

 private:
  int nodes_;
  cluster::Cluster cluster_;
  organization::Organization organization_;
  workload::Workloads workloads_;
  std::vector<WorkloadId> members_;
  workload::WaitingList waiting_;
  std::vector<int> used_;  // devices taken, by node
};

void allocate(benchmark::State& state, int nodes, int jobs, int queues, int pods) {
  Shape shape(nodes);
  const std::vector<QueueId> leaves = shape.even_queues(queues);
  for (int i = 0; i < jobs; ++i) shape.job(leaves[static_cast<std::size_t>(i % queues)], pods, 1, -1);
  shape.run(state, "allocate");
}

void placed(benchmark::State& state, int nodes, int jobs, bool all, const std::string& actions) {
  Shape shape(nodes);
  const std::vector<QueueId> leaves = shape.even_queues(4);
  for (int i = 0; i < jobs; ++i) {
    shape.job(leaves[static_cast<std::size_t>(i % 4)], 1, 1, all || i % 2 == 0 ? i % nodes : -1);
  }
  shape.run(state, actions);
}

void large_reclaim(benchmark::State& state, int nodes) {
  Shape shape(nodes);
  const QueueId department = shape.queue(none<QueueId>(), nodes * gpus_per_node, 1);
  const QueueId holders = shape.queue(department, 0, 0);
  const QueueId reclaimer = shape.queue(department, nodes * gpus_per_node, 0);
  for (int i = 0; i < nodes * gpus_per_node; ++i) shape.job(holders, 1, 1, i % nodes);
  shape.job(reclaimer, std::max(nodes / 10, 1), gpus_per_node, -1);
  shape.run(state, "reclaim");
}

void many_pending(benchmark::State& state, int nodes) {
  Shape shape(nodes);
  const QueueId department = shape.queue(none<QueueId>(), nodes * gpus_per_node, 1);
  const QueueId holders = shape.queue(department, 0, 0);
  const QueueId reclaimer = shape.queue(department, nodes * gpus_per_node, 0);
  for (int i = 0; i < nodes * gpus_per_node; ++i) shape.job(holders, 1, 1, i % nodes);
  for (int i = 0; i < nodes * gpus_per_node; ++i) shape.job(reclaimer, 1, 1, -1);
  shape.run(state, "reclaim");
}

template <class Body>
void add(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(("policy_kai/" + name).c_str(), body)->Unit(benchmark::kMillisecond);
}

const bool added = [] {
  const std::vector<std::pair<int, int>> sizes{{10, 50}, {50, 200}, {100, 500}};
  const auto size = [](int nodes, int jobs) { return std::to_string(nodes) + "/" + std::to_string(jobs); };
  for (const auto& [nodes, jobs] : sizes) {
    add("allocate/" + size(nodes, jobs),
        [nodes = nodes, jobs = jobs](auto& s) { allocate(s, nodes, jobs, 4, 1); });
    for (const char* action : {"reclaim", "preempt", "consolidation", "full"}) {
      const bool full = std::string(action) == "full";
      if (nodes == 100 && !full) continue;
      add("mixed/" + std::string(action) + "/" + size(nodes, jobs),
          [nodes = nodes, jobs = jobs, actions = full ? std::string() : std::string(action)](auto& s) {
            placed(s, nodes, jobs, false, actions);
          });
    }
    if (nodes < 100) {
      add("running/reclaim/" + size(nodes, jobs),
          [nodes = nodes, jobs = jobs](auto& s) { placed(s, nodes, jobs, true, "reclaim"); });
    }
  }
  add("many_queues/50/200/20", [](auto& s) { allocate(s, 50, 200, 20, 1); });
  add("gang/50/100/4", [](auto& s) { allocate(s, 50, 100, 4, 4); });
  for (const int nodes : {10, 50, 100, 200, 500, 1000}) {
    add("large_reclaim/" + std::to_string(nodes), [nodes](auto& s) { large_reclaim(s, nodes); });
  }
  add("many_pending/500", [](auto& s) { many_pending(s, 500); });
  return true;
}();

}  // namespace
}  // namespace berth
