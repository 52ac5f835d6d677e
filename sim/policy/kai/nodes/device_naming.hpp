// From the session's decisions to concrete devices: whole GPUs are the lowest vacant ones; a shared device is that of the
// chosen group, or the lowest vacant one that it opens; MIG instances (GPUs under strategy single) the lowest device, then
// the lowest start. Where none is vacant (what is only pipelined;
// a bind that a known bug grants without room) it is the device with the fewest holders, lowest index.
#pragma once

#include <vector>

#include "berth/cluster/devices.hpp"
#include "berth/policy/transaction.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

class DeviceNaming {
 public:
  DeviceNaming(Session& session, const Transaction& transaction);

  cluster::DeviceAssignment name(TaskIx task, NodeIx node, const std::vector<GroupIx>& groups);

  // Have these devices room for the task, by the policy's book? A bind that is not so is over-booked: by a known bug of the
  // reference, whose count of a node's idle GPUs has gone astray.
  bool free_now(TaskIx task, NodeIx node, const cluster::DeviceAssignment& where) const;

 private:
  cluster::DeviceSet lowest(NodeIx node, std::int32_t count, cluster::DeviceSet taken) const;
  cluster::DeviceAssignment whole(NodeIx node, const Shape& shape) const;
  cluster::DeviceAssignment shared(NodeIx node, const std::vector<GroupIx>& groups);
  cluster::DeviceAssignment instances(NodeIx node, const Shape& shape) const;
  // Instances of the profile; none(): of any (strategy single, where each is a GPU).
  void take_instances(NodeIx node, ProfileIx profile, std::int32_t count,
                      cluster::DeviceAssignment& where) const;

  Session& session_;
  const Transaction& transaction_;
  std::uint32_t next_slot_;  // inventory `counts`: ids of new sharing groups
};

}  // namespace berth::policy::kai
