// How far apart a workload's pods and GPUs are, in words (sim/cluster/topology.md).
#pragma once

#include <string>

#include "sim/records/workloads/view.hpp"

namespace berth::records {

// Lines of two blanks and a sentence, each ended by '\n'; empty when nothing is worth saying:
//   "  its pods span topology.berth/block, so it runs at 80% of its speed"
//   "  its pods are in one topology.berth/rack"
//   "  the GPUs of pod 0 are in 2 NVLink domains: 0 1 | 2 3"
// Speaks of pods that hold devices; a workload of one node spans nothing.
std::string spread_text(const View& view, const workload::Workload& workload);

}  // namespace berth::records
