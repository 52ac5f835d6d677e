// A case's nodes with devices behind their numbers: what every policy but `kai` places on.
#pragma once

#include "sim/cases/policy_case.hpp"

namespace berth::scenario {

// Puts every placed pod on devices: whole ones and new shared ones on the lowest that are free, in order of pods. MIG
// instances are those of the node's layout; a node that only advertises instances has no device. Throws
// std::invalid_argument with a sentence when a pod's devices cannot be had, which counts alone allow.
void stand_on_devices(const PolicyCase& c, cluster::Cluster& cluster, workload::Workloads& workloads);

}  // namespace berth::scenario
