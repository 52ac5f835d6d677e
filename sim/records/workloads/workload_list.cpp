#include "sim/records/workloads/workload_list.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/workloads/workload_facts.hpp"

namespace berth::records {
namespace {

constexpr std::array<std::pair<std::string_view, Field>, 26> field_names{{
    {"type", Field::type},
    {"name", Field::name},
    {"clusterId", Field::cluster_id},
    {"projectId", Field::project_id},
    {"projectName", Field::project_name},
    {"departmentId", Field::department_id},
    {"departmentName", Field::department_name},
    {"createdAt", Field::created_at},
    {"deletedAt", Field::deleted_at},
    {"submittedBy", Field::submitted_by},
    {"phase", Field::phase},
    {"completedAt", Field::completed_at},
    {"nodepool", Field::nodepool},
    {"distributedFramework", Field::distributed_framework},
    {"allocatedGPU", Field::allocated_gpu},
    {"idleGpus", Field::idle_gpus},
    {"idleAllocatedGpus", Field::idle_allocated_gpus},
    {"phaseUpdatedAt", Field::phase_updated_at},
    {"category", Field::category},
    {"priority", Field::priority},
    {"totalPendingTimeSeconds", Field::total_pending_time_seconds},
    {"totalRunningTimeSeconds", Field::total_running_time_seconds},
    {"priorityClassName", Field::priority_class_name},
    {"guaranteedRuntimeEndsAt", Field::guaranteed_runtime_ends_at},
    {"aiApplicationId", Field::ai_application_id},
    {"aiApplicationName", Field::ai_application_name},
}};

constexpr std::array<std::pair<std::string_view, FilterOp>, 8> op_names{{
    {"==", FilterOp::equal},
    {"!=", FilterOp::not_equal},
    {"<=", FilterOp::at_most},
    {">=", FilterOp::at_least},
    {"=@", FilterOp::contains},
    {"!@", FilterOp::lacks},
    {"=^", FilterOp::starts},
    {"=$", FilterOp::ends},
}};

// A field's value: null, a number in millionths, an instant, or text. `nodepool` may have several texts.
using Value = std::variant<std::monostate, std::int64_t, Instant, std::string>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Value text_or_null(std::string_view text) {
  return text.empty() ? Value() : Value(std::string(text));
}
Value instant_or_null(const std::optional<Instant>& instant) {
  return instant ? Value(*instant) : Value();
}
Value whole(std::int64_t number) {
  return number * 1'000'000;
}

Value value_of(const View& view, WorkloadId id, Field field) {
  const auto& workload = view.workloads.all[id];
  const auto& spec = workload.spec;
  const auto& queues = view.organization.queues;
  switch (field) {
    case Field::type:
      return std::string(type_of(spec));
    case Field::name:
      return spec.name;
    case Field::cluster_id:
      return print_uuid(view.ids.cluster());
    case Field::project_id:
      return Identities::queue(spec.project);
    case Field::project_name:
      return queues[spec.project].name;
    case Field::department_id:
      return Identities::queue(view.organization.top_of(spec.project));
    case Field::department_name:
      return queues[view.organization.top_of(spec.project)].name;
    case Field::created_at:
      return workload.created;
    case Field::deleted_at:
      return instant_or_null(workload.deleted_at);
    case Field::submitted_by:
      return text_or_null(spec.submitted_by);
    case Field::phase:
      return std::string(workload::name_of(workload.phase));
    case Field::completed_at:
      return instant_or_null(workload.completed_at);
    case Field::nodepool: {
      const auto pools = current_pools(view, workload);
      if (!pools.empty()) return view.cluster.pools[pools.front()].name;
      return spec.node_pools.empty() ? Value() : Value(view.cluster.pools[spec.node_pools.front()].name);
    }
    case Field::distributed_framework:
      return text_or_null(spec.framework);
    case Field::allocated_gpu:
      return allocated_gpus(view, workload).value * 1000;
    case Field::idle_gpus: {
      const auto idle = idle_gpus(view, workload);
      return idle ? whole(idle->value / 1000) : Value();
    }
    case Field::idle_allocated_gpus: {
      const auto idle = idle_gpus(view, workload);
      return idle ? Value(idle->value * 1000) : Value();
    }
    case Field::phase_updated_at:
      return workload.phase_since;
    case Field::category:
      return std::string(category_of(spec));
    case Field::priority:
      return whole(spec.priority);
    case Field::total_pending_time_seconds:
      return whole(pending_time(view, workload) / seconds(1));
    case Field::total_running_time_seconds:
      return whole(running_time(view, workload) / seconds(1));
    case Field::priority_class_name:
      return text_or_null(spec.priority_class);
    case Field::guaranteed_runtime_ends_at:
      return instant_or_null(guaranteed_until(view, workload));
    case Field::ai_application_id:
    case Field::ai_application_name:
      return Value();
  }
  return Value();
}

// -1, 0, 1 for a field's value against the text of a filter; nothing when the text is no such value.
std::optional<int> compare(const Value& value, const std::string& text) {
  const auto three_way = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    const auto wanted = parse_decimal(text, 1'000'000);
    return wanted ? std::optional(three_way(*number, *wanted)) : std::nullopt;
  }
  if (const auto* instant = std::get_if<Instant>(&value)) {
    const auto wanted = parse_instant(text);
    return wanted ? std::optional(three_way(*instant, *wanted)) : std::nullopt;
  }
  return three_way(std::get<std::string>(value), text);
}

// What the text operations look at: a number or an instant as the record shows it.
std::string shown(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return print_decimal(*number, 6);
  if (const auto* instant = std::get_if<Instant>(&value)) return print_instant(*instant);
  return std::get<std::string>(value);
}

bool holds(const Value& value, const Filter& filter) {
  if (std::holds_alternative<std::monostate>(value))  // a null field only satisfies != and !@
    return filter.op == FilterOp::not_equal || filter.op == FilterOp::lacks;
  const auto order = [&] { return compare(value, filter.value); };
  const auto text = [&] { return lower(shown(value)); };
  const std::string wanted = lower(filter.value);
  switch (filter.op) {
    case FilterOp::equal:
      return order() == 0;
    case FilterOp::not_equal:
      return order() != 0;
    case FilterOp::at_most:
      return order() && *order() <= 0;
    case FilterOp::at_least:
      return order() && *order() >= 0;
    case FilterOp::contains:
      return text().find(wanted) != std::string::npos;
    case FilterOp::lacks:
      return text().find(wanted) == std::string::npos;
    case FilterOp::starts:
      return text().starts_with(wanted);
    case FilterOp::ends:
      return text().ends_with(wanted);
  }
  return false;
}

// `nodepool` matches any current pool, else any requested one; the two negations must hold for all of them.
bool nodepool_holds(const View& view, const workload::Workload& workload, const Filter& filter) {
  auto pools = current_pools(view, workload);
  if (pools.empty()) pools = workload.spec.node_pools;
  const auto matches = [&](PoolId pool) { return holds(view.cluster.pools[pool].name, filter); };
  const bool negated = filter.op == FilterOp::not_equal || filter.op == FilterOp::lacks;
  return negated ? std::all_of(pools.begin(), pools.end(), matches)
                 : std::any_of(pools.begin(), pools.end(), matches);
}

bool found_by(const View& view, WorkloadId id, const std::string& search) {
  const auto& spec = view.workloads.all[id].spec;
  const auto& queues = view.organization.queues;
  const auto has = [&](std::string_view text) { return lower(text).find(search) != std::string::npos; };
  return has(spec.name) || has(queues[spec.project].name) ||
         has(queues[view.organization.top_of(spec.project)].name) || has(spec.submitted_by) ||
         has(type_of(spec)) || has(print_uuid(view.ids.workload(id)));
}

// The length of a `field op` at the start of `text`, or 0.
std::size_t field_and_op(std::string_view text, Field& field, FilterOp& op) {
  std::size_t length = 0;
  while (length < text.size() &&
         ((text[length] >= 'a' && text[length] <= 'z') || (text[length] >= 'A' && text[length] <= 'Z')))
    ++length;
  const auto found = find_field(text.substr(0, length));
  if (!found) return 0;
  for (const auto& [name, value] : op_names)
    if (text.substr(length).starts_with(name)) {
      field = *found;
      op = value;
      return length + name.size();
    }
  return 0;
}

}  // namespace

