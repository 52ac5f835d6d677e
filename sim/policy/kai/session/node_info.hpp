// A node's room: what is idle, what is being released, what is used (section 1, "Node accounting";
// section 10.8).
//
// Releasing: Used+, Releasing+, Idle-. Pipelined: Used+, Releasing-. Others: Used+, Idle-.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/node.hpp"
#include "sim/policy/kai/session/indices.hpp"

namespace berth::policy::kai {

// Whole numbers; any may be negative (a case may over-allocate a node).
struct Room {
  std::int64_t cpu = 0;     // milli-cores
  std::int64_t memory = 0;  // bytes
  std::int32_t gpus = 0;    // whole devices; a shared device counts as one (section 10.8)
  std::int32_t pods = 0;    // slots
  bool operator==(const Room&) const = default;
};

// A device opened for sharing. MiB; a fraction takes floor(f x node memory).
struct SharedGroup {
  GroupIx id{};
  bool integer_name = false;   // section 9.12: only such a group counts as existing for pod slots
  bool has_entry = false;      // a task that was not only pipelined has been put there (section 9.11)
  std::int64_t used = 0;       // U: of all tasks
  std::int64_t allocated = 0;  // A: of all but pipelined ones (releasing included)
  std::int64_t releasing = 0;  // R: of releasing minus of pipelined ones
  std::int32_t tasks = 0;
  std::int32_t releasing_tasks = 0;
  std::int32_t pipelined_tasks = 0;
  bool counted_releasing = false;  // its device is among the node's releasing GPUs (booking by steps)
  bool operator==(const SharedGroup&) const = default;

  bool all_releasing() const { return tasks > 0 && releasing_tasks == tasks; }
  bool all_pipelined() const { return tasks > 0 && pipelined_tasks == tasks; }
};

struct NodeInfo {
  NodeId id{};  // in the World
  std::string name;
  const cluster::NodeSpec* spec = nullptr;
  const cluster::GpuModel* model = nullptr;  // null: none is known
  bool schedulable = true;                   // ready and not cordoned
  bool ready = true;
  bool mig_enabled = false;  // label or advertised instances (section 6)
  cluster::MigStrategy mig_strategy = cluster::MigStrategy::none;
  bool memory_synced = false;     // the GPU memory label is there
  std::int64_t gpu_memory = 100;  // MiB of each device, floored to 100; 100 when not synced
  Room allocatable;
  Room idle;
  Room releasing;
  std::int32_t whole_used = 0;                // whole GPUs of all tasks on it, pipelined ones too
  std::vector<std::int32_t> mig_allocatable;  // by ProfileIx; empty: advertises none
  std::vector<std::int32_t> mig_idle;
  std::vector<std::int32_t> mig_releasing;
  std::vector<SharedGroup> groups;  // in order of creation
  std::int32_t legacy_mig_tasks = 0;
};

}  // namespace berth::policy::kai
