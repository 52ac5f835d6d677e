#include "berth/workload/spec.hpp"

namespace berth::workload {

const std::vector<PriorityClass>& priority_classes() {
  // The API's table, lowest first, then KAI's classes (contract NOTES 2.1; kai-semantics.md section 3).
  static const std::vector<PriorityClass> classes = {{"very-low", 25},
                                                     {"low", 40},
                                                     {"medium-low", 65},
                                                     {"medium", 80},
                                                     {"medium-high", 90},
                                                     {"high", 125},
                                                     {"very-high", 150},
                                                     {"train", 50},
                                                     {"build-preemptible", 75},
                                                     {"interactive-preemptible", 75},
                                                     {"build", 100},
                                                     {"inference", 125}};
  return classes;
}

std::int32_t WorkloadSpec::pod_count() const {
  std::int32_t n = 0;
  for (const PodTemplate& t : templates) n += t.count;
  return n;
}

std::int32_t WorkloadSpec::min_pods() const {
  std::vector<bool> inner(sub_groups.size(), false);
  for (const SubGroup& g : sub_groups) {
    if (g.parent >= 0) inner[static_cast<std::size_t>(g.parent)] = true;
  }
  std::int32_t n = 0;
  for (std::size_t i = 0; i < sub_groups.size(); ++i) {
    if (!inner[i]) n += sub_groups[i].min_pods;
  }
  return n;
}

bool WorkloadSpec::preemptible() const {
  switch (preemptibility) {
    case Preemptibility::preemptible:
      return true;
    case Preemptibility::non_preemptible:
      return false;
    case Preemptibility::by_priority:
      return priority < non_preemptible_from;
  }
  return false;
}

}  // namespace berth::workload
