// What a GPU request amounts to: as queues count it (quota amount), as a device is booked (two books), and as a holder is
// shown to have it (device share). The rules: kai-semantics.md sections 2 and 6; the MiB book is the reference policy's.
#pragma once

#include <cstdint>

#include "berth/cluster/devices.hpp"
#include "berth/cluster/gpu_model.hpp"
#include "berth/cluster/node.hpp"
#include "berth/core/quantity.hpp"
#include "berth/workload/request.hpp"

namespace berth::cluster {

// A fraction of a device in hundredths, half up: 0.334 is 33, 0.335 is 34.
constexpr std::int64_t hundredths_of(GpuMilli portion) {
  return (portion.value + 5) / 10;
}
// The least fraction that is a hundredth, rounded so: what the MiB book can tell from nothing.
inline constexpr GpuMilli least_portion_in_mebibytes = GpuMilli(5);

// MiB of one device of the node in the MiB book: its memory floored to a multiple of 100; 100 where it is unknown.
std::int64_t book_mebibytes(const NodeSpec& spec);
// MiB of a device with `device_mebibytes` that a fraction takes; `portion` in hundredths as a double (0.33), the product cut off as
// the reference does: 0.29 of 100 is 28.
std::int64_t mebibytes_of_portion(double portion, std::int64_t device_mebibytes);
// MiB of each device that a fraction or a memory request takes in the MiB book. Memory requests are whole MiB (the readers
// of scenarios see to it); a part of one counts as one.
std::int64_t mebibytes_of_share(const NodeSpec& spec, const workload::GpuRequest& request);

// The portion that a memory request takes of a device in the book of thousandths: ceil(memory / device memory x 100) / 100
// (kai-semantics.md section 6). `device_memory` must be above 0; both are compared in whole MiB, the device's
// floored to a multiple of 100 MiB.
GpuMilli portion_of_memory(Bytes memory, Bytes device_memory);

// Has `device` room for one share of the request (fraction or memory) by that book? A device that is failed, in MIG mode or
// held whole has none.
bool share_fits(const NodeSpec& spec, const DeviceState& device, const workload::GpuRequest& request,
                DeviceBook book);

// What a holder of one device is shown to have of it while the device has enough left: whole devices 1000; a fraction itself
// (MiB book: its hundredths); memory floor(1000 x MiB / device MiB).
GpuMilli share_of_device(const NodeSpec& spec, const workload::GpuRequest& request, DeviceBook book);
// Likewise of all that MIG instances make, by memory slices; 0 for other requests. Whole GPUs of a node under strategy single
// are instances too.
GpuMilli share_of_instances(const ModelTable& models, const NodeSpec& spec,
                            const workload::GpuRequest& request);

// What the request counts in its queue once it is placed on the node: whole GPUs; devices x fraction to two decimals; devices
// x memory portion; MIG g x count.
GpuMilli quota_amount(const NodeSpec& spec, const workload::GpuRequest& request);

}  // namespace berth::cluster
