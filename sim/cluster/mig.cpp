#include "sim/cluster/mig.hpp"

#include <algorithm>
#include <numeric>

#include "berth/core/invariant.hpp"

namespace berth::cluster {

namespace {

bool ends_with(const std::string& text, std::string_view tail) {
  return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

const MigProfile& profile_at(const MigGeometry& geometry, MigPlacement placement) {
  return geometry.profiles[placement.profile];
}

// "3g.40gb at slices 4-7"
std::string describe(const MigGeometry& geometry, MigPlacement placement) {
  const MigProfile& profile = profile_at(geometry, placement);
  std::string text = profile.name + (profile.memory_slices == 1 ? " at slice " : " at slices ") +
                     std::to_string(placement.start);
  if (profile.memory_slices > 1) text += "-" + std::to_string(placement.start + profile.memory_slices - 1);
  return text;
}

std::string join_starts(const MigProfile& profile) {
  std::string text;
  for (std::size_t i = 0; i < profile.starts.size(); ++i) {
    if (i > 0) text += i + 1 == profile.starts.size() ? " or " : ", ";
    text += std::to_string(profile.starts[i]);
  }
  return text;
}

std::string compute_problem(const MigGeometry& geometry, const MigProfile& profile) {
  return profile.name + " needs more compute slices than are left of " +
         std::to_string(geometry.compute_slices);
}

// Indices of `profiles` in the order in which mig-parted creates them first.
std::vector<std::size_t> descending_order(const MigGeometry& geometry,
                                          const std::vector<std::uint16_t>& profiles) {
  std::vector<std::size_t> order(profiles.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const MigProfile& pa = geometry.profiles[profiles[a]];
    const MigProfile& pb = geometry.profiles[profiles[b]];
    if (pa.compute_slices != pb.compute_slices) return pa.compute_slices > pb.compute_slices;
    return pa.memory_slices > pb.memory_slices;
  });
  return order;
}

// Depth-first over the orders: `next` profiles are alike when equal, so each multiset order is tried once.
bool place_in_some_order(const std::vector<std::uint16_t>& profiles, const std::vector<std::size_t>& order,
                         MigLayout& layout, std::vector<bool>& done, std::size_t placed, int& budget,
                         std::vector<MigPlacement>& result) {
  if (placed == profiles.size()) return true;
  std::vector<std::uint16_t> tried;
  for (const std::size_t i : order) {
    const std::uint16_t profile = profiles[i];
    if (done[i] || std::find(tried.begin(), tried.end(), profile) != tried.end()) continue;
    tried.push_back(profile);
    if (--budget < 0) return false;
    const auto start = layout.choose_start(profile);
    if (!start) return false;  // it will find none later either: placing more frees nothing
    const MigPlacement placement{profile, *start};
    layout.place(placement);
    done[i] = true;
    result[i] = placement;
    if (place_in_some_order(profiles, order, layout, done, placed + 1, budget, result)) return true;
    done[i] = false;
    layout.remove(placement);
  }
  return false;
}

}  // namespace

std::uint64_t slices_of(const MigGeometry& geometry, MigPlacement placement) {
  const std::uint64_t width = profile_at(geometry, placement).memory_slices;  // at most 32
  return ((std::uint64_t{1} << width) - 1U) << placement.start;
}

bool has_media_engines(const MigProfile& profile) {
  return ends_with(profile.name, ".me") || ends_with(profile.name, ".me.all");
}

MigLayout::MigLayout(const MigGeometry& geometry)
    : geometry_(&geometry), counts_(geometry.profiles.size(), std::uint8_t{0}) {}

bool MigLayout::can_place(MigPlacement placement) const {
  const MigProfile& profile = profile_at(*geometry_, placement);
  if (std::find(profile.starts.begin(), profile.starts.end(), placement.start) == profile.starts.end())
    return false;
  if ((slices_ & slices_of(*geometry_, placement)) != 0) return false;
  if (counts_[placement.profile] >= profile.max_instances) return false;
  if (compute_ + profile.compute_slices > geometry_->compute_slices) return false;
  return media_ == 0 || !has_media_engines(profile);
}

void MigLayout::place(MigPlacement placement) {
  BERTH_INVARIANT(can_place(placement), describe(*geometry_, placement));
  const MigProfile& profile = profile_at(*geometry_, placement);
  slices_ |= slices_of(*geometry_, placement);
  ++counts_[placement.profile];
  compute_ += profile.compute_slices;
  media_ += has_media_engines(profile) ? 1 : 0;
}

void MigLayout::remove(MigPlacement placement) {
  BERTH_INVARIANT(counts_[placement.profile] > 0, describe(*geometry_, placement));
  const MigProfile& profile = profile_at(*geometry_, placement);
  slices_ &= ~slices_of(*geometry_, placement);
  --counts_[placement.profile];
  compute_ -= profile.compute_slices;
  media_ -= has_media_engines(profile) ? 1 : 0;
}

int MigLayout::free_pairs() const {
  int pairs = 0;
  for (std::size_t p = 0; p < geometry_->profiles.size(); ++p) {
    for (const std::uint8_t start : geometry_->profiles[p].starts) {
      if (can_place({static_cast<std::uint16_t>(p), start})) ++pairs;
    }
  }
  return pairs;
}

std::optional<std::uint8_t> MigLayout::choose_start(std::uint16_t profile) const {
  std::optional<std::uint8_t> best;
  int best_pairs = -1;
  MigLayout after = *this;
  for (const std::uint8_t start : geometry_->profiles[profile].starts) {
    const MigPlacement placement{profile, start};
    if (!can_place(placement)) continue;
    after.place(placement);
    const int pairs = after.free_pairs();
    after.remove(placement);
    if (pairs > best_pairs) {
      best_pairs = pairs;
      best = start;
    }
  }
  return best;
}

std::optional<std::vector<MigPlacement>> plan_layout(const MigGeometry& geometry,
                                                     const std::vector<std::uint16_t>& profiles) {
  // Every instance takes a slice: a longer list cannot stand, and is not searched.
  if (profiles.size() > geometry.memory_slices) return std::nullopt;
  int memory = 0, compute = 0;
  for (const std::uint16_t p : profiles) {
    memory += geometry.profiles[p].memory_slices;
    compute += geometry.profiles[p].compute_slices;
  }
  if (memory > geometry.memory_slices || compute > geometry.compute_slices) return std::nullopt;
  // All orders of seven different profiles take 13,699 steps; a geometry that a scenario brings may have more.
  int budget = 20'000;
  MigLayout layout(geometry);
  std::vector<bool> done(profiles.size(), false);
  std::vector<MigPlacement> result(profiles.size());
  if (!place_in_some_order(profiles, descending_order(geometry, profiles), layout, done, 0, budget, result))
    return std::nullopt;
  return result;
}

std::optional<std::string> layout_problem(const MigGeometry& geometry,
                                          const std::vector<MigPlacement>& placements) {
  MigLayout layout(geometry);
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const MigPlacement placement = placements[i];
    if (layout.can_place(placement)) {
      layout.place(placement);
      continue;
    }
    const MigProfile& profile = profile_at(geometry, placement);
    if (std::find(profile.starts.begin(), profile.starts.end(), placement.start) == profile.starts.end()) {
      return profile.name + " cannot start at memory slice " + std::to_string(placement.start) +
             "; it starts at " + join_starts(profile);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if ((slices_of(geometry, placements[j]) & slices_of(geometry, placement)) != 0)
        return describe(geometry, placement) + " collides with " + describe(geometry, placements[j]);
    }
    if (has_media_engines(profile)) {
      for (std::size_t j = 0; j < i; ++j) {
        if (has_media_engines(profile_at(geometry, placements[j])))
          return describe(geometry, placement) + " collides with " + describe(geometry, placements[j]) +
                 ": a GPU has its media engines once";
      }
    }
    if (layout.compute_slices() + profile.compute_slices > geometry.compute_slices)
      return compute_problem(geometry, profile);
    return "more than " + std::to_string(profile.max_instances) + " of " + profile.name;
  }
  return std::nullopt;
}

