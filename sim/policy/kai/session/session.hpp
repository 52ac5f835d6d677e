// One scheduling cycle's working state: an immutable snapshot and what the cycle has changed so far (section
// 1, "Cycle"). Everything is a table entry addressed by index; all changes go through Statement
// (statement.hpp), which can undo them at the cost of what it changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/cluster/cluster.hpp"
#include "berth/core/ids.hpp"
#include "berth/core/stop.hpp"
#include "berth/core/time.hpp"
#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/session/job_info.hpp"
#include "sim/policy/kai/session/node_info.hpp"
#include "sim/policy/kai/session/queue_info.hpp"
#include "sim/policy/kai/session/request.hpp"

namespace berth::policy::kai {

// A set of nodes: ascending.
using NodeList = std::vector<NodeIx>;

// A device opened for sharing.
struct GroupInfo {
  NodeIx node{};
  int device = -1;            // the node's device behind it, where one is known
  bool integer_name = false;  // section 9.12
};

struct Session {
  Instant now;
  Options options;
  StopToken stop;  // polled once a job popped, a victim set tried and a task placed

  IdVector<NodeIx, NodeInfo> nodes;
  IdVector<QueueIx, QueueInfo> queues;
  IdVector<JobIx, JobInfo> jobs;
  IdVector<TaskIx, TaskInfo> tasks;
  IdVector<PodSetIx, PodSet> pod_sets;
  IdVector<SubGroupSetIx, SubGroupSet> sub_group_sets;
  IdVector<ShapeIx, Shape> shapes;
  IdVector<GroupIx, GroupInfo> groups;
  IdVector<ProfileIx, std::string> mig_profiles;       // "1g.10gb", ascending
  IdVector<ProfileIx, std::int32_t> mig_profile_gpus;  // g-number
  IdVector<TopologyIx, cluster::Topology> topologies;

  Resources total;                           // of the cluster (section 2)
  std::string node_pool;                     // name of the pool
  NodeList all_nodes;                        // every node of the session
  IdVector<TaskIx, std::string> task_names;  // pod name = UID; only for messages and cases

  std::uint64_t last_version = 0;  // source of JobInfo::version

  const Shape& shape_of(TaskIx task) const { return shapes[tasks[task].shape]; }
};

}  // namespace berth::policy::kai
