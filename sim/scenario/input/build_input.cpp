#include <algorithm>
#include <map>

#include "berth/core/invariant.hpp"
#include "berth/scenario/load.hpp"
#include "sim/formats/openb.hpp"
#include "sim/scenario/input/cluster_builder.hpp"
#include "sim/scenario/input/shapes.hpp"
#include "sim/scenario/input/submission_builder.hpp"

namespace berth::scenario {

namespace {

using simulation::TimedAction;

// Queues are created a minute apart in scenario order, the last one a minute before the start.
class OrganizationBuilder {
 public:
  OrganizationBuilder(const Scenario& scenario, const cluster::Cluster& cluster, Ids& ids)
      : cluster_(cluster), ids_(ids) {
    std::int64_t queues = 0;
    for (const DepartmentSpec& d : scenario.organization.departments) queues += count(d);
    created_ = scenario.start() - minutes(1) * queues;
    for (const DepartmentSpec& d : scenario.organization.departments) add(d, none<QueueId>());
  }
  organization::Organization take() { return std::move(organization_); }

 private:
  static std::int64_t count(const DepartmentSpec& d) {
    std::int64_t n = 1 + static_cast<std::int64_t>(d.projects.size());
    for (const DepartmentSpec& below : d.departments) n += count(below);
    return n;
  }

  template <class Spec>
  organization::Queue queue(const Spec& spec, QueueId parent) {
    organization::Queue q;
    q.name = spec.name.value;
    q.parent = parent;
    q.priority = spec.priority;
    q.created = created_;
    created_ = created_ + minutes(1);
    q.preempt_min_runtime = spec.min_runtime.preempt;
    q.reclaim_min_runtime = spec.min_runtime.reclaim;
    q.quota.resize(cluster_.pools.size());
    for (const PoolQuota& quota : spec.quota)
      q.quota[ids_.pools.find(quota.pool.value)->second] = quota.quota.resolved();
    return q;
  }

  void add(const DepartmentSpec& spec, QueueId parent) {
    const QueueId id = organization_.add(queue(spec, parent));
    ids_.departments.emplace(spec.name.value, id);
    for (const ProjectSpec& project : spec.projects) {
      organization::Queue q = queue(project, id);
      for (const Name& pool : project.node_pools) q.node_pools.push_back(ids_.pools.find(pool.value)->second);
      std::vector<PoolId> pools = default_pools(q);
      ids_.default_pools.emplace(project.name.value, std::move(pools));
      ids_.projects.emplace(project.name.value, organization_.add(std::move(q)));
    }
    for (const DepartmentSpec& below : spec.departments) add(below, id);
  }

  // Its own list, else the pools in which it has quota, else all.
  std::vector<PoolId> default_pools(const organization::Queue& q) const {
    if (!q.node_pools.empty()) return q.node_pools;
    std::vector<PoolId> pools, all;
    for (std::size_t i = 0; i < cluster_.pools.size(); ++i) {
      const PoolId id = id_of<PoolId>(i);
      all.push_back(id);
      if (organization::at(q.quota[id].quota, organization::Resource::gpu) != 0) pools.push_back(id);
    }
    return pools.empty() ? all : pools;
  }