std::string list_problem(const MigGeometry& geometry, const std::vector<std::uint16_t>& profiles) {
  MigLayout layout(geometry);
  std::vector<MigPlacement> placed;
  for (const std::size_t i : descending_order(geometry, profiles)) {
    const std::uint16_t wanted = profiles[i];
    if (const auto start = layout.choose_start(wanted)) {
      placed.push_back({wanted, *start});
      layout.place(placed.back());
      continue;
    }
    const MigProfile& profile = geometry.profiles[wanted];
    const bool has_slices =
        std::any_of(profile.starts.begin(), profile.starts.end(), [&](std::uint8_t start) {
          return (slices_of(geometry, {wanted, start}) & layout.slices()) == 0;
        });
    if (has_slices && layout.compute_slices() + profile.compute_slices > geometry.compute_slices)
      return compute_problem(geometry, profile);
    // Who stands in the way of its starts, each named once.
    const bool media = has_media_engines(profile);
    std::string blockers;
    for (const MigPlacement there : placed) {
      const bool blocks = std::any_of(profile.starts.begin(), profile.starts.end(), [&](std::uint8_t start) {
        return (slices_of(geometry, {wanted, start}) & slices_of(geometry, there)) != 0;
      });
      const bool media_clash = media && has_media_engines(profile_at(geometry, there));
      if (media_clash)
        return profile.name + " collides with " + describe(geometry, there) +
               ": a GPU has its media engines once";
      if (blocks) blockers += (blockers.empty() ? "" : ", ") + describe(geometry, there);
    }
    if (blockers.empty()) return profile.name + " finds no room beside the others";
    return profile.name + ", which starts at memory slice " + join_starts(profile) + ", collides with " +
           blockers;
  }
  return "no order of creation serves the list";
}

}  // namespace berth::cluster
