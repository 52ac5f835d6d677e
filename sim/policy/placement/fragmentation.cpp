#include "sim/policy/fragmentation.hpp"

#include <algorithm>

#include "berth/core/invariant.hpp"

namespace berth::policy {

namespace {

// Distinct amounts that classes ask of a device: at most one a milli.
constexpr std::size_t max_steps = 1000;

}  // namespace

NodeLeft what_is_left(const cluster::NodeSpec& spec, const cluster::NodeOccupancy& node) {
  NodeLeft left;
  left.cpu = node.cpu_free.value;
  left.model = spec.gpu_model;
  left.devices = static_cast<int>(node.devices.size());
  for (int d = 0; d < left.devices; ++d) {
    const cluster::DeviceState& device = node.devices[static_cast<std::size_t>(d)];
    // Without a holder and not vacant: out of service, or cut by MIG.
    const bool offered = device.holders > 0 ? !device.failed : (node.vacant & cluster::device_bit(d)) != 0;
    if (offered)
      left.milli[static_cast<std::size_t>(d)] = static_cast<std::int16_t>(1000 - device.used.value);
  }
  return left;
}

Fragmentation::Fragmentation(std::vector<PodClass> pods, const cluster::ModelTable& models) {
  const std::vector<PodClass> typical = typical_of(std::move(pods));
  std::int64_t taken = 0;
  for (const PodClass& c : typical) taken += c.count;
  for (const PodClass& c : typical) {
    if (!c.cpu_only()) steps_.push_back(static_cast<std::int32_t>(c.milli.value));
  }
  std::sort(steps_.begin(), steps_.end());
  steps_.erase(std::unique(steps_.begin(), steps_.end()), steps_.end());
  BERTH_INVARIANT(steps_.size() <= max_steps, "a class asks for more than a device");

  access_.assign(models.size(), {});
  for (const PodClass& c : typical) {
    Class mine;
    mine.weight = static_cast<double>(c.count) / static_cast<double>(taken);
    mine.cpu = c.cpu.value;
    mine.milli = static_cast<std::int32_t>(c.milli.value);
    mine.devices = c.devices;
    if (!c.cpu_only()) {
      const auto at = std::lower_bound(steps_.begin(), steps_.end(), mine.milli);
      mine.step = static_cast<std::uint32_t>(at - steps_.begin());
    }
    classes_.push_back(mine);
    no_model_.push_back(c.models.empty() && !c.cpu_only() ? 1 : 0);
    for (std::size_t m = 0; m < models.size(); ++m) {
      const cluster::GpuModel& model = models[id_of<GpuModelId>(m)];
      const bool named = std::any_of(c.models.begin(), c.models.end(), [&](const std::string& name) {
        return name == model.name || name == model.product_label;
      });
      access_[m].push_back(!c.cpu_only() && (c.models.empty() || named) ? 1 : 0);
    }
  }
}

const std::vector<std::uint8_t>& Fragmentation::access_of(GpuModelId model) const {
  return index_of(model) < access_.size() ? access_[index_of(model)] : no_model_;
}

double Fragmentation::of(const NodeLeft& left) const {
  return after(left, left.cpu, 0, 0);
}

double Fragmentation::after(const NodeLeft& left, std::int64_t cpu, cluster::DeviceSet devices,
                            std::int32_t milli) const {
  std::array<std::int16_t, cluster::max_devices_per_node> now = left.milli;
  for (; devices != 0; devices &= devices - 1)
    now[static_cast<std::size_t>(cluster::lowest_device(devices))] -= static_cast<std::int16_t>(milli);
  std::int32_t total = 0;
  for (int d = 0; d < left.devices; ++d) total += now[static_cast<std::size_t>(d)];

  std::array<Offer, max_steps> offers;
  offers[0] = {};  // read, and then not used, when no class asks for a GPU
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    Offer offer;
    for (int d = 0; d < left.devices; ++d) {
      const std::int32_t g = now[static_cast<std::size_t>(d)];
      const bool enough = g >= steps_[s];
      offer.enough += enough ? 1 : 0;
      offer.below += enough ? 0 : g;
    }
    offers[s] = offer;
  }
  const std::uint8_t* access = access_of(left.model).data();
  double sum = 0;
  for (std::size_t m = 0; m < classes_.size(); ++m) {
    const Class& c = classes_[m];
    const Offer& offer = offers[c.step];
    const bool usable = access[m] != 0 && offer.enough >= c.devices && c.cpu <= cpu;
    sum += c.weight * static_cast<double>(usable ? offer.below : total);
  }
  return sum;
}

void Fragmentation::after_each(const NodeLeft& left, std::int64_t cpu, cluster::DeviceSet devices,
                               std::int32_t milli, double* result) const {
  std::int32_t total = 0;
  for (int d = 0; d < left.devices; ++d) total += left.milli[static_cast<std::size_t>(d)];
  total -= milli;

  // The offers before placing; taking from one device changes each of them by what that device counted.
  std::array<Offer, max_steps> offers;
  offers[0] = {};  // read, and then not used, when no class asks for a GPU
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    Offer offer;
    for (int d = 0; d < left.devices; ++d) {
      const std::int32_t g = left.milli[static_cast<std::size_t>(d)];
      const bool enough = g >= steps_[s];
      offer.enough += enough ? 1 : 0;
      offer.below += enough ? 0 : g;
    }
    offers[s] = offer;
  }
  const std::uint8_t* access = access_of(left.model).data();
  for (; devices != 0; devices &= devices - 1) {
    const std::int32_t before = left.milli[static_cast<std::size_t>(cluster::lowest_device(devices))];
    const std::int32_t now = before - milli;
    double sum = 0;
    for (std::size_t m = 0; m < classes_.size(); ++m) {
      const Class& c = classes_[m];
      const Offer& offer = offers[c.step];
      const bool enough_before = before >= c.milli;
      const bool enough_now = now >= c.milli;
      const std::int32_t enough = offer.enough - (enough_before ? 1 : 0) + (enough_now ? 1 : 0);
      const std::int32_t below = offer.below - (enough_before ? 0 : before) + (enough_now ? 0 : now);
      const bool usable = access[m] != 0 && enough >= c.devices && c.cpu <= cpu;
      sum += c.weight * static_cast<double>(usable ? below : total);
    }
    *result++ = sum;
  }
}

}  // namespace berth::policy