std::optional<Field> find_field(std::string_view name) {
  for (const auto& [text, field] : field_names)
    if (text == name) return field;
  return std::nullopt;
}

std::optional<std::string> parse_filters(std::string_view text, std::vector<Filter>& to) {
  while (!text.empty()) {
    Filter filter;
    const std::size_t head = field_and_op(text, filter.field, filter.op);
    if (head == 0)
      return "filterBy: '" + std::string(text.substr(0, 80)) +
             "' does not begin with a field and an operator";
    std::size_t end = head;
    for (;; ++end) {
      end = text.find(',', end);
      if (end == std::string_view::npos) break;
      Field next_field{};
      FilterOp next_op{};
      if (field_and_op(text.substr(end + 1), next_field, next_op) > 0) break;
    }
    filter.value = text.substr(head, end == std::string_view::npos ? end : end - head);
    if (filter.value.empty()) return "filterBy: '" + std::string(text.substr(0, head)) + "' has no value";
    to.push_back(std::move(filter));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::vector<WorkloadId> select_workloads(const View& view, const ListQuery& query) {
  const std::string search = lower(query.search);
  std::vector<std::pair<Value, WorkloadId>> found;
  for (std::size_t i = 0; i < view.workloads.all.size(); ++i) {
    const auto id = id_of<WorkloadId>(i);
    const auto& workload = view.workloads.all[id];
    if (is_deleted(view, workload) != query.deleted || is_forgotten(view, workload)) continue;
    const bool matches = std::all_of(query.filters.begin(), query.filters.end(), [&](const Filter& filter) {
      if (filter.field == Field::nodepool) return nodepool_holds(view, workload, filter);
      return holds(value_of(view, id, filter.field), filter);
    });
    if (!matches || (!search.empty() && !found_by(view, id, search))) continue;
    found.emplace_back(value_of(view, id, query.sort_by), id);
  }
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    const bool a_null = a.first.index() == 0, b_null = b.first.index() == 0;
    if (a_null != b_null) return b_null;
    if (a.first != b.first) return query.descending ? b.first < a.first : a.first < b.first;
    return view.ids.workload(a.second) < view.ids.workload(b.second);
  });
  std::vector<WorkloadId> out;
  out.reserve(found.size());
  for (const auto& [value, id] : found) out.push_back(id);
  return out;
}

}  // namespace berth::records
