#include "berth/cluster/gpu_amounts.hpp"

#include "berth/core/invariant.hpp"
#include "sim/cluster/mig_instances.hpp"

namespace berth::cluster {

using workload::GpuRequest;
using workload::GpuRequestKind;

namespace {

std::int64_t whole_mebibytes(Bytes memory) {
  const std::int64_t mib = mebibytes(1).value;
  return memory.value / mib + (memory.value % mib == 0 ? 0 : 1);
}

std::int64_t floored_to_hundreds(Bytes memory) {
  return memory.value / mebibytes(1).value / 100 * 100;
}

}  // namespace

std::int64_t book_mebibytes(const NodeSpec& spec) {
  return spec.gpu_memory.value > 0 ? floored_to_hundreds(spec.gpu_memory) : 100;
}

std::int64_t mebibytes_of_portion(double portion, std::int64_t device_mebibytes) {
  return static_cast<std::int64_t>(portion * static_cast<double>(device_mebibytes));
}

std::int64_t mebibytes_of_share(const NodeSpec& spec, const GpuRequest& request) {
  if (request.kind == GpuRequestKind::memory) return whole_mebibytes(request.memory);
  return mebibytes_of_portion(static_cast<double>(hundredths_of(request.portion)) / 100,
                              book_mebibytes(spec));
}

GpuMilli portion_of_memory(Bytes memory, Bytes device_memory) {
  const std::int64_t total = floored_to_hundreds(device_memory);
  BERTH_INVARIANT(total > 0, "a memory request on a node whose GPU memory is unknown");
  return GpuMilli((whole_mebibytes(memory) * 100 + total - 1) / total * 10);
}

bool share_fits(const NodeSpec& spec, const DeviceState& device, const GpuRequest& request, DeviceBook book) {
  if (device.failed || device.whole() || device.mig) return false;
  const bool memory = request.kind == GpuRequestKind::memory;
  if (memory && spec.gpu_memory < mebibytes(100)) return false;
  if (book == DeviceBook::mebibytes)
    return device.mebibytes_used + mebibytes_of_share(spec, request) <= book_mebibytes(spec);
  if (!memory) return device.used + request.portion <= whole_gpus(1);
  return device.used + portion_of_memory(request.memory, spec.gpu_memory) <= whole_gpus(1) &&
         device.memory_used + request.memory <= spec.gpu_memory;
}

GpuMilli share_of_device(const NodeSpec& spec, const GpuRequest& request, DeviceBook book) {
  switch (request.kind) {
    case GpuRequestKind::whole:
      return whole_gpus(1);
    case GpuRequestKind::fraction:
      return book == DeviceBook::mebibytes ? GpuMilli(10 * hundredths_of(request.portion)) : request.portion;
    case GpuRequestKind::memory: {
      const std::int64_t device = book_mebibytes(spec);
      return device == 0 ? GpuMilli(0) : GpuMilli(1000 * whole_mebibytes(request.memory) / device);
    }
    case GpuRequestKind::none:
    case GpuRequestKind::mig:
      break;
  }
  return GpuMilli(0);
}

GpuMilli share_of_instances(const ModelTable& models, const NodeSpec& spec, const GpuRequest& request) {
  GpuMilli sum;
  if (spec.gpu_model == none<GpuModelId>() || !takes_instances(spec, request)) return sum;
  const MigGeometry& geometry = models[spec.gpu_model].mig;
  if (geometry.memory_slices == 0) return sum;
  const auto share = [&](std::size_t profile) {
    return GpuMilli(1000 * geometry.profiles[profile].memory_slices / geometry.memory_slices);
  };
  if (request.kind == GpuRequestKind::whole) {
    // Strategy single: each GPU asked for is an instance, and all instances of the node are alike.
    return spec.mig_layout.empty() ? sum : share(spec.mig_layout.front().profile) * request.devices;
  }
  for (const workload::MigRequest& one : request.mig) {
    if (const auto profile = geometry.find_profile(one.profile)) sum += share(*profile) * one.count;
  }
  return sum;
}

GpuMilli quota_amount(const NodeSpec& spec, const GpuRequest& request) {
  switch (request.kind) {
    case GpuRequestKind::fraction:
      return GpuMilli(10 * hundredths_of(request.portion)) * request.devices;
    case GpuRequestKind::memory:
      return spec.gpu_memory < mebibytes(100)
                 ? GpuMilli(0)
                 : portion_of_memory(request.memory, spec.gpu_memory) * request.devices;
    case GpuRequestKind::none:
    case GpuRequestKind::whole:
    case GpuRequestKind::mig:
      break;
  }
  return request.quota_amount();
}

}  // namespace berth::cluster
