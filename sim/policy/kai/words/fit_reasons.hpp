// Says in messages what an attempt found (kai-semantics.md sections 7, 9.13). Called only when somebody listens.
#pragma once

#include <cstdint>

#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {

// The queue that has no room for the job.
JobFitError capacity_error(const Session& session, const CapacityVerdict& verdict);

// What the task lacks on the node. `gang`: the job has more pods than one.
// `suffix`: appended to each reason (messages.hpp, overhead_note).
NodeFitError no_room_on_node(const Session& session, TaskIx task, NodeIx node, bool gang,
                             std::string_view suffix = {});

// The job's attempt stopped at this task of this pod set, with `placed` of its tasks placed before.
JobFitError failed_task_error(const Session& session, TaskIx task, PodSetIx pod_set, std::int64_t placed,
                              const PodFitErrors& errors);

}  // namespace berth::policy::kai
