// What tasks ask of a domain, and what it has (kai-semantics.md 9.8, 10.6).
#include <algorithm>
#include <limits>

#include "berth/cluster/gpu_amounts.hpp"
#include "sim/policy/kai/nodes/fit.hpp"
#include "sim/policy/kai/nodes/topology.hpp"

namespace berth::policy::kai {

namespace {

// Asked for, and nothing there.
constexpr double not_in_domain = 1000;

// A milli-quantity as a whole number, rounded away from 0.
std::int64_t whole(std::int64_t milli) {
  return milli < 0 ? -whole(-milli) : (milli + 999) / 1000;
}

// Of whole numbers. What is over-allocated (less than nothing there) limits nothing: the reference asks for "none" alone.
double ratio(std::int64_t asked, std::int64_t there) {
  return there == 0 ? not_in_domain : static_cast<double>(asked) / static_cast<double>(there);
}

bool uses_gpus(const Shape& shape) {
  return shape.gpu == GpuKind::whole || shape.gpu == GpuKind::fraction;
}

double gpus_of(const Shape& shape) {
  return uses_gpus(shape) ? shape.amounts.gpu : 0;
}

}  // namespace

void DomainAmounts::add(const DomainAmounts& o) {
  cpu_milli += o.cpu_milli;
  memory += o.memory;
  gpus += o.gpus;
  mig.resize(std::max(mig.size(), o.mig.size()), 0);
  for (std::size_t i = 0; i < o.mig.size(); ++i) mig[i] += o.mig[i];
}

DomainAmounts summed_request(const std::vector<const Shape*>& tasks) {
  DomainAmounts sum;
  for (const Shape* task : tasks) {
    sum.cpu_milli += task->cpu_milli;
    sum.memory += task->memory_bytes;
    sum.gpus += gpus_of(*task);
    for (const MigCount& mig : task->mig) {
      sum.mig.resize(std::max(sum.mig.size(), index_of(mig.profile) + 1), 0);
      sum.mig[index_of(mig.profile)] += mig.count;
    }
  }
  return sum;
}

DomainAmounts free_amounts(const NodeInfo& node) {
  DomainAmounts free;
  free.cpu_milli = node.idle.cpu + node.releasing.cpu;
  free.memory = node.idle.memory + node.releasing.memory;
  free.gpus = node.idle.gpus + node.releasing.gpus;
  free.mig.resize(std::max(node.mig_idle.size(), node.mig_releasing.size()), 0);
  for (std::size_t i = 0; i < node.mig_idle.size(); ++i) free.mig[i] += node.mig_idle[i];
  for (std::size_t i = 0; i < node.mig_releasing.size(); ++i) free.mig[i] += node.mig_releasing[i];
  return free;
}

double requested_to_free(const DomainAmounts& request, const DomainAmounts& free) {
  double largest = 0;
  if (request.gpus > 0) {
    largest = free.gpus == 0 ? std::numeric_limits<double>::infinity() : request.gpus / free.gpus;
    largest = std::max(largest, 0.0);
  }
  if (request.cpu_milli > 0)
    largest = std::max(largest, ratio(whole(request.cpu_milli), whole(free.cpu_milli)));
  if (request.memory > 0) largest = std::max(largest, ratio(request.memory, free.memory));
  for (std::size_t i = 0; i < request.mig.size(); ++i) {
    if (request.mig[i] <= 0) continue;
    // Section 11.2: counts of instances are taken for milli-quantities.
    largest = std::max(largest, ratio(whole(request.mig[i]), whole(i < free.mig.size() ? free.mig[i] : 0)));
  }
  return largest;
}

bool counted_by_pods(const std::vector<const Shape*>& tasks) {
  std::size_t with_gpus = 0;
  std::vector<std::size_t> with_profile;
  for (const Shape* task : tasks) {
    if (uses_gpus(*task)) ++with_gpus;
    for (const MigCount& mig : task->mig) {
      with_profile.resize(std::max(with_profile.size(), index_of(mig.profile) + 1), 0);
      if (mig.count > 0) ++with_profile[index_of(mig.profile)];
    }
  }
  const auto all_or_none = [&](std::size_t count) { return count == 0 || count == tasks.size(); };
  return all_or_none(with_gpus) && std::all_of(with_profile.begin(), with_profile.end(), all_or_none);
}

LargestPod largest_pod(const std::vector<const Shape*>& tasks) {
  LargestPod pod;
  double gpus = 0;
  for (const Shape* task : tasks) {
    pod.cpu_milli = std::max(pod.cpu_milli, task->cpu_milli);
    pod.memory = std::max(pod.memory, task->memory_bytes);
    if (!uses_gpus(*task)) continue;
    if (pod.portion != 0 && pod.portion != task->portion) {
      pod.error =
          "cannot calculate max resource for GpuResourceRequirements with different fractional portions. " +
          raw_number(pod.portion) + " vs " + raw_number(task->portion);
      return pod;
    }
    if (gpus_of(*task) > gpus) {
      gpus = gpus_of(*task);
      pod.portion = task->portion;
      pod.devices = task->devices;
    }
  }
  return pod;
}

std::int32_t pods_on_node(const NodeInfo& node, const LargestPod& pod, std::int32_t wanted) {
  if (pod.devices == 0 && pod.cpu_milli < negligible_cpu_milli && pod.memory < negligible_memory_bytes) {
    return wanted;
  }
  std::int64_t pods = std::min<std::int64_t>(wanted, node.idle.pods + node.releasing.pods);
  if (pod.cpu_milli > 0) pods = std::min(pods, (node.idle.cpu + node.releasing.cpu) / pod.cpu_milli);
  if (pod.memory > 0) pods = std::min(pods, (node.idle.memory + node.releasing.memory) / pod.memory);
  if (pod.devices > 0) {
    std::int64_t devices = node.idle.gpus + node.releasing.gpus;
    if (pod.portion < 1 && devices >= 0) {  // as devices_fit() has it
      const auto asked = cluster::mebibytes_of_portion(pod.portion, node.gpu_memory);
      for (const SharedGroup& group : node.groups) {
        if (group_fits(node, group, asked)) ++devices;
      }
    }
    pods = std::min(pods, devices / pod.devices);
  }
  return static_cast<std::int32_t>(std::max<std::int64_t>(pods, 0));
}

std::string fill_room(const Session& session, const TopologyTree& tree, DomainIx top,
                      const std::vector<const Shape*>& tasks, DomainRoom& room) {
  room.by_pods = counted_by_pods(tasks);
  room.wanted = static_cast<std::int32_t>(tasks.size());
  room.request = summed_request(tasks);
  room.pods.assign(tree.size(), 0);
  room.free.assign(tree.size(), DomainAmounts{});
  LargestPod pod;
  if (room.by_pods) {
    pod = largest_pod(tasks);
    if (!pod.error.empty()) return pod.error;
  }
  for (const NodeIx ix : session.all_nodes) {
    if (!tree.contains(top, ix)) continue;
    const NodeInfo& node = session.nodes[ix];
    const DomainIx leaf = tree.leaf_domain(ix);
    room.free[leaf].add(free_amounts(node));
    if (room.by_pods) room.pods[leaf] += pods_on_node(node, pod, room.wanted);
  }
  // Children stand after their parents.
  for (std::size_t i = tree.size(); i-- > index_of(top) + 1;) {
    const DomainIx domain = id_of<DomainIx>(i);
    if (tree[domain].first_leaf < tree[top].first_leaf || tree[domain].end_leaf > tree[top].end_leaf)
      continue;
    room.pods[tree[domain].parent] += room.pods[domain];
    room.free[tree[domain].parent].add(room.free[domain]);
  }
  return {};
}

}  // namespace berth::policy::kai
