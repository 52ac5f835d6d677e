// What one pod asks of a node: the values that decide fit, and the constraints on where it may go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/core/quantity.hpp"

namespace berth::workload {

// The kinds of kai-semantics.md section 6; they exclude one another.
enum class GpuRequestKind : std::uint8_t {
  none,      // CPU only
  whole,     // `devices` whole GPUs
  fraction,  // `portion` (1..999 milli) of each of `devices` distinct GPUs of one node
  memory,    // `memory` bytes of each of `devices` distinct GPUs of one node
  mig,       // MIG instances by profile
};

struct MigRequest {
  std::string profile;  // as in the resource name: "1g.10gb", "1g.10gb.me"
  std::int32_t count = 1;
  auto operator<=>(const MigRequest&) const = default;
};

// The g-number of a profile name ("3g.40gb" -> 3); 0 when it has none.
std::int32_t compute_slices_in(std::string_view profile);

struct GpuRequest {
  GpuRequestKind kind = GpuRequestKind::none;
  std::int32_t devices = 0;  // whole, fraction, memory: number of devices
  GpuMilli portion;          // fraction: of each device; whole: 1000
  Bytes memory;              // memory: of each device
  std::optional<GpuMilli>
      portion_limit;  // fraction: the burst limit (Run:ai dynamic fractions); no part in placement
  std::optional<Bytes> memory_limit;  // memory: likewise
  std::vector<MigRequest> mig;        // mig: at least one, each count > 0
  auto operator<=>(const GpuRequest&) const = default;

  static GpuRequest whole(std::int32_t n);  // n = 0 gives kind none
  static GpuRequest fraction(GpuMilli portion, std::int32_t devices = 1);
  static GpuRequest memory_of(Bytes memory, std::int32_t devices = 1);
  // Devices x portion: the GPU amount as quotas count it when it needs no knowledge of a node (whole,
  // fraction); 0 for memory; for MIG the g-number x count (a 1g counts as a whole GPU, kai-semantics.md
  // section 6).
  GpuMilli quota_amount() const;
};

// A label key and the values that satisfy it, as Kubernetes' node affinity has them.
struct NodeRequirement {
  enum class Operator : std::uint8_t { in, not_in, exists, does_not_exist };
  std::string key;
  Operator op = Operator::in;
  std::vector<std::string> values;
  auto operator<=>(const NodeRequirement&) const = default;
};

struct Toleration {
  std::string key;     // empty with `exists`: every taint
  bool exists = true;  // else equal to `value`
  std::string value;
  std::string effect;  // empty: every effect
  auto operator<=>(const Toleration&) const = default;
};

struct PodAffinityTerm {
  bool anti = false;
  std::vector<std::pair<std::string, std::string>> labels;  // all must match the other pod's labels
  std::string topology_key;                                 // node label that makes the domain
  auto operator<=>(const PodAffinityTerm&) const = default;
};

// Everything that decides where a pod fits. Equal shapes are interned as one ShapeId
// (workload/workloads.hpp), so that an index or memo can treat all pods of one shape alike.
struct PodShape {
  GpuRequest gpu;
  CpuMilli cpu;
  Bytes memory;
  std::vector<std::string> gpu_models;  // allowed models or product labels; empty: any (openb's gpu_spec)
  std::vector<NodeRequirement> node_requirements;  // all must hold
  std::vector<Toleration> tolerations;
  std::vector<std::pair<std::string, std::string>> labels;  // the pod's own, sorted by key
  std::vector<PodAffinityTerm> pod_affinity;                // required terms
  bool legacy_mig = false;  // asks for MIG in a form that kai no longer places (policy cases)
  auto operator<=>(const PodShape&) const = default;

  bool cpu_only() const { return gpu.kind == GpuRequestKind::none; }
  // No GPU, CPU or memory at all.
  bool best_effort() const { return cpu_only() && cpu.value == 0 && memory.value == 0; }
};

}  // namespace berth::workload
