// How a task lies on a node, and what that takes of the node's idle and releasing room (kai-semantics.md section 1, "Node
// accounting"; section 10.8).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/session/session.hpp"

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

// What relay() cannot take back: a group was opened, or got its first entry (section 9.11).
struct NodeChange {
  NodeIx node{};
  std::uint32_t position = 0;  // of the group
  bool opened = false;         // else: it got an entry
};

// A task of this shape that lay `from` lies `to`. Its groups must be open on the node. The reverse call takes the amounts back
// (exactly, unless they are booked by steps: KnownBugs). Appends the changes to `log`, unless it is null.
void relay(Session& session, NodeIx node, ShapeIx shape, const std::vector<GroupIx>& groups, Lies from,
           Lies to, std::vector<NodeChange>* log);

// Opens a group on the node, without tasks.
GroupIx open_group(Session& session, NodeIx node, bool integer_name, std::vector<NodeChange>* log);

// Changes are undone in reverse order, each after its shares were booked back.
void undo(Session& session, const NodeChange& change);

}  // namespace berth::policy::kai
