// Why a workload waits, or what became of it: in words, with the numbers. Text for people, for `berth explain`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/simulation/journal.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

// The workload of that name (the last one submitted), or of that id.
std::optional<WorkloadId> workload_named(const View& view, std::string_view name_or_id);

// Everything that is known at the view's instant:
//   who it is and what it asks for; what happened to it so far; how it stands; when it waits, or pods of it do while it
//   runs, for what: the workloads that must complete first; or per node pool first the conclusion, then the nodes by what
//   they lack, the queues from the project up with quota, limit and use, and what the policy itself says. The policy is
//   asked now, on the state at that instant; of pools that the workload is not in now, the cycle that refused it speaks.
std::string explain_workload(const View& view, const simulation::JournalReader& journal, WorkloadId id);

// What each node of a pool lacks for one more pod of the shape, as "12 too few free GPUs, 3 cordoned"; nothing lacking:
// "4 have room".
std::string room_text(const View& view, PoolId pool, const workload::PodShape& shape);

}  // namespace berth::records
