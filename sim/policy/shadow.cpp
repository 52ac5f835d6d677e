#include "sim/policy/shadow.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "berth/core/invariant.hpp"

namespace berth::policy {
namespace {

// A decision that changes the cluster, so that equal ones are equal and all have an order: by pod (or by what else it is
// about), then by kind.
struct Act {
  enum class Kind : std::uint8_t { bind, evict, move, drop, recut } kind = Kind::bind;
  std::uint64_t about = 0;  // pod, workload, or node and device
  NodeId node = none<NodeId>();
  cluster::DeviceAssignment devices;
  std::vector<cluster::MigInstance> instances;
  bool operator==(const Act&) const = default;

  auto order() const { return std::tuple(kind == Kind::drop || kind == Kind::recut, about, kind); }
};

struct ToAct {
  std::vector<Act>& out;

  void operator()(const Bind& d) const {
    out.push_back({Act::Kind::bind, index_of(d.pod), d.node, d.devices, {}});
  }
  void operator()(const Evict& d) const {
    out.push_back({Act::Kind::evict, index_of(d.pod), none<NodeId>(), {}, {}});
  }
  void operator()(const Move& d) const {
    out.push_back({Act::Kind::move, index_of(d.pod), d.to, d.devices, {}});
  }
  void operator()(const Drop& d) const {
    out.push_back({Act::Kind::drop, index_of(d.workload), none<NodeId>(), {}, {}});
  }
  void operator()(const Repartition& d) const {
    const std::uint64_t about = std::uint64_t{index_of(d.node)} << 8 | d.device;
    out.push_back({Act::Kind::recut, about, d.node, {}, d.instances});
  }
  void operator()(const Pipeline&) const {}
  void operator()(const Refuse&) const {}
  void operator()(const MarkStale&) const {}
  void operator()(const ClearStale&) const {}
};

std::vector<Act> acts_of(const std::vector<Decision>& decisions) {
  std::vector<Act> out;
  for (const Decision& decision : decisions) std::visit(ToAct{out}, decision);
  std::stable_sort(out.begin(), out.end(), [](const Act& a, const Act& b) { return a.order() < b.order(); });
  return out;
}

// "bind train-a 3 on h100-02 {0 1}".
std::string words(const Act& act, const Snapshot& snapshot) {
  const auto node = [&] { return snapshot.cluster->nodes[act.node].name; };
  const auto pod = [&] {
    const workload::Pod& p = snapshot.workloads->pods[id_of<PodId>(act.about)];
    return snapshot.workloads->all[p.workload].spec.name + " " + std::to_string(p.index);
  };
  const auto place = [&] {
    std::string out = node();
    if (act.devices.devices == 0) return out;
    out += " {";
    for (int d = 0; d < cluster::max_devices_per_node; ++d) {
      if ((act.devices.devices & cluster::device_bit(d)) == 0) continue;
      if (out.back() != '{') out += " ";
      out += std::to_string(d);
    }
    return out + "}";
  };
  switch (act.kind) {
    case Act::Kind::bind:
      return "bind " + pod() + " on " + place();
    case Act::Kind::evict:
      return "evict " + pod();
    case Act::Kind::move:
      return "move " + pod() + " to " + place();
    case Act::Kind::drop:
      return "drop " + snapshot.workloads->all[id_of<WorkloadId>(act.about)].spec.name;
    case Act::Kind::recut:
      return "cut device " + std::to_string(act.about & 0xff) + " of " + node() + " anew";
  }
  return "";
}

// What `a` has and `b` has not; both in order.
std::vector<std::string> only_in(const std::vector<Act>& a, const std::vector<Act>& b,
                                 const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const Act& act : a) {
    if (std::find(b.begin(), b.end(), act) == b.end()) out.push_back(words(act, snapshot));
  }
  return out;
}

}  // namespace

Shadowed::Shadowed(std::unique_ptr<Policy> first, std::unique_ptr<Policy> second, ShadowReport& report,
                   std::size_t most)
    : first_(std::move(first)), second_(std::move(second)), report_(report), most_(most) {
  BERTH_INVARIANT(first_ != nullptr && second_ != nullptr, "a shadow of two policies");
}

CycleResult Shadowed::cycle(const Snapshot& snapshot, Transaction& transaction) {
  const CycleResult result = first_->cycle(snapshot, transaction);
  compare(snapshot, transaction.decisions());
  return result;
}

CycleResult Shadowed::cycle(const Snapshot& snapshot, Transaction& transaction, Explanation& explanation) {
  const CycleResult result = first_->cycle(snapshot, transaction, explanation);
  compare(snapshot, transaction.decisions());
  return result;
}

void Shadowed::compare(const Snapshot& snapshot, const std::vector<Decision>& first) {
  std::vector<Decision> second;
  {
    Transaction transaction(snapshot, working_, second_->book());
    second_->cycle(snapshot, transaction);
    second = transaction.take_decisions();
  }
  ++report_.passes;
  const std::vector<Act> ours = acts_of(first), theirs = acts_of(second);
  if (ours == theirs) return;
  ++report_.parted;
  if (report_.differences.size() >= most_) return;
  report_.differences.push_back({snapshot.now, snapshot.cluster->pools[snapshot.pool].name,
                                 only_in(ours, theirs, snapshot), only_in(theirs, ours, snapshot)});
}

void Shadowed::drop_caches() {
  first_->drop_caches();
  second_->drop_caches();
}

}  // namespace berth::policy
