#include "berth/policy/typical_pods.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "berth/cluster/occupancy.hpp"

namespace berth::policy {

namespace {

std::string joined(const std::vector<std::string>& models) {
  std::string text;
  for (const std::string& model : models) text += (text.empty() ? "" : "|") + model;
  return text;
}

// Larger first, by the order of the tie rule.
bool before(const PodClass& a, const PodClass& b) {
  return std::make_tuple(a.cpu, a.milli, a.devices, joined(a.models)) >
         std::make_tuple(b.cpu, b.milli, b.devices, joined(b.models));
}

bool same(const PodClass& a, const PodClass& b) {
  return a.cpu == b.cpu && a.milli == b.milli && a.devices == b.devices && a.models == b.models;
}

}  // namespace

PodClass class_of(const workload::PodShape& shape, Bytes device_memory) {
  PodClass result;
  result.cpu = shape.cpu;
  result.models = shape.gpu_models;
  result.count = 1;
  switch (shape.gpu.kind) {
    case workload::GpuRequestKind::none:
    case workload::GpuRequestKind::mig:
      break;
    case workload::GpuRequestKind::whole:
      result.devices = shape.gpu.devices;
      result.milli = whole_gpus(1);
      break;
    case workload::GpuRequestKind::fraction:
      result.devices = shape.gpu.devices;
      result.milli = shape.gpu.portion;
      break;
    case workload::GpuRequestKind::memory:
      result.devices = shape.gpu.devices;
      result.milli =
          device_memory < mebibytes(100)
              ? whole_gpus(1)
              : std::min(whole_gpus(1), cluster::portion_of_memory(shape.gpu.memory, device_memory));
      break;
  }
  return result;
}

std::vector<PodClass> typical_of(std::vector<PodClass> pods) {
  std::sort(pods.begin(), pods.end(), before);
  std::vector<PodClass> classes;
  std::int64_t total = 0;
  for (PodClass& pod : pods) {
    total += pod.count;
    if (!classes.empty() && same(classes.back(), pod)) {
      classes.back().count += pod.count;
    } else {
      classes.push_back(std::move(pod));
    }
  }
  // Stable: classes of equal count stay in the order of the tie rule.
  std::stable_sort(classes.begin(), classes.end(),
                   [](const PodClass& a, const PodClass& b) { return a.count > b.count; });
  std::int64_t taken = 0;
  std::size_t kept = 0;
  while (kept < classes.size() && taken * 100 < total * 95) taken += classes[kept++].count;
  classes.resize(kept);
  return classes;
}

}  // namespace berth::policy
