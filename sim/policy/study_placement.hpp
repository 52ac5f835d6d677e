// The scores of the placement study (fgd.md section 3) as placements. A node that fits gets an integer; the highest wins,
// ties go to the lowest node number. c, L: CPU and GPU milli left before placing; the pod asks for cpu and n devices with
// u milli of each.
//
// | name             | score                                                                              |
// | ---------------- | ---------------------------------------------------------------------------------- |
// | dot-product      | trunc(100 (1 - (c/128000 cpu/128000 + L/8000 n u/8000) / 2))                        |
// | study-best-fit   | trunc(100 (1 - 0.5 (c - cpu)/128000 - 0.5 (L - n u)/8000))                          |
// | gpu-packing      | what is in use first: shared devices, then free devices of a used node, then a new  |
// |                  | node with few devices                                                               |
// | gpu-clustering   | 25 (8000 - L)/8000, and 75, 50, 25 or 0 by whether the node holds pods of this size |
// |                  | alone, among others, none at all, others only                                       |
// | fgd              | trunc(100 sigmoid((F(n) - F(n after the pod))/1000)), F: policy/fragmentation.hpp    |
// | random           | one of the nodes that fit, by the seed and the pod's number                         |
//
// Devices: a share takes the device with the least left that fits, lowest index on ties; fgd the one of the highest
// score, lowest index on ties; random any that fits. Whole GPUs take the lowest free ones. A request for GPU memory
// counts as the portion it takes on the node, one for MIG instances as CPU only; shares of several devices take them one
// after the other by the same rule.
#pragma once

#include <cstdint>
#include <memory>

#include "berth/policy/placement.hpp"

namespace berth::policy {

enum class StudyScore : std::uint8_t { dot_product, best_fit, gpu_packing, gpu_clustering, fgd, random };

// fgd learns from spec.typical, which must not be empty then (std::invalid_argument); random draws from spec.seed.
std::unique_ptr<Placement> make_study_placement(StudyScore score, const PolicySpec& spec);

}  // namespace berth::policy
