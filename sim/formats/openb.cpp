#include "sim/formats/openb.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "sim/core/text.hpp"
#include "sim/formats/csv.hpp"

namespace berth::formats {

namespace {

const std::vector<std::string> node_columns = {"sn",         "sim_name", "node", "cpu_milli",
                                               "memory_mib", "gpu",      "model"};
const std::vector<std::string> pod_columns = {
    "name",     "seq", "sim_name",  "cpu_milli",     "memory_mib",    "num_gpu",       "gpu_milli",
    "gpu_spec", "qos", "pod_phase", "creation_time", "deletion_time", "scheduled_time"};
const std::vector<std::string> phases = {"Running", "Succeeded", "Failed", "Pending"};

// Reads the columns of one file by the names in its header.
class Table {
 public:
  Table(std::istream& in, const std::string& name, Diagnostics& diagnostics)
      : csv_(in, name, diagnostics), name_(name), diagnostics_(diagnostics) {}

  // False when the header cannot be used.
  bool read_header(const std::vector<std::string>& known) {
    if (!csv_.read_header()) return false;
    bool good = true;
    for (std::size_t i = 0; i < csv_.header().size(); ++i) {
      const std::string& column = csv_.header()[i];
      if (std::find(known.begin(), known.end(), column) != known.end()) continue;
      std::string message = "unknown column " + berth::quoted(column);
      if (const auto nearest = nearest_name(column, known))
        message += "; did you mean " + berth::quoted(*nearest) + "?";
      else if (good)  // told once
        message += "; expected some of " + joined_by_or(known);
      diagnostics_.error("unknown-column", csv_.header_place(i), std::move(message));
      good = false;
    }
    return good;
  }
  bool require(const std::string& column) {
    if (csv_.column(column)) return true;
    diagnostics_.error("missing-column", Place{name_, 1, 0},
                       "the header lacks the column " + berth::quoted(column));
    return false;
  }
  std::optional<std::size_t> column(std::string_view name) const { return csv_.column(name); }

  bool next() {
    if (++rows_ > max_openb_rows) {
      diagnostics_.error("too-many-rows", Place{name_, 0, 0},
                         "more than " + std::to_string(max_openb_rows) + " rows: the rest was not read");
      return false;
    }
    good_ = csv_.next();
    return good_;
  }
  int line() const { return csv_.place(0).line; }
  // Whether every field of the row so far could be read.
  bool good() const { return good_; }

