// Pod shapes of checked workloads: what decides where their pods fit.
#pragma once

#include "berth/scenario/workload_spec.hpp"
#include "berth/workload/request.hpp"
#include "sim/formats/openb.hpp"

namespace berth::scenario {

// One pod of the workload that asks for `ask`.
workload::PodShape shape_of(const WorkloadCommon& workload, const PodAsk& ask);
// The pod of a trace's row.
workload::PodShape shape_of(const formats::OpenbPod& pod, const formats::OpenbPods& pods);

}  // namespace berth::scenario
