// The internal types of the reference policy in one include, and the map of the folder.
//
// | header | holds |
// | --- | --- |
// | statement | the one way to change a session: allocate, pipeline, evict; checkpoint and roll back; node
// accounting | | allocation_info | tasks to allocate, tasks to evict, readiness (sections 9.2, 9.3) | |
// allocate_job | placing one job: sub-groups, node sets, tasks (section 4) | | node_scores, device_choice |
// where a task goes (sections 6, 9.10, 9.11, 10.7) | | solver, scenario | the victim search (sections
// 4, 10.2-10.4) | | actions | allocate, consolidation, reclaim, preempt, stale gang eviction | |
// reclaim_rules | CanReclaim, lumps, strategies, boundaries (sections 4, 10.10) | | fair_share |
// set_fair_shares(Session&): cluster total, request, fair share of every queue (section 2) | | queue_order |
// order of two queues; allocatable share, dominant share | | job_order | order of two jobs, pod sets, tasks,
// victims; JobHeap: the reference's heap over the queue tree | | capacity | limits and quotas of a queue
// chain, for a job and for a task on a node (section 3) | | min_runtime | who is protected, and which
// scenario that forbids (section 4) | | usage | windows of time-based fair share (section 2) | | topology |
// trees, domains, node sets of a sub-group, topology scores (sections 9.8, 9.9, 10.6) | | filters |
// pre-filters and filters of a task on a node, without resource fit (section 9.12) | | fit | does a task fit
// a node now, or later (sections 9.12, 10.7, 10.8) | | feasible_nodes, scenario_filters |
// sections 9.5, 9.6, 10.12 | | signatures | constraint signatures (section 9.7) | | messages | fit errors and
// their texts (sections 7, 9.13, 10.13) |
//
// Signatures that one part offers to the others (each header is where they live):
//
//   fair_share.hpp      void set_fair_shares(Session&);     // fills QueueInfo::request, fair_share;
//   Session::total queue_order.hpp     struct QueueSide {const QueueInfo* queue; Resources next; Resources
//   victims;};
//                       int compare_queues(const Session&, const QueueSide& l, const QueueSide& r);  // <0: l
//                       first
//   job_order.hpp       bool job_before(const Session&, JobIx l, JobIx r);
//                       int  pod_set_order(const PodSet& l, const PodSet& r); // -1, 0, 1, before names
//   job_heap.hpp        class JobHeap {  JobHeap(const Session&, HeapKind {jobs, victims}, Attempt, int
//   max_depth /*0: none*/);
//                         void push(JobIx); std::optional<JobIx> pop(); bool empty() const; }
//                       // a JobIx may be a partial copy (JobInfo::original); its request is that of its own
//                       pod sets
//   capacity.hpp        struct CapacityVerdict {bool allowed; refusal: over_limit |
//   non_preemptible_over_quota; QueueIx; Resource;
//                         double limit, used, requested;};
//                       CapacityVerdict check_job(const Session&, QueueIx leaf, const Resources& request,
//                       bool preemptible); CapacityVerdict check_task(...same...);
//                       check_quota_only(...same...)
//   min_runtime.hpp     bool may_be_victim(const Session&, Action, JobIx pending, JobIx victim);
//                       bool scenario_allowed(const Session&, Action, JobIx pending, JobIx victim, evicted
//                       tasks by pod set);
//   topology.hpp        per-session trees; node sets of (job, sub-group set or pod set, tasks, nodes); node
//   scores filters.hpp         bool passes(session, task, node), pre-filters; an optional reason sink
//   feasible_nodes.hpp  NodeList feasible_nodes(const Session&, tasks);
//   scenario_filters.hpp  IdleGpuFilter, TopologyGpuFilter
//   signatures.hpp      easier_than, representative_replaced, signature of a job
//   messages.hpp        FitError, JobFitError and their texts
#pragma once

#include "sim/policy/kai/indices.hpp"
#include "sim/policy/kai/job_info.hpp"
#include "sim/policy/kai/known_bugs.hpp"
#include "sim/policy/kai/node_info.hpp"
#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/queue_info.hpp"
#include "sim/policy/kai/request.hpp"
#include "sim/policy/kai/resources.hpp"
#include "sim/policy/kai/session.hpp"
#include "sim/policy/kai/task_info.hpp"
