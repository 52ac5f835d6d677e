// Positions in a session's tables. A session covers one pool at one instant, so these are not the World's
// ids; the tables are sorted so that an index often is a rank: nodes by name, jobs by (created, UID), queues
// by creation, the tasks of a job in task order, its pod sets and sub-group sets by name.
#pragma once

#include <cstdint>

#include "berth/core/ids.hpp"

namespace berth::policy::kai {

enum class NodeIx : std::uint32_t {};    // ascending: node names ascending
enum class QueueIx : std::uint32_t {};   // ascending: creation order; a parent stands before its children
enum class JobIx : std::uint32_t {};     // ascending: (created, UID) ascending
enum class TaskIx : std::uint32_t {};    // the tasks of a job are neighbours, in task order
enum class PodSetIx : std::uint32_t {};  // the pod sets of a job are neighbours, by name
enum class SubGroupSetIx : std::uint32_t {};  // likewise; the root of a job comes first
enum class ShapeIx : std::uint32_t {};        // what a task asks for
enum class GroupIx : std::uint32_t {};        // a device opened for sharing; unique in the cluster
enum class ProfileIx : std::uint32_t {};      // MIG profile
enum class TopologyIx : std::uint32_t {};

}  // namespace berth::policy::kai
