#include "sim/records/api.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/query.hpp"
#include "sim/records/series/metrics.hpp"
#include "sim/records/series/telemetry.hpp"
#include "sim/records/words/fit_messages.hpp"
#include "sim/records/workloads/pod_record.hpp"
#include "sim/records/workloads/workload_events.hpp"
#include "sim/records/workloads/workload_list.hpp"
#include "sim/records/workloads/workload_record.hpp"

namespace berth::records {
namespace {

constexpr std::size_t most_listed = 500, listed_unless_said = 50;
constexpr std::size_t most_offset = 2'147'483'647;  // int32 in the contract

struct NotFound {};

// What a handler works with.
struct Call {
  const Query& query;
  const View& view;
  const simulation::JournalReader& journal;
  std::vector<std::string> ids;  // the variable parts of the path
};

struct Page {
  std::size_t begin = 0, end = 0;
};

Page page_of(const Query& query, std::size_t size) {
  const std::size_t limit = read_number(query, "limit", 1, most_listed, listed_unless_said);
  const std::size_t begin = std::min(read_number(query, "offset", 0, most_offset, 0), size);
  return {begin, std::min(size, begin + limit)};
}

// `items` from offset on, at most limit, as `name`; and `next` while more remain.
template <class Items, class Write>
std::string page(const Query& query, std::string_view name, const Items& items, Write write) {
  const auto [begin, end] = page_of(query, items.size());
  JsonWriter out;
  out.begin_object();
  if (end < items.size()) out.key("next").integer(static_cast<std::int64_t>(end));
  out.key(name).begin_array();
  for (std::size_t i = begin; i < end; ++i) write(out, items[i]);
  out.end_array().end_object();
  return out.take();
}

std::string count_body(std::size_t count) {
  JsonWriter out;
  out.begin_object().key("count").integer(static_cast<std::int64_t>(count)).end_object();
  return out.take();
}

ListQuery list_query(const Query& query) {
  ListQuery out;
  out.deleted = read_boolean(query, "deleted", false);
  for (const auto& text : query.values("filterBy"))
    if (const auto fault = parse_filters(text, out.filters)) throw BadRequest(*fault);
  out.search = query.value("search").value_or("");
  if (const auto text = query.value("sortBy")) {
    const auto field = find_field(*text);
    if (!field)
      throw BadRequest("sortBy: " + berth::quoted(*text) + " is not a field that workloads are sorted by");
    out.sort_by = *field;
  }
  out.descending = read_descending(query, false);
  return out;
}

WorkloadId find_workload(const Call& call) {
  const auto uuid = parse_uuid(call.ids.front());
  const auto found = uuid ? call.view.ids.find(*uuid) : std::nullopt;
  // The ids may know more than this instant's World does.
  if (!found || !call.view.workloads.all.contains(*found)) throw NotFound();
  if (is_forgotten(call.view, call.view.workloads.all[*found])) throw NotFound();
  return *found;
}

// The view with the policy's own words about the refusals of these workloads.
class Listening {
 public:
  Listening(const Call& call, const std::vector<WorkloadId>& of)
      : messages_(call.view, call.journal, of), view_(call.view) {
    view_.messages = &messages_;
  }
  const View& view() const { return view_; }

