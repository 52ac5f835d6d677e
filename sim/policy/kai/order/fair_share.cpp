#include "sim/policy/kai/order/fair_share.hpp"

#include "sim/organization/fair_share.hpp"
#include "sim/policy/kai/nodes/filters.hpp"
#include "sim/policy/kai/order/queue_order.hpp"

namespace berth::policy::kai {
namespace {

NodeCapacity capacity_of(const Session& session, const NodeInfo& node) {
  NodeCapacity capacity;
  capacity.allocatable = {static_cast<double>(node.allocatable.cpu),
                          static_cast<double>(node.allocatable.memory),
                          static_cast<double>(node.allocatable.gpus)};
  for (std::size_t p = 0; p < node.mig_allocatable.size(); ++p) {
    capacity.mig_gpus +=
        static_cast<double>(session.mig_profile_gpus[id_of<ProfileIx>(p)]) * node.mig_allocatable[p];
  }
  capacity.ready = node.ready;
  capacity.gpu_worker =
      node.spec != nullptr && cluster::find_label(node.spec->labels, gpu_worker_label) != nullptr;
  return capacity;
}

void divide_all(Session& session) {
  IdVector<QueueId, organization::QueueShares> shares;
  shares.reserve(session.queues.size());
  for (const QueueInfo& queue : session.queues) {
    organization::QueueShares s;
    if (queue.parent != none<QueueIx>()) s.parent = id_of<QueueId>(index_of(queue.parent));
    s.priority = queue.priority;
    for (Resource r : all_resources) {
      s[r] = {queue.quota[r], queue.limit[r], queue.weight[r], queue.request[r], queue.usage[r], 0};
    }
    shares.push_back(s);
  }
  organization::divide_tree({session.total.cpu, session.total.memory, session.total.gpu},
                            session.options.k_value, shares);
  for (std::size_t i = 0; i < session.queues.size(); ++i) {
    QueueInfo& queue = session.queues[id_of<QueueIx>(i)];
    for (Resource r : all_resources) queue.fair_share[r] = shares[id_of<QueueId>(i)][r].fair_share;
    queue.allocatable_share = allocatable_share(queue);
  }
}

}  // namespace

Resources node_total(const NodeCapacity& node, bool restrict_gpu_to_labelled_nodes,
                     const std::vector<PodOnNode>& pods) {
  if (!node.ready) return {};
  Resources total = node.allocatable;
  total.gpu += node.mig_gpus;
  if (restrict_gpu_to_labelled_nodes && !node.gpu_worker) total.gpu = 0;
  for (const PodOnNode& pod : pods) {
    if (!pod.of_this_scheduler && !pod.scheduler_helper && active_used(pod.status)) total -= pod.request;
  }
  return total;
}

Resources pending_amounts(const Shape& shape, std::int64_t min_node_gpu_memory) {
  Resources amounts = shape.amounts;
  if (shape.gpu == GpuKind::memory)
    amounts.gpu +=
        shape.devices * (static_cast<double>(shape.memory_mib) / static_cast<double>(min_node_gpu_memory));
  return amounts;
}

void set_fair_shares(Session& session) {
  session.total = {};
  for (const NodeInfo& node : session.nodes) {
    session.total += node_total(capacity_of(session, node), session.options.restrict_node_scheduling, {});
  }
  for (QueueInfo& queue : session.queues) {
    queue.request = queue.allocated = queue.allocated_non_preemptible = {};
  }
  for (const JobInfo& job : session.jobs) {
    if (job.queue == none<QueueIx>()) continue;
    for (std::size_t i = 0; i < job.task_count; ++i) {
      const TaskInfo& task = session.tasks[id_of<TaskIx>(index_of(job.first_task) + i)];
      const bool holds = allocated(task.status);
      if (!holds && task.status != TaskStatus::pending) continue;
      const Shape& shape = session.shapes[task.shape];
      Resources amounts = pending_amounts(shape, session.options.min_node_gpu_memory);
      if (holds) amounts.gpu = task.accepted_gpu;
      for (QueueIx q = job.queue; q != none<QueueIx>(); q = session.queues[q].parent) {
        QueueInfo& queue = session.queues[q];
        queue.request += amounts;
        if (!holds) continue;
        queue.allocated += amounts;
        if (!job.preemptible) queue.allocated_non_preemptible += amounts;
      }
    }
  }
  divide_all(session);
}

}  // namespace berth::policy::kai