  std::string_view text(std::size_t column) const { return csv_.field(column); }
  std::int64_t number(std::size_t column, std::int64_t least, std::int64_t most) {
    const auto value = parse_integer(csv_.field(column), least, most);
    if (!value) {
      fault(column, value.error());
      return least;
    }
    return *value;
  }
  // Seconds, whole or with a fraction; empty: nothing.
  std::optional<Duration> time(std::size_t column) {
    if (csv_.field(column).empty()) return std::nullopt;
    const auto micros = parse_decimal(csv_.field(column), 1'000'000);
    if (!micros) {
      fault(column, micros.error());
      return std::nullopt;
    }
    if (*micros < 0 || *micros > days(36'525).micros) {
      fault(column,
            berth::quoted(csv_.field(column)) + " is out of range (expected 0 to 3155760000 seconds)");
      return std::nullopt;
    }
    return Duration{*micros};
  }
  void fault(std::size_t column, const std::string& sentence) {
    good_ = false;
    csv_.error(column, "wrong-value", csv_.header()[column] + ": " + sentence);
  }
  // A row that repeats the name of an earlier one.
  void duplicate(int line, const std::string& name, int first) {
    diagnostics_.error("duplicate-name", Place{name_, line, 1},
                       berth::quoted(name) + " stands twice; first in line " + std::to_string(first));
  }

 private:
  CsvReader csv_;
  std::string name_;
  Diagnostics& diagnostics_;
  std::int64_t rows_ = 0;
  bool good_ = false;
};

template <class Row>
void refuse_duplicates(const std::vector<Row>& rows, Table& table) {
  std::vector<const Row*> order;
  for (const Row& row : rows) order.push_back(&row);
  std::sort(order.begin(), order.end(), [](const Row* a, const Row* b) {
    return std::tie(a->name, a->line) < std::tie(b->name, b->line);
  });
  std::size_t reported = 0;
  for (std::size_t i = 1; i < order.size() && reported < max_csv_faults; ++i) {
    if (order[i]->name != order[i - 1]->name) continue;
    table.duplicate(order[i]->line, order[i]->name, order[i - 1]->line);
    ++reported;
  }
}

std::string name_at(Table& table, std::size_t column) {
  std::string name(table.text(column));
  const bool bad = name.empty() || name.size() > 253 || std::any_of(name.begin(), name.end(), [](char c) {
                     return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                   });
  if (bad)
    table.fault(column, berth::quoted(name) + " is not a name (1 to 253 bytes, no control characters)");
  return name;
}

std::vector<std::string> models_of(std::string_view text) {
  std::vector<std::string> models;
  while (!text.empty()) {
    const std::size_t bar = std::min(text.find('|'), text.size());
    if (bar > 0) models.emplace_back(text.substr(0, bar));
    text.remove_prefix(std::min(bar + 1, text.size()));
  }
  return models;
}

struct PodColumns {
  std::size_t name = 0, cpu = 0, memory = 0, gpus = 0, milli = 0;
  std::optional<std::size_t> seq, spec, phase, creation, deletion, scheduled;
};

std::optional<PodColumns> pod_header(Table& table) {
  if (!table.read_header(pod_columns)) return std::nullopt;
  PodColumns c;
  c.seq = table.column("seq");
  const std::string name = c.seq ? "sim_name" : "name";
  bool good = true;
  for (const std::string& column : {name, std::string("cpu_milli"), std::string("memory_mib"),
                                    std::string("num_gpu"), std::string("gpu_milli")}) {
    good &= table.require(column);
  }
  c.spec = table.column("gpu_spec");
  c.phase = table.column("pod_phase");
  c.creation = table.column("creation_time");
  c.deletion = table.column("deletion_time");
  c.scheduled = table.column("scheduled_time");
  // Times come together: one without the others is a misread file, not a list without times.
  if (c.creation || c.deletion || c.scheduled)
    good &= table.require("creation_time") && table.require("deletion_time");
  if (!good) return std::nullopt;
  c.name = *table.column(name);
  c.cpu = *table.column("cpu_milli");
  c.memory = *table.column("memory_mib");
  c.gpus = *table.column("num_gpu");
  c.milli = *table.column("gpu_milli");
  return c;
}

void read_request(Table& table, const PodColumns& c, OpenbPod& pod) {
  pod.cpu = CpuMilli(table.number(c.cpu, 0, max_openb_cpu_milli));
  pod.memory = mebibytes(table.number(c.memory, 0, max_openb_memory_mib));
  pod.gpus = static_cast<std::int32_t>(table.number(c.gpus, 0, max_openb_gpus));
  pod.milli = GpuMilli(table.number(c.milli, 0, 1000));
  if (!table.good()) return;
  if (pod.gpus == 0 && pod.milli.value != 0) {
    table.fault(c.milli, std::to_string(pod.milli.value) + " of no GPU (expected 0 where num_gpu is 0)");
  } else if (pod.gpus == 1 && pod.milli.value == 0) {
    table.fault(c.milli, "0 of one GPU (expected 1 to 1000)");
  } else if (pod.gpus > 1 && pod.milli.value != 1000) {
    table.fault(c.milli,
                std::to_string(pod.milli.value) + " of each of several GPUs (expected 1000: they are whole)");
  }
}

void read_times(Table& table, const PodColumns& c, OpenbPod& pod) {
  const auto created = table.time(*c.creation);
  const auto deleted = table.time(*c.deletion);
  const auto scheduled = c.scheduled ? table.time(*c.scheduled) : std::nullopt;
  if (!table.good()) return;
  if (!created) {
    table.fault(*c.creation, "empty (expected seconds)");
    return;
  }
  pod.created = *created;
  pod.never_scheduled = c.scheduled && !scheduled;
  if (scheduled && *scheduled < *created) {
    table.fault(*c.scheduled, "scheduled before it was created");
    return;
  }
  if (!deleted) return;  // endless
  const Duration start = scheduled ? *scheduled : *created;
  if (*deleted < start) {
    table.fault(*c.deletion, scheduled ? "deleted before it was scheduled" : "deleted before it was created");
    return;
  }
  pod.length = *deleted - start;
  if (pod.length == Duration{}) {
    pod.length = seconds(1);
    pod.zero_length = true;
  }
}

}  // namespace

workload::GpuRequest OpenbPod::gpu() const {
  if (gpus == 1 && milli < whole_gpus(1)) return workload::GpuRequest::fraction(milli);
  return workload::GpuRequest::whole(gpus);
}

std::vector<OpenbNode> read_openb_nodes(std::istream& in, const std::string& name, Diagnostics& diagnostics) {
  std::vector<OpenbNode> nodes;
  Table table(in, name, diagnostics);
  if (!table.read_header(node_columns)) return nodes;
  const bool renamed = table.column("sim_name").has_value();
  bool good = true;
  for (const char* column : {renamed ? "sim_name" : "sn", "cpu_milli", "memory_mib", "gpu", "model"}) {
    good &= table.require(column);
  }
  if (!good) return nodes;
  const std::size_t name_column = *table.column(renamed ? "sim_name" : "sn");
  const std::size_t cpu = *table.column("cpu_milli"), memory = *table.column("memory_mib");
  const std::size_t gpu = *table.column("gpu"), model = *table.column("model");
  while (table.next()) {
    OpenbNode node;
    node.line = table.line();
    node.name = name_at(table, name_column);
    node.cpu = CpuMilli(table.number(cpu, 0, max_openb_cpu_milli));
    node.memory = mebibytes(table.number(memory, 0, max_openb_memory_mib));
    node.gpus = static_cast<std::int32_t>(table.number(gpu, 0, max_openb_gpus));
    node.model = std::string(table.text(model));
    if (table.good() && node.gpus > 0 && node.model.empty()) table.fault(model, "empty on a node with GPUs");
    if (table.good()) nodes.push_back(std::move(node));
  }
  refuse_duplicates(nodes, table);
  if (renamed) {
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const OpenbNode& a, const OpenbNode& b) { return a.name < b.name; });
  }
  return nodes;
}