  const cluster::Cluster& cluster_;
  Ids& ids_;
  Instant created_;
  organization::Organization organization_;
};

// Added nodes take numbers that the group never had; removed ones are the highest-numbered that stand.
void add_changes(const Scenario& scenario, const Ids& ids, std::vector<TimedAction>& actions) {
  for (const PoolSpec& pool : scenario.cluster.node_pools) {
    for (const NodeGroup& group : pool.nodes) {
      std::vector<const GroupChange*> changes;
      for (const GroupChange& change : pool.changes) {
        if (change.group == group.name) changes.push_back(&change);
      }
      std::stable_sort(changes.begin(), changes.end(), [&](const GroupChange* a, const GroupChange* b) {
        return a->at.from(scenario.start()) < b->at.from(scenario.start());
      });
      std::int64_t next = group.count;
      std::vector<std::int64_t> standing;
      for (std::int64_t i = 0; i < next; ++i) standing.push_back(i);
      for (const GroupChange* change : changes) {
        const Instant at = change->at.from(scenario.start());
        if (change->add > 0) {
          simulation::AddNodes add;
          for (std::int32_t i = 0; i < change->add; ++i) {
            add.nodes.push_back(node_of(group, next, ids.pools.find(pool.name.value)->second, *ids.models));
            standing.push_back(next++);
          }
          actions.push_back({at, std::move(add)});
        } else {
          simulation::RemoveNodes remove;
          for (std::int32_t i = 0; i < change->remove; ++i) {
            remove.nodes.push_back(
                node_of(group, standing.back(), ids.pools.find(pool.name.value)->second, *ids.models).name);
            standing.pop_back();
          }
          actions.push_back({at, std::move(remove)});
        }
      }
    }
  }
}

// What an event leaves unsaid stays as it was before it.
void overlay(const QuotaSpec& said, organization::Quota& quota) {
  using organization::Resource;
  const auto set = [](organization::Amounts& amounts, Resource resource,
                      const std::optional<std::int64_t>& value) {
    if (value) organization::at(amounts, resource) = *value;
  };
  set(quota.quota, Resource::gpu, said.gpu);
  set(quota.quota, Resource::cpu, said.cpu);
  set(quota.quota, Resource::memory, said.memory);
  set(quota.limit, Resource::gpu, said.gpu_limit);
  set(quota.limit, Resource::cpu, said.cpu_limit);
  set(quota.limit, Resource::memory, said.memory_limit);
  const auto weigh = [&](Resource resource, const std::optional<double>& value) {
    if (value) quota.over_quota_weight[static_cast<std::size_t>(resource)] = *value;
  };
  weigh(Resource::gpu, said.gpu_weight);
  weigh(Resource::cpu, said.cpu_weight);
  weigh(Resource::memory, said.memory_weight);
}

void add_events(const Scenario& scenario, const Ids& ids, const organization::Organization& organization,
                std::vector<TimedAction>& actions) {
  std::vector<const EventSpec*> events;
  for (const EventSpec& event : scenario.events) events.push_back(&event);
  std::stable_sort(events.begin(), events.end(), [&](const EventSpec* a, const EventSpec* b) {
    return a->at.from(scenario.start()) < b->at.from(scenario.start());
  });
  std::map<std::pair<QueueId, PoolId>, organization::Quota> quotas;
  for (const EventSpec* event : events) {
    using Verb = EventSpec::Verb;
    const Instant at = event->at.from(scenario.start());
    const std::string& target = event->target.value;
    switch (event->verb) {
      case Verb::suspend:
        actions.push_back({at, simulation::Suspend{target}});
        break;
      case Verb::resume:
        actions.push_back({at, simulation::Resume{target}});
        break;
      case Verb::remove:
        actions.push_back({at, simulation::Delete{target}});
        break;
      case Verb::cordon:
        actions.push_back({at, simulation::Cordon{target, true}});
        break;
      case Verb::uncordon:
        actions.push_back({at, simulation::Cordon{target, false}});
        break;
      case Verb::node_down:
        actions.push_back({at, simulation::NodePower{target, false}});
        break;
      case Verb::node_up:
        actions.push_back({at, simulation::NodePower{target, true}});
        break;
      case Verb::quota: {
        const QueueId queue = (event->of_department ? ids.departments : ids.projects).find(target)->second;
        for (const auto& [name, pool] : ids.pools) {
          if (!event->pool.value.empty() && event->pool.value != name) continue;
          const auto [entry, fresh] =
              quotas.try_emplace({queue, pool}, organization.queues[queue].quota[pool]);
          overlay(event->quota, entry->second);
          simulation::SetQuota set;
          set.queue = queue;
          set.pool = pool;
          set.quota = entry->second;
          actions.push_back({at, std::move(set)});
        }
        break;
      }
    }
  }
}

// The pods that `fgd` learns from: trace.typical, else the trace's workloads, else the listed ones.
std::vector<policy::PodClass> typical_pods(const Scenario& scenario) {
  std::map<workload::PodShape, std::int64_t> counts;
  std::vector<workload::PodShape> order;  // by first appearance
  const auto count = [&](const workload::PodShape& shape, std::int64_t pods) {
    if (counts.try_emplace(shape, 0).second) order.push_back(shape);
    counts[shape] += pods;
  };
  if (scenario.trace && scenario.trace->data) {
    const formats::OpenbTrace& data = *scenario.trace->data;
    const formats::OpenbPods& pods = data.typical.rows.empty() ? data.workloads : data.typical;
    for (const formats::OpenbPod& pod : pods.rows) {
      workload::PodShape shape = shape_of(pod, pods);
      shape.memory = Bytes(0);  // no part of a class
      count(shape, 1);
    }
  }
  if (order.empty()) {
    for (const WorkloadSpec& w : scenario.workloads) count(shape_of(w, w.ask), w.pods);
  }
  std::vector<policy::PodClass> classes;
  for (const workload::PodShape& shape : order) {
    policy::PodClass pod = policy::class_of(shape, Bytes(0));
    pod.count = counts[shape];
    classes.push_back(std::move(pod));
  }
  return classes;
}

}  // namespace

simulation::Input build_input(const Scenario& scenario) {
  simulation::Input input;
  input.name = scenario.name;
  input.seed = scenario.seed;
  input.start = scenario.start();
  input.end = scenario.end();
  input.cluster = build_cluster(scenario);
  Ids ids;
  for (std::size_t i = 0; i < input.cluster.pools.size(); ++i) {
    ids.pools.emplace(input.cluster.pools[id_of<PoolId>(i)].name, id_of<PoolId>(i));
  }
  ids.models = &input.cluster.models;
  input.organization = OrganizationBuilder(scenario, input.cluster, ids).take();
  input.policy.name = scenario.policy.name.value;
  input.policy.placement = scenario.policy.placement.value;
  for (const auto& [option, text] : scenario.policy.options) input.policy.options.emplace(option, text.value);
  input.policy.seed = scenario.seed;
  input.policy.typical = typical_pods(scenario);
  input.cycle_period = scenario.policy.cycle;
  input.repartition_time = scenario.defaults.repartition;
  input.order = scenario.policy.order;

  std::vector<std::unique_ptr<simulation::SubmissionSource>> sources;
  if (!scenario.workloads.empty())
    sources.push_back(simulation::submissions_of(listed_submissions(scenario, ids)));
  for (const GeneratorSpec& generator : scenario.generators) {
    sources.push_back(generator_source(scenario, generator, ids));
  }
  if (scenario.trace && !scenario.trace->workloads.path.value.empty())
    sources.push_back(trace_source(scenario, ids));
  input.submissions = simulation::merge_sources(std::move(sources));

  add_changes(scenario, ids, input.actions);
  add_events(scenario, ids, input.organization, input.actions);
  return input;
}

}  // namespace berth::scenario
