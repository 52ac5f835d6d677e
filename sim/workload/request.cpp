#include "berth/workload/request.hpp"

namespace berth::workload {

GpuRequest GpuRequest::whole(std::int32_t n) {
  GpuRequest r;
  if (n == 0) return r;
  r.kind = GpuRequestKind::whole;
  r.devices = n;
  r.portion = whole_gpus(1);
  return r;
}

GpuRequest GpuRequest::fraction(GpuMilli portion, std::int32_t devices) {
  GpuRequest r;
  r.kind = GpuRequestKind::fraction;
  r.devices = devices;
  r.portion = portion;
  return r;
}

GpuRequest GpuRequest::memory_of(Bytes memory, std::int32_t devices) {
  GpuRequest r;
  r.kind = GpuRequestKind::memory;
  r.devices = devices;
  r.memory = memory;
  return r;
}

std::int32_t compute_slices_in(std::string_view profile) {
  std::int32_t slices = 0;
  for (const char c : profile) {
    if (c < '0' || c > '9') return c == 'g' ? slices : 0;
    slices = slices * 10 + (c - '0');
    if (slices > 1000) return 0;
  }
  return 0;
}

GpuMilli GpuRequest::quota_amount() const {
  switch (kind) {
    case GpuRequestKind::none:
    case GpuRequestKind::memory:
      return GpuMilli(0);
    case GpuRequestKind::whole:
      return whole_gpus(devices);
    case GpuRequestKind::fraction:
      return portion * devices;
    case GpuRequestKind::mig: {
      std::int64_t slices = 0;
      for (const MigRequest& m : mig) slices += std::int64_t{compute_slices_in(m.profile)} * m.count;
      return whole_gpus(slices);
    }
  }
  return GpuMilli(0);
}

}  // namespace berth::workload