OpenbPods read_openb_pods(std::istream& in, const std::string& name, Diagnostics& diagnostics) {
  OpenbPods pods;
  Table table(in, name, diagnostics);
  const auto columns = pod_header(table);
  if (!columns) return pods;
  pods.timed = columns->creation.has_value();
  std::map<std::vector<std::string>, std::uint32_t> specs{{{}, 0}};
  std::vector<std::int64_t> sequence;
  while (table.next()) {
    OpenbPod pod;
    pod.line = table.line();
    pod.name = name_at(table, columns->name);
    read_request(table, *columns, pod);
    if (columns->spec) {
      std::vector<std::string> models = models_of(table.text(*columns->spec));
      const auto [at, fresh] = specs.try_emplace(models, static_cast<std::uint32_t>(pods.specs.size()));
      if (fresh) pods.specs.push_back(std::move(models));
      pod.spec = at->second;
    }
    if (columns->phase) {
      const std::string phase(table.text(*columns->phase));
      if (std::find(phases.begin(), phases.end(), phase) == phases.end()) {
        std::string sentence = "unknown phase " + berth::quoted(phase);
        const auto nearest = nearest_name(phase, phases);
        table.fault(*columns->phase,
                    sentence + (nearest ? "; did you mean " + berth::quoted(*nearest) + "?"
                                        : " (expected Running, Succeeded, Failed or Pending)"));
      }
      pod.failed = phase == "Failed";
    }
    if (pods.timed) read_times(table, *columns, pod);
    std::int64_t seq = 0;
    if (columns->seq) seq = table.number(*columns->seq, 0, max_openb_rows);
    if (!table.good()) continue;
    pods.rows.push_back(std::move(pod));
    sequence.push_back(seq);
  }
  refuse_duplicates(pods.rows, table);
  if (columns->seq && !std::is_sorted(sequence.begin(), sequence.end())) {
    std::vector<std::size_t> order(sequence.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sequence[a] < sequence[b]; });
    std::vector<OpenbPod> sorted;
    sorted.reserve(order.size());
    for (const std::size_t i : order) sorted.push_back(std::move(pods.rows[i]));
    pods.rows = std::move(sorted);
  }
  std::stable_sort(pods.rows.begin(), pods.rows.end(),
                   [](const OpenbPod& a, const OpenbPod& b) { return a.created < b.created; });
  return pods;
}

const std::vector<std::string>& openb_gpu_labels() {
  static const std::vector<std::string> labels{"A10", "G2", "G3", "P100", "T4", "V100M16", "V100M32"};
  return labels;
}

}  // namespace berth::formats
