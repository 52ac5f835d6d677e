#include "sim/policy/kai/order/job_order.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "berth/core/invariant.hpp"

namespace berth::policy::kai {
namespace {

First by_flag(bool left, bool right) {
  if (left == right) return First::equal;
  return left ? First::left : First::right;
}

// A label's text as the reference reads an integer: a sign, digits, nothing else, within 64 bits.
std::optional<std::int64_t> integer(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

GangState gang_state(const Session& session, JobIx job) {
  const JobInfo& info = session.jobs[job];
  GangState state = GangState::at;
  for (PodSetIx p : info.pod_sets) {
    const PodSet& pod_set = session.pod_sets[p];
    const std::int32_t active = pod_set.counts.active_allocated();
    if (active < pod_set.min_available) return GangState::below;
    if (active > pod_set.min_available) state = GangState::above;
  }
  return state;
}

First compare_gang_state(const Session& session, JobIx left, JobIx right) {
  const GangState l = gang_state(session, left);
  const GangState r = gang_state(session, right);
  if (l == r) return First::equal;
  return l < r ? First::left : First::right;
}

First compare_jobs(const Session& session, JobIx left, JobIx right) {
  const std::uint64_t l = order_key(session, left);
  const std::uint64_t r = order_key(session, right);
  if (l == r) return First::equal;
  return l < r ? First::left : First::right;
}

// From the highest bit: 32 of priority, the higher the smaller; 2 of gang state; 30 of age.
void refresh_order_key(const Session& session, JobIx job) {
  const JobInfo& info = session.jobs[job];
  const Plugins& plugins = session.options.plugins;
  BERTH_INVARIANT(info.age_rank < std::uint32_t{1} << 30, "an age rank of 30 bits");
  std::uint64_t key = info.age_rank;
  if (plugins.elastic) key |= static_cast<std::uint64_t>(gang_state(session, job)) << 30;
  if (plugins.priority) {
    const std::uint32_t ascending = static_cast<std::uint32_t>(info.priority) ^ 0x8000'0000U;
    key |= static_cast<std::uint64_t>(~ascending) << 32;
  }
  info.order_key = key;
  info.order_version = info.version;
}

First compare_pod_sets(const PodSetState& left, const PodSetState& right) {
  const bool left_satisfied = left.active_allocated >= left.min_available;
  const bool right_satisfied = right.active_allocated >= right.min_available;
  if (left_satisfied != right_satisfied) return left_satisfied ? First::right : First::left;
  if (!left_satisfied) return First::equal;
  // A minimum of 0 divides by 0, as in the reference: infinite, or undecided with nothing active.
  const double l = static_cast<double>(left.active_allocated) / static_cast<double>(left.min_available);
  const double r = static_cast<double>(right.active_allocated) / static_cast<double>(right.min_available);
  if (l < r) return First::left;
  if (l > r) return First::right;
  return First::equal;
}

void pod_sets_in_order(const Session& session, JobIx job, std::vector<PodSetIx>& out) {
  out.assign(session.jobs[job].pod_sets.begin(), session.jobs[job].pod_sets.end());  // by name
  if (out.size() < 2 || !session.options.plugins.sub_group_order) return;
  const auto state = [&](PodSetIx p) {
    const PodSet& pod_set = session.pod_sets[p];
    return PodSetState{pod_set.min_available, pod_set.counts.active_allocated()};
  };
  // Insertion sort: there are few, and it bears an undecided comparison.
  for (std::size_t i = 1; i < out.size(); ++i) {
    for (std::size_t j = i; j > 0 && compare_pod_sets(state(out[j]), state(out[j - 1])) == First::left; --j) {
      std::swap(out[j], out[j - 1]);
    }
  }
}

First compare_kubeflow_role(std::optional<std::string_view> left, std::optional<std::string_view> right) {
  const auto leads = [](std::optional<std::string_view> role) {
    return role == "master" || role == "launcher";
  };
  return by_flag(leads(left), leads(right));
}

First compare_ray_role(std::optional<std::string_view> left, std::optional<std::string_view> right) {
  return by_flag(left == "head", right == "head");
}

First compare_explicit_order(std::optional<std::string_view> left, std::optional<std::string_view> right) {
  if (!left || !right) return by_flag(left.has_value(), right.has_value());
  const std::optional<std::int64_t> l = integer(*left);
  if (!l) return First::right;
  const std::optional<std::int64_t> r = integer(*right);
  if (!r) return First::left;
  if (*l == *r) return First::equal;
  return *l > *r ? First::left : First::right;
}

std::vector<std::size_t> task_order(const std::vector<TaskOrderKey>& tasks, const Plugins& plugins) {
  const auto before = [&](std::size_t a, std::size_t b) {
    const TaskOrderKey& l = tasks[a];
    const TaskOrderKey& r = tasks[b];
    First first = First::equal;
    if (plugins.kubeflow) first = compare_kubeflow_role(view(l.role), view(r.role));
    if (first == First::equal && plugins.ray) first = compare_ray_role(view(l.role), view(r.role));
    if (first == First::equal && plugins.task_order) {
      const bool two_texts =
          l.explicit_order && r.explicit_order && !integer(*l.explicit_order) && !integer(*r.explicit_order);
      if (!two_texts) first = compare_explicit_order(view(l.explicit_order), view(r.explicit_order));
    }
    if (first != First::equal) return first == First::left;
    if (l.created != r.created) return l.created < r.created;
    return l.uid < r.uid;
  };
  std::vector<std::size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), before);
  return order;
}

}  // namespace berth::policy::kai
