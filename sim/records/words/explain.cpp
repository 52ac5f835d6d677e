#include "sim/records/words/explain.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "berth/cluster/gpu_amounts.hpp"
#include "berth/core/quantity_text.hpp"
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/policy/fit.hpp"
#include "sim/records/words/fit_messages.hpp"
#include "sim/records/words/spread.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/records/words/waiting.hpp"
#include "sim/records/workloads/workload_events.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "sim/simulation/run/snapshot.hpp"

namespace berth::records {
namespace {

std::string column(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string plural(std::int64_t count, const std::string& word) {
  return grouped(count) + " " + word + (count == 1 ? "" : "s");
}

std::string ask_text(const workload::PodShape& shape) {
  std::string out;
  const auto append = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  const auto& gpu = shape.gpu;
  switch (gpu.kind) {
    case workload::GpuRequestKind::none:
      break;
    case workload::GpuRequestKind::whole:
      append(plural(gpu.devices, "GPU"));
      break;
    case workload::GpuRequestKind::fraction:
      append(print_decimal(gpu.portion.value, 3) + " of " +
             (gpu.devices == 1 ? "a GPU" : "each of " + plural(gpu.devices, "GPU")));
      break;
    case workload::GpuRequestKind::memory:
      append(print_bytes(gpu.memory) + " of " +
             (gpu.devices == 1 ? "a GPU's" : "each of " + plural(gpu.devices, "GPU") + "'") + " memory");
      break;
    case workload::GpuRequestKind::mig:
      for (const auto& one : gpu.mig) append(plural(one.count, "MIG instance") + " " + one.profile);
      break;
  }
  if (shape.cpu.value > 0) append(print_decimal(shape.cpu.value, 3) + " CPU cores");
  if (shape.memory.value > 0) append(print_bytes(shape.memory) + " memory");
  for (const auto& model : shape.gpu_models) append("model " + model);
  return out.empty() ? "no resources" : out;
}

// The first thing that a node lacks, in the order in which a reader would look.
std::string lack(const View& view, NodeId id, const workload::PodShape& shape) {
  const auto& spec = view.cluster.nodes[id];
  const auto& state = view.cluster.occupancy[id];
  if (!state.ready) return "down";
  if (state.cordoned) return "cordoned";
  if (!policy::could_fit(view.cluster, id, shape)) {
    if (shape.cpu > spec.cpu) return "too small (CPU)";
    if (shape.memory > spec.memory) return "too small (memory)";
    if (!shape.cpu_only() && shape.gpu.devices > spec.gpus) return "too few GPUs at all";
    return "excluded by model, labels, taints or MIG layout";
  }
  if (policy::fits_now(view.cluster, id, state, shape)) return "";
  if (state.cpu_free < shape.cpu) return "too little free CPU";
  if (state.memory_free < shape.memory) return "too little free memory";
  if (state.pods >= spec.max_pods) return "too many pods";
  switch (shape.gpu.kind) {
    case workload::GpuRequestKind::whole:
      return "too few vacant GPUs";
    case workload::GpuRequestKind::fraction:
    case workload::GpuRequestKind::memory:
      return "no GPU with enough left";
    case workload::GpuRequestKind::mig:
      return "no free MIG instance of that profile";
    case workload::GpuRequestKind::none:
      break;
  }
  return "no room";
}

std::string quota_cell(organization::Resource resource, std::int64_t amount) {
  if (amount == organization::unlimited) return "unlimited";
  switch (resource) {
    case organization::Resource::gpu:
    case organization::Resource::cpu:
      return print_decimal(amount, 3);
    case organization::Resource::memory:
      return print_bytes(Bytes(amount));
  }
  return "";
}

// GPUs (milli; as quotas count them), CPU (milli), memory (bytes) that the queue's workloads hold in the pool; `fixed`: the
// non-preemptible only.
std::int64_t held(const View& view, QueueId queue, PoolId pool, organization::Resource resource, bool fixed) {
  std::int64_t sum = 0;
  for (const auto& pod : view.workloads.pods) {
    if (!workload::counts_as_allocated(pod.status) || view.cluster.nodes[pod.node].pool != pool) continue;
    const auto& spec = view.workloads.all[pod.workload].spec;
    if (fixed && spec.preemptible()) continue;
    bool below = false;
    for (QueueId id = spec.project; id != none<QueueId>() && !below; id = view.organization.queues[id].parent)
      below = id == queue;
    if (!below) continue;
    const workload::PodShape& shape = view.workloads.shape_of(pod);
    sum += resource == organization::Resource::gpu
               ? cluster::quota_amount(view.cluster.nodes[pod.node], shape.gpu).value
           : resource == organization::Resource::cpu ? shape.cpu.value
                                                     : shape.memory.value;
  }
  return sum;
}

std::string queues_text(const View& view, const workload::Workload& workload, PoolId pool,
                        organization::Resource resource) {
  static constexpr std::array<const char*, organization::resource_count> titles{"CPU cores", "memory",
                                                                                "GPUs"};
  std::string out = "      " + column(titles[static_cast<std::size_t>(resource)], 22) + column("quota", 12) +
                    column("limit", 12) + column("allocated", 12) + "non-preemptible\n";
  for (QueueId id = workload.spec.project; id != none<QueueId>(); id = view.organization.queues[id].parent) {
    const auto& queue = view.organization.queues[id];
    const auto& quota = queue.quota[pool];
    out += "      " + column(queue.name, 22) +
           column(quota_cell(resource, organization::at(quota.quota, resource)), 12) +
           column(quota_cell(resource, organization::at(quota.limit, resource)), 12) +
           column(quota_cell(resource, held(view, id, pool, resource, false)), 12) +
           quota_cell(resource, held(view, id, pool, resource, true)) + "\n";
  }
  return out;
}

// How many of the pool's waiting workloads were submitted before it.
std::int64_t ahead(const View& view, WorkloadId id, PoolId pool) {
  std::int64_t count = 0;
  for (const WorkloadId other : view.world.pools[pool].waiting) count += other < id ? 1 : 0;
  return count;
}

// Text of several lines, each indented.
std::string indented(const std::string& text, const std::string& by) {
  std::string out = by;
  for (const char c : text) out += c == '\n' ? "\n" + by : std::string(1, c);
  return out + "\n";
}

// The policy's own words, and its numbers.
std::string policy_text(const View& view, const simulation::JournalReader& journal,
                        const FitMessages::Text& said) {
  if (said.message.empty() && said.lines.empty()) return "";
  std::string out = "      the policy " + journal.header().policy.name +
                    (said.at == view.now ? " now" : " at " + print_instant(said.at)) + ":\n";
  if (!said.message.empty()) out += indented(said.message, "        ");
  for (const auto& line : said.lines) out += indented(line, "        ");
  return out;
}

// The end of the matter in one pool, before any number: what the policy comes to, else what the World knows.
std::string conclusion(const View& view, WorkloadId id, PoolId pool, const workload::Refusal* refusal,
                       const FitMessages::Text* said) {
  const auto& workload = view.workloads.all[id];
  if (said && !said->conclusion.empty())
    return said->conclusion + (said->at == view.now ? "" : " (at " + print_instant(said->at) + ")");
  if (refusal) return scheduler_message(view, workload, *refusal);
  if (workload.pool != pool) return "its turn has not come";
  const std::string known = wait_message(view, id);
  return known.empty() ? "not tried in this wait" : known;
}

std::string pool_text(const View& view, const simulation::JournalReader& journal, const FitMessages& messages,
                      WorkloadId id, PoolId pool) {
  const auto& workload = view.workloads.all[id];
  const auto found = std::find_if(workload.refusals.begin(), workload.refusals.end(),
                                  [&](const auto& one) { return one.pool == pool; });
  const auto* refusal = found == workload.refusals.end() ? nullptr : &*found;
  const auto* said = messages.find(id, pool);
  std::string out = "    in node pool " + view.cluster.pools[pool].name + ": " +
                    conclusion(view, id, pool, refusal, said) + "\n";
  if (refusal) out += "      refused so since " + print_instant(refusal->at) + "\n";
  std::vector<ShapeId> told;
  for (const PodId pod_id : workload.pods) {
    const auto& pod = view.workloads.pods[pod_id];
    if (pod.status != workload::PodStatus::pending ||
        std::find(told.begin(), told.end(), pod.shape) != told.end())
      continue;
    told.push_back(pod.shape);
    out += "      nodes for a pod of " + ask_text(view.workloads.shapes[pod.shape]) + ": " +
           room_text(view, pool, view.workloads.shapes[pod.shape]) + "\n";
  }
  if (const auto before = ahead(view, id, pool); before > 0)
    out += "      " + plural(before, "workload") + " submitted earlier " + (before == 1 ? "waits" : "wait") +
           " here too\n";
  const auto resource = refusal && !reason_code(refusal->code).empty()
                            ? static_cast<organization::Resource>(refusal->resource)
                            : organization::Resource::gpu;
  out += queues_text(view, workload, pool, resource);
  return said ? out + policy_text(view, journal, *said) : out;
}

// Why it waits, or the part of it that does; empty when nothing of it does.
std::string waiting_text(const View& view, const simulation::JournalReader& journal, WorkloadId id) {
  const auto cause = wait_cause(view, id);
  if (!cause) return "";
  const auto& workload = view.workloads.all[id];
  const auto& course = view.world.courses[id];
  const bool whole = workload.phase == workload::Phase::pending;
  std::string out = "  ";
  if (whole)
    out += "waited " + short_duration(pending_time(view, workload)) + " in all; now it waits because\n";
  else
    out += std::to_string(course.pending) + " of " +
           plural(static_cast<std::int64_t>(workload.spec.pod_count()), "pod") +
           (course.pending == 1 ? " waits" : " wait") + " for room, because\n";
  if (*cause == WaitCause::awaits) {
    for (const auto& other : awaited_workloads(view, id)) out += "    " + other + " must complete first\n";
    return out;
  }
  if (*cause == WaitCause::leaving) return out + "    its former pods must be gone first\n";
  const FitMessages messages(view, journal, {id});
  if (!whole) return out + pool_text(view, journal, messages, id, workload.pool);
  for (const PoolId pool : workload.spec.node_pools) out += pool_text(view, journal, messages, id, pool);
  return out;
}

std::string who(const View& view, const workload::Workload& workload) {
  const auto& spec = workload.spec;
  const auto& queues = view.organization.queues;
  std::string out =
      spec.name + ": " + std::string(type_of(spec)) + " of project " + queues[spec.project].name +
      ", department " + queues[view.organization.top_of(spec.project)].name + "; priority " +
      std::to_string(spec.priority) + (spec.priority_class.empty() ? "" : " (" + spec.priority_class + ")") +
      (spec.preemptible() ? ", preemptible" : ", not preemptible") + "\n";
  for (const auto& pods : spec.templates)
    out += "  asks for " + plural(pods.count, "pod") + (pods.role.empty() ? "" : " (" + pods.role + ")") +
           (pods.count == 1 ? " with " : ", each with ") + ask_text(view.workloads.shapes[pods.shape]) + "\n";
  if (spec.min_pods() > 1) out += "  runs with at least " + plural(spec.min_pods(), "pod") + "\n";
  out += "  in " + std::string(spec.node_pools.size() == 1 ? "node pool" : "node pools, in this order:");
  for (const PoolId pool : spec.node_pools) out += " " + view.cluster.pools[pool].name;
  return out + "\n";
}

// Pods that do the same in the same instant are told once.
std::string story(const View& view, const simulation::JournalReader& journal, WorkloadId id) {
  struct Line {
    Instant at;
    std::string text, detail;
    std::int64_t times = 1;
  };
  std::vector<Line> lines;
  for (const auto& entry : history_of(view, journal, id)) {
    Line line{entry.at, "", "", 1};
    if (const auto* update = std::get_if<PhaseUpdate>(&entry.what)) {
      line.text = std::string(workload::name_of(update->phase));
      line.detail = update->message;
    } else {
      const auto& event = std::get<Event>(entry.what);
      line.text = "  " + event.reason;
      line.detail = event.message;
    }
    const auto same = [&](const Line& other) { return other.at == line.at && other.text == line.text; };
    const auto again = std::find_if(lines.rbegin(), lines.rend(), same);
    if (again != lines.rend() && line.text.starts_with("  "))
      ++again->times;
    else
      lines.push_back(std::move(line));
  }
  constexpr std::size_t shown = 40;
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines.size() > shown && i == shown / 2) {
      const std::size_t skipped = lines.size() - shown;
      out += "  ... " + std::to_string(skipped) + " more (berth get .../history has all)\n";
      i += skipped;
    }
    const auto& line = lines[i];
    out += "  " + column("+" + print_duration(seconds((line.at - view.world.start) / seconds(1))), 16) +
           (line.detail.empty() ? line.text : column(line.text, 17) + line.detail) +
           (line.times > 1 ? " (and " + std::to_string(line.times - 1) + " more)" : "") + "\n";
  }
  return out;
}

}  // namespace