 private:
  FitMessages messages_;
  View view_;
};

std::string list_workloads(const Call& call) {
  const auto found = select_workloads(call.view, list_query(call.query));
  const auto [begin, end] = page_of(call.query, found.size());
  using Offset = std::vector<WorkloadId>::difference_type;
  const Listening listening(
      call, {found.begin() + static_cast<Offset>(begin), found.begin() + static_cast<Offset>(end)});
  return page(call.query, "workloads", found, [&](JsonWriter& out, WorkloadId id) {
    write_workload(out, listening.view(), id, Detail::listed);
  });
}

std::string count_workloads(const Call& call) {
  return count_body(select_workloads(call.view, list_query(call.query)).size());
}

std::string get_workload(const Call& call) {
  const WorkloadId id = find_workload(call);
  const Listening listening(call, {id});
  JsonWriter out;
  write_workload(out, listening.view(), id, Detail::full);
  return out.take();
}

// completed=true: only finished pods; false: only others; all (default): both. deleted=true: only those that are gone.
std::vector<PodId> selected(const Call& call, std::vector<PodId> pods) {
  const auto completed = call.query.value("completed").value_or("all");
  const std::string wanted = read_literal("completed", completed, {"true", "false", "all"});
  const bool deleted = read_boolean(call.query, "deleted", false);
  const std::string search = call.query.value("search").value_or("");
  std::erase_if(pods, [&](PodId id) {
    const auto& pod = call.view.workloads.pods[id];
    const bool gone = pod.status == workload::PodStatus::deleted;
    if (gone != deleted) return true;
    if (wanted != "all" && (wanted == "true") != workload::finished(pod.status)) return true;
    const auto& spec = call.view.workloads.all[pod.workload].spec;
    return !search.empty() && (spec.name + "-" + std::to_string(pod.index)).find(search) == std::string::npos;
  });
  return pods;
}

std::string pods_page(const Call& call, const std::vector<PodId>& pods) {
  const bool names =
      read_literal("verbosity", call.query.value("verbosity").value_or("brief"), {"brief", "full"}) == "full";
  return page(call.query, "pods", pods,
              [&](JsonWriter& out, PodId id) { write_pod(out, call.view, id, names); });
}

std::string get_workload_pods(const Call& call) {
  return pods_page(call, selected(call, pods_of(call.view, find_workload(call))));
}

std::vector<PodId> all_pods(const Call& call) {
  std::vector<PodId> pods;
  for (std::size_t i = 0; i < call.view.workloads.pods.size(); ++i) pods.push_back(id_of<PodId>(i));
  return selected(call, std::move(pods));
}

std::string list_pods(const Call& call) {
  auto pods = all_pods(call);
  if (read_descending(call.query, false)) std::reverse(pods.begin(), pods.end());
  return pods_page(call, pods);
}

std::string count_pods(const Call& call) {
  return count_body(all_pods(call).size());
}

std::string get_workload_events(const Call& call) {
  const WorkloadId id = find_workload(call);
  auto events = events_of(call.view, call.journal, id);
  if (read_descending(call.query, true)) std::reverse(events.begin(), events.end());
  return page(call.query, "events", events,
              [&](JsonWriter& out, const Event& event) { write_event(out, call.view, id, event); });
}

std::string get_workload_history(const Call& call) {
  const WorkloadId id = find_workload(call);
  return page(call.query, "records", history_of(call.view, call.journal, id),
              [&](JsonWriter& out, const HistoryEntry& entry) { write_history(out, call.view, id, entry); });
}

// The names of contract/NOTES.md 2.1, by value.
std::string list_priorities(const Call& call) {
  struct Priority {
    const char* name;
    std::int64_t value;
  };
  static constexpr std::array<Priority, 7> table{{{"very-low", 25},
                                                  {"low", 40},
                                                  {"medium-low", 65},
                                                  {"medium", 80},
                                                  {"medium-high", 90},
                                                  {"high", 125},
                                                  {"very-high", 150}}};
  std::vector<Priority> rows(table.begin(), table.end());
  if (read_descending(call.query, false)) std::reverse(rows.begin(), rows.end());
  JsonWriter out;
  out.begin_object().key("priorities").begin_array();
  for (const auto& [name, value] : rows)
    out.begin_object()
        .key("id")
        .string(name)
        .key("name")
        .string(name)
        .key("value")
        .integer(value)
        .key("source")
        .string("default")
        .end_object();
  out.end_array().end_object();
  return out.take();
}

std::string workload_telemetry(const Call& call) {
  return telemetry_body(TelemetryScope::workloads, call.query, call.view);
}
std::string node_telemetry(const Call& call) {
  return telemetry_body(TelemetryScope::nodes, call.query, call.view);
}
std::string project_telemetry(const Call& call) {
  return telemetry_body(TelemetryScope::projects, call.query, call.view);
}
std::string department_telemetry(const Call& call) {
  return telemetry_body(TelemetryScope::departments, call.query, call.view);
}

struct Route {
  std::string_view path;  // below /api/v1; {} stands for an id
  std::string (*handle)(const Call&);
};

constexpr std::array routes{
    Route{"workloads", list_workloads},
    Route{"workloads/count", count_workloads},
    Route{"workloads/telemetry", workload_telemetry},
    Route{"workloads/pods", list_pods},
    Route{"workloads/pods/count", count_pods},
    Route{"workloads/{}", get_workload},
    Route{"workloads/{}/pods", get_workload_pods},
    Route{"workloads/{}/events", get_workload_events},
    Route{"workloads/{}/history", get_workload_history},
    Route{"workload-priorities", list_priorities},
    Route{"nodes/telemetry", node_telemetry},
    Route{"org-unit/projects/telemetry", project_telemetry},
    Route{"org-unit/departments/telemetry", department_telemetry},
};

// Metrics have a status of their own.
struct MetricRoute {
  std::string_view path;
  MetricObject (*object)(const Call&);
};

void require_cluster(const Call& call) {
  if (parse_uuid(call.ids.front()) != call.view.ids.cluster()) throw NotFound();
}

MetricObject cluster_object(const Call& call) {
  require_cluster(call);
  return {MetricLevel::cluster, {}, {}, {}};
}

MetricObject pool_object(const Call& call) {
  require_cluster(call);
  const auto pool = call.view.cluster.find_pool(call.ids.back());
  if (!pool) throw NotFound();
  return {MetricLevel::node_pool, *pool, {}, {}};
}

MetricObject queue_object(const Call& call, MetricLevel level) {
  for (std::size_t i = 0; i < call.view.organization.queues.size(); ++i) {
    const auto id = id_of<QueueId>(i);
    const auto& queue = call.view.organization.queues[id];
    const bool department = queue.parent == none<QueueId>();
    if (Identities::queue(id) != call.ids.front() || department != (level == MetricLevel::department))
      continue;
    if (department || queue.leaf()) return {level, {}, id, {}};
  }
  throw NotFound();
}

MetricObject project_object(const Call& call) {
  return queue_object(call, MetricLevel::project);
}
MetricObject department_object(const Call& call) {
  return queue_object(call, MetricLevel::department);
}
MetricObject workload_object(const Call& call) {
  return {MetricLevel::workload, {}, {}, find_workload(call)};
}

constexpr std::array metric_routes{
    MetricRoute{"clusters/{}/metrics", cluster_object},
    MetricRoute{"clusters/{}/nodepools/{}/metrics", pool_object},
    MetricRoute{"org-unit/projects/{}/metrics", project_object},
    MetricRoute{"org-unit/departments/{}/metrics", department_object},
    MetricRoute{"workloads/{}/metrics", workload_object},
};

// Does the path match, and what stands for the {}?
bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::string>& ids) {
  ids.clear();
  std::size_t at = 2;  // after api, v1
  for (;;) {
    const auto slash = pattern.find('/');
    const auto piece = pattern.substr(0, slash);
    if (at == segments.size()) return false;
    if (piece == "{}")
      ids.push_back(segments[at]);
    else if (piece != segments[at])
      return false;
    ++at;
    if (slash == std::string_view::npos) return at == segments.size();
    pattern.remove_prefix(slash + 1);
  }
}

// Turns what a handler throws into an answer.
template <class Handle>
Answer guarded(std::string_view method, Handle handle) {
  if (method != "GET") return error_answer(405, "Method not allowed");
  try {
    return handle();
  } catch (const Ungroupable& error) {
    return error_answer(422, error.sentence());
  } catch (const BadRequest& error) {
    return error_answer(400, error.sentence());
  } catch (const NotFound&) {
    return error_answer(404, "Resource id not found.");
  }
}

}  // namespace

Answer error_answer(int status, std::string_view message) {
  JsonWriter out;
  out.begin_object().key("code").integer(status).key("message").string(message).end_object();
  return {status, out.take()};
}

Answer answer(std::string_view method, std::string_view target, const View& view,
              const simulation::JournalReader& journal) {
  const auto query = Query::parse(target);
  if (!query) return error_answer(400, "The request target has a broken percent escape");
  const auto& segments = query->segments();
  if (segments.size() < 2 || segments[0] != "api" || segments[1] != "v1")
    return error_answer(404, "Unknown path");
  std::vector<std::string> ids;
  for (const auto& route : routes)
    if (matches(route.path, segments, ids))
      return guarded(method, [&] { return Answer{200, route.handle({*query, view, journal, ids})}; });
  for (const auto& route : metric_routes)
    if (matches(route.path, segments, ids))
      return guarded(method, [&] {
        auto metrics = metrics_body(route.object({*query, view, journal, ids}), *query, view, journal);
        return Answer{metrics.status, std::move(metrics.body)};
      });
  return error_answer(404, "Unknown path");
}

}  // namespace berth::records
