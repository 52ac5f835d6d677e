// The placement study's fragmentation measure (fgd.md section 3; Weng et al., USENIX ATC 2023): how much of a node's free
// GPU a pod drawn from the typical pods could not use.
//
//   F(node) = sum over typical classes m of p(m) x f(node, m), in milli, p(m) = pods of m / pods of all classes
//   f = all that is left on the devices   when m is CPU-only, or the model is not allowed, or m does not fit
//     = what is left on devices with less than m asks of each   otherwise
//
// The sum runs in class order in double: another order could flip a truncated score. F of a pool is the sum over its
// nodes in order of their numbers, recomputed, never updated by differences.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/node.hpp"
#include "berth/policy/typical_pods.hpp"

namespace berth::policy {

// What is left of a node, as the measure sees it. A device that is out of service or cut by MIG has 0 left.
struct NodeLeft {
  std::int64_t cpu = 0;  // milli
  GpuModelId model = none<GpuModelId>();
  int devices = 0;
  std::array<std::int16_t, cluster::max_devices_per_node> milli{};
};
NodeLeft what_is_left(const cluster::NodeSpec& spec, const cluster::NodeOccupancy& node);

class Fragmentation {
 public:
  // `pods`: all pods to learn from; typical_of() is applied here. Models of the classes are looked up in `models`.
  Fragmentation(std::vector<PodClass> pods, const cluster::ModelTable& models);

  bool empty() const { return classes_.empty(); }
  std::size_t classes() const { return classes_.size(); }

  // F of a node, in milli. O(classes x devices).
  double of(const NodeLeft& left) const;
  // F after `milli` more are taken of each device in `devices` and the node has `cpu` left.
  double after(const NodeLeft& left, std::int64_t cpu, cluster::DeviceSet devices, std::int32_t milli) const;
  // The same for one device each of `devices`, lowest first: result[i] for the i-th. Costs about one `after`.
  void after_each(const NodeLeft& left, std::int64_t cpu, cluster::DeviceSet devices, std::int32_t milli,
                  double* result) const;

 private:
  struct Class {
    double weight = 0;
    std::int64_t cpu = 0;
    std::int32_t milli = 0;
    std::int32_t devices = 0;  // 0: CPU only
    std::uint32_t step = 0;    // index into steps_
  };
  // What a node's devices offer at one step: how many have at least that much, and the sum of the others.
  struct Offer {
    std::int32_t enough = 0;
    std::int32_t below = 0;
  };
  // May pods of each class use the model? One byte a class.
  const std::vector<std::uint8_t>& access_of(GpuModelId model) const;

  std::vector<Class> classes_;                     // in order of the sum
  std::vector<std::int32_t> steps_;                // distinct milli of the classes, ascending
  std::vector<std::vector<std::uint8_t>> access_;  // by model id
  std::vector<std::uint8_t> no_model_;             // for a node without a model
};

}  // namespace berth::policy