std::string room_text(const View& view, PoolId pool, const workload::PodShape& shape) {
  std::map<std::string, std::int64_t> lacks;
  std::int64_t room = 0;
  for (const NodeId id : view.cluster.pools[pool].nodes) {
    if (!view.cluster.occupancy[id].present) continue;
    const std::string what = lack(view, id, shape);
    ++(what.empty() ? room : lacks[what]);
  }
  std::vector<std::pair<std::int64_t, std::string>> sorted;
  for (const auto& [what, count] : lacks) sorted.emplace_back(-count, what);
  std::sort(sorted.begin(), sorted.end());
  std::string out = room > 0 ? grouped(room) + (room == 1 ? " has room" : " have room") : "";
  for (const auto& [count, what] : sorted) out += (out.empty() ? "" : ", ") + grouped(-count) + " " + what;
  return out.empty() ? "none" : out;
}

std::optional<WorkloadId> workload_named(const View& view, std::string_view name_or_id) {
  if (const auto uuid = parse_uuid(name_or_id)) {
    const auto found = view.ids.find(*uuid);
    if (found && view.workloads.all.contains(*found)) return found;
  }
  return view.world.find_workload(std::string(name_or_id));
}

std::string explain_workload(const View& view, const simulation::JournalReader& journal, WorkloadId id) {
  const auto& workload = view.workloads.all[id];
  std::string out = who(view, workload) + "\n" + story(view, journal, id) + "\n";
  out += "At " + print_instant(view.now) + ": " + std::string(workload::name_of(workload.phase)) + " for " +
         short_duration(view.now - workload.phase_since);
  const std::string message = phase_message(view, workload);
  out += message.empty() ? "\n" : ". " + message + "\n";
  for (const PodId pod_id : workload.pods) {
    const auto& pod = view.workloads.pods[pod_id];
    if (!workload::holds_devices(pod.status)) continue;
    out += "  pod " + std::to_string(pod.index) + " on " + view.cluster.nodes[pod.node].name;
    if (pod.devices.devices != 0) {
      out += ", GPU";
      for (cluster::DeviceSet rest = pod.devices.devices; rest != 0; rest &= rest - 1)
        out += " " + std::to_string(cluster::lowest_device(rest));
    }
    out += " since " + print_instant(pod.bound_at) + "\n";
  }
  out += spread_text(view, workload);
  return out + waiting_text(view, journal, id);
}

}  // namespace berth::records
