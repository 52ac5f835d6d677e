// berth models: what a scenario chooses from. GPU models first; policies, placements and priorities, too.
#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include "berth/cluster/gpu_model.hpp"
#include "berth/core/diagnostic.hpp"
#include "berth/policy/policy.hpp"
#include "berth/workload/spec.hpp"
#include "sim/core/text.hpp"
#include "sim/formats/openb.hpp"
#include "sim/records/json_writer.hpp"
#include "tools/commands.hpp"

namespace berth::tools {
namespace {

using cluster::GpuModel;
using cluster::ModelTable;

const ModelTable& table() {
  return ModelTable::standard();
}

std::string memory_of(const GpuModel& model) {
  return model.memory.value > 0 ? records::mebibytes_text(model.memory) : "unknown";
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

// Columns as wide as their widest entry, two blanks between them; the first row is the heading.
std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t c = 0; c < row.size(); ++c)
      line += row[c] + std::string(c + 1 < row.size() ? widths[c] - row[c].size() + 2 : 0, ' ');
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::vector<std::string> starts_of(const cluster::MigProfile& profile) {
  std::vector<std::string> starts;
  for (const std::uint8_t start : profile.starts) starts.push_back(std::to_string(start));
  return starts;
}

// --- GPU models

std::string list_text(const std::vector<GpuModelId>& ids) {
  std::vector<std::vector<std::string>> rows{
      {"name", "product label", "memory", "GPUs a node", "NVLink joins", "MIG profiles"}};
  for (const GpuModelId id : ids) {
    const GpuModel& model = table()[id];
    std::vector<std::string> profiles;
    for (const auto& profile : model.mig.profiles) profiles.push_back(profile.name);
    rows.push_back({model.name, model.product_label, memory_of(model),
                    std::to_string(model.typical_gpus_per_node), std::to_string(model.nvlink_domain_gpus),
                    profiles.empty() ? "-" : joined(profiles, " ")});
  }
  return table_text(rows);
}

std::string model_text(const GpuModel& model) {
  std::string out = model.name + "\n" +
                    table_text({{"product label", model.product_label},
                                {"memory", memory_of(model)},
                                {"GPUs a node", std::to_string(model.typical_gpus_per_node) + " (typical)"},
                                {"NVLink joins", std::to_string(model.nvlink_domain_gpus)}});
  if (!model.mig.capable()) return out + table_text({{"MIG", "none"}});
  out += table_text({{"MIG", "geometry " + model.mig.name + ": " + std::to_string(model.mig.compute_slices) +
                                 " compute slices, " + std::to_string(model.mig.memory_slices) +
                                 " memory slices"}}) +
         "\n";
  std::vector<std::vector<std::string>> rows{
      {"profile", "compute slices", "memory slices", "memory", "at most", "may start at memory slice"}};
  for (const auto& profile : model.mig.profiles)
    rows.push_back({profile.name, std::to_string(profile.compute_slices),
                    std::to_string(profile.memory_slices),
                    profile.memory.value > 0 ? records::mebibytes_text(profile.memory) : "unknown",
                    std::to_string(profile.max_instances), joined(starts_of(profile), " ")});
  return out + table_text(rows);
}

void write_memory(records::JsonWriter& out, Bytes memory) {
  out.key("memory_bytes");
  memory.value > 0 ? out.integer(memory.value) : out.null();
}

void write_geometry(records::JsonWriter& out, const cluster::MigGeometry& geometry) {
  out.begin_object().key("geometry").string(geometry.name);
  out.key("compute_slices").integer(geometry.compute_slices);
  out.key("memory_slices").integer(geometry.memory_slices).key("profiles").begin_array();
  for (const auto& profile : geometry.profiles) {
    out.begin_object().key("name").string(profile.name);
    out.key("compute_slices").integer(profile.compute_slices);
    out.key("memory_slices").integer(profile.memory_slices);
    write_memory(out, profile.memory);
    out.key("max_instances").integer(profile.max_instances).key("starts").begin_array();
    for (const std::uint8_t start : profile.starts) out.integer(start);
    out.end_array().end_object();
  }
  out.end_array().end_object();
}

void write_model(records::JsonWriter& out, const GpuModel& model) {
  out.begin_object().key("name").string(model.name).key("product_label").string(model.product_label);
  write_memory(out, model.memory);
  out.key("typical_gpus_per_node")
      .integer(model.typical_gpus_per_node)
      .key("nvlink_domain_gpus")
      .integer(model.nvlink_domain_gpus)
      .key("mig");
  if (model.mig.capable())
    write_geometry(out, model.mig);
  else
    out.null();
  out.end_object();
}

// The model of that name or label; else those of the family that the name speaks of.
std::vector<GpuModelId> models_named(const std::string& name) {
  if (const auto exact = table().find(name)) return {*exact};
  std::vector<GpuModelId> family = cluster::nearest_models(table(), name);
  if (!family.empty()) return family;
  const auto nearest = nearest_name(name, table().names());
  throw InputError(
      "no GPU model has the name or label " + berth::quoted(name) + ", and none is of its family" +
      (nearest ? "; did you mean " + berth::quoted(*nearest) + "?" : "; `berth models` lists all"));
}

int list_models(const Arguments& arguments) {
  std::vector<GpuModelId> ids;
  if (arguments.positional.empty())
    for (std::size_t i = 0; i < table().size(); ++i) ids.push_back(id_of<GpuModelId>(i));
  else
    ids = models_named(arguments.positional[0]);
  if (arguments.json) {
    records::JsonWriter out(2);
    out.begin_array();
    for (const GpuModelId id : ids) write_model(out, table()[id]);
    out.end_array();
    std::cout << out.text() << "\n";
  } else if (ids.size() == 1) {
    std::cout << model_text(table()[ids.front()]);
  } else {
    std::cout << list_text(ids);
    if (!arguments.quiet)
      std::cout << "\n  A scenario may name a model by name or by product label (nvidia.com/gpu.product). "
                   "`berth models NAME` shows where\n"
                   "  its MIG instances may start; `cluster.gpu_models` adds what is not here.\n";
  }
  return done;
}

// --- Labels in traces

int list_trace_labels(const Arguments& arguments) {
  records::JsonWriter out(2);
  out.begin_array();
  std::vector<std::vector<std::string>> rows{{"format", "label", "what Berth knows of it"}};
  for (const std::string& label : formats::openb_gpu_labels()) {
    const auto known = table().find(label);
    out.begin_object().key("format").string("openb").key("label").string(label).key("model");
    known ? out.string(table()[*known].name) : out.null();
    write_memory(out, known ? table()[*known].memory : Bytes{});
    out.end_object();
    rows.push_back({"openb", label,
                    known ? "model " + table()[*known].name + ", " + memory_of(table()[*known])
                          : "a label: memory unknown, no MIG"});
  }
  out.end_array();
  if (arguments.json) {
    std::cout << out.text() << "\n";
    return done;
  }
  std::cout << table_text(rows);
  if (!arguments.quiet)
    std::cout
        << "\n  Any other label may stand in a trace, too. One that is a name or product label of `berth "
           "models` is that model;\n"
           "  `cluster.gpu_models` says what a label is that is none.\n";
  return done;
}

// --- Other lists

int list_geometries(const Arguments& arguments) {
  records::JsonWriter out(2);
  out.begin_array();
  std::vector<std::vector<std::string>> rows{{"geometry", "compute slices", "memory slices", "MIG profiles"}};
  for (const auto& geometry : cluster::standard_geometries()) {
    std::vector<std::string> profiles;
    for (const auto& profile : geometry.profiles) profiles.push_back(profile.name);
    rows.push_back({geometry.name, std::to_string(geometry.compute_slices),
                    std::to_string(geometry.memory_slices), joined(profiles, " ")});
    write_geometry(out, geometry);
  }
  out.end_array();
  std::cout << (arguments.json ? out.text() + "\n" : table_text(rows));
  return done;
}

int list_policies(const Arguments& arguments) {
  records::JsonWriter out(2);
  out.begin_array();
  std::string text;
  for (const auto& policy : policy::policy_choices()) {
    text += (text.empty() ? "" : "\n") + policy.name + ": " + policy.meaning + "\n";
    out.begin_object().key("name").string(policy.name).key("meaning").string(policy.meaning);
    out.key("options").begin_array();
    std::vector<std::vector<std::string>> rows{{"option", "default", "meaning"}};
    for (const auto& option : policy::policy_options(policy.name)) {
      rows.push_back({option.name, option.default_value, option.meaning});
      out.begin_object().key("name").string(option.name);
      out.key("default").string(option.default_value).key("meaning").string(option.meaning).end_object();
    }
    out.end_array().end_object();
    text += table_text(rows);
  }
  out.end_array();
  std::cout << (arguments.json ? out.text() + "\n" : text);
  return done;
}

int list_placements(const Arguments& arguments) {
  records::JsonWriter out(2);
  out.begin_array();
  std::vector<std::vector<std::string>> rows{{"name", "takes"}};
  for (const auto& placement : policy::placement_choices()) {
    rows.push_back({placement.name, placement.meaning});
    out.begin_object()
        .key("name")
        .string(placement.name)
        .key("meaning")
        .string(placement.meaning)
        .end_object();
  }
  out.end_array();
  std::cout << (arguments.json ? out.text() + "\n" : table_text(rows));
  return done;
}

int list_priorities(const Arguments& arguments) {
  records::JsonWriter out(2);
  out.begin_array();
  std::vector<std::vector<std::string>> rows{{"name", "value", "preemptible"}};
  for (const auto& priority : workload::priority_classes()) {
    const bool preemptible = priority.value < workload::non_preemptible_from;
    rows.push_back({priority.name, std::to_string(priority.value), preemptible ? "yes" : "no"});
    out.begin_object().key("name").string(priority.name).key("value").integer(priority.value);
    out.key("preemptible").boolean(preemptible).end_object();
  }
  out.end_array();
  std::cout << (arguments.json ? out.text() + "\n" : table_text(rows));
  return done;
}

struct List {
  const char* flag;
  const char* help;
  int (*print)(const Arguments&);  // null: not in this version
};
constexpr std::array<List, 5> lists{
    {{"geometries", "the MIG geometries, which `cluster.gpu_models` may name", list_geometries},
     {"policies", "the policies, with their options and defaults", list_policies},
     {"placements", "the placements", list_placements},
     {"priorities", "the named priorities", list_priorities},
     {"mixes", "not in this version", nullptr}}};

}  // namespace

void add_models_options(po::options_description_easy_init& add) {
  add("for", po::value<std::string>()->value_name("WHAT"),
      "clusters: the models (default); traces: the labels that GPU models have in traces");
  for (const List& list : lists) add(list.flag, list.help);
}

int run_models(const Arguments& arguments) {
  const List* chosen = nullptr;
  for (const List& list : lists) {
    if (!arguments.has(list.flag)) continue;
    if (chosen != nullptr) arguments.exclude(chosen->flag, {list.flag});
    chosen = &list;
  }
  const std::string wanted = arguments.has("for") ? arguments.text("for") : "clusters";
  if (chosen != nullptr) {
    arguments.exclude(chosen->flag, {"for"});
    if (chosen->print == nullptr)
      throw UsageError("the option '--" + std::string(chosen->flag) + "' is not in this version");
  }
  if (wanted != "clusters" && wanted != "traces")
    throw UsageError("--for: unknown use " + berth::quoted(wanted) + "; expected clusters or traces");
  if ((chosen != nullptr || wanted == "traces") && !arguments.positional.empty())
    throw UsageError("NAME is of a GPU model: it goes neither with another list nor with '--for traces'");
  if (chosen != nullptr) return chosen->print(arguments);
  return wanted == "traces" ? list_trace_labels(arguments) : list_models(arguments);
}

}  // namespace berth::tools
