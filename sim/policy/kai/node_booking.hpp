// How a task lies on a node, and what that takes of the node's idle and releasing room (kai-semantics.md section 1, "Node
// accounting"; section 10.8).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/session.hpp"

namespace berth::policy::kai {

// firm: allocated, binding, bound, running. Idle- | pipelined: Releasing- | releasing: Idle-, Releasing+.
enum class Lies : std::uint8_t { nowhere, firm, pipelined, releasing };
constexpr Lies lies(TaskStatus status) {
  if (!active_used(status)) return Lies::nowhere;
  if (status == TaskStatus::pipelined) return Lies::pipelined;
  return status == TaskStatus::releasing ? Lies::releasing : Lies::firm;
}

// GPUs that the queue is charged for the task there: GPU memory as devices x portion.
double accepted_gpu(const NodeInfo& node, const Shape& shape);

// One change of a node, enough to undo it.
struct NodeChange {
  NodeIx node{};
  std::uint64_t version = 0;  // of the node before
  bool group = false;         // else: room
  // Room: times the shape's request. Group: whole GPUs.
  std::int8_t idle = 0, releasing = 0;
  std::int8_t holders = 0;  // room: 1 the node got the task, -1 it lost it
  ShapeIx shape{};
  // Group.
  std::uint32_t position = 0;
  bool opened = false, had_entry = false, was_counted = false;
  std::int8_t tasks = 0, releasing_tasks = 0, pipelined_tasks = 0;
  std::int64_t used = 0, allocated = 0, released = 0;
};

// A task of this shape that lay `from` lies `to`. Its groups must be open on the node. Appends the changes to `log`,
// unless it is null.
void relay(Session& session, NodeIx node, ShapeIx shape, const std::vector<GroupIx>& groups, Lies from,
           Lies to, std::vector<NodeChange>* log);

// Opens a group on the node, without tasks.
GroupIx open_group(Session& session, NodeIx node, bool integer_name, std::vector<NodeChange>* log);

void undo(Session& session, const NodeChange& change);

// The known bug of section 10.15: the releasing share of a task on a group stays behind, as if of one more task.
void leave_releasing_share(Session& session, NodeIx node, ShapeIx shape, GroupIx group);

}  // namespace berth::policy::kai
